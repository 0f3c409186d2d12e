/** What is still in use of a page, by kind; all are zero where the widget left nothing. */
export interface Held {
  listeners: number;
  timers: number;
  frames: number;
  observers: number;
  ports: number;
  requests: number;
  nodes: number;
  globals: number;
}

/**
 * Script that counts what is taken from a page and given back from now on: it must run before anything else. `held()` on
 * window gives a {@link Held}, `heldNames()` says what it is.
 */
export const COUNT = `(() => {
  const open = new Map();
  const hold = (kind, key, name) => open.set(key, kind + ' ' + name);
  const listeners = [];
  const {addEventListener: add, removeEventListener: remove} = EventTarget.prototype;
  const capture = (options) => (typeof options === 'object' && options ? Boolean(options.capture) : Boolean(options));
  const drop = (found) => { const at = listeners.indexOf(found); if (at >= 0) listeners.splice(at, 1); };
  const find = (target, type, work, options) => listeners.find((one) => one.target.deref() === target && one.type === type && one.work.deref() === work && one.capture === capture(options));
  EventTarget.prototype.addEventListener = function (type, work, options) {
    const target = this ?? window;
    if (work && !options?.signal?.aborted && !find(target, type, work, options) && !(target instanceof Node && !target.isConnected && target !== document)) {
      const one = {target: new WeakRef(target), type, work: new WeakRef(work), capture: capture(options)};
      listeners.push(one);
      if (options?.signal) add.call(options.signal, 'abort', () => drop(one));
    }
    return add.call(target, type, work, options);
  };
  EventTarget.prototype.removeEventListener = function (type, work, options) {
    drop(find(this ?? window, type, work, options));
    return remove.call(this ?? window, type, work, options);
  };
  const wrap = (start, stop, kind) => {
    if (!window[start]) return;
    const [begin, end] = [window[start], window[stop]];
    window[start] = (work, ...rest) => {
      const id = begin.call(window, (...args) => { if (start !== 'setInterval') open.delete(kind + id); return work(...args); }, ...rest);
      const ofDriver = String(work).includes('JavaScriptTimeout') || rest[1]?.kind === 'pending'; // WebKit's runs in the page
      if (!ofDriver) hold(kind, kind + id, String(work).slice(0, 80));
      return id;
    };
    window[stop] = (id) => { open.delete(kind + id); return end.call(window, id); };
  };
  wrap('setTimeout', 'clearTimeout', 'timers');
  wrap('setInterval', 'clearInterval', 'timers');
  wrap('requestAnimationFrame', 'cancelAnimationFrame', 'frames');
  wrap('requestIdleCallback', 'cancelIdleCallback', 'frames');
  for (const name of ['IntersectionObserver', 'MutationObserver', 'ResizeObserver', 'PerformanceObserver']) {
    const Own = window[name];
    if (!Own) continue;
    window[name] = class extends Own {
      observe(...args) { hold('observers', this, name); return super.observe(...args); }
      disconnect() { open.delete(this); return super.disconnect(); }
    };
  }
  const Channel = MessageChannel;
  window.MessageChannel = class extends Channel {
    constructor() {
      super();
      hold('ports', this, 'MessageChannel');
      for (const port of [this.port1, this.port2]) {
        const {close} = port;
        port.close = () => { open.delete(this); return close.call(port); };
      }
    }
  };
  const request = window.fetch;
  window.fetch = async (input, init) => {
    const key = {};
    hold('requests', key, String(input));
    init?.signal?.addEventListener('abort', () => open.delete(key));
    try {
      const response = await request(input, init);
      if (!response.body) { open.delete(key); return response; }
      const read = response.body.getReader();
      const body = new ReadableStream({
        async pull(controller) {
          try {
            const {done, value} = await read.read();
            if (done) { open.delete(key); controller.close(); } else controller.enqueue(value);
          } catch (cause) { open.delete(key); controller.error(cause); }
        },
        cancel(cause) { open.delete(key); return read.cancel(cause); },
      });
      const {status, statusText, headers} = response;
      return new Response(body, {status, statusText, headers});
    } catch (cause) { open.delete(key); throw cause; }
  };
  let nodes = 0;
  let globals = new Set();
  window.countFrom = () => {
    nodes = document.querySelectorAll('*').length;
    globals = new Set(Object.getOwnPropertyNames(window));
    open.clear();
    listeners.length = 0;
  };
  window.heldNames = () => [
    ...open.values(),
    ...listeners.filter(({target}) => { const at = target.deref(); return at && !at.aborted && (!(at instanceof Node) || at.isConnected); }).map(({target, type}) => 'listeners ' + target.deref().constructor.name + ' ' + type),
    ...Object.getOwnPropertyNames(window).filter((name) => !globals.has(name)).map((name) => 'globals ' + name),
  ];
  window.held = () => {
    const names = window.heldNames();
    const count = (kind) => names.filter((name) => name.startsWith(kind + ' ')).length;
    return {
      ...Object.fromEntries(['listeners', 'timers', 'frames', 'observers', 'ports', 'requests', 'globals'].map((kind) => [kind, count(kind)])),
      nodes: document.querySelectorAll('*').length - nodes,
    };
  };
})();`;

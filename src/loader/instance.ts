import {panel as hash, version} from 'virtual:firstword-files';
import type {FirstwordApi, LoadFile, Panel, PanelModule} from '../chat/index.ts';
import {EARLY, type Raw, readTable, type Surroundings} from '../options/index.ts';
import {drawHost} from './launcher.ts';

/** How long a pointer rests on the launcher before that counts as intent, in ms. */
const DWELL_MS = 65;

const CALLS = ['open', 'close', 'toggle', 'send', 'suggest', 'setUser', 'setContext', 'consent', 'forget'] as const;

/** Prints a line to the console, marked as ours; returns nothing. */
export const warn = (line: string): undefined => void console.warn(`[firstword] ${line}`);

/** Says how values are read in this page; only now, because this file may be imported where there is none. Any element serves. */
const lookAround = (element: Element): Surroundings => ({
  base: document.baseURI,
  supports: CSS.supports,
  selects(selector) {
    try {
      return element.matches(selector) || true;
    } catch {
      return false; // no selector
    }
  },
});

/** What one chat is made from. */
export interface InstanceOptions {
  /** Options by their names in code: texts, or what code would write. */
  given: object;
  load: LoadFile;
  /** The element that becomes the chat; one that is in the page already stays where it is. Default a new one. */
  host?: HTMLElement;
}

/**
 * Draws a launcher and brings the panel when it is wanted. Calls made before the panel is there wait for it.
 *
 * @returns undefined, and one line, when there is no endpoint or the same chat stands on the page already.
 */
export function createInstance({
  given,
  load,
  host = document.createElement('firstword-chat'),
}: InstanceOptions): FirstwordApi | undefined {
  const own = new Map<string, unknown>(Object.entries(given)); // a host page may have added to Object.prototype
  const raw: Raw = (name) => {
    const value = own.get(name);
    return typeof value === 'string' ? value : JSON.stringify(value ?? undefined);
  };
  const around = lookAround(host);
  const options = readTable(EARLY, {raw, around});
  const {endpoint, container} = options;
  const key = `firstword:${endpoint}${container}`;
  const life = new AbortController();
  const {signal} = life;
  const listen = (target: EventTarget | undefined, type: string, work: (event: Event) => void) =>
    target?.addEventListener(type, work, {signal});

  if (!endpoint) return warn('data-endpoint is missing or no address');
  // a chat answers for its place as long as it stands on the page, whether a tag made it or code
  if (!dispatchEvent(new Event(key, {cancelable: true}))) return warn('chat is here already');
  listen(window, key, (event) => event.preventDefault());

  const launcher = drawHost(host, options);
  const waiting: ((panel: Panel) => void)[] = [];
  const field = document.createElement('textarea'); // takes what is typed until the panel is there, which looks for it
  let panel: Panel | undefined;
  let loading = false;
  let dwell: ReturnType<typeof setTimeout> | undefined;

  const bring = () => {
    if (loading || signal.aborted) return;
    loading = true;
    load('firstword-panel', hash).then(
      (file) => {
        if (signal.aborted) return;
        // our own file, checked by its hash
        panel = (file as PanelModule).mountPanel({
          host,
          raw,
          given: own,
          around,
          early: EARLY,
          readTable,
          load,
          version,
        });
        for (const call of waiting) call(panel);
      },
      (cause: unknown) => {
        loading = false;
        field.remove();
        waiting.length = 0; // what was wanted then is not wanted whenever a later try succeeds
        const words = 'Chat is unavailable';
        if (launcher?.title !== words) warn(`${words}: its file did not load unchanged (${cause})`);
        if (!launcher) return;
        launcher.ariaDisabled = 'true';
        launcher.title = launcher.ariaLabel = words;
      },
    );
  };
  const call = (work: (panel: Panel) => void) => {
    if (panel) return work(panel);
    waiting.push(work);
    bring();
  };
  const intent = () => call((ready) => ready.intent());

  listen(launcher, 'pointerenter', () => {
    dwell = setTimeout(intent, DWELL_MS);
  });
  listen(launcher, 'pointerleave', () => clearTimeout(dwell));
  listen(launcher, 'focus', intent);
  listen(launcher, 'pointerdown', intent);
  const open = () => {
    api.open();
    if (panel) return;
    field.ariaLabel = launcher?.ariaLabel ?? null;
    host.shadowRoot?.append(field);
    field.focus();
  };
  // whoever clicks twice while the panel is on its way wants it open
  listen(launcher, 'click', () => (panel ? panel.toggle() : open()));
  listen(document, 'click', ({target}) => {
    // whatever is no element has no closest
    if (options.openSelector && (target as Element).closest?.(options.openSelector)) open();
  });

  const api = {
    on(name, listener) {
      const type = `firstword:${name}`;
      const hear = (event: Event) => listener((event as CustomEvent).detail); // our own event
      listen(window, type, hear);
      return () => removeEventListener(type, hear);
    },
    destroy() {
      life.abort();
      clearTimeout(dwell);
      panel?.destroy();
      host.parentNode?.removeChild(host); // an old library may have given remove() another meaning
    },
  } as FirstwordApi; // completed by the next line
  for (const name of CALLS) api[name] = (arg?: unknown) => call((ready) => ready[name](arg as never)); // each takes one or none

  const place = () => {
    if (!host.isConnected) {
      // beside the body: a navigation that swaps it leaves the chat alone, and a body with a transform holds no fixed box
      if (!container) host.dir = document.body.dir;
      document.querySelector(container ?? 'html')?.append(host);
    }
    if (options.open || container) api.open();
    else if (options.load === 'eager') bring();
    else if (options.load === 'idle') {
      const idle = () => (window.requestIdleCallback ?? setTimeout)(bring);
      if (document.readyState === 'complete') idle();
      else listen(window, 'load', idle);
    }
  };
  if (document.readyState === 'loading' && (container || !document.body)) listen(document, 'DOMContentLoaded', place);
  else place();
  return api;
}

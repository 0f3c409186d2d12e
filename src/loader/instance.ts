import {version} from 'virtual:firstword-files';
import type {FirstwordApi, LoadFile, Panel, PanelModule} from '../chat/index.ts';
import {EARLY, type Raw, readTable, type Surroundings} from '../options/index.ts';
import {createHost} from './launcher.ts';

/** How long a pointer rests on the launcher before that counts as intent, in ms. */
const DWELL_MS = 65;

const CALLS = ['open', 'close', 'toggle', 'send', 'suggest', 'setUser', 'setContext', 'consent', 'forget'] as const;

/** Prints a line to the console, marked as ours. */
export const warn = (line: string): void => console.warn(`[firstword] ${line}`);

/** How values are read in a browser's page. */
export const around: Surroundings = {
  base: document.baseURI,
  supports: (property, value) => CSS.supports(property, value),
  selects(selector) {
    try {
      return !document.createDocumentFragment().querySelector(selector);
    } catch {
      return false; // no selector
    }
  },
};

/**
 * Draws a launcher and brings the panel when it is wanted. Calls made before the panel is there wait for it.
 *
 * @param names - All option names that were given.
 * @returns undefined when there is no endpoint, or the same chat stands on the page already.
 */
export function createInstance(
  raw: Raw,
  names: readonly string[],
  load: LoadFile,
  standing: Set<string>,
): FirstwordApi | undefined {
  const options = readTable(EARLY, raw, around);
  const {endpoint, container} = options;
  if (!endpoint) return void warn('no chat: data-endpoint is missing or is no http(s) address.');
  const key = `${endpoint} ${container}`;
  if (standing.has(key)) return void warn(`${endpoint} is on this page already; the second tag does nothing.`);
  standing.add(key);

  const {host, root, launcher} = createHost(options);
  const life = new AbortController();
  const {signal} = life;
  const waiting: ((panel: Panel) => void)[] = [];
  let panel: Panel | undefined;
  let loading = false;
  let dwell: ReturnType<typeof setTimeout> | undefined;

  const bring = () => {
    if (loading) return;
    loading = true;
    load('panel').then(
      (module) => {
        if (signal.aborted) return;
        const {mountPanel} = module as PanelModule; // our own file, checked by its hash
        panel = mountPanel({host, root, launcher, raw, names, around, early: EARLY, readTable, load, version});
        launcher?.removeAttribute('aria-disabled');
        for (const call of waiting.splice(0)) call(panel);
      },
      (cause: unknown) => {
        if (signal.aborted) return;
        loading = false;
        warn(`chat is unavailable: its panel could not be loaded unchanged (${cause}).`);
        if (!launcher) return;
        launcher.ariaDisabled = 'true';
        launcher.title = launcher.ariaLabel = 'Chat is unavailable';
      },
    );
  };
  const call = (work: (panel: Panel) => void) => {
    if (panel) return work(panel);
    waiting.push(work);
    bring();
  };
  const intent = () => call((ready) => ready.intent());
  const listen = (target: EventTarget | undefined, type: string, work: (event: Event) => void) =>
    target?.addEventListener(type, work, {signal});

  listen(launcher, 'pointerenter', () => {
    dwell = setTimeout(intent, DWELL_MS);
  });
  listen(launcher, 'pointerleave', () => clearTimeout(dwell));
  listen(launcher, 'focus', intent);
  listen(launcher, 'pointerdown', intent);
  listen(launcher, 'click', () => call((ready) => ready.toggle()));
  listen(document, 'click', (event) => {
    const {target} = event;
    if (options.openSelector && target instanceof Element && target.closest(options.openSelector)) api.open();
  });

  const api = {
    on(name, listener) {
      const type = `firstword:${name}`;
      const hear = (event: Event) => listener((event as CustomEvent).detail); // our own event
      window.addEventListener(type, hear, {signal});
      return () => window.removeEventListener(type, hear);
    },
    destroy() {
      life.abort();
      clearTimeout(dwell);
      panel?.destroy();
      host.remove();
      standing.delete(key);
    },
  } as FirstwordApi; // completed by the loop below
  for (const name of CALLS) {
    api[name] = (...args: unknown[]) => call((ready) => (ready[name] as (...all: unknown[]) => void)(...args));
  }

  const place = () => {
    if (signal.aborted) return;
    (container ? document.querySelector(container) : document.body)?.append(host);
    if (options.open || container) api.open();
    else if (options.load === 'eager') bring();
    else if (options.load === 'idle') afterLoad(bring);
  };
  if (document.readyState === 'loading' && (container || !document.body)) listen(document, 'DOMContentLoaded', place);
  else place();
  return api;
}

/** Runs work in an idle moment after the page has loaded. */
function afterLoad(work: () => void): void {
  const idle = () => (window.requestIdleCallback ?? setTimeout)(work);
  if (document.readyState === 'complete') idle();
  else window.addEventListener('load', idle, {once: true});
}

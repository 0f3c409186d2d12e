/** What a page was like to whoever came, and how long what they did took. */
export interface Probe {
  /** Waits until the page has loaded and has nothing left to do; with the panel's file where that comes by itself. */
  settled(panel: 'comes' | 'stays away'): Promise<void>;
  vitals(): Vitals;
  /** Gives how long after its script's last byte the launcher was on the screen, in ms. Watching must have begun before. */
  launcherMs(scriptName: string): Promise<number>;
  watchLauncher(): void;
  /** Gives how long after the next click the input was on the screen and had the focus, in ms. */
  usableMs(): Promise<number>;
  /** Gives what stands in the input. */
  typed(): string | undefined;
  /** Whether keys go to the input. */
  hasFocus(): boolean;
  /** Waits for so many frames. */
  frames(count: number): Promise<void>;
  interactions(): Interactions;
}

/** What the page's loading was like, by Chromium's own account. */
export interface Vitals {
  lcpMs: number;
  clsScore: number;
}

/** Everything that was typed, clicked or tapped since the page was opened. */
export interface Interactions {
  /** How many there were. */
  count: number;
  /** Those that Chromium tells, by key or by what was clicked, with the time to their next paint. */
  told: {name: string; durationMs: number}[];
  /** What took less is not told. */
  leastToldMs: number;
}

/** The least that a page may ask for (Event Timing API, `durationThreshold`). */
const LEAST_TOLD_MS = 16;

let lcpMs = Number.NaN;
let clsScore = 0;
const told = new Map<number, Interactions['told'][number]>();
/** What was pressed or clicked, by when: events tell the host element only. */
const names = new Map<number, string>();

observe('largest-contentful-paint', (entries) => {
  lcpMs = entries.at(-1)?.startTime ?? lcpMs;
});
observe('layout-shift', (entries) => {
  // the entry's own type is not among TypeScript's
  for (const {value, hadRecentInput} of entries as (PerformanceEntry & {value: number; hadRecentInput: boolean})[])
    if (!hadRecentInput) clsScore += value;
});
const events = observe('event', noteEvents);

function observe(type: string, note: (entries: PerformanceEntryList) => void): PerformanceObserver {
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  const threshold: object = type === 'event' ? {durationThreshold: LEAST_TOLD_MS} : {};
  observer.observe({type, buffered: true, ...threshold});
  return observer;
}

function noteEvents(entries: PerformanceEntryList): void {
  // the interactionId is not among TypeScript's fields
  for (const {name, startTime, duration, interactionId: id} of entries as (PerformanceEntry & {
    interactionId: number;
  })[]) {
    const known = told.get(id);
    const better = names.get(startTime) ?? known?.name ?? name;
    if (id) told.set(id, {name: better, durationMs: Math.max(duration, known?.durationMs ?? 0)});
  }
}

addEventListener('keydown', ({key, timeStamp}) => names.set(timeStamp, key === ' ' ? 'Space' : key), true);
for (const type of ['pointerdown', 'pointerup', 'click'])
  addEventListener(type, (event) => names.set(event.timeStamp, partOf(event)), true);

const partOf = (event: Event) =>
  event.composedPath().reduce<string>((part, each) => part || (each instanceof Element ? each.part.value : ''), '');

const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

/** Waits until the frame that now begins is drawn: what is posted within a frame comes after its style, layout and paint. */
async function drawn(): Promise<number> {
  const {port1, port2} = new MessageChannel();
  const after = new Promise<number>((resolve) => {
    port1.onmessage = () => resolve(performance.now());
  });
  port2.postMessage(undefined);
  return after.finally(() => port1.close());
}

const ours = () => document.querySelector('firstword-chat')?.shadowRoot;

/** Looks at each frame, and gives when the first was drawn that shows something. */
async function shown(there: () => boolean): Promise<number> {
  do await nextFrame();
  while (!there());
  return drawn();
}

const input = () => ours()?.querySelector<HTMLTextAreaElement>('textarea[part~=input]');
const hasFocus = () => Boolean(input() && ours()?.activeElement === input() && input()?.getClientRects().length);

const loaded = new Promise<unknown>((resolve) => addEventListener('load', resolve));
const panelReady = new Promise<unknown>((resolve) => addEventListener('firstword:ready', resolve));
let launcherThere: Promise<number> | undefined;

const probe: Probe = {
  async settled(panel) {
    await loaded;
    if (panel === 'comes') await panelReady;
    for (let at = 0; at < 2; at++) await new Promise((resolve) => requestIdleCallback(resolve));
    await nextFrame();
    await drawn();
  },
  vitals: () => ({lcpMs, clsScore}),
  watchLauncher() {
    launcherThere = shown(() => Boolean(ours()?.querySelector('[part~=launcher]')?.getClientRects().length));
  },
  async launcherMs(scriptName) {
    const thereMs = await launcherThere;
    const [script] = performance.getEntriesByName(new URL(scriptName, location.href).href);
    // entries of this name are those of a script
    return (thereMs ?? Number.NaN) - ((script as PerformanceResourceTiming | undefined)?.responseEnd ?? Number.NaN);
  },
  async usableMs() {
    const clicked = new Promise<number>((resolve) => {
      addEventListener('click', ({timeStamp}) => resolve(timeStamp), {capture: true, once: true});
    });
    const fromMs = await clicked;
    return (await shown(hasFocus)) - fromMs;
  },
  typed: () => input()?.value,
  hasFocus,
  async frames(count) {
    for (let at = 0; at < count; at++) await nextFrame();
  },
  interactions() {
    noteEvents(events.takeRecords());
    // not among TypeScript's fields
    const {interactionCount} = performance as Performance & {interactionCount: number};
    return {count: interactionCount, told: [...told.values()], leastToldMs: LEAST_TOLD_MS};
  },
};

Object.assign(window, {probe});

import {type KeyAction, listChordActions, listTypingActions} from './keys.ts';
import {type Abilities, createPage, type Point} from './page.ts';
import {RUN_IN_PAGE, type Told} from './page-hook.ts';
import type {PageOptions} from './running.ts';
import type {TapProxy} from './tap-proxy.ts';
import type {Json, Page} from './types.ts';
import {waitUntil} from './wait.ts';
import type {Command, WebDriver} from './webdriver.ts';

/** What a page of WebKit is reached by. */
export interface Ways {
  driver: WebDriver;
  proxy: TapProxy;
  /** Handle of the window that the browser began with; it stays open as long as the browser. */
  base: string;
}

/** What the page answers to a run: its outcome once there is one, and what it told since it was last asked. */
type Answer = {told: Told} & (
  | {kind: 'value'; json: string | null}
  | {kind: 'error'; message: string}
  | {kind: 'pending'}
);

interface Rectangle {
  width: number;
  height: number;
}

/** Opens an address in a new window and waits for its load event. */
export async function openWebkitPage({driver, proxy, base}: Ways, url: string, options: PageOptions): Promise<Page> {
  const {width = 1280, height = 800} = options;
  const seenBefore = proxy.requests().length;
  const made = await driver.inWindow(base, () =>
    driver.send({method: 'POST', path: '/window/new', body: {type: 'window'}}),
  );
  // The protocol promises a handle.
  const {handle} = made as {handle: string};
  const send = (command: Command) => driver.inWindow(handle, () => driver.send(command));
  const post = (path: string, body: Command['body'] = {}) => send({method: 'POST', path, body});
  const told: Told = {lines: [], errors: []};
  let runs = 0;

  async function askPage(script: string, args: readonly Json[]): Promise<Answer> {
    // RUN_IN_PAGE answers in this shape.
    const answer = (await post('/execute/async', {script, args})) as Answer;
    told.lines.push(...answer.told.lines);
    told.errors.push(...answer.told.errors);
    return answer;
  }

  async function run<T, A extends Json[]>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    runs += 1;
    const ticket = runs;
    // The work is part of the script and not an argument: a strict page forbids to make functions of text.
    let answer = await askPage(`const work = ${work};\n${RUN_IN_PAGE}`, [ticket, args]);
    while (answer.kind === 'pending') answer = await askPage(`const work = undefined;\n${RUN_IN_PAGE}`, [ticket, []]);
    if (answer.kind === 'error') throw new Error(answer.message);
    // What JSON makes of T is what was asked for; undefined has no JSON.
    return (answer.json === null ? undefined : JSON.parse(answer.json)) as T;
  }

  // Reads what the page told, as long as there is a page that can be asked.
  async function listen(): Promise<void> {
    await run(() => 0).catch(() => undefined);
  }

  const press = (actions: readonly KeyAction[]) =>
    post('/actions', {actions: [{type: 'key', id: 'keyboard', actions}]});
  const point = ({x, y}: Point, actions: readonly Json[]) =>
    post('/actions', {
      actions: [
        {
          type: 'pointer',
          id: 'mouse',
          parameters: {pointerType: 'mouse'},
          actions: [{type: 'pointerMove', x: Math.round(x), y: Math.round(y)}, ...actions],
        },
      ],
    });
  const resize = ({width, height}: Rectangle) => post('/window/rect', {width, height});

  const frame = await fitWindow({width, height}, {run, resize});
  const closeWindow = () => send({method: 'DELETE', path: '/window'});

  // The driver is content with the browser's own page about an error.
  async function load(next: string): Promise<void> {
    const before = proxy.brokenDocuments().length;
    await post('/url', {url: next});
    const wanted = new URL(next).href;
    if (proxy.brokenDocuments().slice(before).includes(wanted)) throw new Error(`WebKit could not load ${wanted}`);
  }

  try {
    await load(url);
  } catch (error) {
    await closeWindow();
    throw error;
  }

  const abilities: Abilities = {
    run,
    type: async (text) => void (await press(listTypingActions(text))),
    press: async (keys) => void (await press(listChordActions(keys))),
    moveTo: async (at) => void (await point(at, [])),
    clickAt: async (at) => {
      await point(at, [
        {type: 'pointerDown', button: 0},
        {type: 'pointerUp', button: 0},
      ]);
    },
    hide: async () => void (await post('/window/minimize')),
    show: async () => void (await resize(frame)),
    async goto(next) {
      await listen();
      await load(next);
    },
    async reload() {
      await listen();
      await post('/refresh');
    },
    async back() {
      await listen();
      await post('/back');
    },
    async close() {
      await listen();
      await closeWindow();
    },
    tap: () => proxy.requests().slice(seenBefore),
    async consoleLines() {
      await listen();
      return [...told.lines];
    },
    async errors() {
      await listen();
      return [...told.errors];
    },
    async screenshot() {
      // The protocol promises Base64.
      return Buffer.from((await send({method: 'GET', path: '/screenshot'})) as string, 'base64');
    },
  };
  return createPage(abilities, {engine: 'webkit', waitLimitMs: options.waitLimitMs});
}

// The protocol sizes windows, not viewports: the window is as much larger as its own bar is high.
async function fitWindow(
  wanted: Rectangle,
  {run, resize}: {run: Abilities['run']; resize: (frame: Rectangle) => Promise<unknown>},
): Promise<Rectangle> {
  let frame = wanted;
  let got: Rectangle | undefined;
  await resize(frame);
  await waitUntil(
    async () => {
      const {inner, outer} = await run(() => ({
        inner: {width: innerWidth, height: innerHeight},
        outer: {width: outerWidth, height: outerHeight},
      }));
      got = inner;
      if (inner.width === wanted.width && inner.height === wanted.height) return true;
      const next = {
        width: wanted.width + outer.width - inner.width,
        height: wanted.height + outer.height - inner.height,
      };
      if (next.width !== frame.width || next.height !== frame.height) await resize(next);
      frame = next;
      return false;
    },
    () => `a WebKit viewport of ${JSON.stringify(wanted)}; the window gives ${JSON.stringify(got)}`,
    5000,
  );
  return frame;
}

import {LACKS} from './engines.ts';
import {type KeyAction, listChordActions, listTypingActions} from './keys.ts';
import {type Abilities, createPage, type Point} from './page.ts';
import type {PageOptions} from './running.ts';
import type {TapProxy} from './tap-proxy.ts';
import type {Json, Page, Size} from './types.ts';
import {waitUntil} from './wait.ts';
import type {Command, WebDriver} from './webdriver.ts';
import {createRunner, type Runner} from './webkit-run.ts';

/** What the pages of a running WebKit are reached by. */
export interface Ways {
  driver: WebDriver;
  proxy: TapProxy;
  /** Handle of the window that the browser began with; it stays open as long as the browser. */
  base: string;
}

/** How long a window may take to have the size it was given, in milliseconds. */
const RESIZE_LIMIT_MS = 5000;

/** One window, and the commands that go to it. */
interface Window {
  send(command: Command): Promise<unknown>;
  post(path: string, body?: Command['body']): Promise<unknown>;
  /** Goes to an address and waits for its load event. */
  load(url: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens an address in a new window and waits for its load event; closes the window where that fails. */
export async function openWebkitPage(ways: Ways, url: string, options: PageOptions): Promise<Page> {
  const {width = 1280, height = 800, waitLimitMs} = options;
  const {proxy} = ways;
  const seenBefore = proxy.requests().length;
  const window = await openWindow(ways);
  const runner = createRunner((script, args) => window.post('/execute/async', {script, args}));
  try {
    const frameFor = (size: Size) => fitWindow(size, {runner, window});
    const sizing = createSizing(window, {frameFor, frame: await frameFor({width, height})});
    await window.load(url);
    const tap = () => proxy.requests().slice(seenBefore);
    const hands = {...createInput(window), ...sizing, ...createNavigation(window, runner)};
    const network = createNetwork(proxy, runner);
    return createPage({...hands, ...network, ...createReports(window, runner), tap}, {engine: 'webkit', waitLimitMs});
  } catch (error) {
    await window.close();
    throw error;
  }
}

async function openWindow({driver, proxy, base}: Ways): Promise<Window> {
  const made = await driver.inWindow(base, () =>
    driver.send({method: 'POST', path: '/window/new', body: {type: 'window'}}),
  );
  // The protocol promises a handle.
  const {handle} = made as {handle: string};
  const send = (command: Command) => driver.inWindow(handle, () => driver.send(command));
  const post = (path: string, body: Command['body'] = {}) => send({method: 'POST', path, body});
  return {
    send,
    post,
    async load(url) {
      const before = proxy.brokenDocuments().length;
      await post('/url', {url});
      // The driver is content with the browser's own page about an error.
      const {href} = new URL(url);
      if (proxy.brokenDocuments().slice(before).includes(href)) throw new Error(`WebKit could not load ${href}`);
    },
    close: async () => void (await send({method: 'DELETE', path: '/window'})),
  };
}

/** Wheels so far: each page has its own. */
let wheelCount = 0;

type Input = Pick<Abilities, 'type' | 'press' | 'moveTo' | 'clickAt' | 'touchAt' | 'wheelAt'>;

function createInput({post}: Window): Input {
  const wheel = `wheel ${++wheelCount}`;
  let turnedPx = 0;

  async function press(actions: readonly KeyAction[]): Promise<void> {
    await post('/actions', {actions: [{type: 'key', id: 'keyboard', actions}]});
  }

  async function point({x, y}: Point, then: readonly Json[]): Promise<void> {
    const actions = [{type: 'pointerMove', x: Math.round(x), y: Math.round(y)}, ...then];
    await post('/actions', {actions: [{type: 'pointer', id: 'mouse', parameters: {pointerType: 'mouse'}, actions}]});
  }

  const button = 0;
  return {
    type: (text) => press(listTypingActions(text)),
    press: (keys) => press(listChordActions(keys)),
    moveTo: (at) => point(at, []),
    clickAt: (at) =>
      point(at, [
        {type: 'pointerDown', button},
        {type: 'pointerUp', button},
      ]),
    async touchAt() {
      throw new Error(LACKS.webkit.touch);
    },
    async wheelAt({x, y}, downPx) {
      await point({x, y}, []);
      const at = {x: Math.round(x), y: Math.round(y), origin: 'viewport', deltaX: 0, duration: 0};
      // This driver turns the wheel by how much a step differs from the one before, of an earlier call too.
      const steps = [turnedPx, turnedPx + downPx].map((deltaY) => ({type: 'scroll', ...at, deltaY}));
      turnedPx += downPx;
      await post('/actions', {actions: [{type: 'wheel', id: wheel, actions: steps}]});
    },
  };
}

interface Sizing {
  /** Gives the viewport a size and tells what the window has for it. */
  frameFor(size: Size): Promise<Size>;
  /** What the window has been given. */
  frame: Size;
}

function createSizing({post}: Window, {frameFor, frame}: Sizing): Pick<Abilities, 'hide' | 'show' | 'resize'> {
  let {width, height} = frame;
  return {
    hide: async () => void (await post('/window/minimize')),
    // A window that is given a size is brought back.
    show: async () => void (await post('/window/rect', {width, height})),
    async resize(size) {
      ({width, height} = await frameFor(size));
    },
  };
}

// The engine asks the machine whether there is a network, so that a page has to be told otherwise.
function createNetwork(proxy: TapProxy, {run}: Runner): Pick<Abilities, 'goOffline' | 'goOnline'> {
  return {
    async goOffline() {
      // first, as a browser does: what breaks then breaks for want of a network
      await run(() => {
        Object.defineProperty(navigator, 'onLine', {value: false, configurable: true});
        dispatchEvent(new Event('offline'));
      });
      proxy.cutOff();
    },
    async goOnline() {
      proxy.letThrough();
      await run(() => {
        Reflect.deleteProperty(navigator, 'onLine');
        dispatchEvent(new Event('online'));
      });
    },
  };
}

// What the page has told is lost with its document, so it is heard before.
function createNavigation(
  {post, load, close}: Window,
  {listen}: Runner,
): Pick<Abilities, 'goto' | 'reload' | 'back' | 'close'> {
  async function leave(go: () => Promise<unknown>): Promise<void> {
    await listen();
    await go();
  }
  return {
    goto: (url) => leave(() => load(url)),
    reload: () => leave(() => post('/refresh')),
    back: () => leave(() => post('/back')),
    close: () => leave(close),
  };
}

function createReports(
  {send}: Window,
  {run, listen}: Runner,
): Pick<Abilities, 'run' | 'consoleLines' | 'errors' | 'screenshot'> {
  return {
    run,
    consoleLines: async () => (await listen()).lines,
    errors: async () => (await listen()).errors,
    // The protocol promises Base64.
    screenshot: async () => Buffer.from((await send({method: 'GET', path: '/screenshot'})) as string, 'base64'),
  };
}

// The protocol sizes windows, not viewports: the window is as much larger as its own bar is high.
async function fitWindow(wanted: Size, {runner, window}: {runner: Runner; window: Window}): Promise<Size> {
  const resize = ({width, height}: Size) => window.post('/window/rect', {width, height});
  let frame = wanted;
  let got: Size | undefined;
  await resize(frame);
  await waitUntil(
    async () => {
      const {inner, outer} = await runner.run(() => ({
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
    RESIZE_LIMIT_MS,
  );
  return frame;
}

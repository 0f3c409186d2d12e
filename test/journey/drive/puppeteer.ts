import {connect, type Browser as Driver, type Page as DriverPage, type KeyInput} from 'puppeteer-core';
import {createNavigation} from './navigation.ts';
import {observePage} from './observe.ts';
import {type Abilities, createPage} from './page.ts';
import type {PageOptions} from './running.ts';
import type {ChromiumOnly, Json, Page, Size} from './types.ts';
import {waitUntil} from './wait.ts';

/** How long one command to the browser may take, in milliseconds; a page's promise that is awaited counts too. */
const COMMAND_LIMIT_MS = 60_000;

/** Chromium or Firefox, reached over its wire. */
export interface Wire {
  engine: 'chromium' | 'firefox';
  driver: Driver;
  /** The tab that the browser began with: it comes to the front when a page is to be hidden. */
  cover: DriverPage;
}

/**
 * Connects to a running Chromium or Firefox.
 *
 * @param address - of the web socket that the browser announced.
 */
export async function connectWire(engine: 'chromium' | 'firefox', address: string): Promise<Wire> {
  const driver = await connect({
    browserWSEndpoint: engine === 'firefox' ? `${address}/session` : address,
    protocol: engine === 'firefox' ? 'webDriverBiDi' : 'cdp',
    protocolTimeout: COMMAND_LIMIT_MS,
    acceptInsecureCerts: true,
    defaultViewport: null,
  });
  const [first] = await driver.pages();
  return {engine, driver, cover: first ?? (await driver.newPage())};
}

/** Opens an address in a new tab and waits for its load event; closes the tab where that fails. */
export async function openPage(wire: Wire, url: string, options: PageOptions): Promise<Page> {
  const {engine, driver} = wire;
  const {width = 1280, height = 800, touch = false, waitLimitMs} = options;
  const page = await driver.newPage();
  const observed = observePage(engine, page);
  // Firefox as a whole has fingers or none, and no other layout for them
  const fingers = engine === 'chromium' && touch ? {hasTouch: true, isMobile: true} : {};
  const resize = (size: Size) => page.setViewport({...size, ...fingers});
  await resize({width, height});
  if (engine === 'chromium') await emulateLook(page, options);
  const navigation = createNavigation(engine, page);
  try {
    await navigation.goto(url);
  } catch (error) {
    await page.close();
    throw error;
  }
  const special = engine === 'chromium' ? {chromium: await createChromiumOnly(page)} : {};
  return createPage(
    {...createHands(page, wire), resize, ...navigation, ...observed, ...special},
    {engine, waitLimitMs},
  );
}

// The driver's own way does not know of forced colours.
async function emulateLook(
  page: DriverPage,
  {dark = false, reducedMotion = false, forcedColors = false}: PageOptions,
): Promise<void> {
  const wire = await page.createCDPSession();
  await wire.send('Emulation.setEmulatedMedia', {
    features: [
      {name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'},
      {name: 'prefers-reduced-motion', value: reducedMotion ? 'reduce' : 'no-preference'},
      {name: 'forced-colors', value: forcedColors ? 'active' : 'none'},
    ],
  });
}

type Hands = Omit<Abilities, 'goto' | 'reload' | 'back' | 'resize' | 'tap' | 'consoleLines' | 'errors' | 'chromium'>;

function createHands(page: DriverPage, {engine, driver, cover}: Wire): Hands {
  return {
    run: <T, A extends Json[]>(work: (...args: A) => T | Promise<T>, ...args: A) =>
      // The driver's own type for the result is the same, unwrapped in another way.
      page.evaluate(work as (...args: unknown[]) => unknown, ...args) as Promise<T>,
    type: (text) => page.keyboard.type(text),
    async press(keys) {
      // Our key names are among the driver's.
      const inputs = keys as readonly KeyInput[];
      const held = inputs.slice(0, -1);
      for (const key of held) await page.keyboard.down(key);
      for (const key of inputs.slice(-1)) await page.keyboard.press(key);
      for (const key of held.toReversed()) await page.keyboard.up(key);
    },
    moveTo: ({x, y}) => page.mouse.move(x, y, {steps: 3}),
    clickAt: ({x, y}) => page.mouse.click(x, y),
    touchAt: ({x, y}) => page.touchscreen.tap(x, y),
    async wheelAt({x, y}, downPx) {
      await page.mouse.move(x, y);
      await page.mouse.wheel({deltaY: downPx});
    },
    goOffline: () => page.setOfflineMode(true),
    goOnline: () => page.setOfflineMode(false),
    hide: () => cover.bringToFront(),
    show: () => page.bringToFront(),
    async close() {
      if (!driver.connected || page.isClosed()) return;
      const gone = new Promise((resolve) => page.once('close', resolve));
      // Only so do the page's own handlers run, as when a visitor closes the tab. Chromium refuses while it exchanges the
      // page for one of its back-forward cache.
      await waitUntil(
        () => page.close({runBeforeUnload: true}).then(() => true),
        () => `${engine} to close a tab`,
      );
      await gone;
    },
    screenshot: () => page.screenshot(),
  };
}

async function createChromiumOnly(page: DriverPage): Promise<ChromiumOnly> {
  const wire = await page.createCDPSession();
  return {
    // The method's name is the caller's affair; the driver types only those it knows.
    cdp: (method, params) => wire.send(method as 'Runtime.enable', params as undefined),
    slowCpu: (factor) => page.emulateCPUThrottling(factor),
  };
}

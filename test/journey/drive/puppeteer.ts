import {
  type CDPSession,
  connect,
  type Browser as Driver,
  type Page as DriverPage,
  type HTTPRequest,
  type KeyInput,
} from 'puppeteer-core';
import {type Abilities, createPage} from './page.ts';
import type {PageOptions} from './running.ts';
import type {ChromiumOnly, EngineName, Json, Page, PageRequest} from './types.ts';
import {waitUntil} from './wait.ts';

/** How long one command to the browser may take, in milliseconds; a page's promise that is awaited counts too. */
const COMMAND_LIMIT_MS = 60_000;

/** How long a page may take to load, in milliseconds. */
const LOAD_LIMIT_MS = 30_000;

/** Chromium or Firefox, reached over its wire. */
export interface Wire {
  open(url: string, options: PageOptions): Promise<Page>;
  /** Asks the browser to end; resolves when it agreed. */
  close(): Promise<void>;
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
  // The tab that the browser began with is what comes to the front when a page is to be hidden.
  const [blank] = await driver.pages();
  const cover = blank ?? (await driver.newPage());
  return {
    open: (url, options) => openPage(engine, {driver, cover}, url, options),
    close: () => driver.close(),
  };
}

async function openPage(
  engine: EngineName,
  {driver, cover}: {driver: Driver; cover: DriverPage},
  url: string,
  {width = 1280, height = 800, dark = false, reducedMotion = false, waitLimitMs}: PageOptions,
): Promise<Page> {
  const page = await driver.newPage();
  const requests: PageRequest[] = [];
  const lines: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    if (isTapped(request)) requests.push(describeRequest(engine, request));
  });
  page.on('console', (message) => lines.push(message.text()));
  page.on('pageerror', (error) => errors.push(describeError(engine, error)));
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
  await page.setViewport({width, height});
  if (engine === 'chromium') {
    await page.emulateMediaFeatures([
      {name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'},
      {name: 'prefers-reduced-motion', value: reducedMotion ? 'reduce' : 'no-preference'},
    ]);
  }
  await page.goto(url);

  // The driver's own waiting never ends in Firefox once a page came out of the back-forward cache, so it is not relied on.
  async function leave(
    start: () => Promise<unknown>,
    {sameDocument}: {sameDocument: 'counts' | 'waits'},
  ): Promise<void> {
    const before = await page.evaluate(readPlace);
    const arrived = waitUntil(
      async () => {
        const now = await page.evaluate(readPlace);
        const moved = now.bornAt !== before.bornAt || (sameDocument === 'counts' && now.url !== before.url);
        return moved && now.settled;
      },
      () => `${engine} to leave ${before.url}`,
      LOAD_LIMIT_MS,
    );
    const started = start();
    await (sameDocument === 'counts' ? started.then(() => arrived) : Promise.race([started, arrived]));
  }

  // What happened in the page before a command has arrived here once that command is answered.
  async function flush(): Promise<void> {
    if (!page.isClosed()) await page.evaluate(() => 0).catch(() => undefined);
  }

  const abilities: Abilities = {
    run: <T, A extends Json[]>(work: (...args: A) => T | Promise<T>, ...args: A) =>
      // The driver's own type for the result is the same, unwrapped in another way.
      page.evaluate(work as (...args: unknown[]) => unknown, ...args) as Promise<T>,
    type: (text) => page.keyboard.type(text),
    async press(keys) {
      // Our key names are among the driver's.
      const inputs = keys as readonly KeyInput[];
      for (const held of inputs.slice(0, -1)) await page.keyboard.down(held);
      const last = inputs.at(-1);
      if (last) await page.keyboard.press(last);
      for (const held of inputs.slice(0, -1).toReversed()) await page.keyboard.up(held);
    },
    moveTo: ({x, y}) => page.mouse.move(x, y, {steps: 3}),
    clickAt: ({x, y}) => page.mouse.click(x, y),
    hide: () => cover.bringToFront(),
    show: () => page.bringToFront(),
    goto: (next) => leave(() => page.goto(next, {timeout: LOAD_LIMIT_MS}), {sameDocument: 'waits'}),
    reload: () => leave(() => page.reload({timeout: LOAD_LIMIT_MS}), {sameDocument: 'waits'}),
    back: () => leave(() => page.evaluate(() => void setTimeout(() => history.back(), 0)), {sameDocument: 'counts'}),
    async close() {
      const gone = new Promise((resolve) => page.once('close', resolve));
      // Only so do the page's own handlers run, as when a visitor closes the tab.
      await page.close({runBeforeUnload: true});
      await gone;
    },
    tap: () => [...requests],
    async consoleLines() {
      await flush();
      return [...lines];
    },
    async errors() {
      await flush();
      return [...errors];
    },
    screenshot: () => page.screenshot(),
    ...(engine === 'chromium' ? {chromium: createChromiumOnly(page, await page.createCDPSession())} : {}),
  };
  return createPage(abilities, {engine, waitLimitMs});
}

// A document that stands for an error is never settled: the driver tells of the error.
function readPlace(): {url: string; bornAt: number; settled: boolean} {
  const failed = document.documentURI.startsWith('about:neterror');
  return {url: location.href, bornAt: performance.timeOrigin, settled: document.readyState === 'complete' && !failed};
}

function createChromiumOnly(page: DriverPage, wire: CDPSession): ChromiumOnly {
  return {
    // The method's name is the caller's affair; the driver types only those it knows.
    cdp: (method, params) => wire.send(method as 'Runtime.enable', params as undefined),
    slowCpu: (factor) => page.emulateCPUThrottling(factor),
    goOffline: () => page.setOfflineMode(true),
    goOnline: () => page.setOfflineMode(false),
  };
}

function isTapped(request: HTTPRequest): boolean {
  const url = request.url();
  return /^(https?|wss?):/.test(url) && new URL(url).pathname !== '/favicon.ico';
}

// The driver gives no kind for Firefox; a header that the browser sends does.
function describeRequest(engine: EngineName, request: HTTPRequest): PageRequest {
  const kind = engine === 'chromium' ? request.resourceType() : request.headers()['sec-fetch-dest'];
  const bare = {method: request.method(), url: request.url()};
  return kind === undefined ? bare : {...bare, kind: kind === 'empty' ? 'fetch' : kind};
}

// Firefox already puts the name before the message.
function describeError(engine: EngineName, error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return engine === 'firefox' ? error.message : `${error.name}: ${error.message}`;
}

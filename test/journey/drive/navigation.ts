import type {Page as DriverPage} from 'puppeteer-core';
import type {Abilities} from './page.ts';
import type {Json} from './types.ts';
import {waitUntil} from './wait.ts';

/** How long a page may take to load, in milliseconds. */
const LOAD_LIMIT_MS = 30_000;

/** Creates the ways from one document to another for a page of Chromium or Firefox. */
export function createNavigation(
  engine: 'chromium' | 'firefox',
  page: DriverPage,
): Pick<Abilities, 'goto' | 'reload' | 'back'> {
  const {load, reload} = engine === 'firefox' ? createFirefoxLoading(page) : createChromiumLoading(page);
  return {
    goto: load,
    reload,
    // The driver's own way waits for a load event, which does not come when the page comes out of a cache.
    async back() {
      const before = await page.evaluate(readPlace);
      await page.evaluate(() => void setTimeout(() => history.back(), 0));
      await waitUntil(
        async () => {
          const now = await page.evaluate(readPlace);
          return now.settled && (now.bornAt !== before.bornAt || now.url !== before.url);
        },
        () => `${engine} to go back from ${before.url}`,
        LOAD_LIMIT_MS,
      );
    },
  };
}

interface Loading {
  load(url: string): Promise<void>;
  reload(): Promise<void>;
}

function createChromiumLoading(page: DriverPage): Loading {
  return {
    load: async (url) => void (await page.goto(url, {timeout: LOAD_LIMIT_MS})),
    reload: async () => void (await page.reload({timeout: LOAD_LIMIT_MS})),
  };
}

// The driver's own waiting never ends in Firefox once a page came out of the back-forward cache, so the browser itself is
// asked to wait. The driver has no public way to send a command of the protocol: the cast names the parts that are used.
function createFirefoxLoading(page: DriverPage): Loading {
  const {connection} = page.browser() as unknown as {
    connection: {send(method: string, params: {readonly [name: string]: Json}): Promise<unknown>};
  };
  const {_id: context} = page.mainFrame() as unknown as {_id: string};
  return {
    load: async (url) => void (await connection.send('browsingContext.navigate', {context, url, wait: 'complete'})),
    reload: async () => void (await connection.send('browsingContext.reload', {context, wait: 'complete'})),
  };
}

function readPlace(): {url: string; bornAt: number; settled: boolean} {
  return {url: location.href, bornAt: performance.timeOrigin, settled: document.readyState === 'complete'};
}

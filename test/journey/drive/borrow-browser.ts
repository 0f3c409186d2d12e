import {openBrowser} from './open-browser.ts';
import type {Browser, EngineName, Page} from './types.ts';

/** A browser that its borrower opens pages in and gives back; how it ends is not his affair. */
export type Borrowed = Omit<Browser, 'kill' | 'processes'>;

/** A running browser, and the origins that may have left something in its storage. */
interface Shared {
  browser: Browser;
  origins: Set<string>;
}

/** What nobody uses at the moment. It ends with this process. */
const idle = new Map<EngineName, Shared[]>();

/**
 * Gives a browser that an earlier test file of this process gave back, or a new one: to start one costs more than most
 * tests. `close` closes the pages that are left and gives it back. What an earlier borrower stored is met by nobody: a
 * page whose origin it used as well, by the chance of a port that was given out again, opens in a browser of its own.
 *
 * @throws when the engine is not installed here or does not start.
 */
export async function borrowBrowser(engine: EngineName): Promise<Borrowed> {
  const shared = idle.get(engine)?.pop() ?? {browser: await openBrowser(engine), origins: new Set<string>()};
  const used = new Set<string>();
  const pages = new Set<Page>();
  let own: Promise<Browser> | undefined;
  let isBroken = false;
  let ended: Promise<void> | undefined;

  function homeOf(origin: string): Browser | Promise<Browser> {
    if (!shared.origins.has(origin)) return shared.browser;
    own ??= openBrowser(engine);
    return own;
  }

  function breaking<T>(done: Promise<T>): Promise<T> {
    done.catch(() => {
      isBroken = true;
    });
    return done;
  }

  async function giveBack(): Promise<void> {
    // a browser that fell is not the next one's
    for (const page of pages) await breaking(page.close()).catch(() => undefined);
    await (await own)?.close();
    if (isBroken) return shared.browser.kill();
    for (const origin of used) shared.origins.add(origin);
    const others = idle.get(engine) ?? [];
    idle.set(engine, [...others, shared]);
  }

  return {
    engine,
    async open(url, options) {
      if (ended) throw new Error(`The ${engine} browser was given back`);
      const {origin} = new URL(url);
      used.add(origin);
      const home = await homeOf(origin);
      const page = await breaking(home.open(url, options));
      pages.add(page);
      return page;
    },
    close() {
      ended ??= giveBack();
      return ended;
    },
  };
}

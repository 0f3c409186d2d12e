import {startChromium} from './chromium.ts';
import {startFirefox} from './firefox.ts';
import {createRoom, type Room} from './room.ts';
import type {Look, Running, Start} from './running.ts';
import type {Browser, BrowserOptions, EngineName} from './types.ts';
import {WAIT_LIMIT_MS} from './wait.ts';
import {startWebkit} from './webkit.ts';

const STARTS: Record<EngineName, Start> = {chromium: startChromium, firefox: startFirefox, webkit: startWebkit};

/** How long a browser may take to end in its own way before it is ended by force, in milliseconds. */
const CLOSE_LIMIT_MS = 10_000;

/** A browser of one look, and the room it lives in. */
interface Lodger {
  room: Room;
  running: Promise<Running>;
}

/**
 * Starts a browser with a fresh profile, or the one that is given.
 *
 * @throws when the engine is not installed here or does not start; nothing is left then.
 */
export async function openBrowser(engine: EngineName, options: BrowserOptions = {}): Promise<Browser> {
  const lodgers = new Map<string, Lodger>();
  const {waitLimitMs = WAIT_LIMIT_MS} = options;
  let ended: Promise<void> | undefined;

  function lodge(look: Look): Lodger {
    // Chromium gives each page its look; the other engines have one look for all pages.
    const key = engine === 'chromium' ? 'any' : JSON.stringify(look);
    const there = lodgers.get(key);
    if (there) return there;
    const room = createRoom();
    // Two browsers cannot share one profile: only the first gets the caller's.
    const own = lodgers.size === 0 ? options : {};
    const lodger = {room, running: STARTS[engine](room, {...own, ...look})};
    lodgers.set(key, lodger);
    lodger.running.catch(() => lodgers.delete(key));
    return lodger;
  }

  async function start(look: Look): Promise<Running> {
    const {room, running} = lodge(look);
    try {
      return await running;
    } catch (error) {
      await room.clear();
      throw error;
    }
  }

  async function end(leave: (lodger: Lodger) => Promise<void>): Promise<void> {
    await Promise.all(
      [...lodgers.values()].map(async (lodger) => {
        await leave(lodger);
        await lodger.room.clear();
      }),
    );
  }

  await start({dark: false, reducedMotion: false, forcedColors: false, touch: false});

  return {
    engine,
    async open(url, {dark = false, reducedMotion = false, forcedColors = false, touch = false, ...size} = {}) {
      if (ended) throw new Error(`The ${engine} browser is closed`);
      const look = {dark, reducedMotion, forcedColors, touch};
      const running = await start(look);
      return running.open(url, {...size, ...look, waitLimitMs});
    },
    close() {
      ended ??= end(leaveOrderly);
      return ended;
    },
    kill() {
      ended ??= end(async () => undefined);
      return ended;
    },
    processes: () => [...lodgers.values()].flatMap(({room}) => room.processes()),
  };
}

async function leaveOrderly({running}: Lodger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_LIMIT_MS);
  });
  // A browser that does not end by itself is ended with its room.
  const asked = running.then((browser) => browser.close()).catch(() => undefined);
  await Promise.race([asked, late]);
  clearTimeout(timer);
}

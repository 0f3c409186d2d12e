import type {EngineName} from '../../journey/drive/index.ts';
import {createRandom} from '../../latency/random.ts';

/** How a page is ended in the middle of a turn. */
export type Way = 'close' | 'navigate' | 'reload' | 'crash' | 'kill' | 'bfcache';

/** Where a turn is when its page ends. */
export type Moment = 'before the first token' | 'streaming' | 'just settled';

/** One end of a page. */
export interface End {
  /** Its number, from 1: the question that is asked. */
  number: number;
  way: Way;
  moment: Moment;
  /** How long after that moment has begun, in ms. */
  delayMs: number;
  /** How many tokens the answer has by then, where it is streaming. */
  tokenCount: number;
}

/** The ways in which a page of each engine can be ended here, and what is to be said of them. */
export const WAYS: Readonly<Record<EngineName, {ways: readonly Way[]; remarks?: readonly string[]}>> = {
  chromium: {ways: ['close', 'navigate', 'reload', 'crash', 'kill', 'bfcache']},
  firefox: {ways: ['close', 'navigate', 'reload', 'crash', 'kill', 'bfcache']},
  webkit: {
    ways: ['close', 'navigate', 'reload', 'kill', 'bfcache'],
    remarks: [
      'no crash: the session of the driver ends with the process of a page',
      'kill without the driver, by pages that play by themselves: WebKit keeps nothing while it is automated',
    ],
  },
};

/** What each way does. */
export const WAY_WORDS: Readonly<Record<Way, string>> = {
  close: 'the tab is closed',
  navigate: 'another address is gone to',
  reload: 'the page is loaded again',
  crash: 'the process that shows it ends by SIGKILL',
  kill: 'the whole browser ends by SIGKILL; the next one has its profile',
  bfcache: 'another address is gone to, and back',
};

const MOMENTS: readonly Moment[] = ['before the first token', 'streaming', 'just settled'];

/** Within how many ms of the moment's beginning the end comes. */
const WITHIN_MS: Readonly<Record<Moment, number>> = {
  'before the first token': 60,
  streaming: 30,
  'just settled': 1200, // a settled turn goes within a second
};

/** The most tokens that an answer has when its page ends. */
const MOST_TOKENS = 12;

/** The smallest number of ends by killing, and the share of 300 that it is. */
export const KILL_COUNT = 30;
export const KILL_SHARE = KILL_COUNT / 300;

/**
 * Spreads ends evenly over the moments and the ways, the same for the same seed.
 *
 * @param options.killShare - Which share of them is by killing, rounded up; the last is among them. A browser takes longer
 * to start than any other end takes.
 */
export function planEnds(engine: EngineName, options: {count: number; seed: number; killShare: number}): End[] {
  const {count, seed, killShare} = options;
  const random = createRandom(seed);
  const gentle = WAYS[engine].ways.filter((way) => way !== 'kill');
  const killCount = Math.ceil(count * killShare);
  return Array.from({length: count}, (_, at) => {
    const kills = Math.floor((at * killCount) / count);
    const isKill = Math.floor(((at + 1) * killCount) / count) > kills;
    const place = isKill ? kills : at - kills;
    // neither 4 nor 5 ways are a multiple of the moments, so that each meets all
    const moment = MOMENTS[(place + seed) % MOMENTS.length] ?? 'streaming';
    return {
      number: at + 1,
      way: isKill ? 'kill' : (gentle[place % gentle.length] ?? 'close'),
      moment,
      delayMs: Math.floor(random() * WITHIN_MS[moment]),
      tokenCount: 1 + Math.floor(random() * MOST_TOKENS),
    };
  });
}

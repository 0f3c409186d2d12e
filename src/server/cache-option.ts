import {roundMs} from '../latency/index.ts';

/** What is known of a question, and after its answer of that, when it is asked whether both are for everybody. */
export interface PublicTurn {
  /** The visitor's words. */
  question: string;
  /** What the classifier took it for. */
  promptClass: string;
  /** The page's, as a BCP 47 tag; absent when the page did not say. */
  language?: string;
  /** What the page says of itself: data from the browser. */
  page?: unknown;
  /** There once the answer is whole. */
  answer?: string;
}

/** How answers are kept and given again. Without it none are. */
export interface CacheOptions {
  /**
   * Says whether an answer is the same for everybody. Runs before an answer is looked for, and again with `answer` before
   * it is kept; what it throws means no. Whatever it says, an answer with facts about its visitor in the prompt, one after
   * earlier messages, and one to a question with an address or a long number is never kept.
   */
  isPublic: (turn: PublicTurn) => boolean;
  /** How long an answer is fresh, in ms; default DEFAULT_CACHE.ttlMs. */
  ttlMs?: number;
  /** How much longer it is given as stale while a new one is made, in ms; 0 for never; default DEFAULT_CACHE.staleMs. */
  staleMs?: number;
  /** What answers depend on beside the question; those of another version are forgotten. Default one for ever. */
  version?: string | (() => string);
  /** Labels by which answers are dropped; default the prompt class. */
  tags?: (turn: PublicTurn) => readonly string[];
  /** Says whose visitor asks, where one handler serves several shops; default the host of the request. */
  tenant?: (request: Request) => string;
  /**
   * Decides who may drop answers with `DELETE {endpoint}?tag=…`: true lets, false refuses with 403, null with 401, a
   * Response refuses as it is, a throw with 503. Without it DELETE is refused with 405.
   */
  authorize?: (request: Request) => unknown;
  /** From which cosine of two embeddings on questions are the same, 0 to 1; default DEFAULT_CACHE.minLikeness. */
  minLikeness?: number;
  /** How many answers are kept in this process; default DEFAULT_CACHE.entryCount. */
  entryCount?: number;
}

/**
 * What holds where a cache does not say otherwise: an hour fresh, ten minutes more as stale, 2,000 answers, and a cosine of
 * 0.95, below which embeddings of questions that differ in one name are still found.
 */
export const DEFAULT_CACHE = {ttlMs: 3_600_000, staleMs: 600_000, entryCount: 2_000, minLikeness: 0.95} as const;

/** Reads a cache's numbers; what is none of its kind falls back to its default with a line. */
export function readCacheNumbers(
  given: CacheOptions,
  warn: (line: string) => void,
): Record<keyof typeof DEFAULT_CACHE, number> {
  const numbers: Record<keyof typeof DEFAULT_CACHE, number> = {...DEFAULT_CACHE};
  const fits: Readonly<Record<keyof typeof DEFAULT_CACHE, (value: number) => boolean>> = {
    ttlMs: (value) => value > 0 && Number.isFinite(value),
    staleMs: (value) => value >= 0 && Number.isFinite(value),
    entryCount: (value) => value > 0 && Number.isSafeInteger(value),
    minLikeness: (value) => value > 0 && value <= 1,
  };
  for (const name of ['ttlMs', 'staleMs', 'entryCount', 'minLikeness'] as const) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value === 'number' && fits[name](value)) numbers[name] = name === 'minLikeness' ? value : roundMs(value);
    else warn(`cache.${name} is not a number that it can be; it is ${DEFAULT_CACHE[name]}`);
  }
  return numbers;
}

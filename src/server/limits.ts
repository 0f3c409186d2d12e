import {PROMPT_CHARS} from '../protocol/index.ts';

/** The sizes above which a request is refused or cut, and how much is kept. */
export interface Limits {
  /** Largest body of a POST in bytes, as read; above it the answer is 413. */
  bodyBytes: number;
  /**
   * Longest prompt in UTF-16 units, instructions apart. A question above it is refused with 413; of the earlier
   * messages the newest that fit are kept.
   */
  promptChars: number;
  /** Largest `fw.context` (the page's own facts) in bytes of JSON; above it the answer is 413. */
  contextBytes: number;
  /**
   * How many runs are kept for readers that come back, each for a minute after its end and with at most 256 KiB of
   * events. Beyond it the oldest that has ended is forgotten, or else the oldest that nobody reads is given up.
   */
  runCount: number;
  /** Questions a minute in one conversation, and at once; above it the answer is 429. */
  conversationMinuteCount: number;
  /** Questions a minute of one visitor, where `authorize` tells visitors apart. */
  visitorMinuteCount: number;
  /** Questions a minute from one address, where `address` names it; many visitors may share one. */
  addressMinuteCount: number;
  /** Questions a minute of all together. */
  minuteCount: number;
  /** Answers that are made at the same time; questions above it wait in line. */
  runningCount: number;
  /** Questions that wait in line, each at most QUEUE_WAIT_MS; above it the answer is 503. */
  queuedCount: number;
}

/**
 * The limits of a handler that sets none: 256 KiB of body, 32,000 characters of prompt, 2 KiB of page facts, 500 runs
 * (8 turns a second; 12 MB when answers have a hundred tokens, 300 MB when every answer is longer than what is held);
 * 30 questions a minute in a conversation, 60 of a visitor, 300 from an address, 6,000 of all; 400 answers at the same time
 * and 100 questions in line for them.
 */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  bodyBytes: 262_144,
  promptChars: PROMPT_CHARS,
  contextBytes: 2_048,
  runCount: 500,
  conversationMinuteCount: 30,
  visitorMinuteCount: 60,
  addressMinuteCount: 300,
  minuteCount: 6_000,
  runningCount: 400,
  queuedCount: 100,
};

/**
 * Reads the limits that a handler was given; what is not a positive whole number falls back to its default.
 *
 * @param given - Any of the limits.
 * @param warn - Is told each limit that fell back.
 */
export function readLimits(given: Partial<Limits> | undefined, warn: (line: string) => void): Limits {
  const limits = {...DEFAULT_LIMITS};
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]) {
    // its own names
    const value = given?.[name];
    if (value === undefined) continue;
    if (Number.isSafeInteger(value) && value > 0) limits[name] = value;
    else warn(`limits.${name} is not a positive whole number; it is ${DEFAULT_LIMITS[name]}`);
  }
  return limits;
}

import {isPassing, readRetryAfterMs} from './failure.ts';
import {pause} from './pause.ts';

/** The retries of one answer. */
export interface Retries {
  /**
   * Waits before a failed call is made again; at once false when it is not to be.
   *
   * @param signal - Ends the waiting; it rejects with its reason.
   */
  wait(error: unknown, signal: AbortSignal | undefined): Promise<boolean>;
  /** How often it has waited. */
  count(): number;
}

/** The wait before the first retry is below this, in ms; each further one may be twice as long. */
const RETRY_BASE_MS = 500;

/** The longest wait of our own choice, in ms. */
const RETRY_MAX_MS = 4_000;

/** The longest wait that a provider may ask for, in ms; nobody is kept waiting longer. */
const RETRY_AFTER_MAX_MS = 10_000;

/** The most retries that an answer may have. */
const MAX_RETRY_COUNT = 5;

/**
 * Creates the retries of one answer. A call is made again that had a failure which may pass (no connection, 408, 425, 429,
 * 5xx), before the answer's first text, after a random wait (full jitter) beyond what the provider asks for, and only
 * where that fits the answer's deadline.
 *
 * @param options.mostCount - How many there may be.
 * @param options.hasBegun - Whether text has come.
 * @param options.leftMs - Reads how long the answer may still take, in ms.
 * @param options.onWait - Is told that a wait begins; what it returns, that it is over.
 */
export function createRetries(options: {
  mostCount: number;
  hasBegun: () => boolean;
  leftMs: () => number;
  onWait: () => () => void;
}): Retries {
  const {mostCount, hasBegun, leftMs, onWait} = options;
  let count = 0;
  return {
    async wait(error, signal) {
      if (count >= mostCount || hasBegun() || !isPassing(error)) return false;
      const askedMs = readRetryAfterMs(error) ?? 0;
      const waitMs = askedMs + Math.random() * Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** count);
      if (askedMs > RETRY_AFTER_MAX_MS || waitMs >= leftMs()) return false;
      count++;
      const end = onWait();
      await pause(waitMs, signal);
      end();
      return true;
    },
    count: () => count,
  };
}

/** Reads how many retries a handler may make; what is no whole number from 0 to 5 is 0, with one line. */
export function readRetriesOption(given: unknown, warn: (line: string) => void): number {
  if (given === undefined) return 0;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= MAX_RETRY_COUNT) return given;
  warn(`retries is not a whole number from 0 to ${MAX_RETRY_COUNT}; it is 0`);
  return 0;
}

import {isStreamError} from '../stream/index.ts';

/** How often a question is asked again after the first time. */
export const MAX_RETRIES = 2;

/** The longest wait before the first retry, in ms; it doubles with each. */
const BASE_MS = 500;

/** The longest wait of its own, in ms. What a server asks for may be longer. */
const CAP_MS = 4000;

/** Statuses that say that a later try may go better. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/**
 * Says how long to wait before a question is asked again that got no word of an answer.
 *
 * Full jitter (a random share of the longest wait) spreads the tries of many pages evenly after an outage; a server's
 * `Retry-After` is obeyed, never undercut.
 *
 * @param options.retries - How often it was asked again already.
 * @param options.leftMs - Time until nobody waits for the answer any more.
 * @param options.random - From 0 to 1.
 * @returns Ms, or undefined when it is not asked again.
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function retryDelayMs(
  cause: unknown,
  {retries, leftMs, random}: {retries: number; leftMs: number; random: number},
): number | undefined {
  if (!isStreamError(cause) || retries >= MAX_RETRIES) return undefined;
  const {kind, status = 0, retryAfterMs = 0} = cause;
  const broke = kind === 'network' || (isStreamError(cause.cause) && cause.cause.kind === 'network');
  if (!broke && !(kind === 'http' && PASSING.includes(status))) return undefined;
  const delayMs = retryAfterMs + random * Math.min(CAP_MS, BASE_MS * 2 ** retries);
  return delayMs < leftMs ? delayMs : undefined;
}

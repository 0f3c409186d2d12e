import {setTimeout as delay} from 'node:timers/promises';

/** How long a condition may take to hold, in milliseconds. */
export const WAIT_LIMIT_MS = 30_000;

/** How long to let a page be between two looks, in milliseconds. */
const BETWEEN_LOOKS_MS = 40;

/**
 * Asks until the answer is truthy and gives that answer; an exception counts as not yet.
 *
 * @param ask - the condition, on this side of the wire.
 * @param explain - says in words what was waited for; called once, when the time is over.
 * @param limitMs - how long to ask, at least once; default {@link WAIT_LIMIT_MS}.
 * @throws when the limit is reached, with the last exception as cause.
 */
export async function waitUntil<T>(
  ask: () => T | Promise<T>,
  explain: () => string,
  limitMs = WAIT_LIMIT_MS,
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const beganMs = performance.now();
  for (;;) {
    let failure: unknown;
    try {
      const answer = await ask();
      // The falsy values are gone after this check; the compiler does not narrow a bare type parameter.
      if (answer) return answer as Exclude<T, undefined | null | false | 0 | ''>;
    } catch (error) {
      if (error instanceof GaveUpError) throw error;
      failure = error;
    }
    if (performance.now() - beganMs > limitMs) {
      const why = failure instanceof Error ? `; last error: ${failure.message}` : '';
      throw new Error(`Waited ${limitMs} ms in vain for ${explain()}${why}`, {cause: failure});
    }
    await delay(BETWEEN_LOOKS_MS);
  }
}

/** Ends a wait at once: what is waited for cannot come any more. */
export class GaveUpError extends Error {
  override name = 'GaveUpError';
}

/** Warming happens at most once in this time, in ms: providers keep connections and prompt prefixes for about five minutes. */
export const WARM_EVERY_MS = 240_000;

/** How long a warming may take, in ms. */
const WARM_MS = 10_000;

/**
 * Creates what warms a provider ahead of the first question.
 *
 * @param warm - Does it; what it throws is dropped, and it is tried again the next time. Undefined: nothing to warm.
 * @returns Warms unless it did within WARM_EVERY_MS; never waits.
 */
export function createWarming(warm: ((signal: AbortSignal) => Promise<unknown>) | undefined): () => void {
  let warmMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = performance.now();
    if (!warm || nowMs - warmMs < WARM_EVERY_MS) return;
    warmMs = nowMs;
    Promise.resolve(AbortSignal.timeout(WARM_MS))
      .then(warm)
      .catch(() => {
        warmMs = Number.NEGATIVE_INFINITY; // the next hello tries again; a question tells what is wrong
      });
  };
}

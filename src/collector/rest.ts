/** What took longer than SUMMARY_CHEAP_MS is kept for so many times what it took: watching costs little. */
export const SUMMARY_REST_RATIO = 4;

/** What takes no longer is computed each time it is asked for. */
export const SUMMARY_CHEAP_MS = 250;

/**
 * Shares one computation among those who ask for the same, and lets a costly one rest for a multiple of what it took.
 *
 * @param ratio - How many times; 0 computes each anew.
 */
export function createRest(ratio: number): <Answer>(key: string, compute: () => Promise<Answer>) => Promise<Answer> {
  const kept = new Map<string, {answer: Promise<unknown>; restsUntilMs: number}>();
  return <Answer>(key: string, compute: () => Promise<Answer>) => {
    const startedMs = performance.now();
    for (const [name, {restsUntilMs}] of kept) if (restsUntilMs <= startedMs) kept.delete(name);
    const known = kept.get(key);
    if (known) return known.answer as Promise<Answer>; // what this key computes, kept below
    const answer = compute();
    const entry = {answer, restsUntilMs: Number.POSITIVE_INFINITY};
    kept.set(key, entry);
    answer.then(
      () => {
        const nowMs = performance.now();
        const tookMs = nowMs - startedMs;
        entry.restsUntilMs = tookMs > SUMMARY_CHEAP_MS ? nowMs + ratio * tookMs : nowMs;
      },
      () => kept.delete(key), // the askers hear why; the next one tries again
    );
    return answer;
  };
}

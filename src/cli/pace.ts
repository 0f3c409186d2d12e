/** How long is worked before it is looked whether to stop, in ms. */
const PAUSE_MS = 50;

/**
 * Does work in steps with pauses, in which a signal is heard.
 *
 * @param steps - Each tells which share is done, 0 to 1.
 * @returns The result, or undefined when it was stopped.
 */
export async function pace<Result>(
  steps: Generator<number, Result>,
  {signal, onShare}: {signal: AbortSignal; onShare: (share: number) => void},
): Promise<Result | undefined> {
  let pausedMs = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() - pausedMs < PAUSE_MS) continue;
    onShare(step.value);
    await new Promise((done) => setImmediate(done));
    if (signal.aborted) return undefined;
    pausedMs = performance.now();
  }
}

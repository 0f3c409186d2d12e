/** Whoever asks waits so long for a fresh answer before it gets the last one. */
export const BACKGROUND_PATIENCE_MS = 1500;

/** An answer is kept at least so long before another one is computed. */
export const BACKGROUND_REST_MS = 10_000;

/** More different answers are not kept, and not awaited. */
const KEPT_COUNT = 40;

/** Computes what takes long, one thing after the other, and keeps the last of each. */
export interface Background {
  /**
   * Gives the answer of a key: the last one while it is fresh, else a new one, unless that takes longer than anybody
   * should wait; then the last one again.
   *
   * @returns Undefined where there is no answer yet: ask again.
   * @throws What `compute` throws.
   */
  ask<Answer>(key: string, compute: () => Promise<Answer>): Promise<Answer | undefined>;
}

interface Entry {
  last?: {answer: unknown; restsUntilMs: number};
  running?: Promise<unknown>;
}

/**
 * Makes such a place.
 *
 * @param options.restRatio - How long an answer is fresh, in times of what it took, and BACKGROUND_REST_MS at least; 0 has
 *   each computed anew, however long one waits.
 * @param options.patienceMs - Default: BACKGROUND_PATIENCE_MS.
 * @param options.onFailed - Runs with each failure, also when nobody waits any more.
 */
export function createBackground(options: {
  restRatio: number;
  patienceMs?: number;
  onFailed: (error: unknown) => void;
}): Background {
  const {restRatio, patienceMs = BACKGROUND_PATIENCE_MS, onFailed} = options;
  const entries = new Map<string, Entry>();
  let line: Promise<unknown> = Promise.resolve();

  async function run(entry: Entry, compute: () => Promise<unknown>): Promise<unknown> {
    const startedMs = performance.now();
    const answer = await compute();
    const nowMs = performance.now();
    const restMs = restRatio === 0 ? 0 : Math.max(BACKGROUND_REST_MS, restRatio * (nowMs - startedMs));
    entry.last = {answer, restsUntilMs: nowMs + restMs};
    return answer;
  }

  function start(entry: Entry, compute: () => Promise<unknown>): Promise<unknown> {
    const running = line.then(() => run(entry, compute));
    entry.running = running;
    line = running.catch(onFailed).finally(() => {
      delete entry.running;
    });
    return running;
  }

  function entryOf(key: string): Entry | undefined {
    const known = entries.get(key);
    const entry: Entry = known ?? {};
    if (!known && entries.size >= KEPT_COUNT) {
      const idle = [...entries].find(([, {running}]) => !running);
      if (!idle) return undefined;
      entries.delete(idle[0]);
    }
    entries.delete(key);
    entries.set(key, entry); // whoever was not asked for longest goes first
    return entry;
  }

  return {
    async ask<Answer>(key: string, compute: () => Promise<Answer>) {
      const entry = entryOf(key);
      if (!entry) return undefined;
      const isFresh = entry.last && performance.now() < entry.last.restsUntilMs;
      if (!isFresh) {
        const running = entry.running ?? start(entry, compute);
        if (restRatio === 0) return (await running) as Answer; // what this key computes, here and below
        const fresh = await withPatience(running, patienceMs);
        if (fresh) return fresh.answer as Answer;
      }
      return entry.last?.answer as Answer | undefined;
    },
  };
}

/** Waits for an answer, but no longer than `patienceMs`. */
async function withPatience(running: Promise<unknown>, patienceMs: number): Promise<{answer: unknown} | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([running.then((answer) => ({answer})), late]);
  } finally {
    clearTimeout(timer);
  }
}

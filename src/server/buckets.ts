import {createMemoryStore, type Store} from './store.ts';

/** Token buckets by name: each holds a minute's worth and fills evenly. */
export interface Buckets {
  /**
   * Takes one out of a bucket.
   *
   * @param minuteCount - How many it holds, and how many flow in per minute.
   * @returns undefined when there was one, else how long until there is, in ms; nothing was taken then.
   */
  take(name: string, minuteCount: number): Promise<number | undefined>;
}

interface Level {
  spentCount: number;
  at: number;
}

const MINUTE_MS = 60_000;

/**
 * Creates buckets in a store. In this process a bucket's takers follow each other, so that a burst gets no more than is in
 * it; instances that share a store may each let one more through at the same instant. While the store fails this
 * process counts alone.
 *
 * @param options.warn - Is told that the store failed.
 */
export function createBuckets(options: {store: Store; warn: (line: string) => void}): Buckets {
  const {store, warn} = options;
  const own = createMemoryStore();
  const last = new Map<string, Promise<unknown>>(); // the newest taker of each bucket, while there is one

  const takeFrom = async (from: Store, {name, minuteCount}: {name: string; minuteCount: number}) => {
    const now = Date.now(); // the clock that instances share
    const before = readLevel(await from.get(name));
    const drainedCount = (Math.max(0, now - (before?.at ?? now)) / MINUTE_MS) * minuteCount;
    const spentCount = Math.max(0, (before?.spentCount ?? 0) - drainedCount);
    const over = spentCount + 1 - minuteCount;
    if (over > 0) return Math.ceil((over / minuteCount) * MINUTE_MS);
    await from.set(name, {spentCount: spentCount + 1, at: now}, MINUTE_MS);
    return undefined;
  };

  return {
    take(name, minuteCount) {
      const wanted = {name, minuteCount};
      const taken = (last.get(name) ?? Promise.resolve())
        .then(() => takeFrom(store, wanted))
        .catch(() => {
          // its words may name hosts and keys
          warn('the store failed; what visitors may ask is counted by this process alone');
          return takeFrom(own, wanted);
        });
      last.set(name, taken);
      return taken.finally(() => {
        if (last.get(name) === taken) last.delete(name);
      });
    },
  };
}

/** Whatever else stands there is an empty bucket's. */
function readLevel(value: unknown): Level | undefined {
  if (typeof value !== 'object' || value === null || !('spentCount' in value) || !('at' in value)) return undefined;
  const {spentCount, at} = value;
  return typeof spentCount === 'number' && typeof at === 'number' ? {spentCount, at} : undefined;
}

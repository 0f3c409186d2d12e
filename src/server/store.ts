/** Where a handler keeps what is to outlive a request; one that several instances share makes them one. */
export interface Store {
  /** Gives a value, as JSON says it; undefined when there is none or its time is over. */
  get(key: string): Promise<unknown>;
  /** Puts a value for so many ms, whatever was there. */
  set(key: string, value: unknown, ttlMs: number): Promise<void>;
  /** Puts a value where there is none; whether it did. Of several at once one does. */
  setIfAbsent(key: string, value: unknown, ttlMs: number): Promise<boolean>;
  /** Adds to a number, 0 where there is none, and gives the sum; its time counts from the first. */
  add(key: string, count: number, ttlMs: number): Promise<number>;
  /** Takes a value or list away; nothing happens where there is none. */
  delete(key: string): Promise<void>;
  /** Puts a value behind those of a list; the list's time counts from the last. */
  append(key: string, value: unknown, ttlMs: number): Promise<void>;
  /** Gives a list from an index on, empty where there is none. */
  read(key: string, from: number): Promise<readonly unknown[]>;
}

/** How many keys a memory store holds at most unless told otherwise. */
export const STORE_KEY_COUNT = 20_000;

type Kept = {untilMs: number} & ({kind: 'value'; json: string | undefined} | {kind: 'list'; items: string[]});

/**
 * Creates a store in this process's memory. Values are kept as JSON, so that nobody shares an object with it. When it is
 * full, what was used least lately is dropped.
 *
 * @param options.limit - How many keys it holds; default STORE_KEY_COUNT.
 * @param options.clock - Monotonic clock in ms; default `performance.now`.
 */
export function createMemoryStore(options: {limit?: number; clock?: () => number} = {}): Store {
  const {limit = STORE_KEY_COUNT, clock = () => performance.now()} = options;
  const kept = new Map<string, Kept>(); // the one used last stands last

  const find = (key: string): Kept | undefined => {
    const found = kept.get(key);
    if (!found) return undefined;
    kept.delete(key);
    if (found.untilMs <= clock()) return undefined;
    kept.set(key, found);
    return found;
  };
  const put = (key: string, value: Kept) => {
    kept.delete(key);
    for (const [oldest, {untilMs}] of kept) {
      if (kept.size < limit && untilMs > clock()) break;
      kept.delete(oldest);
    }
    kept.set(key, value);
  };
  const readValue = (key: string): unknown => {
    const found = find(key);
    return found?.kind === 'value' && found.json !== undefined ? JSON.parse(found.json) : undefined;
  };
  const write = (key: string, value: unknown, untilMs: number) =>
    put(key, {kind: 'value', json: JSON.stringify(value), untilMs});

  return {
    async get(key) {
      return readValue(key);
    },
    async set(key, value, ttlMs) {
      write(key, value, clock() + ttlMs);
    },
    async setIfAbsent(key, value, ttlMs) {
      if (find(key)) return false;
      write(key, value, clock() + ttlMs);
      return true;
    },
    async add(key, count, ttlMs) {
      const found = find(key);
      const before = readValue(key);
      const sum = (typeof before === 'number' ? before : 0) + count;
      write(key, sum, found?.untilMs ?? clock() + ttlMs);
      return sum;
    },
    async delete(key) {
      kept.delete(key);
    },
    async append(key, value, ttlMs) {
      const found = find(key);
      const items = found?.kind === 'list' ? found.items : [];
      items.push(JSON.stringify(value) ?? 'null');
      put(key, {kind: 'list', items, untilMs: clock() + ttlMs});
    },
    async read(key, from) {
      const found = find(key);
      return found?.kind === 'list' ? found.items.slice(from).map((json): unknown => JSON.parse(json)) : [];
    },
  };
}

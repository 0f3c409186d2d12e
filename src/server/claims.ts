/** The part of a store that keeps what must be done once from being done twice. */
export interface ClaimStore {
  /** Reads a value; undefined when there is none, or no longer. */
  get(key: string): Promise<unknown>;
  /** Writes a value for so many ms unless there is one; whether it did. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
}

/** Creates claims in this process. */
export function createClaims(): ClaimStore {
  const values = new Map<string, string>();
  return {
    async get(key) {
      return values.get(key);
    },
    async setIfAbsent(key, value, ttlMs) {
      if (values.has(key)) return false;
      values.set(key, value);
      setTimeout(() => values.delete(key), ttlMs).unref?.(); // where timers keep a process alive, this one need not
      return true;
    },
  };
}

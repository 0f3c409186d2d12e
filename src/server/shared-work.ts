import {orAborted} from './or-aborted.ts';

/** Work that was shared with whoever asks for the same. */
export interface Shared<T> {
  /** What it is known by. */
  key: string;
  /** Whether it began with this call. */
  isNew: boolean;
  /** Settles as the work does, or rejects with the reason of the caller's signal. */
  result: Promise<T>;
}

/** Work by keys: what runs, or ran a moment ago, is not begun again. */
export interface SharedWork {
  /**
   * Joins the work under a key, or begins it before this returns.
   *
   * @param options.signal - Ends the waiting of this caller.
   * @param options.work - Its signal aborts when nobody waits any more. A key stands for one kind of result.
   */
  share<T>(key: string, options: {signal: AbortSignal; work: (signal: AbortSignal) => T | PromiseLike<T>}): Shared<T>;
}

interface Entry {
  control: AbortController;
  result: Promise<unknown>;
  holderCount: number;
  isSettled: boolean;
  timer?: ReturnType<typeof setTimeout>;
}

/**
 * Creates the memory of shared work, in this process. Work that failed, or that nobody waited for to its end, is forgotten.
 *
 * @param options.keptMs - How long a result is kept after it came, in ms.
 * @param options.entryCount - How much is kept; beyond it the oldest that has settled is forgotten.
 * @param options.keepsFailure - Is given for work that must not run twice: it goes on when nobody waits, and a failure of
 *   which it says so is kept as a result is.
 */
export function createSharedWork(options: {
  keptMs: number;
  entryCount: number;
  keepsFailure?: (error: unknown) => boolean;
}): SharedWork {
  const {keptMs, entryCount, keepsFailure} = options;
  const entries = new Map<string, Entry>(); // oldest first

  const forget = (key: string, entry: Entry) => {
    clearTimeout(entry.timer);
    if (entries.get(key) === entry) entries.delete(key);
  };
  const makeRoom = () => {
    if (entries.size < entryCount) return;
    for (const [key, entry] of entries) if (entry.isSettled) return forget(key, entry);
  };
  const keep = (key: string, entry: Entry) => {
    if (entries.get(key) !== entry) return;
    entry.timer = setTimeout(forget, keptMs, key, entry);
    entry.timer.unref?.(); // where timers keep a process alive, this one need not
  };
  const open = (key: string, work: (signal: AbortSignal) => unknown): Entry => {
    makeRoom();
    const control = new AbortController();
    const result = new Promise<unknown>((resolve) => resolve(work(control.signal)));
    const entry: Entry = {control, result, holderCount: 0, isSettled: false};
    entries.set(key, entry);
    const settle = (isKept: boolean) => {
      entry.isSettled = true;
      if (isKept) keep(key, entry);
      else forget(key, entry);
    };
    result.then(
      () => settle(true),
      (error: unknown) => settle(keepsFailure?.(error) ?? false),
    );
    return entry;
  };

  return {
    share<T>(
      key: string,
      {signal, work}: {signal: AbortSignal; work: (signal: AbortSignal) => T | PromiseLike<T>},
    ): Shared<T> {
      if (signal.aborted) return {key, isNew: false, result: Promise.reject(signal.reason)};
      const known = entries.get(key);
      const entry = known ?? open(key, work);
      entry.holderCount++;
      const release = () => {
        entry.holderCount--;
        if (keepsFailure || entry.isSettled || entry.holderCount > 0) return;
        forget(key, entry);
        entry.control.abort(signal.reason);
      };
      signal.addEventListener('abort', release, {once: true});
      const stop = () => signal.removeEventListener('abort', release);
      entry.result.then(stop, stop);
      return {key, isNew: !known, result: orAborted(entry.result as Promise<T>, signal)}; // a key stands for one kind of result
    },
  };
}

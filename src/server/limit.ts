/** A signal that aborts after a time, or with another one. */
export interface Limit {
  readonly signal: AbortSignal;
  /** Keeps it from ever aborting by itself. */
  stop(): void;
}

/**
 * Creates a limit.
 *
 * @param options.ms - Infinity means none.
 * @param options.signal - Aborts it as well, until it is stopped.
 * @param options.reason - Makes what it aborts with when its time is up.
 */
export function createLimit(options: {ms: number; signal: AbortSignal; reason: () => Error}): Limit {
  const {ms, signal, reason} = options;
  const control = new AbortController();
  const follow = () => control.abort(signal.reason);
  const timer = Number.isFinite(ms) ? setTimeout(() => control.abort(reason()), Math.max(0, ms)) : undefined;
  timer?.unref?.(); // where timers keep a process alive, this one need not
  signal.addEventListener('abort', follow, {once: true});
  if (signal.aborted) follow();
  return {
    signal: control.signal,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    },
  };
}

/** A limit on how long an answer may take. */
export interface Deadline {
  /** Lets it fall so many ms from now, unless it falls later already. */
  put(inMs: number): void;
  /** Reads how long it is until it falls, in ms; Infinity before it is put. */
  leftMs(): number;
  /** Keeps it from ever falling. */
  stop(): void;
}

const MAX_TIMER_MS = 2_147_483_647; // beyond it timers fire at once

/** Creates a deadline that does not fall before it is put; `onFall` runs once. */
export function createDeadline(onFall: () => void): Deadline {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueMs = Number.NEGATIVE_INFINITY;
  let isOver = false;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
  };
  return {
    put(inMs) {
      const atMs = performance.now() + inMs;
      if (isOver || atMs < dueMs) return;
      dueMs = atMs;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          stop();
          onFall();
        },
        Math.min(Math.max(0, inMs), MAX_TIMER_MS),
      );
      timer.unref?.(); // where timers keep a process alive, this one need not
    },
    leftMs: () => (dueMs === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : dueMs - performance.now()),
    stop,
  };
}

import type {Milestone} from './record.ts';

/** How a turn felt to whoever waited. All instants are readings of one monotonic clock in ms. */
export interface Felt {
  /** There was something new to see. */
  progress(nowMs: number): void;
  /** Answer text arrived. */
  text(charCount: number, nowMs: number): void;
  /** The answer's first words were on screen, or anything else of the record that is seen. */
  mark(milestone: Milestone, nowMs: number): void;
  /** The longest wait without anything new to see, up to an instant. */
  silenceMs(endMs: number): number;
  /**
   * The answer speed index: how long its characters were waited for, on average over them. Each was on screen as long
   * after it came as the first was; undefined where none was seen.
   */
  speedMs(): number | undefined;
}

const SEEN: ReadonlySet<Milestone> = new Set(['status', 'paint', 'last']);

/** Starts with the visitor's own event. */
export function createFelt(startedMs: number): Felt {
  let progressMs = startedMs;
  let silenceMs = 0;
  let charCount = 0;
  let waitedMs = 0; // of all characters together
  let tokenMs: number | undefined;
  let paintMs: number | undefined;

  function progress(nowMs: number): void {
    silenceMs = Math.max(silenceMs, nowMs - progressMs);
    progressMs = Math.max(progressMs, nowMs);
  }

  return {
    progress,
    text(count, nowMs) {
      charCount += count;
      waitedMs += count * (nowMs - startedMs);
      tokenMs ??= nowMs;
      if (paintMs !== undefined) progress(nowMs); // the first text is seen when it is painted
    },
    mark(milestone, nowMs) {
      if (SEEN.has(milestone)) progress(nowMs);
      if (milestone === 'paint') paintMs ??= nowMs;
    },
    silenceMs: (endMs) => Math.max(silenceMs, endMs - progressMs),
    speedMs: () =>
      tokenMs === undefined || paintMs === undefined || !charCount
        ? undefined
        : waitedMs / charCount + Math.max(0, paintMs - tokenMs),
  };
}

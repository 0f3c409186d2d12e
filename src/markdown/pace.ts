/** Spreads bursts of text over frames and lets a steady stream pass. Pure: it is told the time. */
export interface Pace {
  /** Notes that so many characters came. */
  add(charCount: number, nowMs: number): void;
  /** Gives how many of the waiting characters the frame that begins now should take. */
  take(waitingCount: number, nowMs: number): number;
}

/** Time over which the rate of arrival is looked at, in ms; a longer pace looks as far as itself. */
const WINDOW_MS = 250;

/** What a frame may always take: more than the fastest models write in one, so that their streams wait for nothing. */
const LEAST_COUNT = 48;

/** A frame of a display at 60 Hz, in ms; taken for the first one after a pause. */
const FRAME_MS = 1000 / 60;

/**
 * Makes a pace at which text is taken at the latest `paceMs` after it came.
 *
 * A frame takes twice what usually comes during one, or what must go for the oldest waiting text to be in time, if the
 * next frames are as long as this one was.
 */
export function createPace(paceMs: number): Pace {
  const windowMs = Math.max(WINDOW_MS, paceMs);
  /** What came lately: when, and how many characters had come before it. */
  let arrivals: {atMs: number; beforeCount: number}[] = [];
  let cameCount = 0;
  let lastMs = -Infinity;
  return {
    add(charCount, nowMs) {
      arrivals.push({atMs: nowMs, beforeCount: cameCount});
      cameCount += charCount;
    },
    take(waitingCount, nowMs) {
      const gapMs = nowMs - lastMs;
      const frameMs = gapMs > 1 && gapMs < windowMs ? gapMs : FRAME_MS;
      lastMs = nowMs;
      arrivals = arrivals.filter(({atMs}) => nowMs - atMs < windowMs);
      const first = arrivals[0] ?? {atMs: nowMs, beforeCount: cameCount};
      const recentCount = cameCount - first.beforeCount;
      const oldest = arrivals.findLast(({beforeCount}) => beforeCount <= cameCount - waitingCount) ?? first;
      const frameCount = Math.floor((oldest.atMs + paceMs - nowMs) / frameMs);
      const dueCount = Math.max(
        LEAST_COUNT,
        (2 * recentCount * frameMs) / windowMs,
        waitingCount / Math.max(frameCount, 1),
      );
      return Math.min(Math.ceil(dueCount), waitingCount);
    },
  };
}

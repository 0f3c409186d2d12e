import {createHedgeBudget, type HedgeEnd, withHedge} from '../latency/index.ts';

/** How it went with a second attempt that was due: who was first; `denied`: none was made. */
export type StageHedgeEnd = HedgeEnd['won'];

/** Runs what only reads, and a second time when the first one takes too long. */
export interface StageHedge {
  /**
   * @param start - Reads; the signal aborts when the other attempt was first, or nobody waits any more.
   * @param options.onEnd - Hears how it went with a second attempt; never when none was due.
   */
  run<T>(
    start: (signal: AbortSignal) => T | PromiseLike<T>,
    options: {signal: AbortSignal; onEnd: (won: StageHedgeEnd) => void},
  ): Promise<T>;
}

/**
 * Creates the hedge of a handler's retrieval, or of one of its tools. One in twenty may be run twice, counted over those
 * that were in time.
 *
 * @param afterMs - When the second attempt is due; undefined means never.
 */
export function createStageHedge(afterMs: number | undefined): StageHedge {
  const budget = createHedgeBudget();
  return {
    async run(start, {signal, onEnd}) {
      let isLate = false;
      const found = await withHedge(async (lane) => start(lane.signal), {
        ...{afterMs, signal, now: () => performance.now()},
        allow: () => {
          isLate = true;
          return budget.ask();
        },
        onEnd: ({won}) => onEnd(won),
      });
      if (!isLate) budget.earn();
      return found;
    },
  };
}

/** Reads when a second attempt at retrieval is due; what is no time in ms means never, with one line. */
export function readHedgeRetrievalOption(given: unknown, warn: (line: string) => void): number | undefined {
  if (given === undefined || (typeof given === 'number' && given > 0 && Number.isFinite(given))) return given;
  warn('hedgeRetrievalMs is not a time in ms; retrieval is run once');
  return undefined;
}

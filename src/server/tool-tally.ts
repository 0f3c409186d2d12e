import {roundMs} from '../latency/index.ts';
import type {StageHedgeEnd} from './stage-hedge.ts';

/** How a call of a tool ended; `skipped`: with the answer. */
export type ToolState = 'end' | 'timeout' | 'error' | 'skipped';

/** One call of a tool. `atMs` counts from when the request was got. */
export interface ToolSpan {
  /** Its name; `unknown` where the model made one up. */
  tool: string;
  state: ToolState;
  atMs: number;
  /** From when its arguments were there to its result. */
  ms: number;
  /** There when it took longer than its `budgetMs`. */
  over?: true;
  /** There when its result came from the same call before, of this attempt or another one. */
  shared?: true;
  /** There when it had begun before the model asked. */
  early?: true;
  /** There when the call was due to be made a second time, with the one that was first; `denied`: it was not. */
  hedge?: StageHedgeEnd;
}

/** The tools of one turn. Counts go over all calls. */
export interface ToolsSpan {
  /** The calls in the order in which they ended, at most 16. */
  calls: ToolSpan[];
  callCount: number;
  timeoutCount: number;
  errorCount: number;
  sharedCount: number;
  /** How many calls began before the model asked for them. */
  speculatedCount: number;
  /** How many of those the model did not ask for. */
  discardedCount: number;
}

/** How a call ended, and where its result came from. */
export type ToolEnd = Pick<ToolSpan, 'state' | 'over' | 'shared' | 'early' | 'hedge'>;

/** The count of an answer's calls. */
export interface ToolTally {
  /** Counts a call that begins; what is returned notes its end. */
  begin(tool: string, atMs: number): (atMs: number, end: ToolEnd) => void;
  callCount(): number;
  /** Notes in which state what still runs ends, and tells what there was; undefined when nothing. */
  tell(end: {atMs: number; state: ToolState; speculatedCount: number; wantedCount: number}): ToolsSpan | undefined;
}

const MAX_SPAN_COUNT = 16;

/** Creates the count of one answer's calls. */
export function createToolTally(): ToolTally {
  const calls: ToolSpan[] = [];
  const running = new Set<(atMs: number, end: ToolEnd) => void>();
  const counts = {callCount: 0, timeoutCount: 0, errorCount: 0, sharedCount: 0};
  return {
    begin(tool, atMs) {
      counts.callCount++;
      const note = (endMs: number, end: ToolEnd) => {
        if (!running.delete(note)) return;
        if (end.state === 'timeout') counts.timeoutCount++;
        if (end.state === 'error') counts.errorCount++;
        if (end.shared) counts.sharedCount++;
        if (calls.length < MAX_SPAN_COUNT) calls.push({tool, atMs: roundMs(atMs), ms: roundMs(endMs - atMs), ...end});
      };
      running.add(note);
      return note;
    },
    callCount: () => counts.callCount,
    tell({atMs, state, speculatedCount, wantedCount}) {
      for (const note of running) note(atMs, {state});
      if (counts.callCount === 0 && speculatedCount === 0) return undefined;
      return {calls: [...calls], ...counts, speculatedCount, discardedCount: speculatedCount - wantedCount};
    },
  };
}

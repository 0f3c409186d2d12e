import type {Turn} from '../latency/index.ts';
import type {AnswerEvent} from '../protocol/index.ts';

/** A turn as the chat sees it: a stopwatch that also reads the answer's events and headers. */
export type MeasuredTurn = Turn & {
  event(event: AnswerEvent, nowMs: number): void;
  /** Reads the answer's headers: who speaks, and the stages in `Server-Timing`. */
  head(headers: Headers): void;
};

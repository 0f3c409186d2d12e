import type {StageHedgeEnd} from './stage-hedge.ts';
import type {StageSpan} from './stages.ts';
import type {ToolsSpan} from './tool-tally.ts';

/** What a handler tells of one turn when it ended: times, counts and closed words, never text. */
export interface TurnSpan {
  kind: 'turn';
  /** The answer's id, which is also in its events and in the record of the page. */
  run: string;
  /** The route that answered. */
  route: string;
  /** What the question was taken for. */
  promptClass?: string;
  /** How the kept answer was found that was given; `none` when it was looked for, absent when it may not be. */
  cache?: 'none' | 'exact' | 'semantic' | 'stale';
  /** There when a model was asked once for several identical questions, and this was not the first; it cost no tokens. */
  shared?: true;
  /** There when a stale answer was made anew, for no reader. */
  renewal?: true;
  /** There when the model handed the question over before its first text, with what that cost. */
  escalated?: {from: string; lostMs: number; inputTokenCount?: number; outputTokenCount?: number};
  /** There when another route answered than was chosen, since the model `from` had failed and was left alone. */
  fallback?: {why: 'breaker'; kind: 'route'; from: string};
  /** There when a second attempt at retrieval was due, with the one that was first; `denied`: none was made. */
  retrievalHedge?: StageHedgeEnd;
  /** How often a call of the model was made again before its first text; the waits are the stage `retry`. */
  retryCount?: number;
  /** The provider's name of the model, at most 64 characters. */
  model: string;
  /**
   * `stopped`: the visitor stopped it; `abandoned`: nobody read it for so long that it was given up, or its reader took
   * another attempt at the turn. Any other run whose reader left goes on, and ends as anything.
   */
  outcome: 'complete' | 'stopped' | 'abandoned' | 'error';
  /** Why it failed, with `outcome: error`. */
  code?: string;
  /** The provider's HTTP status, when it answered with a failure. */
  providerStatus?: number;
  /** Work whose failure the answer survived: `classify`, `embedding`, `retrieval`, `context`, `tools`. */
  failed?: string[];
  /** There when nobody was reading when it ended. */
  unread?: true;
  /** The trace of the page that asked, in hexadecimal as the next two; there when the page sent one. */
  traceId?: string;
  /** The turn's own span in that trace. */
  spanId?: string;
  /** The span above it. */
  parentSpanId?: string;
  /** Whether the page's own spans are recorded, where it sent a trace. */
  sampled?: boolean;
  /** Which attempt of the turn it was, from 0. */
  attempt: number;
  /** There when it began beside an attempt that was being made and read. */
  hedge?: true;
  /** Whether it was the handler's first. */
  cold: boolean;
  /** From when the request was got to the end. */
  totalMs: number;
  /** To the provider's first text; absent when there was none. */
  firstTokenMs?: number;
  /** Exclusive times by stage; with `unattributedMs` they make `totalMs`. */
  stages: Record<string, number>;
  unattributedMs: number;
  /** The stages as they were, in the order of their ends; they may overlap. */
  timeline: readonly StageSpan[];
  /** Calls of tools; absent when there were none. */
  tools?: ToolsSpan;
  inputTokenCount?: number;
  outputTokenCount?: number;
  cachedTokenCount?: number;
}

/** Takes each turn once, when it ended. Must return quickly; what it throws is dropped. */
export type Observe = (span: TurnSpan) => void;

/** Writes a turn as one line of JSON to the console, without its timeline: what a handler does unless told otherwise. */
export function logTurn({timeline: _, ...span}: TurnSpan): void {
  console.log(JSON.stringify({log: 'firstword', ...span}));
}

/** Creates a console writer that says each line once, with our mark in front. */
export function createWarner(): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    console.warn(`[firstword] ${line}`);
  };
}

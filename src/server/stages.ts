import {type Budget, exclusiveTimes, roundMs, type Span} from '../latency/index.ts';
import type {StageState} from '../protocol/index.ts';

/** What a `data-fw-stage` part says. Times in ms; `atMs` counts from when the server got the request. */
export interface StageData {
  stage: string;
  state: StageState;
  ms?: number;
  budgetMs?: number;
  atMs: number;
  /** There when it ended with what was ready before. */
  hit?: true;
}

/** How a stage ended. */
export type StageEnd = Exclude<StageState, 'start'>;

/** A stage that has ended, on the turn's own clock. */
export interface StageSpan extends Span {
  state: StageEnd;
}

/**
 * Ends a stage at an instant in ms since the request was got; how it ended is `end` unless said, and whether with what was
 * ready before. Only once.
 */
export type EndStage = (atMs: number, state?: StageEnd, how?: {hit: boolean}) => void;

/** The stages of one answer on the request's own clock. */
export interface Stages {
  /** Starts a stage; what went before it without one was overhead. */
  begin(stage: string, atMs: number): EndStage;
  /** Takes a stage that has been: told once, with its end. */
  note(stage: string, times: {fromMs: number; toMs: number; hit?: boolean}): void;
  /** The stages that have ended, in the order of their ends. */
  ended(): readonly StageSpan[];
  /** Ends whatever still runs in the state given, and counts what came after the last stage as overhead. */
  settle(atMs: number, state: 'error' | 'skipped' | 'timeout'): void;
  /** Divides the time so far among the stages, exclusively; what no stage had is `unattributed`. */
  divide(totalMs: number): {stages: Record<string, number>; unattributedMs: number};
}

/** Overhead between and after stages is told when it is more than this part of the whole. */
const TOLD_SHARE = 0.01;

/** A span as it is told. */
const rounded = (span: StageSpan): StageSpan => ({...span, atMs: roundMs(span.atMs), ms: roundMs(span.ms)});

/**
 * Creates the stages of an answer. Time in which no stage runs is `overhead`: told at once before the first stage; what
 * comes later is told at the end, and only when it is more than a hundredth of the whole.
 *
 * @param options.budget - Whose limits the parts carry as `budgetMs`; a stage without one carries none.
 * @param options.tell - Is called with each start and end, in order.
 */
export function createStages(options: {budget: Budget; tell: (stage: StageData) => void}): Stages {
  const {budget, tell} = options;
  const spans: StageSpan[] = []; // to the clock's own resolution: what rounding leaves between two of them is no stage's
  const running = new Set<EndStage>();
  const gaps: StageSpan[] = [];
  let idleSinceMs = 0;

  const limit = (stage: string) => {
    const ms = budget.stages[stage]?.ms;
    return ms === undefined ? {} : {budgetMs: ms};
  };
  const note = (stage: string, times: {fromMs: number; toMs: number; state?: StageEnd}): StageSpan => {
    const {fromMs, toMs, state = 'end'} = times;
    const span = {stage, atMs: fromMs, ms: Math.max(0, toMs - fromMs), state};
    spans.push(span);
    return span;
  };
  const tellEnd = (span: StageSpan, {hit} = {hit: false}) => {
    const {stage, state, ms, atMs} = rounded(span);
    tell({stage, state, ms, ...limit(stage), atMs, ...(hit ? {hit} : {})});
  };
  const closeGap = (atMs: number) => {
    if (running.size > 0) return;
    const gap = note('overhead', {fromMs: idleSinceMs, toMs: atMs});
    if (gaps.push(gap) === 1) tellEnd(gap);
  };

  return {
    begin(stage, fromMs) {
      closeGap(fromMs);
      tell({stage, state: 'start', ...limit(stage), atMs: roundMs(fromMs)});
      const end: EndStage = (toMs, state = 'end', how = {hit: false}) => {
        if (!running.delete(end)) return;
        if (running.size === 0) idleSinceMs = toMs;
        tellEnd(note(stage, {fromMs, toMs, state}), how);
      };
      running.add(end);
      return end;
    },
    note(stage, {fromMs, toMs, hit = false}) {
      closeGap(fromMs);
      if (running.size === 0) idleSinceMs = toMs;
      tellEnd(note(stage, {fromMs, toMs}), {hit});
    },
    ended: () => spans.map(rounded),
    settle(atMs, state) {
      for (const end of running) end(atMs, state);
      closeGap(atMs);
      for (const gap of gaps.slice(1)) if (gap.ms > atMs * TOLD_SHARE) tellEnd(gap);
    },
    divide(totalMs) {
      const {unattributed = 0, ...exclusive} = exclusiveTimes(spans, totalMs);
      const stages = Object.fromEntries(Object.entries(exclusive).map(([stage, ms]) => [stage, roundMs(ms)]));
      return {stages, unattributedMs: roundMs(unattributed)};
    },
  };
}

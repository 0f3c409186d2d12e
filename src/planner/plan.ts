import type {Critical, Deadlines, HistogramData, Limit} from '../latency/index.ts';

/** A time that a share of all (above 0 and below 1) do not exceed. */
export interface Quantile {
  share: number;
  ms: number;
}

/**
 * How long something takes: always the same, or spread so that `quantiles` hold, or as it was `recorded`, perhaps so many
 * times as long.
 *
 * Of a spread there are at least two quantiles, ascending in both. Between them, and beyond, the logarithm of the time is
 * linear in the normal quantile of the share: of two that makes the log-normal distribution.
 */
export type Times =
  | {kind: 'constant'; ms: number}
  | {kind: 'spread'; quantiles: readonly Quantile[]}
  | {kind: 'recorded'; histogram: HistogramData; factor?: number};

/**
 * A second try of what is late, as `withHedge` makes it, within the permission of a hedge budget. It starts after a time,
 * or at a percentile of what it doubles.
 */
export interface PlannedHedge {
  after: {kind: 'time'; ms: number} | {kind: 'percentile'; share: number};
  /** How alike the luck of both is, 0 to 1: 0 when they know nothing of each other. */
  correlation: number;
}

/** A stage as it is planned. */
export interface PlannedStage {
  times: Times;
  /** Where its times come from; `assumed`: only its limit is known, or one percentile. */
  known: 'declared' | 'assumed' | 'recorded';
  /** What is known of assumed times. */
  anchor?: Quantile;
  /** In which share of the turns that reach it it runs; default all. */
  runShare?: number;
  /** What it takes longer, in a share of the turns, because something has to be started first. */
  cold?: {share: number; times: Times};
  /** How many calls it makes at once, of which the slowest counts; default 1. */
  fanOutCount?: number;
  hedge?: PlannedHedge;
  /** When it is ended, in ms; the answer is a degraded one then. */
  deadlineMs?: number;
  limit?: Limit;
  /** How many times as long as it says all of this takes; default 1. */
  factor?: number;
}

/** Where a share of the turns goes instead: there some stages take other times. */
export interface PlannedRoute {
  share: number;
  stages: Readonly<Record<string, Times>>;
  /** A share of its turns does all of `stages` once more, on another route, because the first answer was not good enough. */
  escalates?: {share: number; to: string};
}

/** What is looked up ahead of the question: how much earlier some stages start, in the share of turns that use it. */
export interface PlannedPrefetch {
  share: number;
  lead: Times;
  /** Names of the stages that it covers. */
  stages: readonly string[];
  /** Requests ahead of each question, used or not. */
  requestCount: number;
}

/** Deadlines of a turn; what answers when one falls takes `fallbackMs`. */
export interface PlannedDeadlines extends Deadlines {
  fallbackMs: number;
}

/** A pipeline with its budgets, to be simulated. */
export interface Plan {
  /** By name; what is named `generate` follows the first token, everything else comes before it. */
  stages: Readonly<Record<string, PlannedStage>>;
  /** As of a budget: what it does not name comes first, one after the other. */
  critical: Critical;
  /** Limits in ascending percentile; none: nothing is asked of that milestone. */
  budget: {firstToken: readonly Limit[]; complete: readonly Limit[]};
  /** Whether words are shown as they come, or all of them at the end. */
  delivery: 'streamed' | 'whole';
  /** The share of turns that a cache answers, and how long that takes from the question to the end of the answer. */
  cache?: {share: number; times: Times};
  /** By name; shares of those that no cache answers, which add up to 1. */
  routes?: Readonly<Record<string, PlannedRoute>>;
  /** A second try of the whole question. */
  hedge?: PlannedHedge;
  deadlines?: PlannedDeadlines;
  prefetch?: PlannedPrefetch;
  /** How much slow stages are slow together, 0 to 1: the correlation of their luck. Default 0. */
  correlation?: number;
}

/** The stage that runs from the first token to the last. */
export const GENERATE = 'generate';

/** Work in steps of some milliseconds, so that whoever has it done can pause and stop: each tells which share is done, 0 to 1. */
export type PlanSteps<Result> = Generator<number, Result>;

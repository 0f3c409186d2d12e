import type {Figure, Proportion} from './summary.ts';

/** What a window can be held against: the same length just before it, or the same hours a week before. */
export const COMPARISONS = ['before', 'week'] as const;

/** Names a comparison. */
export type Comparison = (typeof COMPARISONS)[number];

/**
 * What became of a value. `apart`: the two 95 % intervals do not overlap, so something changed; `together`: they do,
 * and chance alone may explain the difference; `unknown`: one of the two cannot be told.
 */
export type Change =
  | {state: 'apart' | 'together'; difference: number; lowDifference: number; highDifference: number}
  | {state: 'unknown'};

/**
 * A percentile now and before. The change is in ms, later less earlier; its interval joins those of the two (Zou and
 * Donner's MOVER, "Construction of confidence limits about effect measures", 2008).
 */
export interface FigureChange {
  now: Figure;
  before: Figure;
  change: Change;
}

/** A share now and before; the change is in shares, later less earlier, with the interval of FigureChange. */
export interface ShareChange {
  now: Proportion;
  before: Proportion;
  change: Change;
}

/** The same figures of two windows, and what changed. */
export interface CompareReport {
  by: Comparison;
  /** The earlier window, epoch ms. */
  fromAt: number;
  /** Its end, inclusive. */
  untilAt: number;
  /** Records received then; `simulatedCount` were made up by a program. */
  turns: {count: number; simulatedCount: number};
  /** P50 first. */
  milestones: {
    name: 'first-token' | 'first-token/misses' | 'complete';
    figures: FigureChange[];
  }[];
  /** Of turns over a budget, and of visitors who left. */
  shares: {name: 'over-first-token' | 'over-complete' | 'left-first' | 'left-end'; share: ShareChange}[];
  /** Those of the later window, slowest P99 first, and then those that only the earlier one has. */
  stages: {stage: string; figures: FigureChange[]; over: ShareChange}[];
}

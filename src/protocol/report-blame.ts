import type {DeclaredBudget, Figure, Proportion} from './summary.ts';

/** Where the tail is against the budget: more than one turn in a hundred over it, at most that, not sure, or none declared. */
export type TailState = 'over' | 'within' | 'unsure' | 'undeclared';

/**
 * Who is to blame for the tail.
 *
 * - `hidden`: too few turns to say; `words` say so.
 * - `nothing`: the tail is not over budget and did not become longer, or no stage is most of what makes it long.
 * - `culprit`: by name.
 */
export type BlameVerdict =
  | {kind: 'hidden'; words: string}
  | {kind: 'nothing'; tail: TailState}
  | {
      kind: 'culprit';
      /** A stage's name, `unattributed`, `buffering-proxy` or `cold-starts`. */
      name: string;
      tail: TailState;
      /** Its share of what the slow turns took longer than the middle, with a 95 % interval. */
      excessShare: number;
      lowShare: number;
      highShare: number;
      /** Share of the slow turns in which it grew most; of cold starts, in which there was one. */
      slowShare: number;
      /** Of a cause that is no stage itself: the stage in which its time went. */
      stage?: string;
      /** When there were clearly more of its slow turns than in the rest of the window; absent for all of the window. */
      since?: {
        /** Beginning of the first bin of time, epoch ms. */
        fromAt: number;
        /** End of the last bin, epoch ms; absent where it goes on. */
        untilAt?: number;
      };
      /** For whom above all; absent for everybody. */
      who?: TailSplit;
    };

/** Turns around a percentile, whose mean time by stage is the stages' contribution to it. */
export type Around =
  | {state: 'hidden'; words: string}
  | {
      state: 'known';
      /** The sum of the contributions in ms: the percentile, as these turns have it. */
      ms: number;
      /** Turns around it. */
      count: number;
    };

/** A stage's part of the time to the first visible answer, all of it exclusive: parts sum to the whole. */
export interface Contribution {
  /** The stage's name, `buffering-proxy` for what a proxy held back, `unattributed` for what belongs to none. */
  stage: string;
  /** Its share of all that turns took. */
  totalShare: number;
  /** Its contribution to each percentile in ms; absent where that is hidden. */
  p95Ms?: number;
  p99Ms?: number;
}

/** One stage in the tail against the middle. */
export interface TailStage {
  /** The stage's name. */
  stage: string;
  /** How much longer it took in the slow turns than in the middle, in ms; less than nothing where shorter. */
  excessMs: number;
  /** Its share of all that they took longer. */
  excessShare: number;
  /** Share of the slow turns in which it grew most; not told of misses. */
  slowShare?: number;
  /** Its over-budget share among the slow turns and among the others; absent where it was never over; not told of misses. */
  over?: {slowShare: number; otherShare: number};
}

/** Turns of one value, among the slow ones and among all. */
export interface TailSplit {
  by: 'route' | 'class' | 'page' | 'device' | 'net' | 'turn' | 'cache' | 'hedge' | 'hour';
  /** The value; of `hour` the hour of the day in UTC, of `turn` `first` or `later` on its page. */
  name: string;
  slowShare: number;
  allShare: number;
  /** Whether it is more frequent among the slow ones than chance explains, with all that was compared. */
  clear: boolean;
}

/** The slow turns against the middle. */
export type Tail =
  | {state: 'hidden'; words: string}
  | {
      state: 'known';
      /** The percentile from which turns are slow: P99, or P95 where fewer than 30 are beyond that. */
      share: number;
      /** From how many ms on. */
      fromMs: number;
      /** Slow turns, and those of the middle (P45 to P55). */
      count: number;
      middleCount: number;
      /** How much longer the slow turns took than the middle, as a mean in ms: what the shares are of. */
      excessMs: number;
      /** Largest excess first. */
      stages: TailStage[];
    };

/** What makes the tail of the time to the first visible answer long. */
export interface BlameReport {
  /** Ended turns that were answered and whose page was never hidden, as records received. */
  count: number;
  verdict: BlameVerdict;
  /** Largest share first, and the percentiles that they contribute to. */
  contributions: Contribution[];
  p95: Around;
  p99: Around;
  /** Of all turns, and of those that neither a cache nor the FAQ answered. */
  tail: {all: Tail; misses: Tail};
  /** Who the slow turns are, where there is more than one value; what stands out most first. */
  splits: TailSplit[];
}

/** The time to the first visible answer over the window. */
export interface TrendReport {
  /** Length of a bin in ms. */
  binMs: number;
  /** The highest percentile that most bins carry: the one to draw. */
  share: number;
  budget?: DeclaredBudget;
  /** Those with turns, in order. */
  bins: {
    /** Beginning, epoch ms. */
    fromAt: number;
    /** Answered turns. */
    count: number;
    /** That percentile of the answered turns. */
    figure: Figure;
    over: Proportion;
  }[];
}

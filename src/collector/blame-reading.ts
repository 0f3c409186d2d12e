/** By what the slow turns are told apart from the others. */
export const SPLITS = ['route', 'class', 'page', 'device', 'net', 'turn', 'cache', 'hedge', 'hour'] as const;

/** One of them. */
export type SplitBy = (typeof SPLITS)[number];

/** Sets of turns by the time to their first visible answer; one turn may be in several. */
export const TAIL_SETS = ['all', 'middle', 'slow95', 'slow99', 'around95', 'around99'] as const;

/** One of them: those around a percentile, or at and beyond it. */
export type TailSet = (typeof TAIL_SETS)[number];

/** Ends of the sets of turns that a tail is told by. */
export const EDGES = [
  'middleLow',
  'middleHigh',
  'slow95',
  'slow99',
  'around95Low',
  'around95High',
  'around99Low',
  'around99High',
] as const;

/** One of them. */
export type Edge = (typeof EDGES)[number];

/** How many turns a set has, and their time to the first visible answer by stage, in ms times weight. */
export interface ReadTailSet {
  count: number;
  weight: number;
  squaredWeight: number;
  /** By stage; they sum to the whole time. */
  pathMs: ReadonlyMap<string, number>;
}

/** Every set that is read. */
export type TailSets = Readonly<Record<TailSet, ReadTailSet>>;

/** What a cold start is called among the stages of slow turns: the whole excess of the turns that had one. */
export const COLD_STARTS = 'cold-starts';

/** What one stage took longer in the slow turns than in the middle: sums of ms times weight, and what their certainty needs. */
export interface ReadExcess {
  /** The stage's name, or COLD_STARTS. */
  stage: string;
  excessMs: number;
  /** Of squared weight times the turn's excess of this stage squared, and times its excess of all stages. */
  squaredMs2: number;
  productMs2: number;
}

/**
 * Slow or long turns in which one stage grew most, under one value of a split or in one bin of time. Long are those that
 * took at least half as much longer than the middle as the slow ones do on average: how many of a percentile's turns lie
 * where says little when it cuts through what went wrong.
 */
export interface ReadPart {
  /** The stage that grew most. */
  stage: string;
  /** Whether the backend said that a cold start was in them. */
  cold: boolean;
  /** Which of both they are. */
  slow: boolean;
  long: boolean;
  by: SplitBy | 'bin' | 'all';
  /** The value; of a bin its beginning, epoch ms. */
  name: string;
  weight: number;
  squaredWeight: number;
}

/** What is read of the slow turns. */
export interface ReadSlow {
  /** Different pages among them: turns of one page are not independent. */
  pageCount: number;
  /** Their whole excess, and its square with squared weight, as in `stages`. */
  excessMs: number;
  squaredMs2: number;
  stages: readonly ReadExcess[];
  parts: readonly ReadPart[];
  /** Weight of the turns that exceeded a stage's budget, among the slow ones and the others. */
  over: readonly {stage: string; slowWeight: number; otherWeight: number}[];
}

/** The tail of one population, read for a correlation. */
export interface ReadTail {
  sets: TailSets;
  /** Where the sets begin and end, in ms. */
  edges: Readonly<Record<Edge, number>>;
  /** Absent where there are too few, and of misses. */
  slow?: ReadSlow | undefined;
}

/** All that it takes to say who is to blame for the tail of the time to the first visible answer. */
export interface BlameReading {
  /** Of the turns that were answered or waited longer than their budget, those over it. */
  over: {partWeight: number; wholeWeight: number; squaredWeight: number};
  all: ReadTail;
  /** Turns that neither a cache nor the FAQ answered. */
  misses: ReadTail;
  /** Length of a bin of time in ms. */
  binMs: number;
  /** Weight of all turns under each value of each split, in each bin of time, and with a cold start (`true`) or without. */
  parts: readonly {by: SplitBy | 'bin' | 'cold'; name: string; weight: number}[];
}

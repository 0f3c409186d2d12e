import type {Outcome, Source, TurnRecord} from '../latency/index.ts';
import type {RecentTurn, Summary} from '../protocol/index.ts';
import type {ReadBudget, ReadSeries, ReadWaiting} from './read-series.ts';
import type {ReadShare} from './read-share.ts';

/** Everything a summary is made of, read from one consistent state of the store. */
export interface Reading {
  turnCount: number;
  openCount: number;
  hiddenCount: number;
  simulatedCount: number;
  visibleCount: number;
  droppedCount: number;
  series: ReadSeries[];
  /** How long all waited for the first word, and those that neither a cache nor the FAQ answered. */
  waits: {all: ReadWaiting; misses: ReadWaiting};
  bins: ReadBin[];
  firstTokenOver: ReadShare & ReadBudget;
  completeOver: ReadShare & ReadBudget;
  leftBeforeFirst: ReadShare;
  leftBeforeEnd: ReadShare;
  instant: ReadInstant;
  waste: ReadWaste;
  stages: (ReadShare & ReadBudget & {stage: string; timeoutCount: number})[];
  /** Turns by how they ended. */
  outcomes: {name: Outcome; count: number; weight: number}[];
  /** Turns by who answered. */
  sources: {name: Source | 'none'; count: number; weight: number}[];
  recent: RecentTurn[];
  /** Values that turns can be narrowed to, the busiest first. */
  choices: Summary['choices'];
}

/** The ended turns for which the FAQ in the page was asked; all shares but `precision` have the same whole. */
export interface ReadInstant {
  count: number;
  exact: ReadShare;
  answerable: ReadShare;
  matched: ReadShare;
  right: ReadShare;
  /** Of the matched turns alone. */
  precision: ReadShare;
}

/** What was done in case it would be wanted, of the ended turns. */
export interface ReadWaste {
  turnCount: number;
  /** Turns with requests ahead of them, and how many these were. */
  aheadCount: number;
  requestCount: number;
  /** Of these turns those that used one. */
  used: ReadShare;
  /** The median of how long before the question it was asked for, in ms; absent where none was used. */
  leadMs?: number | undefined;
  /** What became of the requests ahead, by turns. */
  outcomes: {name: NonNullable<TurnRecord['prefetch']>['r']; count: number; weight: number}[];
  /** Second attempts, and of them those that gave the first word. */
  attemptCount: number;
  won: ReadShare;
  /** Second attempts that were due and not made. */
  deniedCount: number;
}

/** One bin of a logarithmic histogram: bin b holds BIN_RATIO^b up to BIN_RATIO^(b+1) ms. */
export interface ReadBin {
  series: 'first-token' | 'complete';
  /** Its number b, from 0. */
  bin: number;
  /** Whether a cache or the FAQ answered. */
  hit: boolean;
  /** Weight of the turns in it. */
  weight: number;
}

/** Ratio of a bin's upper to its lower edge. */
export const BIN_RATIO = 1.02;

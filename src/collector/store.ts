import type {CacheRecord, Outcome, Source, TurnRecord} from '../latency/index.ts';
import type {Comparison, Filters, TurnsAsked} from '../protocol/index.ts';
import type {BlameReading} from './blame-reading.ts';
import type {BudgetsReading, BurnReading, ReadLimit, StoredAlert} from './burn-reading.ts';
import type {HistoryReading} from './history-reading.ts';
import type {QualityReading} from './quality-reading.ts';
import type {ReadBudget, ReadSeries} from './read-series.ts';
import type {ReadShare} from './read-share.ts';
import type {ComparedReadings} from './readings.ts';
import type {Reading} from './summary-reading.ts';
import type {PathPart} from './turn-path.ts';
import type {CountsReading, TurnsReading} from './turns-reading.ts';

export type {HistoryReading} from './history-reading.ts';
export type {ReadBudget, ReadCell, ReadSeries, ReadWaiting} from './read-series.ts';
export type {ReadShare} from './read-share.ts';
export * from './summary-reading.ts';

/** One turn as it is stored: what queries ask for in fields of their own, and the whole record beside them. */
export interface StoredTurn {
  /** The record's own id: the key under which it is stored once. */
  id: string;
  /** The highest of an id stays. */
  rev: number;
  /** False for a snapshot of a turn that had not ended. */
  final: boolean;
  /** When the collector received it, epoch ms. */
  receivedAt: number;
  /** When the visitor asked: received less the record's age, epoch ms. */
  turnAt: number;
  /** Name of the site that sent it. */
  site: string;
  /** The page view that it belongs to: the unit of independence. */
  pageId: string;
  /** Route template of that page. */
  pageRoute?: string | undefined;
  /** Kind of device, a word of the schema. */
  device?: string | undefined;
  /** Effective connection type, a word of the schema. */
  net?: string | undefined;
  /** Prompt class from the backend's closed list. */
  class?: string | undefined;
  /** Model alias that the backend declared. */
  model?: string | undefined;
  /** Route that the backend took. */
  route?: string | undefined;
  outcome: Outcome;
  source?: Source | undefined;
  /** The reported first token: `paint`, or `token` where there is no paint. */
  firstMs?: number | undefined;
  doneMs?: number | undefined;
  waitedMs?: number | undefined;
  hiddenMs?: number | undefined;
  hidMs?: number | undefined;
  budgetTokenMs?: number | undefined;
  budgetDoneMs?: number | undefined;
  /** How many turns it stands for, 1 without sampling. */
  weight: number;
  /** Which turn of its page it is, from 1. */
  ordinal?: number | undefined;
  /** How it repeats the need of the turn before. */
  again?: TurnRecord['again'];
  /** What the visitor thought of the answer. */
  verdict?: TurnRecord['fb'];
  /** What a cache or the FAQ had for it. */
  cacheHit?: CacheRecord['hit'] | undefined;
  /** Where that was looked up. */
  cacheAt?: CacheRecord['at'];
  /** What became of what was looked up ahead of it, in how many requests, and how long before the question, in ms. */
  prefetch?: TurnRecord['prefetch'];
  /** The arm that its page is in of the experiment that holds that back. */
  prefetchArm?: string | undefined;
  /** How it went where a second attempt was due. */
  hedgeWon?: NonNullable<TurnRecord['hedge']>['won'] | undefined;
  /** Why something lesser answered. */
  fallbackWhy?: NonNullable<TurnRecord['fallback']>['why'] | undefined;
  /** How often the page asked again before there was a word. */
  retries?: number | undefined;
  /** Whether its answer came as it was made. */
  streamVerdict?: NonNullable<TurnRecord['stream']>['verdict'];
  /** Which of its page's needs it is of, from 1. */
  task?: number | undefined;
  /** Experiments with the arm that its page is in, each as `experiment=arm`. */
  arms: string[];
  /** How much of the prompt the provider had kept, in tokens, where it says so. */
  cachedTokenCount?: number | undefined;
  /** Names of the budgets that it exceeded. */
  over: string[];
  /** Those that ran, each name once; `retryCount` is how often one ran again after it had failed or run out of time. */
  stages: {name: string; ms: number; budgetMs?: number; state?: string | undefined; retryCount: number}[];
  /** Whether the backend said that a cold start was in it. */
  cold: boolean;
  /** How the wait for its first visible answer divides among the stages; empty without one. */
  path: readonly PathPart[];
  record: TurnRecord;
}

/** What one accepted post leaves behind. `droppedCount` is the browser's own loss, counted once per post. */
export interface StoredBatch {
  /** Name of the site that sent it. */
  site: string;
  receivedAt: number;
  droppedCount: number;
  turns: readonly StoredTurn[];
}

/** Which turns to look at: those that began from `fromAt` to `untilAt`, narrowed by what the filters name. */
export interface ReadWindow extends Filters {
  fromAt: number;
  /** Inclusive. */
  untilAt: number;
  /** The clock, epoch ms: by it an open snapshot is given up. */
  nowAt: number;
  /** What the site declared; the records' own budgets count for what it does not name. */
  limits?: readonly ReadLimit[];
  /** Narrows lists of turns, and nothing that is computed. */
  listed?: TurnsAsked;
  /** What it is held against, where it is. */
  compare?: Comparison;
  /** Where a long list of turns goes on: after this one. */
  after?: {turnAt: number; id: string};
  /** Only pages in this experiment, and of their ended turns only the first so many where that is set. */
  experiment?: {name: string; firstCount?: number | undefined} | undefined;
}

/** An open snapshot that nothing superseded for so long counts as abandoned. */
export const OPEN_EXPIRES_MS = 1_800_000;

/** All that can be read of a window, by name; each is one consistent state of the store. */
export interface Readings extends ComparedReadings {
  summary: Reading;
  counts: CountsReading;
  quality: QualityReading;
  routes: RoutesReading;
  history: HistoryReading;
  blame: BlameReading;
  trend: TrendReading;
  turns: TurnsReading;
  /** Up to LIST_PAGE_COUNT of them, to go on after the last. */
  turnPages: TurnsReading;
  burn: BurnReading;
  budgets: BudgetsReading;
}

/** How the turns of each route of a backend and each prompt class went. */
export interface RoutesReading {
  rows: (ReadShare & {
    by: 'route' | 'class';
    name: string;
    series: ReadSeries;
  })[];
}

/** How turns went over time, in bins of equal length. */
export interface TrendReading extends ReadBudget {
  binMs: number;
  bins: (ReadShare & {
    /** Beginning of the bin, epoch ms. */
    fromAt: number;
    series: ReadSeries | undefined;
  })[];
}

/** Counts over all that is stored, which only grow. */
export interface Totals {
  /** Turns by how they ended and who answered. */
  turns: {outcome: Outcome; source: Source | 'none'; count: number}[];
  /** Turns for which the FAQ in the page was asked, by what it had. */
  instant: {hit: CacheRecord['hit']; count: number}[];
  firstTokenSumMs: number;
  firstTokenCount: number;
  droppedCount: number;
  /** Stages that ran, those over their budget and those that ran out of time. */
  stages: {stage: string; count: number; overCount: number; timeoutCount: number}[];
}

/** Where turns are kept. Of one id the highest `rev` stays; at equal `rev` a final record beats a snapshot. */
export interface Store {
  /**
   * Stores a batch; repeating it changes nothing.
   *
   * @returns When the rows are durable: a process that is killed afterwards has lost none of them.
   * @throws StoreError when they are not.
   */
  append(batch: StoredBatch): Promise<void>;
  /** Reads the turns that began in a window. */
  read<Name extends keyof Readings>(name: Name, window: ReadWindow): Promise<Readings[Name]>;
  /** Counts everything. */
  totals(): Promise<Totals>;
  /** Reads the alerts that were saved, the oldest first: all that fire or are still to be told, and the rest of four weeks. */
  alerts(nowAt: number): Promise<StoredAlert[]>;
  /** Saves alerts durably, each in place of the one with its id. @throws StoreError when they are not. */
  saveAlerts(alerts: readonly StoredAlert[]): Promise<void>;
  /**
   * Rolls turns up into counts by hour and deletes them, then deletes rollups: each hour wholly or not at all, beside
   * what goes on otherwise. A turn counts once, however often this runs and however late it comes.
   *
   * @returns How many turns were deleted.
   */
  prune(limits: PruneLimits): Promise<number>;
  /** Makes what is waiting durable, then lets go of the storage. Later calls of anything else fail. */
  close(): Promise<void>;
}

/** What a store forgets: all times epoch ms. */
export interface PruneLimits {
  /** The clock: what a browser may send again until then is remembered by its id. */
  nowAt: number;
  /** Turns that began before this are rolled up, by whole hours. */
  turnsBeforeAt: number;
  /** Rollups of hours before this are deleted. */
  rollupsBeforeAt: number;
}

/**
 * Why a store could not do what it was asked: the file is in use elsewhere, the disk is full, the file is damaged or
 * none, it cannot be written, more waits than can be held, it is closed, anything else.
 */
export type StoreErrorKind = 'locked' | 'full' | 'corrupt' | 'unwritable' | 'busy' | 'closed' | 'failed';

/** A store's failure; the message is for the operator's console and never for a client. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;
  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.kind = kind;
  }
}

import type {CacheRecord, Outcome, Source, TurnRecord} from '../latency/index.ts';
import type {Filters, RecentTurn, Summary} from '../protocol/index.ts';

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
  /** Names of the budgets that it exceeded. */
  over: string[];
  /** Those that ran, each name once. */
  stages: {name: string; ms: number; budgetMs?: number | undefined; state?: string | undefined}[];
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
}

/** One percentile read from a column: the value and the two order statistics around it, absent where too few. */
export interface ReadCell {
  share: number;
  valueMs: number;
  lowMs?: number | undefined;
  highMs?: number | undefined;
}

/** A measured column: rows in it, their effective number when weighted, and its percentiles. */
export interface ReadSeries {
  /** `first-token` or `complete`, each also with `/misses`, or `stage/` and the stage's name. */
  name: string;
  rowCount: number;
  effectiveCount: number;
  cells: ReadCell[];
}

/** Visitors who waited `ms`: by weight, those who then saw the first word and those who left or hid the page. */
export interface ReadWait {
  ms: number;
  /** Whether a cache or the FAQ answered. */
  hit: boolean;
  /** Weight of those who saw the first word then. */
  shownWeight: number;
  /** Weight of those who left or hid the page then. */
  leftWeight: number;
  shownCount: number;
  leftCount: number;
  /** Sum of squared weights, for the effective number. */
  squaredWeight: number;
}

/** A share of weighted turns: the part, the whole, and the whole's squared weights for its effective number. */
export interface ReadShare {
  /** Weight of the turns that count. */
  partWeight: number;
  /** Weight of the turns that could be judged. */
  wholeWeight: number;
  /** Sum of squared weights of the whole. */
  squaredWeight: number;
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

/** The most frequent budget, and whether there were others. */
export interface ReadBudget {
  budgetMs?: number | undefined;
  budgetCount: number;
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

/** An open snapshot that nothing superseded for so long counts as abandoned. */
export const OPEN_EXPIRES_MS = 1_800_000;

/** Everything a summary is made of, read from one consistent state of the store. */
export interface Reading {
  turnCount: number;
  openCount: number;
  hiddenCount: number;
  visibleCount: number;
  droppedCount: number;
  series: ReadSeries[];
  waits: ReadWait[];
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

/** All that can be read of a window, by name; each is one consistent state of the store. */
export interface Readings {
  summary: Reading;
  routes: RoutesReading;
}

/** How the turns of each route of a backend and each prompt class went. */
export interface RoutesReading {
  rows: (ReadShare & {
    by: 'route' | 'class';
    name: string;
    series: ReadSeries;
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
  /** Makes what is waiting durable, then lets go of the storage. Later calls of `append` and `read` fail. */
  close(): Promise<void>;
}

/** Why a store could not do what it was asked. */
export type StoreErrorKind = 'locked' | 'unwritable' | 'busy' | 'closed' | 'failed';

/** A store's failure; the message is for the operator's console and never for a client. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;
  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.kind = kind;
  }
}

import type {Alert} from '../protocol/index.ts';
import type {ReadBudget, ReadSeries, ReadWaiting} from './read-series.ts';
import type {ReadShare} from './read-share.ts';

/** What a budget is declared for: a milestone (`first-token`, `complete`) or a stage, at a percentile as a share. */
export interface Objective {
  kind: 'milestone' | 'stage';
  /** What it is for. */
  name: string;
  targetShare: number;
}

/** A declared budget: `targetShare` of the turns keep `ms`; without a time each turn its own. */
export interface ReadLimit extends Objective {
  ms?: number;
}

/** How turns that broke a budget lie in time. */
export interface BurnReading {
  /** When the oldest of the turns began, epoch ms; absent without any. */
  oldestAt?: number | undefined;
  /** Of the whole window: the broken part of the turns that each budget could be held against. */
  totals: (Objective & ReadShare)[];
  /** Of the last BURN_BIN_COUNT bins of it. */
  groups: BurnGroup[];
}

/** The turns of one site, page route and backend route that a budget could be held against, by when they began. */
export interface BurnGroup extends Objective, ReadBudget {
  /** Name of the site that sent them. */
  site: string;
  /** Route template of their pages. */
  pageRoute?: string | undefined;
  /** Route that the backend took. */
  route?: string | undefined;
  /** Times without turns have none. */
  bins: BurnBin[];
}

/** A length of time, BURN_BIN_MS each; `bin` 0 ends with the window. */
export interface BurnBin {
  bin: number;
  /** Records that broke the budget. */
  badCount: number;
  /** Their weight. */
  badWeight: number;
  /** The weight of all that could be judged. */
  validWeight: number;
  /** When the first of the bad began, epoch ms. */
  firstBadAt?: number | undefined;
}

/** How long a bin of turns is. */
export const BURN_BIN_MS = 300_000;

/** How many bins there are: three days. */
export const BURN_BIN_COUNT = 864;

/** How each declared budget was kept. */
export interface BudgetsReading {
  rows: ReadKept[];
  /** How long visitors waited for the first word, with the percentiles that budgets are declared for. */
  waits: ReadWaiting;
}

/** The turns that a budget could be held against, the broken part of them in front. */
export interface ReadKept extends Objective, ReadShare, ReadBudget {
  /** Records that broke it. */
  badCount: number;
  /** Deadlines that fell. */
  timeoutCount: number;
  /** How often it was tried again. */
  retryCount: number;
  /** Ended turns, and those of them that something lesser answered. */
  degraded: ReadShare;
  /** The times that were measured, with the declared percentile; absent without any. */
  series?: ReadSeries | undefined;
}

/** An alert as it is kept: `told` is what its webhook has acknowledged, or was given up to tell. */
export interface StoredAlert extends Alert {
  told: 'nothing' | Alert['state'];
  /** Since when it was looked at and did not burn, epoch ms; absent while it does. */
  quietSinceAt?: number | undefined;
}

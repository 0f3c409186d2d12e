import type {DeclaredBudget, Figure, Proportion} from './summary.ts';

/** The lengths of time over which burn is told, shortest first. */
export const BURN_WINDOWS = ['5m', '30m', '1h', '6h', '3d'] as const;

/** A length of time over which burn is told. */
export type BurnWindow = (typeof BURN_WINDOWS)[number];

/** Version of the shape of what a webhook is posted. */
export const NOTICE_VERSION = 1;

/** Where most of the bad turns were: the page's route template, and the route that the backend took. */
export interface WorstRoute {
  /** Of the page. */
  pageRoute?: string;
  /** Of the backend. */
  route?: string;
  /** Bad turns there, as records received. */
  badCount: number;
}

/** A budget that burns, or did: one firing and one clearing, under one id. */
export interface Alert {
  /** Of its firing and its clearing the same, of no other alert. */
  id: string;
  state: 'firing' | 'cleared';
  /** What the budget was declared for. */
  kind: 'milestone' | 'stage';
  /** `first-token`, `complete` or the stage's name. */
  name: string;
  /** The share of turns that should keep the budget, 0 to 1. */
  targetShare: number;
  /** The budget; of turns that declared different ones, absent. */
  budgetMs?: number;
  /** Name of the site whose turns burn; absent where no single site and route does, but all together do. */
  site?: string;
  /**
   * Its route: of a milestone the page's route template, of a stage the route that the backend took, or else the page's.
   * Absent where turns name none, and where all together burn.
   */
  route?: string;
  /** Where most of its bad turns were when it fired. */
  worst?: WorstRoute;
  /** When it began to burn, as far as its turns tell, epoch ms. */
  sinceAt: number;
  /** When that was enough for an alert, epoch ms. */
  firedAt: number;
  /** When it had not burned for a while, epoch ms; absent while it fires. */
  clearedAt?: number;
  /** Which windows told, with how fast it burned in both when it fired, and the bad turns in the long one. */
  rule: {
    longWindow: BurnWindow;
    shortWindow: BurnWindow;
    /** What the burn of both must exceed. */
    threshold: number;
    longBurn: number;
    shortBurn: number;
    badCount: number;
  };
}

/** What a webhook is posted, once for each firing and once for each clearing. It holds names and numbers of records only. */
export interface AlertNotice {
  v: typeof NOTICE_VERSION;
  event: 'firing' | 'clearing';
  /** One sentence with all of it, under the name by which chat tools show it. */
  text: string;
  alert: Alert;
}

/** How a budget was kept. Its turns are those of which it is known. */
export interface KeptBudget {
  /** What it is declared for. */
  kind: 'milestone' | 'stage';
  /** `first-token`, `complete` or the stage's name. */
  name: string;
  /** The share of turns that should keep it, 0 to 1. */
  targetShare: number;
  budget: DeclaredBudget;
  /**
   * `attained`: the percentile is within the budget and no more turns were bad than may be. `few`: too few turns for the
   * percentile, as `figure` says.
   */
  verdict: 'attained' | 'missed' | 'few';
  /** Whether the whole 95 % interval of the bad share lies on that side of what may be. */
  sure: boolean;
  /** The percentile that the budget is declared for. */
  figure: Figure;
  /**
   * Over budget, failed, or answered by something else because a deadline fell; and the records of those.
   */
  bad: Proportion;
  badCount: number;
  /** How many times as fast as may be the budget was used up, in the time before the window's end; absent without turns. */
  burn: {[Window in BurnWindow]?: number};
  /**
   * What is left of the bad turns that may be, as a share of them: 1 for all, less than 0 where there were more. It is over
   * `overMs` before the window's end: four weeks, or as long as turns are stored. Absent without turns.
   */
  left?: {share: number; overMs: number};
  /** Answers that something lesser gave because a deadline fell or an attempt failed; of a stage, runs that were ended. */
  degraded: Proportion;
  /** Deadlines that fell. */
  timeoutCount: number;
  /** Attempts after one that failed. */
  retryCount: number;
  /** Since when more of it is used up than may be, epoch ms; absent where it is not. */
  sinceAt?: number;
  /** Where most of the bad turns of the last three days were; absent without any. */
  worst?: WorstRoute;
}

/** How the declared budgets were kept, how fast they are used up, and which alerts there are. */
export interface BurnReport {
  /** Milestones first, then stages; those that burn fastest first. */
  budgets: KeptBudget[];
  /** Those that fire first; of each the newest, and of these the fastest. `untold` ones have a state that the webhook has not taken. */
  alerts: (Alert & {untold: boolean})[];
  /** Whether the collector looks for alerts at all. */
  watched: boolean;
}

import type {Outcome, Source, TurnRecord} from '../latency/index.ts';

/** Version of the summary's shape; it grows when a reader of the old shape would misread the new one. */
export const SUMMARY_VERSION = 1;

/** The windows a summary can look back over, shortest first. */
export const SUMMARY_WINDOWS = ['1h', '24h', '7d', '30d'] as const;

/** How far back a summary looks, counted from the turn's own start. */
export type SummaryWindow = (typeof SUMMARY_WINDOWS)[number];

/** What turns can be narrowed by, as an address names it. */
export const FILTERS = ['site', 'route', 'class', 'device', 'net'] as const;

/**
 * Only turns of these; what is absent narrows nothing. A `route` that starts with `/` is a page's, any other a
 * backend's; `class` is the prompt class; `device` and `net` are the schema's words.
 */
export type Filters = {[Name in (typeof FILTERS)[number]]?: string | undefined};

/** The turns that were looked at: those that began from `fromAt` to `untilAt`, epoch ms, and what they were narrowed by. */
export interface LookedAt extends Filters {
  /** Where the window was named by its length. */
  since?: SummaryWindow;
  fromAt: number;
  untilAt: number;
}

/**
 * One percentile with as much certainty as its data allow. `share` is the percentile (0 to 1), `count` the number of
 * independent turns it rests on (the effective number when turns are weighted).
 *
 * - `hidden`: too few turns for any 95 % interval; `words` say so and stand in the figure's place.
 * - `unreached`: so many left before it that the percentile lies somewhere above `aboveMs`.
 * - `grey`: shown with reserve, always with its interval; `firm`: shown without.
 *
 * `lowMs` to `highMs` is the 95 % interval; `highMs` is absent when its upper end was not reached. `answeredMs` is what
 * the answered turns alone would read, present only when that differs by more than 5 %.
 */
export type Figure =
  | {state: 'hidden'; share: number; count: number; needsCount: number; words: string}
  | {state: 'unreached'; share: number; count: number; aboveMs: number; words: string}
  | {
      state: 'grey' | 'firm';
      share: number;
      count: number;
      valueMs: number;
      lowMs: number;
      highMs?: number;
      answeredMs?: number;
    };

/** A share of turns with its 95 % Wilson interval, or nothing at all when no turn could be judged. */
export type Proportion =
  | {state: 'none'}
  | {state: 'known'; share: number; lowShare: number; highShare: number; count: number};

/** The percentiles of one set of turns, P50 first. */
export interface Population {
  /** Turns in the set, as records received. */
  count: number;
  /** Turns of the set that left, or hid the page, before the milestone: they count as still waiting then. */
  leftCount: number;
  figures: Figure[];
  /** Percentiles of the answered turns alone (type 7 of Hyndman and Fan); they flatter when somebody left. */
  answered: Figure[];
}

/** The budget that most turns declared; `mixed` when others declared another. */
export interface DeclaredBudget {
  ms: number;
  mixed: boolean;
}

/** One bar of a histogram: `lowMs` to `highMs`, with the share of all turns that fell into it. */
export interface Bar {
  lowMs: number;
  highMs: number;
  missShare: number;
  hitShare: number;
}

/**
 * One point of the cumulative curves: the share of turns that had reached the milestone by `ms`. `allShare` counts those
 * who left as still waiting until they did; `missShare` and `hitShare` are answered turns alone, absent without any.
 */
export interface CurvePoint {
  ms: number;
  allShare: number;
  missShare?: number;
  hitShare?: number;
}

/** The distribution behind the percentiles, ready to be drawn on a logarithmic axis. */
export interface Shape {
  bars: Bar[];
  curve: CurvePoint[];
}

/** All that is told of one milestone: `misses` are the turns that neither a cache nor the FAQ answered. */
export interface MilestoneSummary {
  budget?: DeclaredBudget;
  over: Proportion;
  all: Population;
  misses: Population;
  shape: Shape;
}

/** One stage over the turns in which it ran; `turnShare` is how many of the measured turns that is. */
export interface StageSummary {
  /** The stage's name. */
  stage: string;
  count: number;
  turnShare: number;
  timeoutCount: number;
  budget?: DeclaredBudget;
  over: Proportion;
  figures: Figure[];
}

/**
 * How the FAQ in the page did: shares of the ended turns for which it was asked, which a cache of a server is no part of.
 * What visitors meant is not known, only what they did, so two of the shares are bounds.
 */
export interface InstantSummary {
  /** Ended turns for which it was asked, as records received. */
  count: number;
  /** Asked word for word as it stands in the pack; what was chosen among suggestions is so too. */
  exact: Proportion;
  /**
   * Shown to be in the pack: `right`, or not answered at once but offered, chosen and then `right`. As far as `right`
   * holds, a lower bound: of what was never offered or not chosen nobody knows.
   */
  answerable: Proportion;
  /** Answered at once: word for word, by meaning, or with what another visitor had been answered. */
  matched: Proportion;
  /** Matched, and the visitor did not object. An upper bound: whoever was answered wrongly may say nothing. */
  right: Proportion;
  /** The share of `right` in the matched turns alone, an upper bound too; `none` while nothing was matched. */
  precision: Proportion;
}

/**
 * What was done in case it would be wanted, of the ended turns, and what it brought. Requests ahead of questions that were
 * never sent are in no record: the server counts those.
 */
export interface WasteSummary {
  /** Ended turns, as records received. */
  turnCount: number;
  /** Requests and second attempts beside the question itself, for each turn. */
  extraPerTurn: number;
  /** Requests ahead of questions. */
  prefetch: {
    /** Turns with requests ahead of them, and how many these were. */
    turnCount: number;
    requestCount: number;
    /** The share of these turns that used one. */
    used: Proportion;
    outcomes: Tally<NonNullable<TurnRecord['prefetch']>['r']>[];
    /** The median of how long before the question it was asked for, in ms; absent where none was used. */
    leadMs?: number;
  };
  /** Second attempts. */
  hedge: {
    /** Second attempts that were made, and the share that gave the first word. */
    attemptCount: number;
    won: Proportion;
    /** Those that were due and not made. */
    deniedCount: number;
  };
  /**
   * What requests ahead are worth: the median to the first visible answer in the arms of an experiment named `prefetch`,
   * and how much less it is in `on`. Its interval encloses the true one with at least 90 %: from the one's end to the
   * other's. Absent where there is no such experiment, or too few turns.
   */
  saving?: {on: Figure; off: Figure; savedMs: number; lowMs: number; highMs: number};
}

/** A name with the records received under it and its (weighted) share of all of them. */
export interface Tally<Name extends string = string> {
  /** One of a closed list, or the value itself. */
  name: Name;
  count: number;
  share: number;
}

/** A turn for the live list: instants and names, nothing else. Times not reached are absent. */
export interface RecentTurn {
  /** When the visitor asked, by the collector's clock, epoch ms. */
  turnAt: number;
  outcome: Outcome;
  source?: Source;
  /** Route template of the page. */
  pageRoute?: string;
  /** Route that the backend took. */
  route?: string;
  firstTokenMs?: number;
  doneMs?: number;
  waitedMs?: number;
  /** Names of the budgets that it exceeded. */
  over: string[];
}

/** What did not make it: turns that browsers dropped, and, since the collector started, what it refused or removed. */
export interface Losses {
  droppedCount: number;
  strippedCount: number;
  /** Turns and batches refused, by the code of the refusal. */
  refused: {code: string; count: number}[];
  startedAt: number;
}

/** The answer of `GET /v1/summary`. */
export interface Summary {
  v: typeof SUMMARY_VERSION;
  /** When it was computed, epoch ms. */
  computedAt: number;
  window: LookedAt;
  /** Records received; `openCount` have not ended, `hiddenCount` were hidden meanwhile and are no latency sample. */
  turns: {count: number; openCount: number; hiddenCount: number};
  firstToken: MilestoneSummary;
  complete: MilestoneSummary;
  /** Shares of ended turns whose visitor left before the first word, and before the end. */
  abandonment: {beforeFirstToken: Proportion; beforeEnd: Proportion};
  /** Absent where the FAQ was asked for no turn. */
  instant?: InstantSummary;
  /** Absent where nothing was done ahead or twice. */
  waste?: WasteSummary;
  /** Slowest P99 first. */
  stages: StageSummary[];
  outcomes: Tally<Outcome>[];
  /** Who answered; `none` where nobody did. */
  sources: Tally<Source | 'none'>[];
  /** The last 20, newest first. */
  recent: RecentTurn[];
  losses: Losses;
  /** Values that turns of these times can be narrowed to, the busiest first; of `device` and `net` the schema has all. */
  choices: {site: string[]; route: string[]; class: string[]};
}

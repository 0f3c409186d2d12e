import type {Figure, Proportion} from './summary.ts';

/**
 * How much longer one side takes than the other at one percentile (`share`, 0 to 1), in ms; below 0 it is faster. The
 * interval is that of the report it stands in. `hidden`: too few pages on one side, or too many left, and `words` say so.
 */
export type DifferenceMs =
  | {state: 'hidden'; share: number; words: string}
  | {state: 'known'; share: number; differenceMs: number; lowMs: number; highMs: number};

/** By how much one side's share is larger than the other's, in points from -1 to 1, with its interval. */
export type DifferenceShare =
  | {state: 'none'}
  | {state: 'known'; differenceShare: number; lowShare: number; highShare: number};

/** How the tasks of some pages went: a task is the turns of one page that serve the same need. */
export interface TaskFigures {
  /** Tasks, as records received. */
  count: number;
  /**
   * Time from the first question to the end of the last answer, P50 first. A task whose last answer did not come or was
   * objected to counts as still going on then.
   */
  figures: Figure[];
  /** How many turns there are for each task. */
  turnsPerTask: number;
  /** Tasks of a single turn. */
  once: Proportion;
  /** Tasks in which the visitor asked the same again, changed it or refused an answer. */
  repeated: Proportion;
}

/** What is known of one arm, by its name in `arm`. */
export interface ArmFigures {
  arm: string;
  /** Page views with turns that have ended: what is independent. */
  pageCount: number;
  /** Turns that have ended, as records received. */
  turnCount: number;
  /** Time to the first visible answer, those who left counted as still waiting. */
  firstToken: Figure[];
  tasks: TaskFigures;
  /** First word over its budget. */
  over: Proportion;
  /** Visitors who left before the first word, and before the end. */
  leftBeforeFirst: Proportion;
  leftBeforeEnd: Proportion;
}

/** What one arm (`arm`) has more than the reference. */
export interface ArmComparison {
  arm: string;
  /** At P50, P95 and P99. */
  firstToken: DifferenceMs[];
  /** Of the time that a task takes, at the same. */
  task: DifferenceMs[];
  over: DifferenceShare;
  leftBeforeFirst: DifferenceShare;
  leftBeforeEnd: DifferenceShare;
  /** Present once it is decided. */
  verdict?: ArmVerdict;
}

/**
 * What was found at the percentile that was planned: `unclear` where the interval holds 0 or the difference is neither over
 * 5 % nor over 50 ms, `few` where too few pages carry it. `overall` is `better` where something is faster and nothing slower.
 */
export interface ArmVerdict {
  firstToken: 'faster' | 'slower' | 'unclear' | 'few';
  task: 'faster' | 'slower' | 'unclear' | 'few';
  overall: 'better' | 'worse' | 'mixed' | 'unclear';
  /** The same as a sentence. */
  words: string;
}

/**
 * Whether the pages fell to the arms as they should have (chi-square, broken at p < .001): against the shares that were
 * declared, or equal ones. `unknown` where too few pages, or sampled ones, cannot tell; `words` say it as a sentence.
 */
export interface SplitCheck {
  state: 'fits' | 'broken' | 'unknown';
  against: 'declared' | 'equal';
  /** How likely a split as far off is by chance, 0 to 1. */
  chance?: number;
  words: string;
}

/** One experiment, as far as its turns tell. */
export interface ExperimentReport {
  /** As `data-experiment` names it. */
  name: string;
  /** The turns that it rests on began from `fromAt` to `untilAt`, epoch ms: those of the plan, where there is one. */
  fromAt: number;
  untilAt: number;
  /** The arm that the others are held against. */
  reference: string;
  /** The reference first. */
  arms: ArmFigures[];
  /** Confidence of each interval in `comparisons`, 0 to 1; higher while there is no decision, since somebody may look often. */
  levelShare: number;
  comparisons: ArmComparison[];
  split: SplitCheck;
  /** Where it is undecided, `words` say what is missing; with a broken split there is no decision. */
  decision: {state: 'undecided' | 'broken' | 'decided'; words: string};
}

/** The experiments found in turns, by name. */
export interface ArmsReport {
  experiments: ExperimentReport[];
}

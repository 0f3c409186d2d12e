import type {DifferenceMs} from './report-arms.ts';
import type {Figure} from './summary.ts';

/**
 * How one kind of turns changed: `slower` or `faster` where the interval of the difference at P95 does not hold 0 (of the
 * flagged rows at most 5 % by chance) and it is over 10 % and over 50 ms; `few` where too few turns tell, before or now.
 */
export interface DriftRow {
  by: 'all' | 'route' | 'page';
  /** The backend's route, or the page's route template. */
  name: string;
  state: 'slower' | 'faster' | 'steady' | 'few';
  /** P95 of the time to the first visible answer. */
  recent: Figure;
  before: Figure;
  /** With its 95 % interval. */
  change: DifferenceMs;
  /** Why, largest part first; only where it is slower or faster. */
  causes?: DriftCause[];
}

/**
 * How the share of turns slower than P95 was before came to change, told by one property of turns: as much by other turns
 * than before (`mixShare`), and as much within each kind of turns (`withinShare`), in points.
 */
export interface DriftCause {
  by: 'class' | 'model' | 'device' | 'net' | 'answered';
  mixShare: number;
  withinShare: number;
  /** The values that did most, with their part of all turns before and now, and the share of slow ones among them. */
  groups: {
    name: string;
    partBeforeShare: number;
    partShare: number;
    slowBeforeShare: number;
    slowShare: number;
    /** What it adds, in points. */
    addsShare: number;
  }[];
}

/** The last day against the seven before, slowed down first. */
export interface DriftReport {
  /** Turns that began from `fromAt` to `untilAt`, epoch ms, and in the seven days before, from `beforeAt`. */
  fromAt: number;
  untilAt: number;
  beforeAt: number;
  rows: DriftRow[];
}

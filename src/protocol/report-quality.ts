import type {Proportion} from './summary.ts';

/**
 * Whether answers came as they were made, by the turns of which that can be told. `held`: surely more than
 * HELD_NAMED_SHARE of them were held back on their way; `streamed`: surely fewer; `open`: too few to say.
 */
export interface StreamQuality {
  /** What the name stands for: a page's route, or the backend's. */
  by: 'all' | 'page' | 'route';
  /** Absent for all. */
  name?: string;
  /** Turns of which it can be told, as records received. */
  count: number;
  bufferedCount: number;
  chunkedCount: number;
  held: Proportion;
  verdict: 'held' | 'streamed' | 'open';
}

/** What the figures of a window stand on, and what is missing from it. */
export interface QualityReport {
  /** Records received. */
  count: number;
  /** Of them those of turns that ended. */
  finalCount: number;
  /** Snapshots that may still be followed by an end. */
  openCount: number;
  /** Snapshots that nothing followed for 30 minutes: given up. */
  expiredCount: number;
  /** Turns whose page was hidden meanwhile. */
  hidden: Proportion;
  /** Of those hidden, the ones hidden before the first word: they count as still waiting then. */
  hiddenFirstCount: number;
  /** Turns that browsers dropped before they could be sent. */
  droppedCount: number;
  /** Dropped turns, of these and those received. */
  dropped: Proportion;
  /** Turns that stand for others too. */
  weightedCount: number;
  /** For how many turns all of them stand. */
  weight: number;
  /** How many turns of equal weight would tell as much. */
  effectiveCount: number;
  /** Turns that arrived more than an hour after they began: kept by the browser meanwhile. */
  lateCount: number;
  /** Turns whose answer ended before it began, or with a stage that outlasts the turn by over a second. */
  oddCount: number;
  /** Turns of a streamed answer of which can not be told how it came. */
  untoldCount: number;
  /** All of them first, then by route, the most held back first. */
  streams: StreamQuality[];
}

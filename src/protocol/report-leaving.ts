import type {Proportion} from './summary.ts';

/**
 * Those who had waited `fromMs`: `hazard` is the share of them who left before `untilMs` (absent for the last, which is
 * open), `goneShare` the share of visitors who would be gone by then if nothing came.
 */
export interface LeavingBin {
  fromMs: number;
  untilMs?: number;
  hazard: Proportion;
  goneShare: number;
  /** Records of those who left in it. */
  leftCount: number;
}

/** When visitors stop to wait: for the first word, and for the end of an answer. */
export interface LeavingReport {
  /** Shares of ended turns. */
  beforeFirstToken: Proportion;
  beforeEnd: Proportion;
  /** Shares of ended turns that the visitor stopped. */
  stopped: Proportion;
  firstToken: LeavingBin[];
  complete: LeavingBin[];
}

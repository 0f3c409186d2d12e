/** The times of each day in the buckets of a histogram, for 13 months up to the end of the window. */
export interface HistoryReading {
  /** Each day by metric, and hits and misses apart. */
  rows: {
    /** When the day began (UTC), epoch ms. */
    dayAt: number;
    /** Waits that ended with the first word, waits that ended without, whole answers. */
    metric: 'shown' | 'left' | 'complete';
    hit: boolean;
    count: number;
    weight: number;
    squaredWeight: number;
    minMs: number;
    maxMs: number;
    /** Whether turns are in it that are no longer there themselves. */
    isRolled: boolean;
    /** Numbers of the buckets that are not empty, ascending. */
    buckets: Int16Array;
    /** The weight in each of them. */
    weights: Float64Array;
  }[];
}

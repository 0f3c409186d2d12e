/** The percentiles that every report shows. */
export const PERCENTILES = [0.5, 0.9, 0.95, 0.99, 0.999] as const;

/**
 * Reads a percentile from sorted values by linear interpolation (type 7 of Hyndman and Fan, "Sample quantiles in
 * statistical packages", 1996).
 *
 * @param sorted - Ascending values.
 * @param share - 0 to 1.
 * @returns The value, or undefined when there are none.
 */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) return undefined;
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * Finds the two order statistics that enclose a percentile with 95 % confidence, whatever the distribution
 * (binomial order-statistic interval, two-sided, each tail at most 2.5 %).
 *
 * @param count - Number of independent values.
 * @param share - The percentile as a share, 0 to 1.
 * @returns Ranks from 1 to `count`, or undefined when so few values cannot enclose it.
 */
export function intervalRanks(count: number, share: number): {low: number; high: number} | undefined {
  // low: the largest rank l with P(X < l) <= 2.5 %; high: the smallest rank h with P(X >= h) <= 2.5 %, X ~ Bin(count, share)
  if (share ** count > 0.025 || (1 - share) ** count > 0.025) return undefined;
  const logOdds = Math.log(share / (1 - share));
  let logMass = count * Math.log(1 - share);
  let below = 0;
  let low = 0;
  let high = 0;
  for (let rank = 0; rank <= count; rank++) {
    if (below <= 0.025) low = rank;
    below += Math.exp(logMass);
    if (below >= 0.975) {
      high = rank + 1;
      break;
    }
    logMass += Math.log((count - rank) / (rank + 1)) + logOdds;
  }
  return low >= 1 && high >= 1 && high <= count ? {low, high} : undefined;
}

/** The fewest values at which a percentile may be shown at all, and at which it may be shown without reserve. */
export const HONEST_COUNT: ReadonlyMap<number, {shown: number; firm: number}> = new Map([
  [0.5, {shown: 6, firm: 20}],
  [0.9, {shown: 36, firm: 100}],
  [0.95, {shown: 72, firm: 200}],
  [0.99, {shown: 368, firm: 1000}],
  [0.999, {shown: 3688, firm: 10000}],
]);

/** How a histogram is kept and sent: buckets that are not empty, by number and weight, with the extremes of the values. */
export interface HistogramData {
  minMs: number;
  maxMs: number;
  /** Bucket 0 holds the zeros; bucket n from 1 begins at a microsecond times BUCKET_RATIO to the power of n - 1. */
  buckets: [number, number][];
}

/** Values in ms of which percentiles are wanted, however many. */
export interface Histogram {
  /** The sum of all weights: without weights, the number of values. */
  readonly count: number;
  /**
   * Counts a value: 0 to 600,000, what is beyond counts as the bound, and what is no number not at all.
   *
   * @param weight - As so many values it counts; default 1, nothing unless above 0 and finite.
   */
  add(ms: number, weight?: number): void;
  /** Adds all that another one has counted. */
  merge(other: Histogram | HistogramData): void;
  /** Estimates what `percentile` gives for the same values, at most 1 % beside it; undefined when there are none. */
  percentile(share: number): number | undefined;
  /** What `readHistogram` reads. */
  toJSON(): HistogramData;
}

/** How much wider each bucket of a histogram is than the one before: its middle is within 1 % of all that is in it. */
export const BUCKET_RATIO = 1.02;

const MAX_VALUE_MS = 600_000;
/** What is shorter counts as 0: clocks tell no shorter times. */
const MIN_VALUE_MS = 0.001;

const bucketOf = (ms: number) =>
  ms < MIN_VALUE_MS ? 0 : 1 + Math.floor(Math.log(ms / MIN_VALUE_MS) / Math.log(BUCKET_RATIO));
const middleOf = (bucket: number) => (bucket === 0 ? 0 : MIN_VALUE_MS * BUCKET_RATIO ** (bucket - 0.5));

/** Creates an empty histogram with logarithmic buckets. */
export function createHistogram(): Histogram {
  const weights = new Map<number, number>();
  let count = 0;
  let minMs = Number.POSITIVE_INFINITY;
  let maxMs = 0;

  function put(bucket: number, weight: number): void {
    weights.set(bucket, (weights.get(bucket) ?? 0) + weight);
    count += weight;
  }

  function stretch(lowMs: number, highMs: number): void {
    minMs = Math.min(minMs, lowMs);
    maxMs = Math.max(maxMs, highMs);
  }

  const sorted = () => [...weights].sort(([a], [b]) => a - b);

  function valueAt(rank: number): number {
    if (rank === 0) return minMs;
    if (rank >= count - 1) return maxMs;
    let below = 0;
    for (const [bucket, weight] of sorted()) {
      below += weight;
      if (rank < below) return Math.min(Math.max(minMs, middleOf(bucket)), maxMs);
    }
    return maxMs;
  }

  return {
    get count() {
      return count;
    },
    add(ms, weight = 1) {
      if (Number.isNaN(ms) || !(weight > 0 && weight < Number.POSITIVE_INFINITY)) return;
      const boundMs = Math.min(Math.max(0, ms), MAX_VALUE_MS);
      put(bucketOf(boundMs), weight);
      stretch(boundMs, boundMs);
    },
    merge(other) {
      const data = 'toJSON' in other ? other.toJSON() : other;
      if (data.buckets.length === 0) return;
      for (const [bucket, weight] of data.buckets) put(bucket, weight);
      stretch(data.minMs, data.maxMs);
    },
    percentile(share) {
      if (count === 0) return undefined;
      const at = Math.max(0, (count - 1) * share);
      const lowMs = valueAt(Math.floor(at));
      return lowMs + (valueAt(Math.ceil(at)) - lowMs) * (at - Math.floor(at));
    },
    toJSON: () => ({minMs: count === 0 ? 0 : minMs, maxMs, buckets: sorted()}),
  };
}

/**
 * Reads a histogram that was kept or sent.
 *
 * @param data - Anything, as JSON gives it.
 * @returns A histogram of its own, or undefined when the data is none.
 */
export function readHistogram(data: unknown): Histogram | undefined {
  if (!isHistogram(data)) return undefined;
  const histogram = createHistogram();
  histogram.merge(data);
  return histogram;
}

function isHistogram(data: unknown): data is HistogramData {
  if (typeof data !== 'object' || data === null) return false;
  const {minMs, maxMs, buckets}: {minMs?: unknown; maxMs?: unknown; buckets?: unknown} = data;
  const isBound = typeof minMs === 'number' && typeof maxMs === 'number' && 0 <= minMs && maxMs <= MAX_VALUE_MS;
  return isBound && minMs <= maxMs && Array.isArray(buckets) && buckets.every(isBucket);
}

function isBucket(value: unknown): value is [number, number] {
  if (!Array.isArray(value)) return false;
  const [bucket, weight, ...more]: unknown[] = value;
  const isKnown = Number.isInteger(bucket) && Number(bucket) >= 0 && Number(bucket) <= bucketOf(MAX_VALUE_MS);
  return isKnown && typeof weight === 'number' && weight > 0 && weight < Number.POSITIVE_INFINITY && more.length === 0;
}

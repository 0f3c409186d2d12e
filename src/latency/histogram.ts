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

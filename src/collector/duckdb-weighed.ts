import {type Ask, numberOf} from './duckdb-ask.ts';
import * as sql from './duckdb-sql.ts';

/**
 * Reads percentiles of a sample of one series whose turns have weights: the smallest value with at least the percentile's
 * share of the weight.
 *
 * @returns In the order of the shares; nothing where there is no turn.
 */
export async function readWeighed(
  ask: Ask,
  options: {sample: string; series: string; shares: readonly number[]; weight: number},
): Promise<number[]> {
  const {sample, series, shares, weight} = options;
  // a hair less, so that summing in another order does not step over the value that is meant
  const ranks = shares.map((share) => share * weight * (1 - 1e-12));
  const [row = {}] = await ask(sql.weighed(sample), {targets: JSON.stringify([{series, ranks}])});
  return Array.isArray(row['found']) ? row['found'].map(numberOf) : [];
}

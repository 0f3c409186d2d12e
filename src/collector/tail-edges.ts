import type {Edge} from './blame-reading.ts';
import {effectiveCount} from './figures.ts';

/** How far around a percentile turns count to it: so many ranks, or so large a share of all of them. */
const AROUND_RANKS = 50;
const AROUND_SHARE = 0.0025;

/** Where a value stands in a sorted column: between the first values whose cumulated weights reach `low` and `high`. */
export interface Place {
  low: number;
  high: number;
  /** How far from the one to the other, 0 to 1. */
  part: number;
}

/**
 * Finds where each edge stands. Percentiles of equally weighted turns are of type 7, those of others the smallest value
 * with at least the percentile's share of the weight.
 */
export function placeEdges(column: {count: number; weight: number; squaredWeight: number}): Record<Edge, Place> {
  const {count, weight, squaredWeight} = column;
  const weighted = weight !== count || squaredWeight !== count;
  const number = effectiveCount(weight, squaredWeight);
  // a hair less, so that summing in another order does not step over the value that is meant
  const unit = weighted ? (weight / Math.max(1, number)) * (1 - 1e-12) : 1;
  const at = (rank: number): Place => {
    const one = Math.min(number, Math.max(1, rank)) * unit;
    return {low: one, high: one, part: 0};
  };
  const percentile = (share: number): Place => {
    if (weighted) return at(share * number);
    const rank = 1 + Math.max(0, number - 1) * share;
    return {low: Math.floor(rank), high: Math.ceil(rank), part: rank - Math.floor(rank)};
  };
  const ranks = Math.max(AROUND_RANKS, AROUND_SHARE * number);
  return {
    middleLow: percentile(0.45),
    middleHigh: percentile(0.55),
    slow95: percentile(0.95),
    slow99: percentile(0.99),
    around95Low: at(Math.ceil(0.95 * number) - ranks),
    around95High: at(Math.ceil(0.95 * number) + ranks),
    around99Low: at(Math.ceil(0.99 * number) - ranks),
    around99High: at(Math.ceil(0.99 * number) + ranks),
  };
}

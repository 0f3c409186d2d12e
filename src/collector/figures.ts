import {HONEST_COUNT, intervalRanks, PERCENTILES} from '../latency/index.ts';
import type {Figure, Proportion} from '../protocol/index.ts';
import type {ReadCell, ReadSeries, ReadShare} from './store.ts';

/** Two percentiles of the same turns that differ by more than this share are shown side by side. */
export const DIFFERENCE_SHARE = 0.05;

/**
 * Where to look values up in a sorted column: at ranks from 1, or, where `weighted`, at cumulated weights. `names` says
 * what each one is.
 */
export interface RankTarget {
  series: string;
  weighted: boolean;
  names: string[];
  ranks: number[];
}

/**
 * Counts how many equally weighted turns would tell as much (Kish, "Survey Sampling", 1965); with equal weights exactly
 * their number.
 *
 * @returns 0 for no weight at all.
 */
export function effectiveCount(weight: number, squaredWeight: number): number {
  return squaredWeight > 0 ? (weight * weight) / squaredWeight : 0;
}

/**
 * Lists the order statistics that a column's figures need: the two ends of each 95 % interval and, where weights differ,
 * the percentiles too (the smallest value with at least the percentile's share of the weight).
 *
 * @param column - A column's name, rows, summed weights and summed squared weights.
 */
export function rankTarget(column: {
  series: string;
  rowCount: number;
  weight: number;
  squaredWeight: number;
}): RankTarget {
  const {series, rowCount, weight, squaredWeight} = column;
  const weighted = squaredWeight !== rowCount || weight !== rowCount;
  const count = Math.floor(effectiveCount(weight, squaredWeight) + 1e-9);
  // a hair less, so that summing in another order does not step over the value that is meant
  const at = (rank: number) => (weighted ? (rank / count) * weight * (1 - 1e-12) : rank);
  const target: RankTarget = {series, weighted, names: [], ranks: []};
  const add = (name: string, rank: number) => {
    target.names.push(name);
    target.ranks.push(rank);
  };
  for (const share of PERCENTILES) {
    const interval = intervalRanks(count, share);
    if (weighted) add(`value ${share}`, share * weight * (1 - 1e-12));
    if (interval) add(`low ${share}`, at(interval.low));
    if (interval) add(`high ${share}`, at(interval.high));
  }
  return target;
}

/**
 * Decides how much of a percentile may be shown: too few turns hide it, few turn it grey.
 *
 * @param cell - The percentile as read.
 * @param turnCount - Independent turns behind it; the effective number when weighted.
 */
export function figureOf(cell: ReadCell, turnCount: number): Figure {
  const {share, valueMs, lowMs, highMs} = cell;
  const count = Math.floor(turnCount + 1e-9);
  const needs = HONEST_COUNT.get(share);
  if (!needs || count < needs.shown || lowMs === undefined) return hiddenFigure(share, count);
  const state = count < needs.firm ? 'grey' : 'firm';
  return {state, share, count, valueMs, lowMs, ...(highMs === undefined ? {} : {highMs})};
}

/** Writes the figure that stands for a percentile with too few turns. */
export function hiddenFigure(share: number, count: number): Figure {
  const needsCount = HONEST_COUNT.get(share)?.shown ?? Number.POSITIVE_INFINITY;
  return {state: 'hidden', share, count, needsCount, words: `n too small (n=${count}, needs ${needsCount})`};
}

/** Makes the figures of a column, P50 first; without the column all of them are hidden. */
export function figuresOf(series: ReadSeries | undefined): Figure[] {
  if (!series) return PERCENTILES.map((share) => hiddenFigure(share, 0));
  return series.cells.map((cell) => figureOf(cell, series.effectiveCount));
}

/**
 * Notes on each figure what the answered turns alone would read, where that differs by more than DIFFERENCE_SHARE.
 *
 * @param figures - With those who left.
 * @param answered - Without, in the same order.
 */
export function besideAnswered(figures: readonly Figure[], answered: readonly Figure[]): Figure[] {
  return figures.map((figure, index) => {
    const other = answered[index];
    if (!other || !('valueMs' in figure) || !('valueMs' in other)) return figure;
    const differs = Math.abs(figure.valueMs - other.valueMs) > DIFFERENCE_SHARE * figure.valueMs;
    return differs ? {...figure, answeredMs: other.valueMs} : figure;
  });
}

/**
 * Turns counts into a share with its 95 % interval (Wilson, "Probable inference", 1927).
 *
 * @returns `none` when nothing could be judged.
 */
export function proportionOf(read: ReadShare): Proportion {
  const count = effectiveCount(read.wholeWeight, read.squaredWeight);
  if (count === 0) return {state: 'none'};
  const z = 1.959964;
  const share = Math.min(1, read.partWeight / read.wholeWeight);
  const centre = (share + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const half = ((z / (1 + (z * z) / count)) * Math.sqrt(count * share * (1 - share) + (z * z) / 4)) / count;
  return {
    state: 'known',
    share,
    lowShare: share === 0 ? 0 : Math.max(0, centre - half),
    highShare: share === 1 ? 1 : Math.min(1, centre + half),
    count: Math.floor(count + 1e-9),
  };
}

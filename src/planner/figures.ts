import {intervalRanks, PERCENTILES} from '../latency/index.ts';
import {percentileOf, type Sample} from './sample.ts';

/** A percentile (type 7) of what was simulated, with the 95 % interval of the luck of these draws; no more than that. */
export interface PlanFigure {
  share: number;
  valueMs: number;
  lowMs: number;
  highMs: number;
}

/** A share of turns, with its 95 % interval. */
export interface PlanShare {
  share: number;
  lowShare: number;
  highShare: number;
}

/** A difference, with its 95 % interval. */
export interface Difference {
  valueMs: number;
  lowMs: number;
  highMs: number;
}

/** The two-sided 95 % point of the normal distribution. */
const Z = 1.959964;

/** Computes the mean, in ms: to hold it against published ones, which often are. */
export function meanOf(ms: Float64Array): number {
  let sum = 0;
  for (const value of ms) sum += value;
  return sum / ms.length;
}

/** Makes the percentiles of times. */
export function planFigures(sample: Sample, shares: readonly number[] = PERCENTILES): PlanFigure[] {
  return shares.map((share) => planFigure(sample, share));
}

/** Makes one percentile of times; with too few of them its interval is all there is. */
export function planFigure(sample: Sample, share: number): PlanFigure {
  const ranks = ranksOf(sample.ms.length, share);
  return {share, valueMs: percentileOf(sample, share), lowMs: sample.at(ranks.low), highMs: sample.at(ranks.high)};
}

/**
 * Compares a percentile of the same turns under two plans: how much less it is in the second.
 *
 * The interval follows from those of both and from how often both exceed their percentile in the same turn (the percentile
 * is a mean of such crossings: R. R. Bahadur, "A note on quantiles in large samples", 1966). So what both have in common
 * widens it by nothing.
 */
export function savedBetween({before, after}: {before: Sample; after: Sample}, share: number): Difference {
  const [one, other] = [planFigure(before, share), planFigure(after, share)];
  const [oneError, otherError] = [errorOf(one), errorOf(other)];
  const spare = 1 - share;
  let bothCount = 0;
  for (let turn = 0; turn < before.ms.length; turn++) {
    if ((before.ms[turn] ?? 0) > one.valueMs && (after.ms[turn] ?? 0) > other.valueMs) bothCount++;
  }
  const correlation = (bothCount / before.ms.length - spare ** 2) / (spare * share);
  const variance = oneError ** 2 + otherError ** 2 - 2 * correlation * oneError * otherError;
  const half = Z * Math.sqrt(Math.max(0, variance));
  const valueMs = one.valueMs - other.valueMs;
  return {valueMs, lowMs: valueMs - half, highMs: valueMs + half};
}

/** Counts turns, as a share of all with its Wilson interval (E. B. Wilson, "Probable inference", 1927). */
export function planShare(partCount: number, wholeCount: number): PlanShare {
  if (wholeCount === 0) return {share: 0, lowShare: 0, highShare: 1};
  const share = partCount / wholeCount;
  const weight = Z ** 2 / wholeCount;
  const centre = (share + weight / 2) / (1 + weight);
  const half = (Z / (1 + weight)) * Math.sqrt((share * (1 - share)) / wholeCount + (Z / (2 * wholeCount)) ** 2);
  return {
    share,
    lowShare: partCount === 0 ? 0 : Math.max(0, centre - half),
    highShare: partCount === wholeCount ? 1 : Math.min(1, centre + half),
  };
}

/** Counts times that are at most so long. */
export function countUpTo(ms: Float64Array, limitMs: number): number {
  let count = 0;
  for (const each of ms) if (each <= limitMs) count++;
  return count;
}

const errorOf = ({lowMs, highMs}: PlanFigure) => (highMs - lowMs) / (2 * Z);

const known = new Map<string, {low: number; high: number}>();

function ranksOf(count: number, share: number): {low: number; high: number} {
  const name = `${count} ${share}`;
  const ranks = known.get(name) ?? intervalRanks(count, share) ?? {low: 1, high: count};
  known.set(name, ranks);
  return ranks;
}

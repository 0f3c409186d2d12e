import {intervalRanks} from '../../../src/latency/index.ts';
import {format, median} from '../render/figures.ts';

/** The middle of some differences, and what encloses the true one. */
export interface Middle {
  median: number;
  low: number;
  high: number;
}

/**
 * Takes the middle of differences with what encloses the true one with 95 % confidence, whatever the distribution: two
 * of them by their rank; of fewer than six, which cannot enclose it, the least and the greatest.
 */
export function middleOf(differences: readonly number[]): Middle {
  const sorted = [...differences].sort((a, b) => a - b);
  const {low, high} = intervalRanks(sorted.length, 0.5) ?? {low: 1, high: sorted.length};
  return {median: median(sorted), low: sorted[low - 1] ?? Number.NaN, high: sorted[high - 1] ?? Number.NaN};
}

/** Subtracts draw from draw: both of a pair were made one after the other, on the same machine in the same mood. */
export const differ = (numbers: readonly number[], base: readonly number[]): number[] =>
  numbers.map((each, at) => each - (base[at] ?? Number.NaN));

/** How far from nothing a difference may be where there is none. */
export const noiseOf = ({low, high}: Middle): number => Math.max(Math.abs(low), Math.abs(high));

/** Writes a middle with what encloses it. */
export const describeMiddle = ({median, low, high}: Middle): string =>
  `${format(median)} (${format(low)} to ${format(high)})`;

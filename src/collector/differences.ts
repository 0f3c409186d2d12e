import {HONEST_COUNT} from '../latency/index.ts';
import type {DifferenceMs, DifferenceShare, Figure, Proportion} from '../protocol/index.ts';
import {normalBound, normalTail} from './chances.ts';
import {quantilesOf, resample, sumOf} from './resample.ts';
import {figuresOfRows} from './row-figures.ts';
import {pageCountOf, type Rows} from './rows.ts';

/** Where a value lies, by draws of it. */
export interface Spread {
  low: number;
  high: number;
  /** How likely draws as far from 0 are where there is no difference, 0 to 1. */
  chance: number;
}

/** One group with its figures, how many pages it has, and what the draws gave at the same percentiles. */
export interface Resampled {
  figures: Figure[];
  pageCount: number;
  draws: readonly Float64Array[];
}

/**
 * Reads percentiles of groups with draws of their pages.
 *
 * @param options.sums - Values by page whose sums are read of the same draws.
 */
export function resampledOf(options: {
  groups: readonly Rows[];
  pageCount: number;
  shares: readonly number[];
  sums?: readonly Float64Array[];
  drawCount?: number | undefined;
}): {groups: Resampled[]; sums: Float64Array[]} {
  const {groups, pageCount, shares, sums = [], drawCount} = options;
  const statistics = [...groups.map((rows) => quantilesOf(rows, shares)), ...sums.map(sumOf)];
  const drawn = resample({statistics, pageCount, seed: seedOf(groups), drawCount});
  return {
    groups: groups.map((rows, at) => ({
      figures: figuresOfRows(rows, shares),
      pageCount: pageCountOf(rows),
      draws: drawn[at] ?? [],
    })),
    sums: drawn.slice(groups.length).flat(),
  };
}

/** Makes a seed of the data, so that whoever computes the same again gets the same. */
export function seedOf(groups: readonly Pick<Rows, 'pages' | 'waitsMs'>[]): number {
  let seed = 0x811c9dc5;
  for (const {pages, waitsMs} of groups) {
    for (let at = 0; at < pages.length; at++) {
      seed = Math.imul(seed ^ (pages[at] as number) ^ Math.round((waitsMs[at] as number) * 10), 0x01000193); // within both
    }
  }
  return seed;
}

/**
 * Finds the interval that encloses a value with the confidence 1 - `alpha`: the wider one of the draws' own percentiles and
 * of the normal distribution with their variance, end by end. In simulations either alone encloses too little where pages
 * are few, and the first knows nothing beyond the outermost draw.
 *
 * @param draws - NaN where a draw did not reach it.
 * @param options.value - What the data themselves give; draws are taken for what lies around it.
 * @returns Undefined where more draws did not reach it than may lie outside.
 */
export function spreadOf(draws: Float64Array, options: {value: number; alpha: number}): Spread | undefined {
  const {value, alpha} = options;
  const known = draws.filter((draw) => Number.isFinite(draw)).sort();
  const count = known.length;
  if (count < 2 || draws.length - count > (draws.length * alpha) / 4) return undefined;
  const mean = known.reduce((sum, draw) => sum + draw, 0) / count;
  const error = Math.sqrt(known.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / (count - 1));
  const cut = Math.floor((count * alpha) / 2);
  const width = normalBound(alpha / 2) * error;
  const low = Math.min(known[cut] ?? value, value - width);
  const high = Math.max(known[count - 1 - cut] ?? value, value + width);
  return {low, high, chance: chanceOf(known, {value, error})};
}

/** The larger of what the draws and what the normal distribution say; the draws alone can say nothing below 2 in their number. */
function chanceOf(sorted: Float64Array, {value, error}: {value: number; error: number}): number {
  const against = sorted.filter((draw) => draw * Math.sign(value) <= 0).length;
  const byNormal = error > 0 ? 2 * normalTail(Math.abs(value) / error) : value === 0 ? 1 : 0;
  return Math.min(1, Math.max(byNormal, (2 * against) / sorted.length));
}

/**
 * Holds one group against another at one of the percentiles of both.
 *
 * @param options.of - The group, `than` - the one it is held against.
 * @param options.at - Place of the percentile among theirs.
 * @param options.alpha - 1 less the confidence of the interval.
 */
export function differenceOf(options: {of: Resampled; than: Resampled; at: number; alpha: number}): {
  difference: DifferenceMs;
  chance: number;
} {
  const {of, than, at, alpha} = options;
  const [one, other] = [of.figures[at], than.figures[at]];
  const share = one?.share ?? 0;
  const hidden = (words: string) => ({difference: {state: 'hidden', share, words} as const, chance: 1});
  const pageCount = Math.min(of.pageCount, than.pageCount);
  const needsCount = HONEST_COUNT.get(share)?.shown ?? Number.POSITIVE_INFINITY;
  if (pageCount < needsCount) return hidden(`n too small (${pageCount} pages, needs ${needsCount})`);
  if (!one || !other || !('valueMs' in one) || !('valueMs' in other)) return hidden(wordsOf(one, other));
  const differenceMs = one.valueMs - other.valueMs;
  const draws = subtract(of.draws[at], than.draws[at]);
  const spread = spreadOf(draws, {value: differenceMs, alpha});
  if (!spread) return hidden('not reached: too many left before it');
  const difference = {state: 'known', share, differenceMs, lowMs: spread.low, highMs: spread.high} as const;
  return {difference, chance: spread.chance};
}

/** A share with what the draws gave for it. */
export interface ShareDraws {
  proportion: Proportion;
  draws: Float64Array;
}

/** Holds one share against another. */
export function shareDifferenceOf(options: {of: ShareDraws; than: ShareDraws; alpha: number}): DifferenceShare {
  const {of, than, alpha} = options;
  if (of.proportion.state === 'none' || than.proportion.state === 'none') return {state: 'none'};
  const differenceShare = of.proportion.share - than.proportion.share;
  const spread = spreadOf(subtract(of.draws, than.draws), {value: differenceShare, alpha});
  return spread ? {state: 'known', differenceShare, lowShare: spread.low, highShare: spread.high} : {state: 'none'};
}

const wordsOf = (...figures: (Figure | undefined)[]) =>
  figures.flatMap((figure) => (figure && 'words' in figure ? [figure.words] : []))[0] ?? 'n too small';

/** Subtracts draw by draw. */
function subtract(of: Float64Array | undefined, than: Float64Array | undefined): Float64Array {
  return (of ?? new Float64Array()).map((draw, at) => draw - (than?.[at] ?? Number.NaN));
}

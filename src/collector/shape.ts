import type {Bar, CurvePoint, Shape} from '../protocol/index.ts';
import {BIN_RATIO, type ReadBin} from './store.ts';

/** Bins of the store that one bar of a histogram joins: a ratio of about 1.1. */
export const BINS_PER_BAR = 5;

/** Bins of the store between two points of a curve: a ratio of about 1.04. */
export const BINS_PER_POINT = 2;

/**
 * Makes a histogram and cumulative curves from logarithmic bins. Empty bars between full ones are kept, so that a gap
 * is seen as one; curves are exact at their points.
 *
 * @param bins - One series' bins in any order.
 * @param allShare - Reads the curve of all turns including those who left; without it the answered turns are all.
 */
export function shapeOf(bins: readonly ReadBin[], allShare: ((ms: number) => number) | undefined): Shape {
  if (bins.length === 0) return {bars: [], curve: []};
  const weights = {hit: new Map<number, number>(), miss: new Map<number, number>()};
  const totals = {hit: 0, miss: 0};
  for (const {bin, hit, weight} of bins) {
    const kind = hit ? 'hit' : 'miss';
    weights[kind].set(bin, (weights[kind].get(bin) ?? 0) + weight);
    totals[kind] += weight;
  }
  const numbers = bins.map(({bin}) => bin);
  const first = Math.min(...numbers);
  const last = Math.max(...numbers);
  const within = (kind: 'hit' | 'miss', from: number, to: number) => {
    let sum = 0;
    for (let bin = from; bin < to; bin++) sum += weights[kind].get(bin) ?? 0;
    return sum;
  };

  const total = totals.hit + totals.miss;
  const bars: Bar[] = [];
  for (let bin = stepDown(first, BINS_PER_BAR); bin <= last; bin += BINS_PER_BAR) {
    bars.push({
      lowMs: edgeMs(bin),
      highMs: edgeMs(bin + BINS_PER_BAR),
      missShare: rounded(within('miss', bin, bin + BINS_PER_BAR) / total),
      hitShare: rounded(within('hit', bin, bin + BINS_PER_BAR) / total),
    });
  }

  const curve: CurvePoint[] = [];
  const upto = {hit: 0, miss: 0};
  const start = stepDown(first, BINS_PER_POINT);
  for (let bin = start; bin <= last + BINS_PER_POINT; bin += BINS_PER_POINT) {
    if (bin > start) {
      upto.hit += within('hit', bin - BINS_PER_POINT, bin);
      upto.miss += within('miss', bin - BINS_PER_POINT, bin);
    }
    curve.push({
      ms: edgeMs(bin),
      allShare: rounded(allShare ? allShare(edgeMs(bin)) : (upto.hit + upto.miss) / total),
      ...(totals.miss > 0 ? {missShare: rounded(upto.miss / totals.miss)} : {}),
      ...(totals.hit > 0 ? {hitShare: rounded(upto.hit / totals.hit)} : {}),
    });
  }
  return {bars, curve};
}

function stepDown(bin: number, step: number): number {
  return Math.floor(bin / step) * step;
}

function edgeMs(bin: number): number {
  return Math.round(BIN_RATIO ** bin * 100) / 100;
}

function rounded(share: number): number {
  return Math.round(share * 1e5) / 1e5;
}

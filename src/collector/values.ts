import {PERCENTILES} from '../latency/index.ts';
import {effectiveCount, rankTarget} from './figures.ts';
import type {ReadSeries} from './store.ts';

/** A measured column by its values: ascending, each with how many turns have it, their weights and squared weights. */
export interface Values {
  ms: Float64Array;
  counts: Float64Array;
  weights: Float64Array;
  squares: Float64Array;
}

/** Looks at a part of some values without copying it. */
export function sliceOf(values: Values, {from, upto}: {from: number; upto: number}): Values {
  return {
    ms: values.ms.subarray(from, upto),
    counts: values.counts.subarray(from, upto),
    weights: values.weights.subarray(from, upto),
    squares: values.squares.subarray(from, upto),
  };
}

/**
 * Puts values in order, each once.
 *
 * @param keeps - Tells which rows count. Default: all.
 */
export function inOrder(rows: Values, keeps: (row: number) => boolean = () => true): Values {
  const order: number[] = [];
  for (let row = 0; row < rows.ms.length; row++) if (keeps(row)) order.push(row);
  const at = (row: number) => rows.ms[row] ?? 0;
  order.sort((a, b) => at(a) - at(b));
  const made: Values = {
    ms: new Float64Array(order.length),
    counts: new Float64Array(order.length),
    weights: new Float64Array(order.length),
    squares: new Float64Array(order.length),
  };
  let last = -1;
  for (const row of order) {
    if (last < 0 || made.ms[last] !== at(row)) last += 1;
    made.ms[last] = at(row);
    for (const part of ['counts', 'weights', 'squares'] as const) {
      made[part][last] = (made[part][last] ?? 0) + (rows[part][row] ?? 0);
    }
  }
  return sliceOf(made, {from: 0, upto: last + 1});
}

/** Joins rows of several columns into one, in no order. */
export function joined(rows: readonly Values[]): Values {
  const join = (part: keyof Values) => {
    const whole = new Float64Array(rows.reduce((sum, values) => sum + values[part].length, 0));
    let filledCount = 0;
    for (const values of rows) {
      whole.set(values[part], filledCount);
      filledCount += values[part].length;
    }
    return whole;
  };
  return {ms: join('ms'), counts: join('counts'), weights: join('weights'), squares: join('squares')};
}

/** Reads the percentiles of every report, as `seriesAt` does. */
export function seriesOf(name: string, values: Values): ReadSeries {
  return seriesAt({name, values, shares: PERCENTILES});
}

/**
 * Reads percentiles of a column, and the order statistics around them that stand for their certainty.
 *
 * @param options.shares - Which ones, each between 0 and 1.
 */
export function seriesAt(options: {name: string; values: Values; shares: readonly number[]}): ReadSeries {
  const {name, values, shares} = options;
  const rowCount = sumOf(values.counts);
  const weight = sumOf(values.weights);
  const squaredWeight = sumOf(values.squares);
  const {names, ranks, weighted} = rankTarget({series: name, rowCount, weight, squaredWeight}, shares);
  const upto = Float64Array.from(weighted ? values.weights : values.counts);
  for (let row = 1; row < upto.length; row++) upto[row] = (upto[row] ?? 0) + (upto[row - 1] ?? 0);
  const valueAt = (rank: number) => values.ms[Math.min(firstReaching(upto, rank), upto.length - 1)] ?? 0;
  const found = new Map(names.map((each, index) => [each, valueAt(ranks[index] ?? 0)]));
  return {
    name,
    rowCount,
    effectiveCount: effectiveCount(weight, squaredWeight),
    cells: shares.map((share) => ({
      share,
      valueMs: found.get(`value ${share}`) ?? between(valueAt, (rowCount - 1) * share),
      lowMs: found.get(`low ${share}`),
      highMs: found.get(`high ${share}`),
    })),
  };
}

/** Interpolates between the values at two ranks (type 7 of Hyndman and Fan). */
function between(valueAt: (rank: number) => number, at: number): number {
  const lowMs = valueAt(Math.floor(at) + 1);
  return lowMs + (valueAt(Math.ceil(at) + 1) - lowMs) * (at - Math.floor(at));
}

/** Finds the first place whose sum is at least a rank. */
function firstReaching(upto: Float64Array, rank: number): number {
  let low = 0;
  let high = upto.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((upto[middle] ?? 0) < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

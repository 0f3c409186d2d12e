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
 * Takes some of rows that ascend by their values, each value once.
 *
 * @param keeps - Tells which rows count.
 */
export function thoseOf(rows: Values, keeps: (row: number) => boolean): Values {
  const made = emptyValues(rows.ms.length);
  let last = -1;
  rows.ms.forEach((ms, row) => {
    if (!keeps(row)) return;
    if (last < 0 || made.ms[last] !== ms) made.ms[++last] = ms;
    add(made, last, rows, row);
  });
  return sliceOf(made, {from: 0, upto: last + 1});
}

/** Merges columns whose values ascend into one, each value once. */
export function merged(columns: readonly Values[]): Values {
  const [first, second, ...more] = columns;
  if (!first || !second) return first ?? emptyValues(0);
  const made = emptyValues(first.ms.length + second.ms.length);
  const places = [0, 0] as [number, number];
  let last = -1;
  for (;;) {
    const ms = Math.min(
      first.ms[places[0]] ?? Number.POSITIVE_INFINITY,
      second.ms[places[1]] ?? Number.POSITIVE_INFINITY,
    );
    if (ms === Number.POSITIVE_INFINITY) return merged([sliceOf(made, {from: 0, upto: last + 1}), ...more]);
    made.ms[++last] = ms;
    if (first.ms[places[0]] === ms) add(made, last, first, places[0]++);
    if (second.ms[places[1]] === ms) add(made, last, second, places[1]++);
  }
}

function emptyValues(length: number): Values {
  const column = () => new Float64Array(length);
  return {ms: column(), counts: column(), weights: column(), squares: column()};
}

function add(to: Values, place: number, from: Values, row: number): void {
  to.counts[place] = (to.counts[place] ?? 0) + (from.counts[row] ?? 0);
  to.weights[place] = (to.weights[place] ?? 0) + (from.weights[row] ?? 0);
  to.squares[place] = (to.squares[place] ?? 0) + (from.squares[row] ?? 0);
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

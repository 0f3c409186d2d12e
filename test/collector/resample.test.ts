import {describe, expect, it} from 'vitest';
import {quantilesOf, resample, sumOf} from '../../src/collector/resample.ts';
import {pickRows, sortedRows} from '../../src/collector/rows.ts';
import {columnsOf, createChance, type Row, slowQuantile} from './simulated.ts';

const SHARES = [0.5, 0.95, 0.99];

/** Draws with, beside what is tested, how often each page was drawn. */
function drawn(rows: readonly Row<string>[], seed = 5) {
  const read = columnsOf(rows);
  const sorted = sortedRows(read);
  const {pageCount} = read;
  const ones = Array.from({length: pageCount}, (_, page) => new Float64Array(pageCount).fill(1, page, page + 1));
  const groups = read.kinds.map((_, kind) =>
    pickRows(
      sorted,
      read.kinds.map((_, at) => at === kind),
    ),
  ); // one by kind
  const statistics = [...groups.map((group) => quantilesOf(group, SHARES)), ...ones.map(sumOf)];
  const all = resample({statistics, pageCount, seed, drawCount: 41});
  return {quantiles: all.slice(0, groups.length), times: all.slice(groups.length).map(([column]) => column)};
}

function some(count: number, pageCount: number, change: (at: number) => Partial<Row<string>> = () => ({})) {
  const chance = createChance(count);
  return Array.from({length: count}, (_, at): Row<string> => {
    const page = Math.floor(chance.share() * pageCount);
    return {page, ms: chance.time(700, 0.6), kind: 'all', ...change(at)};
  });
}

describe('pages that are drawn again', () => {
  it.each([
    ['whose answers all came', some(150, 40)],
    ['some of whose visitors left', some(150, 40, (at) => ({shown: at % 7 !== 0}))],
    ['that are sampled', some(150, 40, (at) => ({shown: at % 9 !== 0, weight: at % 3 ? 1 : 2.5}))],
    ['with equal times', some(150, 40, (at) => ({ms: at % 5, shown: at % 4 !== 0}))],
  ])('give the percentiles of their turns, each as often as its page: pages %s', (_, rows) => {
    const {quantiles, times} = drawn(rows);
    for (let draw = 0; draw < 41; draw++) {
      const weighed = rows.map((row) => ({...row, weight: (row.weight ?? 1) * (times[row.page]?.[draw] ?? 0)}));
      SHARES.forEach((share, at) => {
        expect(quantiles[0]?.[at]?.[draw]).toBe(slowQuantile(weighed, share));
      });
    }
  });

  it('are drawn as often in every group', () => {
    const rows = some(200, 30, (at) => ({kind: at % 2 ? 'a' : 'b', ms: 100 + at}));
    const {quantiles, times} = drawn(rows);
    ['b', 'a'].forEach((kind, group) => {
      const weighed = rows
        .filter((row) => row.kind === kind)
        .map((row) => ({...row, weight: times[row.page]?.[7] ?? 0}));
      expect(quantiles[group]?.[0]?.[7]).toBe(slowQuantile(weighed, 0.5));
    });
  });

  it('are drawn once on average, each by itself', () => {
    const pageCount = 2000;
    const ones = new Float64Array(pageCount).fill(1);
    const first = new Float64Array(pageCount).fill(1, 0, 1);
    const second = new Float64Array(pageCount).fill(1, 1, 2);
    const all = resample({statistics: [sumOf(ones), sumOf(first), sumOf(second)], pageCount, seed: 3});
    const moments = (column: Float64Array | undefined) => {
      const values = [...(column ?? [])];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return {mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length};
    };
    // a sum of 2,000 Poisson variables has mean and variance 2,000; of 1,000 draws they vary by 1.4 and by 90
    expect(Math.abs(moments(all[0]?.[0]).mean - 2000)).toBeLessThan(6);
    expect(Math.abs(moments(all[0]?.[0]).variance - 2000)).toBeLessThan(360);
    const counts = [...(all[1]?.[0] ?? [])];
    const shareOf = (count: number) => counts.filter((each) => each === count).length / counts.length;
    [0.368, 0.368, 0.184, 0.061].forEach((chance, count) => {
      expect(Math.abs(shareOf(count) - chance)).toBeLessThan(0.06);
    });
    const both = counts.map((count, draw) => (count - 1) * ((all[2]?.[0]?.[draw] ?? 0) - 1));
    expect(Math.abs(both.reduce((sum, each) => sum + each, 0) / both.length)).toBeLessThan(0.13);
  });

  it('are the same with the same seed, whatever the order of the rows, and others with another', () => {
    const rows = some(120, 30, (at) => ({shown: at % 8 !== 0, ms: at % 50}));
    const one = drawn(rows, 9).quantiles;
    expect(drawn(rows.toReversed(), 9).quantiles).toEqual(one);
    expect(drawn(rows, 10).quantiles).not.toEqual(one);
  });

  it('tell nothing where nothing was drawn, or too many left', () => {
    const {quantiles} = drawn([{page: 0, ms: 5, kind: 'all', shown: false}]);
    expect(quantiles[0]?.every((column) => column.every(Number.isNaN))).toBe(true);
    expect(resample({statistics: [quantilesOf(sortedRows(columnsOf([])), SHARES)], pageCount: 0, seed: 1})).toEqual([
      SHARES.map(() => new Float64Array(1000).fill(Number.NaN)),
    ]);
  });
});

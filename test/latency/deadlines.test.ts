import {describe, expect, test} from 'vitest';
import {
  COMPLETE_RATIO,
  DEFAULT_BUDGET,
  FIRST_RATIO,
  readBudget,
  readDeadlines,
  SOFT_MS,
} from '../../src/latency/index.ts';

function read(text: string | undefined, declared = DEFAULT_BUDGET) {
  const budget = readBudget(declared);
  if (typeof budget === 'string') throw new Error(budget);
  return readDeadlines(text, budget);
}

const times = (softMs: number, firstMs: number, completeMs: number) => ({softMs, firstMs, completeMs});

describe('deadlines that nobody declared', () => {
  test('follow from the budget', () => {
    expect(read(undefined)).toEqual(times(SOFT_MS, FIRST_RATIO * 3000, COMPLETE_RATIO * 8000));
    expect(read(undefined)).toEqual(times(1500, 6000, 12_000));
    expect(read('  '), 'an empty attribute').toEqual(read(undefined));
    expect(read(undefined, 'first-token=800ms complete=4s')).toEqual(times(800, 1600, 6000));
  });

  test('follow from the highest percentile', () => {
    expect(read(undefined, 'first-token=1s@p50,2s@p99 complete=3s@p50,9s@p99')).toEqual(times(1500, 4000, 13_500));
  });

  test('stand in order also where the budget leaves little between first token and end', () => {
    expect(read(undefined, 'first-token=3s complete=3s')).toEqual(times(1500, 4500, 4500));
  });

  test('are never nothing, so that a budget of nothing can still be held against', () => {
    expect(read(undefined, 'first-token=0 complete=0')).toEqual(times(1, 1, 1));
  });
});

test.each([
  ['soft=1s first=4s complete=12s', times(1000, 4000, 12_000)],
  ['complete=12s\n\tsoft=800 first=4000ms', times(800, 4000, 12_000)],
  ['soft=2s first=2s complete=2s', times(2000, 2000, 2000)],
  ['soft=1s soft=2s', times(2000, 6000, 12_000)],
])('%j is read', (text, deadlines) => {
  expect(read(text)).toEqual(deadlines);
});

test.each([
  ['first=1s', times(1000, 1000, 12_000)],
  ['first=20s', times(1500, 20_000, 20_000)],
  ['complete=4s', times(1500, 4000, 4000)],
  ['complete=1s', times(1000, 1000, 1000)],
  ['soft=10s', times(10_000, 10_000, 12_000)],
  ['soft=20s', times(20_000, 20_000, 20_000)],
  ['soft=5s complete=9s', times(5000, 6000, 9000)],
  ['soft=8s complete=9s', times(8000, 8000, 9000)],
])('what is not named gives way to %j', (text, deadlines) => {
  expect(read(text)).toEqual(deadlines);
});

test.each([
  ['soft=3s first=2s', 'soft (3000 ms) is later than first (2000 ms)'],
  ['first=5s complete=4s', 'first (5000 ms) is later than complete (4000 ms)'],
  ['soft=5s complete=4s', 'soft (5000 ms) is later than complete (4000 ms)'],
  ['soft=0', '"soft=0" has no such time'],
  ['first=soon', '"first=soon" has no such time'],
  ['first=', '"first=" has no such time'],
  ['first', '"first" has no such time'],
  ['complete=11m', '"complete=11m" has no such time'],
  ['First=1s', '"First=1s" is not soft=time, first=time or complete=time'],
  [`${'x'.repeat(99)}=1s`, `"${'x'.repeat(40)}" is not soft=time, first=time or complete=time`],
])('%j is refused in words', (text, words) => {
  expect(read(text)).toBe(words);
});

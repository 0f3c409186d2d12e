import {expect, test} from 'vitest';
import {HONEST_COUNT, intervalRanks, PERCENTILES, percentile} from '../../src/latency/index.ts';
import {createRandom} from './random.ts';

test('a percentile of sorted values is interpolated linearly between its neighbours', () => {
  expect(percentile([10, 20, 30, 40], 0.5)).toBe(25);
  expect(percentile([], 0.5)).toBeUndefined();
});

test('an interval exists from exactly the count at which a percentile may be shown', () => {
  for (const [share, {shown}] of HONEST_COUNT) {
    expect(intervalRanks(shown, share), `P${share * 100}`).toBeDefined();
    expect(intervalRanks(shown - 1, share), `P${share * 100}`).toBeUndefined();
  }
});

test.each([
  [[7], 0.99, 7],
  [[1, 2], 0, 1],
  [[1, 2], 1, 2],
  [[1, 2, 3, 4, 5], 0.9, 4.6],
  [[5, 5, 5], 0.37, 5],
])('of %j the percentile at %d is %d', (values, share, value) => {
  expect(percentile(values, share)).toBeCloseTo(value, 12);
});

test('a percentile never falls as its share grows, and stays within the values', () => {
  const random = createRandom(7);
  const values = Array.from({length: 500}, () => random() ** 4 * 10_000).sort((a, b) => a - b);
  const read = Array.from({length: 1001}, (_, at) => percentile(values, at / 1000) ?? Number.NaN);
  expect(read).toEqual([...read].sort((a, b) => a - b));
  expect([read[0], read.at(-1)]).toEqual([values[0], values.at(-1)]);
});

test('the ranks enclose a percentile with 95 % confidence, and no narrower ones would', () => {
  for (const share of PERCENTILES) {
    for (const count of [6, 20, 72, 368, 1000, 4000]) {
      const ranks = intervalRanks(count, share);
      if (!ranks) continue;
      const below = cumulative(count, share);
      // P(X < low) and P(X >= high), X being the number of values below the percentile
      expect(below(ranks.low - 1), `low of ${count} at ${share}`).toBeLessThanOrEqual(0.025);
      expect(below(ranks.low), `low of ${count} at ${share} could be higher`).toBeGreaterThan(0.025);
      expect(1 - below(ranks.high - 1), `high of ${count} at ${share}`).toBeLessThanOrEqual(0.025 + 1e-9);
      expect(1 - below(ranks.high - 2), `high of ${count} at ${share} could be lower`).toBeGreaterThan(0.025 - 1e-9);
    }
  }
});

test('an interval covers the true percentile as often as it says', () => {
  const random = createRandom(11);
  const ranks = intervalRanks(100, 0.9);
  let covered = 0;
  for (let draw = 0; draw < 4000; draw++) {
    const values = Array.from({length: 100}, random).sort((a, b) => a - b);
    const [low = 1, high = 0] = [values[(ranks?.low ?? 0) - 1], values[(ranks?.high ?? 0) - 1]];
    if (low <= 0.9 && 0.9 <= high) covered++;
  }
  expect(covered / 4000).toBeGreaterThan(0.94);
});

/** Sums the binomial distribution: the returned function says how likely at most so many values lie below. */
function cumulative(count: number, share: number): (most: number) => number {
  const sums: number[] = [];
  let logMass = count * Math.log(1 - share);
  let sum = 0;
  for (let hits = 0; hits <= count; hits++) {
    sum += Math.exp(logMass);
    sums.push(sum);
    logMass += Math.log((count - hits) / (hits + 1)) + Math.log(share / (1 - share));
  }
  return (most) => (most < 0 ? 0 : (sums[most] ?? 1));
}

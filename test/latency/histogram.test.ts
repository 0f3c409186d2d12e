import {describe, expect, test} from 'vitest';
import {
  BUCKET_RATIO,
  createHistogram,
  type Histogram,
  HONEST_COUNT,
  intervalRanks,
  PERCENTILES,
  percentile,
  readHistogram,
} from '../../src/latency/index.ts';
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

const DRAW_COUNT = 200_000;

/** Draws a normally distributed number (the Box-Muller transform). */
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** The spread of a log-normal distribution whose P99 is ten times its median. */
const SPREAD = Math.log(10) / 2.3263;

const DISTRIBUTIONS: Readonly<Record<string, (random: () => number) => number>> = {
  'log-normal, P99/P50 = 10': (random) => 800 * Math.exp(SPREAD * normal(random)),
  'bimodal, hits of a cache and misses': (random) =>
    random() < 0.6 ? 40 * Math.exp(0.2 * normal(random)) : 3000 * Math.exp(0.3 * normal(random)),
  uniform: (random) => 600_000 * random(),
  'short times, many of them 0': (random) => Math.max(0, random() - 0.3),
};

const SHARES = [...PERCENTILES, 0.55, 0.6, 0.75, 0.999 - 1e-4];

function fill(values: readonly number[]): Histogram {
  const histogram = createHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** The largest error of a percentile, as a share of the exact one. */
function worstError(histogram: Histogram, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const errors = SHARES.map((share) => {
    const exact = percentile(sorted, share) ?? Number.NaN;
    const read = histogram.percentile(share) ?? Number.NaN;
    return exact === 0 ? read : Math.abs(read - exact) / exact;
  });
  return Math.max(...errors);
}

describe.each(Object.entries(DISTRIBUTIONS))('a histogram of a %s distribution', (_, draw) => {
  const random = createRandom(5);
  const values = Array.from({length: DRAW_COUNT}, () => draw(random));

  test('is at most 1 % beside the exact percentiles, up to P99.9', () => {
    const histogram = fill(values);
    expect(histogram.count).toBe(DRAW_COUNT);
    expect(worstError(histogram, values)).toBeLessThanOrEqual(0.01);
    expect(histogram.toJSON().buckets.length).toBeLessThan(1025);
  });

  test('is the same when it is merged from parts of any size', () => {
    const parts = Array.from({length: 7}, createHistogram);
    for (const value of values) parts[Math.floor(random() ** 3 * parts.length)]?.add(value);
    const merged = createHistogram();
    for (const [at, part] of parts.entries()) merged.merge(at % 2 ? part : JSON.parse(JSON.stringify(part)));
    expect(merged.toJSON()).toEqual(fill(values).toJSON());
  });
});

describe('a histogram', () => {
  test('of nothing has no percentile, and adds nothing', () => {
    const histogram = createHistogram();
    expect([histogram.percentile(0.5), histogram.count]).toEqual([undefined, 0]);
    const other = fill([700]);
    other.merge(histogram);
    expect(other.toJSON()).toEqual(fill([700]).toJSON());
    expect(readHistogram(JSON.parse(JSON.stringify(histogram)))?.percentile(0.5)).toBeUndefined();
  });

  test('of one value gives it exactly, and never leaves the values', () => {
    for (const share of [0, 0.5, 1]) expect(fill([812.3]).percentile(share)).toBe(812.3);
    const histogram = fill([100, 100.1]);
    for (const share of [0, 0.5, 1]) {
      expect(histogram.percentile(share)).toBeGreaterThanOrEqual(100);
      expect(histogram.percentile(share)).toBeLessThanOrEqual(100.1);
    }
  });

  test('keeps zeros apart, and interpolates as the exact percentile does', () => {
    const histogram = fill([0, 0, 0, 1000]);
    expect([histogram.percentile(0.5), histogram.percentile(1)]).toEqual([0, 1000]);
    expect(histogram.percentile(0.9)).toBe(percentile([0, 0, 0, 1000], 0.9));
  });

  test('counts a value as often as its weight says', () => {
    const weighted = createHistogram();
    weighted.add(100, 3);
    weighted.add(2000, 1.5);
    weighted.add(2000, 0.5);
    expect(weighted.toJSON()).toEqual(fill([100, 100, 100, 2000, 2000]).toJSON());
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) weighted.add(5, weight);
    expect(weighted.count).toBe(5);
  });

  test('takes what is out of bounds as the bound, and what is no number not at all', () => {
    const histogram = fill([-5, 1e9, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(histogram.toJSON()).toMatchObject({minMs: 0, maxMs: 600_000});
    expect(histogram.count).toBe(3);
    expect(histogram.percentile(0)).toBe(0);
  });

  test('takes each bucket for its middle, so that no value in it is further off than 1 %', () => {
    expect(Math.sqrt(BUCKET_RATIO) - 1).toBeLessThan(0.01);
    for (let ms = 0.001; ms < 600_000; ms *= 1.0071) {
      const histogram = fill([0, ms, ms, ms, 600_000]);
      expect(Math.abs((histogram.percentile(0.5) ?? 0) / ms - 1), `${ms}`).toBeLessThanOrEqual(0.01);
    }
  });

  test('that is read is another one', () => {
    const histogram = fill([5, 70, 900]);
    const read = readHistogram(JSON.parse(JSON.stringify(histogram)));
    read?.add(1);
    expect([histogram.count, read?.count]).toEqual([3, 4]);
  });

  test.each([
    [null],
    ['{}'],
    [{}],
    [{minMs: 1, maxMs: 2}],
    [{minMs: 3, maxMs: 2, buckets: []}],
    [{minMs: -1, maxMs: 2, buckets: []}],
    [{minMs: 1, maxMs: 600_001, buckets: []}],
    [{minMs: 1, maxMs: 2, buckets: [5]}],
    [{minMs: 1, maxMs: 2, buckets: [[5, 0]]}],
    [{minMs: 1, maxMs: 2, buckets: [[5, '1']]}],
    [{minMs: 1, maxMs: 2, buckets: [[-1, 1]]}],
    [{minMs: 1, maxMs: 2, buckets: [[1.5, 1]]}],
    [{minMs: 1, maxMs: 2, buckets: [[9999, 1]]}],
    [{minMs: 1, maxMs: 2, buckets: [[5, 1, 1]]}],
  ])('is not read from %j', (data) => {
    expect(readHistogram(data)).toBeUndefined();
  });
});

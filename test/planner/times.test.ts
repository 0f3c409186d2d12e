import {describe, expect, test} from 'vitest';
import {createHistogram} from '../../src/latency/index.ts';
import {createDraws} from '../../src/planner/draws.ts';
import {
  curveOf,
  logNormal,
  logNormalAt,
  logNormalOfMean,
  meanOf,
  percentileOf,
  sampleOf,
  scaleTimes,
  spread,
  type Times,
  timeAt,
} from '../../src/planner/index.ts';

const luck = createDraws({turnCount: 200_000, seed: 5}).normal('times');
const drawn = (times: Times) => luck.map(curveOf(times));

describe('log-normal times', () => {
  test('have the median and the 99th percentile that they are declared with', () => {
    const times = logNormal(400, 8);
    expect(timeAt(times, 0.5)).toBeCloseTo(400, 9);
    expect(timeAt(times, 0.99)).toBeCloseTo(3_200, 9);
    const sample = sampleOf(drawn(times));
    expect(percentileOf(sample, 0.5) / 400).toBeCloseTo(1, 1.7);
    expect(percentileOf(sample, 0.99) / 3_200).toBeCloseTo(1, 1.5);
  });

  test('can be told by one percentile, or by their mean', () => {
    expect(timeAt(logNormalAt({share: 0.95, ms: 1_500}, 8), 0.95)).toBeCloseTo(1_500, 9);
    const times = logNormalOfMean(1_500, 8);
    expect(timeAt(times, 0.99) / timeAt(times, 0.5)).toBeCloseTo(8, 9);
    expect(meanOf(drawn(times)) / 1_500).toBeCloseTo(1, 1.5);
  });

  test('are always the same without a tail', () => {
    expect(logNormal(400, 1)).toEqual({kind: 'constant', ms: 400});
    expect(timeAt(logNormal(0, 8), 0.99)).toBe(0);
  });
});

describe('a spread', () => {
  const times = spread([
    {share: 0.99, ms: 9_000},
    {share: 0.5, ms: 400},
    {share: 0.9, ms: 900},
  ]);

  test('has all its percentiles, and grows between them', () => {
    for (const [share, ms] of [
      [0.5, 400],
      [0.9, 900],
      [0.99, 9_000],
    ] as const) {
      expect(timeAt(times, share)).toBeCloseTo(ms, 6);
    }
    const read = Array.from({length: 999}, (_, at) => timeAt(times, (at + 1) / 1_000));
    expect(read).toEqual(read.toSorted((a, b) => a - b));
  });

  test('goes on beyond the last percentile as it did before it', () => {
    const [from, to] = [0.95, 0.99].map((share) => Math.log(timeAt(times, share)));
    const step = ((to ?? 0) - (from ?? 0)) / (2.3263478740408408 - 1.6448536269514722);
    expect(Math.log(timeAt(times, 0.999))).toBeCloseTo((to ?? 0) + step * (3.090232306167813 - 2.3263478740408408), 6);
  });

  test('of equal percentiles is a constant', () => {
    expect(
      spread([
        {share: 0.5, ms: 7},
        {share: 0.9, ms: 7},
      ]),
    ).toEqual({kind: 'constant', ms: 7});
    expect(() => spread([])).toThrow(RangeError);
  });
});

describe('recorded times', () => {
  const histogram = createHistogram();
  // two humps: hits and misses
  for (const [at, value] of luck.entries())
    histogram.add(at % 5 < 2 ? 40 * Math.exp(0.2 * value) : 3_000 * Math.exp(0.4 * value));
  const times: Times = {kind: 'recorded', histogram: histogram.toJSON()};

  test.each([0.05, 0.2, 0.5, 0.9, 0.95, 0.99, 0.999])('have the recorded percentile at %d', (share) => {
    const wanted = histogram.percentile(share) ?? 0;
    expect(Math.abs(percentileOf(sampleOf(drawn(times)), share) / wanted - 1)).toBeLessThan(0.03);
  });

  test('are never beyond what was recorded', () => {
    const {minMs, maxMs} = histogram.toJSON();
    const sample = sampleOf(drawn(times));
    expect(sample.at(1)).toBeGreaterThanOrEqual(minMs);
    expect(sample.at(luck.length)).toBeLessThanOrEqual(maxMs);
  });
});

test('times can be so many times as long', () => {
  const histogram = createHistogram();
  for (const value of luck.subarray(0, 5_000)) histogram.add(500 * Math.exp(value));
  const all: Times[] = [
    {kind: 'constant', ms: 30},
    logNormal(400, 8),
    {kind: 'recorded', histogram: histogram.toJSON()},
  ];
  for (const times of all) {
    for (const factor of [0.2, 1, 3]) {
      for (const share of [0.1, 0.5, 0.99]) {
        const ratio = timeAt(scaleTimes(times, factor), share) / timeAt(times, share);
        expect(Math.abs(ratio / factor - 1), `${times.kind}, ${share}`).toBeLessThan(0.011);
      }
    }
  }
});

import {expect, test} from 'vitest';
import {PERCENTILES, percentile} from '../../src/latency/index.ts';
import {createDraws} from '../../src/planner/draws.ts';
import {percentileOf, sampleOf} from '../../src/planner/index.ts';

const draws = createDraws({turnCount: 20_001, seed: 2});

test.each([
  ['long tails', draws.normal('a').map((luck) => 800 * Math.exp(luck))],
  ['many that are the same', draws.even('b').map((luck) => (luck < 0.5 ? 0 : luck < 0.9 ? 4_000 : 4_000 + luck))],
  ['nothing but zeros', new Float64Array(20_001)],
  ['times that are close together', draws.even('c').map((luck) => 1_000 + luck / 1e6)],
])('ranks and percentiles are those of sorted times: %s', (_, ms) => {
  const sorted = ms.toSorted();
  const sample = sampleOf(ms);
  for (const rank of [1, 2, 5_000, 10_001, 20_000, 20_001]) expect(sample.at(rank)).toBe(sorted[rank - 1]);
  for (const share of [0, ...PERCENTILES, 1]) expect(percentileOf(sample, share)).toBe(percentile(sorted, share));
});

test('of no times there is no rank', () => {
  const sample = sampleOf(new Float64Array());
  expect([sample.at(1), percentileOf(sample, 0.5)]).toEqual([Number.NaN, 0]);
});

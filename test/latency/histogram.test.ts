import {expect, test} from 'vitest';
import {HONEST_COUNT, intervalRanks, percentile} from '../../src/latency/index.ts';

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

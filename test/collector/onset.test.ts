import {expect, it} from 'vitest';
import {findingFrom, surprise} from '../../src/collector/evidence.ts';
import {binWidthMs, findOnset, type TimeBin} from '../../src/collector/onset.ts';
import {createDraw} from './fixtures.ts';

const HOUR_MS = 3_600_000;

/** Bins of an hour with so many turns each, of which so many were slow. */
const binsOf = (slow: readonly number[], weight = 100): TimeBin[] =>
  slow.map((slowWeight, index) => ({fromAt: index * HOUR_MS, weight, slowWeight}));

const onsetOf = (slow: readonly number[]) =>
  findOnset(binsOf(slow), {binMs: HOUR_MS, count: slow.reduce((sum, count) => sum + count, 0)});

it('measures surprise as the logarithm of a bound on chance', () => {
  // by hand: all 10 of what is to be expected of a half, 2^-10
  expect(surprise({count: 10, partShare: 1, expectedShare: 0.5})).toBeCloseTo(10 * Math.log(2), 12);
  // 0.75 ln 1.5 + 0.25 ln 0.5 = 0.13081…
  expect(surprise({count: 4, partShare: 0.75, expectedShare: 0.5})).toBeCloseTo(4 * 0.1308120359, 9);
  expect(surprise({count: 4, partShare: 0.5, expectedShare: 0.5})).toBe(0);
  expect(surprise({count: 4, partShare: 0.1, expectedShare: 0.5})).toBe(0);
  expect(surprise({count: 1, partShare: 0.1, expectedShare: 0})).toBe(Number.POSITIVE_INFINITY);
  expect(findingFrom(1)).toBeCloseTo(Math.log(20), 12);
});

it('bounds the chance of so many or more, whatever the count', () => {
  for (const count of [1, 5, 30, 200]) {
    for (const expectedShare of [0.02, 0.3, 0.7]) {
      // the binomial distribution, added up from the top
      const chances = [(1 - expectedShare) ** count];
      for (let one = 1; one <= count; one++) {
        chances.push(((chances[one - 1] ?? 0) * (count - one + 1) * expectedShare) / one / (1 - expectedShare));
      }
      let orMore = 0;
      for (let one = count; one > count * expectedShare; one--) {
        orMore += chances[one] ?? 0;
        const bound = Math.exp(-surprise({count, partShare: one / count, expectedShare}));
        expect(bound * (1 + 1e-9), `${one} of ${count}`).toBeGreaterThanOrEqual(orMore);
      }
    }
  }
});

it('finds the stretch in which slow turns were frequent, and whether it goes on', () => {
  expect(onsetOf([1, 0, 1, 0, 0, 1, 20, 22, 19, 21])).toEqual({fromAt: 6 * HOUR_MS});
  expect(onsetOf([1, 0, 20, 22, 19, 0, 1, 0, 0, 1])).toEqual({fromAt: 2 * HOUR_MS, untilAt: 5 * HOUR_MS});
  expect(onsetOf([20, 22, 19, 0, 1, 0, 0, 1, 0, 0])).toEqual({fromAt: 0, untilAt: 3 * HOUR_MS});
});

it('does not say that it ended where a quiet last bin may be chance', () => {
  expect(onsetOf([0, 0, 0, 0, 0, 0, 0, 3, 4, 3, 3, 2, 4, 0])).toEqual({fromAt: 7 * HOUR_MS});
});

it('finds nothing where slow turns are everywhere, few, or mostly elsewhere', () => {
  expect(onsetOf([10, 11, 9, 10, 10, 9, 11, 10])).toBeUndefined();
  expect(onsetOf([0, 0, 0, 0, 0, 0, 0, 3])).toBeUndefined();
  expect(onsetOf([40, 38, 41, 45, 40, 39, 160, 40])).toBeUndefined();
  expect(onsetOf([])).toBeUndefined();
  expect(onsetOf([30])).toBeUndefined();
});

it('counts turns that are not independent for less', () => {
  const bins = binsOf([0, 0, 0, 0, 0, 0, 0, 0, 12, 12]);
  expect(findOnset(bins, {binMs: HOUR_MS, count: 24})).toEqual({fromAt: 8 * HOUR_MS});
  expect(findOnset(bins, {binMs: HOUR_MS, count: 4})).toBeUndefined();
});

it('finds a change in at most 5 of 100 windows in which there was none', () => {
  let found = 0;
  for (let seed = 1; seed <= 1000; seed++) {
    const draw = createDraw(seed * 7919);
    const slow = Array.from({length: 48}, () => 0);
    for (let turn = 0; turn < 40 + (seed % 3) * 200; turn++) {
      const bin = Math.floor(draw() * 48);
      slow[bin] = (slow[bin] ?? 0) + 1;
    }
    if (onsetOf(slow)) found++;
  }
  expect(found).toBeLessThanOrEqual(50);
});

it('finds when it began within one bin', () => {
  let close = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const draw = createDraw(seed * 7919);
    const beginsAt = 10 + Math.floor(draw() * 30);
    const slow = Array.from({length: 48}, (_, bin) => {
      let count = 0;
      for (let turn = 0; turn < 50; turn++) if (draw() < (bin >= beginsAt ? 0.15 : 0.01)) count++;
      return count;
    });
    const onset = onsetOf(slow);
    if (onset && onset.untilAt === undefined && Math.abs(onset.fromAt / HOUR_MS - beginsAt) <= 1) close++;
  }
  expect(close).toBeGreaterThanOrEqual(190);
});

it('cuts a window into the shortest usual bins of which few enough fit', () => {
  expect(binWidthMs(HOUR_MS, 100)).toBe(60_000);
  expect(binWidthMs(24 * HOUR_MS, 100)).toBe(HOUR_MS / 4);
  expect(binWidthMs(24 * HOUR_MS, 30)).toBe(HOUR_MS);
  expect(binWidthMs(7 * 24 * HOUR_MS, 100)).toBe(2 * HOUR_MS);
  expect(binWidthMs(0, 100)).toBe(60_000);
  expect(binWidthMs(2400 * HOUR_MS, 50)).toBe(48 * HOUR_MS);
  expect(binWidthMs(2401 * HOUR_MS, 50)).toBe(72 * HOUR_MS);
});

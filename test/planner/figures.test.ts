import {describe, expect, test} from 'vitest';
import {createDraws} from '../../src/planner/draws.ts';
import {countUpTo, planFigure, planShare, sampleOf, savedBetween} from '../../src/planner/index.ts';

const REPEAT_COUNT = 400;
const turnCount = 2_000;

describe('a difference of percentiles', () => {
  /** Two plans on the same turns: they share a stage, another one is a third as long in the second. */
  function twice(seed: number, count = turnCount) {
    const draws = createDraws({turnCount: count, seed});
    const [shared, own] = [draws.normal('shared'), draws.normal('own')];
    const of = (factor: number) => shared.map((luck, turn) => 500 * Math.exp(luck) + factor * Math.exp(own[turn] ?? 0));
    return {before: sampleOf(of(600)), after: sampleOf(of(200))};
  }

  test.each([0.5, 0.99])('is enclosed by its interval as often as that says (P%d)', (share) => {
    const large = twice(1_000, 1_000_000);
    const truth = savedBetween(large, share).valueMs;
    let coveredCount = 0;
    for (let seed = 0; seed < REPEAT_COUNT; seed++) {
      const {lowMs, highMs} = savedBetween(twice(seed), share);
      if (lowMs <= truth && truth <= highMs) coveredCount++;
    }
    // 95 % of 400, three standard deviations less; few ranks at the end of 2,000 turns make it rather too wide
    expect(coveredCount / REPEAT_COUNT).toBeGreaterThan(0.917);
  });

  test('is surer than the difference of two that are simulated apart', () => {
    const {before, after} = twice(1);
    const paired = savedBetween({before, after}, 0.5);
    const apart = savedBetween({before, after: twice(2).after}, 0.5);
    expect(paired.highMs - paired.lowMs).toBeLessThan(0.8 * (apart.highMs - apart.lowMs));
  });

  test('of a plan with itself is nothing at all', () => {
    const {before} = twice(1);
    const {valueMs, lowMs, highMs} = savedBetween({before, after: before}, 0.99);
    expect(valueMs).toBe(0);
    expect(highMs - lowMs).toBeLessThan(1e-3);
  });
});

test('a percentile is enclosed by its interval as often as that says', () => {
  let coveredCount = 0;
  for (let seed = 0; seed < REPEAT_COUNT; seed++) {
    const {lowMs, highMs} = planFigure(sampleOf(createDraws({turnCount, seed}).even('a')), 0.99);
    if (lowMs <= 0.99 && 0.99 <= highMs) coveredCount++;
  }
  expect(coveredCount / REPEAT_COUNT).toBeGreaterThan(0.917);
});

test('shares have an interval that never leaves 0 to 1', () => {
  expect(planShare(0, 100)).toMatchObject({share: 0, lowShare: 0});
  expect(planShare(100, 100)).toMatchObject({share: 1, highShare: 1});
  const {share, lowShare, highShare} = planShare(950, 1_000);
  expect([share, lowShare, highShare].map((each) => each.toFixed(4))).toEqual(['0.9500', '0.9347', '0.9619']);
  expect(planShare(0, 0)).toEqual({share: 0, lowShare: 0, highShare: 1});
});

test('times up to a limit count, the limit itself too', () => {
  expect(countUpTo(Float64Array.of(1, 3, 2, 3, 4), 3)).toBe(4);
});

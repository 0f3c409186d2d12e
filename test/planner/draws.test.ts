import {describe, expect, test} from 'vitest';
import {createDraws} from '../../src/planner/draws.ts';
import {meanOf} from '../../src/planner/index.ts';

const turnCount = 100_000;

describe('luck', () => {
  test('is the same for the same seed and name, whatever was drawn before', () => {
    const [one, other] = [createDraws({turnCount, seed: 3}), createDraws({turnCount, seed: 3})];
    other.normal('something else');
    expect(one.even('model')).toEqual(other.even('model'));
    expect(createDraws({turnCount, seed: 4}).even('model')).not.toEqual(one.even('model'));
    expect(one.even('tools')).not.toEqual(one.even('model'));
  });

  test('is the same for the first turns when there are more', () => {
    const few = createDraws({turnCount: 100, seed: 3}).even('model');
    expect(createDraws({turnCount, seed: 3}).even('model').slice(0, 100)).toEqual(few);
  });

  test.each([1, 2, 12_345])('is spread evenly (seed %d)', (seed) => {
    const counts = new Array<number>(100).fill(0);
    const all = createDraws({turnCount, seed}).even('model');
    for (const luck of all) counts[Math.floor(luck * 100)] = (counts[Math.floor(luck * 100)] ?? 0) + 1;
    expect([all.every((luck) => luck > 0 && luck < 1), counts.length]).toEqual([true, 100]);
    const chiSquare = counts.reduce((sum, count) => sum + (count - turnCount / 100) ** 2 / (turnCount / 100), 0);
    expect(chiSquare).toBeLessThan(148); // of 99 degrees of freedom, once in a thousand
    expect(chiSquare).toBeGreaterThan(58);
  });

  test('of one name knows nothing of that of another, nor of the turn before', () => {
    const draws = createDraws({turnCount, seed: 1});
    const names = ['first model', 'first tools', 'second model', 'first model again', 'cache', 'model'];
    for (const [at, name] of names.entries()) {
      const luck = draws.normal(name);
      expect(Math.abs(correlation(luck, luck.subarray(1)))).toBeLessThan(0.015);
      for (const other of names.slice(at + 1)) {
        expect(Math.abs(correlation(luck, draws.normal(other))), `${name}, ${other}`).toBeLessThan(0.015);
      }
    }
  });

  test('is normal where that is asked for', () => {
    const luck = createDraws({turnCount, seed: 1}).normal('model');
    expect(meanOf(luck)).toBeCloseTo(0, 1.5);
    expect(meanOf(luck.map((value) => value ** 2))).toBeCloseTo(1, 1.5);
    expect(meanOf(luck.map((value) => value ** 4))).toBeCloseTo(3, 0.5);
  });
});

function correlation(one: Float64Array, other: Float64Array): number {
  return meanOf(other.map((value, at) => value * (one[at] ?? 0)));
}

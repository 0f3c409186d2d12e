import {expect, test} from 'vitest';
import {normalQuantile, normalShare} from '../../src/planner/normal.ts';

// values of tables: NIST Handbook of Mathematical Functions, 26.2
test.each([
  [0.5, 0],
  [0.9, 1.2815515655446004],
  [0.95, 1.6448536269514722],
  [0.99, 2.3263478740408408],
  [0.999, 3.090232306167813],
  [1e-9, -5.9978070150076865],
])('below %d of the distribution lies %d', (share, z) => {
  expect(normalQuantile(share)).toBeCloseTo(z, 9);
  expect(normalShare(z)).toBeCloseTo(share, 12);
});

test('share and quantile undo each other, far out too', () => {
  for (let z = -6.5; z <= 5; z += 0.05) expect(normalQuantile(normalShare(z))).toBeCloseTo(z, 7);
});

test('the share is the integral of the density', () => {
  const width = 1e-3;
  let sum = normalShare(-3);
  for (let z = -3; z < 3; z += width) {
    const density = Math.exp(-((z + width / 2) ** 2) / 2) / Math.sqrt(2 * Math.PI);
    sum += density * width;
    expect(normalShare(z + width)).toBeCloseTo(sum, 6);
  }
});

test('what is further out than there is anything is all or nothing', () => {
  expect([normalShare(-40), normalShare(40)]).toEqual([0, 1]);
});

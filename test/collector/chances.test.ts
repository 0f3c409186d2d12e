import {describe, expect, it} from 'vitest';
import {chiSquareTail, normalBound, normalTail} from '../../src/collector/chances.ts';

// from printed tables (Abramowitz and Stegun, "Handbook of Mathematical Functions", tables 26.1 and 26.8)
describe('tables of chance', () => {
  it.each([
    [0, 0.5],
    [1, 0.1586552539],
    [1.959963985, 0.025],
    [3, 0.001349898],
    [-1, 0.8413447461],
  ])('say how likely more than %f is', (z, tail) => {
    expect(normalTail(z)).toBeCloseTo(tail, 6);
  });

  it('find what is as unlikely', () => {
    expect(normalBound(0.025)).toBeCloseTo(1.959964, 5);
    expect(normalBound(0.0001)).toBeCloseTo(3.719016, 5);
    expect(normalBound(0.5)).toBeCloseTo(0, 5);
  });

  it.each([
    [1, 3.841459],
    [2, 5.991465],
    [3, 7.814728],
    [4, 9.487729],
    [7, 14.06714],
  ])('know chi-square with %i degrees of freedom', (freedom, value) => {
    expect(chiSquareTail(value, freedom)).toBeCloseTo(0.05, 5);
  });

  it('know it where nothing differs, and where much does', () => {
    expect(chiSquareTail(0, 1)).toBeCloseTo(1, 6);
    expect(chiSquareTail(10.827566, 1)).toBeCloseTo(0.001, 6);
    expect(chiSquareTail(1000, 3)).toBeLessThan(1e-100);
  });
});

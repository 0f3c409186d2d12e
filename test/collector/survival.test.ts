import {describe, expect, it} from 'vitest';
import {survival, type WaitStep} from '../../src/collector/survival.ts';
import {percentile} from '../../src/latency/index.ts';
import {createDraw} from './fixtures.ts';

function stepsOf(waits: readonly {ms: number; shown: boolean}[]): WaitStep[] {
  const steps = new Map<number, WaitStep>();
  for (const {ms, shown} of waits.toSorted((a, b) => a.ms - b.ms)) {
    const step = steps.get(ms) ?? {ms, shown: 0, left: 0};
    steps.set(ms, {ms, shown: step.shown + (shown ? 1 : 0), left: step.left + (shown ? 0 : 1)});
  }
  return [...steps.values()];
}

describe('waits with abandonment', () => {
  it('reads a textbook example', () => {
    // remission times of 21 patients (Freireich and others, 1963): the median is 23, S(10) = 0.7529, S(23) = 0.4482
    const shown = [6, 6, 6, 7, 10, 13, 16, 22, 23];
    const left = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
    const curve = survival(
      stepsOf([...shown.map((ms) => ({ms, shown: true})), ...left.map((ms) => ({ms, shown: false}))]),
      1,
    );
    expect(curve.quantile(0.5).valueMs).toBe(23);
    expect(curve.quantile(0.5)).toEqual({valueMs: 23, lowMs: 13});
    expect(1 - curve.shownShare(10)).toBeCloseTo(0.7529, 4);
    expect(1 - curve.shownShare(23)).toBeCloseTo(0.4482, 4);
    expect(curve.shownShare(5.9)).toBe(0);
    expect(curve.quantile(0.9)).toEqual({});
    expect(curve.longestMs).toBe(35);
  });

  it('is the plain distribution when nobody leaves', () => {
    const draw = createDraw(7);
    const waits = Array.from({length: 2000}, () => ({ms: Math.round(draw() * 30_000) / 10, shown: true}));
    const curve = survival(stepsOf(waits), 1);
    const sorted = waits.map(({ms}) => ms).sort((a, b) => a - b);
    for (const share of [0.5, 0.9, 0.95, 0.99]) {
      expect(curve.quantile(share).valueMs).toBe(sorted[Math.ceil(share * 2000) - 1]);
    }
    expect(curve.shownShare(3000)).toBe(1);
  });

  it('finds the tail that answered turns alone hide', () => {
    const draw = createDraw(11);
    const truth: number[] = [];
    const waits = Array.from({length: 40_000}, () => {
      const ms = Math.round(-Math.log(draw()) * 10_000) / 10;
      const patienceMs = Math.round(-Math.log(draw()) * 200_000) / 10;
      truth.push(ms);
      return ms <= patienceMs ? {ms, shown: true} : {ms: patienceMs, shown: false};
    });
    const trueMs = percentile(
      truth.sort((a, b) => a - b),
      0.99,
    ) as number; // there are values
    const answered = waits.filter(({shown}) => shown).map(({ms}) => ms);
    const answeredMs = percentile(
      answered.sort((a, b) => a - b),
      0.99,
    ) as number; // there are values
    const read = survival(stepsOf(waits), 1).quantile(0.99);
    expect(Math.abs((read.valueMs ?? 0) - trueMs)).toBeLessThan(Math.abs(answeredMs - trueMs));
    expect(read.lowMs).toBeLessThan(trueMs);
    expect(read.highMs).toBeGreaterThan(trueMs);
  });

  it('counts a weight as that many turns', () => {
    const once = survival(stepsOf([10, 20, 20, 30, 40].map((ms) => ({ms, shown: true}))), 1);
    const weighted = survival(
      [
        {ms: 10, shown: 2, left: 0},
        {ms: 20, shown: 4, left: 0},
        {ms: 30, shown: 2, left: 0},
        {ms: 40, shown: 2, left: 0},
      ],
      0.5,
    );
    expect(weighted.quantile(0.5)).toEqual(once.quantile(0.5));
  });

  it('knows nothing without waits', () => {
    expect(survival([], 1).quantile(0.5)).toEqual({});
    expect(survival([], 1).shownShare(100)).toBe(0);
  });
});

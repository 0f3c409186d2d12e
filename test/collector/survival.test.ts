import {describe, expect, it} from 'vitest';
import {survival, type WaitStep} from '../../src/collector/survival.ts';
import {percentile, type TurnRecord} from '../../src/latency/index.ts';
import {createDraw, openCollector, storedOf, summaryOf, turnOf} from './fixtures.ts';
import {createChance} from './simulated.ts';

function stepsOf(waits: readonly {ms: number; shown: boolean}[]): WaitStep[] {
  const steps = new Map<number, WaitStep>();
  for (const {ms, shown} of waits.toSorted((a, b) => a.ms - b.ms)) {
    const step = steps.get(ms) ?? {ms, shown: 0, left: 0};
    steps.set(ms, {ms, shown: step.shown + (shown ? 1 : 0), left: step.left + (shown ? 0 : 1)});
  }
  return [...steps.values()];
}

/** Log-normal waits of which nobody leaves before 2 s, and then a visitor every so often; `truth` is what all would have waited. */
function simulate(seed: number, count: number) {
  const chance = createChance(seed);
  const waits = Array.from({length: count}, () => {
    const ms = chance.time(700, 0.9);
    const patienceMs = Math.round(10 * (2000 - 2500 * Math.log(chance.share()))) / 10;
    return {trueMs: ms, ms: Math.min(ms, patienceMs), shown: ms <= patienceMs};
  });
  return {truth: waits.map(({trueMs}) => trueMs).sort((a, b) => a - b), waits};
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

  it.each([1, 2, 3])('finds the tail that answered turns alone hide (draw %i)', (seed) => {
    const {truth, waits} = simulate(seed, 100_000);
    const trueMs = percentile(truth, 0.99) ?? 0;
    const answered = waits.filter(({shown}) => shown).map(({ms}) => ms);
    const answeredMs =
      percentile(
        answered.sort((a, b) => a - b),
        0.99,
      ) ?? 0;
    // 4 % leave, and what is left over reads a third too fast
    expect(answered.length / waits.length).toBeCloseTo(0.96, 2);
    expect(answeredMs).toBeLessThan(0.7 * trueMs);
    const read = survival(stepsOf(waits), 1).quantile(0.99);
    expect(Math.abs((read.valueMs ?? 0) / trueMs - 1)).toBeLessThan(0.02);
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

describe('visitors of phones', () => {
  it('who leave by hiding the page do not flatter what the collector tells', async () => {
    let nowAt = 1_800_000_000_000;
    const {collector, store} = await openCollector({clock: () => nowAt});
    const {truth, waits} = simulate(4, 20_000);
    const chance = createChance(99);
    const left = {answer: 0, hide: 0};
    const turns = waits.map(({ms, trueMs, shown}, at): TurnRecord => {
      if (shown) return turnOf(at, {t: {sent: 1, token: ms, paint: ms, done: ms + 800}});
      left.answer += 1;
      if (chance.share() >= 0.8) return turnOf(at, {outcome: 'abandoned', left: 'pagehide', waited: ms, t: {sent: 1}});
      left.hide += 1;
      const hidden = {hidden: 5, hid: ms};
      // a quarter of them comes back to an answer that nobody saw coming
      if (chance.share() < 0.25) return turnOf(at, {...hidden, t: {sent: 1, token: trueMs, done: trueMs + 800}});
      return turnOf(at, {...hidden, final: false, outcome: 'open', left: 'hidden', waited: ms, t: {sent: 1}});
    });
    await store.append(storedOf(turns, nowAt));
    nowAt += 3_600_000;
    const {firstToken} = await summaryOf(collector);
    const [figure, answered] = [firstToken.all.figures[3], firstToken.all.answered[3]];
    if (!figure || !answered || !('valueMs' in figure) || !('valueMs' in answered)) throw new Error('P99 is shown');
    const trueMs = percentile(truth, 0.99) ?? 0;
    expect(left.hide / left.answer).toBeCloseTo(0.8, 1);
    expect(firstToken.all).toMatchObject({count: 20_000, leftCount: left.answer});
    expect(answered.valueMs).toBeLessThan(0.7 * trueMs);
    expect(Math.abs(figure.valueMs / trueMs - 1)).toBeLessThan(0.02);
    expect(figure.answeredMs).toBe(answered.valueMs);
    expect(figure.lowMs).toBeLessThan(trueMs);
    expect(figure.highMs).toBeGreaterThan(trueMs);
  });
});

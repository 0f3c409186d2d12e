import {expect, test} from 'vitest';
import {exclusiveTimes, type Span} from '../../src/latency/index.ts';
import {createRandom} from './random.ts';

test('stages one after the other have their own lengths, gaps belong to nobody', () => {
  const spans = [
    {stage: 'retrieval', atMs: 10, ms: 40},
    {stage: 'model', atMs: 60, ms: 30},
  ];
  expect(exclusiveTimes(spans, 100)).toEqual({unattributed: 30, retrieval: 40, model: 30});
});

test('where stages overlap the one that ends last has the time', () => {
  const spans = [
    {stage: 'tools', atMs: 0, ms: 60},
    {stage: 'retrieval', atMs: 20, ms: 80},
    {stage: 'inner', atMs: 30, ms: 10},
  ];
  expect(exclusiveTimes(spans, 100)).toEqual({unattributed: 0, tools: 20, retrieval: 80});
});

test('a stage that ran twice has both times', () => {
  const spans = [
    {stage: 'tools', atMs: 0, ms: 10},
    {stage: 'tools', atMs: 50, ms: 20},
  ];
  expect(exclusiveTimes(spans, 70)).toEqual({unattributed: 40, tools: 30});
});

test('what lies outside the whole is left out', () => {
  const spans = [
    {stage: 'early', atMs: -50, ms: 60},
    {stage: 'late', atMs: 90, ms: 500},
    {stage: 'before', atMs: -90, ms: 20},
    {stage: 'after', atMs: 200, ms: 20},
    {stage: 'nothing', atMs: 40, ms: 0},
  ];
  expect(exclusiveTimes(spans, 100)).toEqual({unattributed: 80, early: 10, late: 10});
});

test('without stages all is unattributed, without time nothing is', () => {
  expect(exclusiveTimes([], 100)).toEqual({unattributed: 100});
  expect(exclusiveTimes([{stage: 'model', atMs: 0, ms: 5}], 0)).toEqual({unattributed: 0});
});

test('a stage may have a name that objects have by birth', () => {
  expect(exclusiveTimes([{stage: 'constructor', atMs: 0, ms: 5}], 5)['constructor']).toBe(5);
});

test('the order of the spans does not matter', () => {
  const random = createRandom(3);
  const spans = randomSpans(random, 8);
  const sorted = [...spans].sort((a, b) => a.ms - b.ms);
  expect(exclusiveTimes(sorted, 1000)).toEqual(exclusiveTimes(spans, 1000));
});

test('shares and unattributed sum to the total, each as large as looking at every instant says', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = createRandom(seed);
    const spans = randomSpans(random, Math.floor(random() * 12));
    const totalMs = Math.ceil(random() * 1000);
    const shares = exclusiveTimes(spans, totalMs);
    const sum = Object.values(shares).reduce((all, ms) => all + ms, 0);
    expect(sum, `seed ${seed}`).toBeCloseTo(totalMs, 6);
    expect(Math.min(...Object.values(shares)), `seed ${seed}`).toBeGreaterThanOrEqual(0);
    const looked = lookEverywhere(spans, totalMs);
    for (const stage of new Set([...Object.keys(looked), ...Object.keys(shares)])) {
      expect(shares[stage] ?? 0, `seed ${seed}, ${stage}`).toBeCloseTo(looked[stage] ?? 0, 6);
    }
  }
});

function randomSpans(random: () => number, count: number): Span[] {
  return Array.from({length: count}, () => ({
    stage: `s${Math.floor(random() * 5)}`,
    atMs: random() * 1200 - 100,
    ms: random() ** 3 * 600,
  }));
}

/** The definition itself: between two edges in a row the running span that ends last has all the time. */
function lookEverywhere(spans: readonly Span[], totalMs: number): Record<string, number> {
  const inside = (edgeMs: number) => edgeMs > 0 && edgeMs < totalMs;
  const edges = [0, totalMs, ...spans.flatMap(({atMs, ms}) => [atMs, atMs + ms]).filter(inside)].sort((a, b) => a - b);
  const shares: Record<string, number> = {};
  edges.slice(1).forEach((toMs, at) => {
    const fromMs = edges[at] ?? 0;
    const middleMs = (fromMs + toMs) / 2;
    const running = spans.filter(({atMs, ms}) => atMs < middleMs && middleMs < atMs + ms);
    const owner = running.sort((a, b) => b.atMs + b.ms - (a.atMs + a.ms))[0]?.stage ?? 'unattributed';
    shares[owner] = (shares[owner] ?? 0) + toMs - fromMs;
  });
  return shares;
}

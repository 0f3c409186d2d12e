import {describe, expect, test} from 'vitest';
import {readBudget} from '../../src/latency/index.ts';
import {
  type AllocateOptions,
  type Allocation,
  allocate,
  finishPlan,
  logNormal,
  percentileOf,
  planOfBudget,
  readPreset,
  sampleOf,
  simulateOnce,
} from '../../src/planner/index.ts';
import {planOf, RICH, stage} from './plans.ts';

const THREE = planOf(
  {
    search: stage(logNormal(200, 4)),
    context: stage(logNormal(150, 6)),
    tools: stage(logNormal(400, 10)),
    model: stage(logNormal(700, 8)),
    generate: stage(logNormal(2_000, 6)),
  },
  {critical: [['search', 'context'], 'tools', 'model']},
);

type Allocated = Extract<Allocation, {kind: 'allocated'}>;

function divide(options: Partial<AllocateOptions> = {}, plan = THREE): Allocated {
  const target = {ms: 2_500, share: 0.95};
  const result = finishPlan(allocate(plan, {target, milestone: 'firstToken', turnCount: 50_000, ...options}));
  if (result.kind !== 'allocated') throw new Error(`impossible: ${result.leastMs} ms`);
  return result;
}

describe('a target divided among stages', () => {
  test.each([
    {target: {ms: 2_500, share: 0.95}},
    {target: {ms: 5_000, share: 0.99}},
    {target: {ms: 800, share: 0.5}},
    {target: {ms: 9_000, share: 0.95}, milestone: 'complete'},
    // met already: stages may be slower
    {target: {ms: 8_000, share: 0.95}},
  ] as const)('is met on other turns: $target', (options) => {
    const {check, target} = divide(options);
    expect(Math.abs(check.figure.valueMs / target.ms - 1)).toBeLessThan(0.02);
    expect(check.within.share).toBeCloseTo(target.share, 1.8);
  });

  test('is met by a plan with these times', () => {
    const {stages, target} = divide();
    const scaled = Object.fromEntries(
      stages.map(({stage: name, after}) => [name, stage(logNormal(after.p50Ms, after.p99Ms / after.p50Ms))]),
    );
    const {firstMs} = simulateOnce(planOf(scaled, {critical: THREE.critical}), {turnCount: 100_000, seed: 9});
    expect(percentileOf(sampleOf(firstMs), target.share) / target.ms).toBeCloseTo(1, 1.6);
  });

  test('gives limits that add up to no more, and that a budget may declare', () => {
    const {stages, target} = divide();
    const limits = new Map(stages.map(({stage: name, limit}) => [name, limit]));
    const ms = (name: string) => limits.get(name)?.ms ?? Number.NaN;
    const sumMs = Math.max(ms('search'), ms('context')) + ms('tools') + ms('model');
    expect(sumMs).toBeLessThanOrEqual(target.ms);
    expect(sumMs).toBeGreaterThan(0.99 * target.ms);
    const words = stages.map(({stage: name, limit}) => `${name}=${limit.ms}@p${+(limit.share * 100).toFixed(2)}`);
    const budget = readBudget(`first-token=2500@p95 ${words.join(' ')}`, THREE.critical);
    expect(budget).toBeTypeOf('object');
    // a limit is that of its stage at one and the same percentile, a lower one than the target's
    expect(new Set(stages.map(({limit}) => limit.share)).size).toBe(1);
    expect(stages[0]?.limit.share).toBeLessThan(target.share);
  });

  test('changes as little as can be: no other two factors that meet it have a smaller sum of squares', () => {
    const two = planOf({tools: stage(logNormal(400, 10)), model: stage(logNormal(700, 8))});
    const target = {ms: 1_800, share: 0.95};
    const {stages} = divide({target}, two);
    const sizeOf = (...factors: number[]) => factors.reduce((sum, factor) => sum + Math.log(factor) ** 2, 0);
    const found = sizeOf(...stages.map(({factor}) => factor));
    for (let tools = 0.3; tools <= 1; tools += 0.1) {
      // the factor of the other one that meets the target with this one, by halving
      let [low, high] = [0.01, 3];
      for (let halving = 0; halving < 11; halving++) {
        const model = (low + high) / 2;
        const changed = {
          tools: {...two.stages['tools'], factor: tools},
          model: {...two.stages['model'], factor: model},
        };
        const plan = {...two, stages: changed as typeof two.stages};
        const reached = percentileOf(sampleOf(simulateOnce(plan, {turnCount: 50_000}).firstMs), target.share);
        if (reached > target.ms) high = model;
        else low = model;
      }
      if (low < 0.02) continue; // tools alone are too slow
      expect(sizeOf(tools, low), `tools ${tools}, model ${low}`).toBeGreaterThan(found * 0.95);
    }
  });

  test('leaves alone what it is told to, and what nobody waits for', () => {
    const {stages} = divide({keep: ['model'], target: {ms: 4_000, share: 0.95}});
    expect(stages.find(({stage: name}) => name === 'model')?.factor).toBe(1);
    const hidden = planOf(
      {a: stage(10), b: stage(logNormal(700, 3)), model: stage(logNormal(500, 3))},
      {critical: [['a', 'b'], 'model']},
    );
    const factors = divide({target: {ms: 2_500, share: 0.95}}, hidden).stages.map(({stage: name, factor}) => [
      name,
      factor === 1,
    ]);
    expect(factors).toEqual([
      ['a', true],
      ['b', false],
      ['model', false],
    ]);
  });

  test('takes most from what takes most of slow turns', () => {
    const factors = new Map(divide().stages.map(({stage: name, factor}) => [name, factor]));
    const inOrder = ['tools', 'model', 'context', 'search'].map((name) => factors.get(name) ?? Number.NaN);
    expect(Math.max(inOrder[0] ?? 1, inOrder[1] ?? 1)).toBeLessThan(Math.min(inOrder[2] ?? 0, inOrder[3] ?? 0));
    expect(inOrder.every((factor) => factor <= 1)).toBe(true);
  });

  test('is met by answers, not by fallbacks', () => {
    const {check} = divide({target: {ms: 3_000, share: 0.99}}, RICH);
    expect(Math.abs(check.figure.valueMs / 3_000 - 1)).toBeLessThan(0.04); // P99 of twice 50,000 turns
  });

  test('can be impossible, and then it is said what is left', () => {
    const result = finishPlan(
      allocate(THREE, {target: {ms: 900, share: 0.95}, milestone: 'firstToken', keep: ['model'], turnCount: 40_000}),
    );
    expect(result).toMatchObject({kind: 'impossible'});
    expect(result.kind === 'impossible' && result.leastMs).toBeGreaterThan(2_000);
  });

  test('of published limits: at P95 each, they meet more than they add up to', () => {
    const {stages} = divide({target: {ms: 3_000, share: 0.95}}, planOfBudget(readPreset('production')));
    expect(stages.every(({factor}) => factor > 1)).toBe(true);
  });
});

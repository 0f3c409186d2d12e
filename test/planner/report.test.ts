import {describe, expect, test} from 'vitest';
import {
  finishPlan,
  leversOf,
  logNormal,
  type Plan,
  type PlanReport,
  planOfBudget,
  readPreset,
  reportOn,
  simulateOnce,
  spentAround,
} from '../../src/planner/index.ts';
import {planOf, RICH, stage} from './plans.ts';

const turnCount = 20_000;
const report = (plan: Plan, seed = 1): PlanReport => finishPlan(reportOn(plan, {turnCount, seed}));
const rich = report(RICH);
const leverOf = ({levers}: PlanReport, name: string) => levers.find((lever) => lever.name === name);

describe('a report', () => {
  test('is the same for the same seed', () => {
    expect(report(RICH)).toEqual(rich);
    expect(report(RICH, 2)).not.toEqual(rich);
  });

  test('needs as many turns as its highest percentile does', () => {
    expect(() => finishPlan(reportOn(RICH, {turnCount: 9_999}))).toThrow(RangeError);
    expect(() => finishPlan(reportOn(RICH, {turnCount: Number.NaN}))).toThrow(RangeError);
  });

  test('tells how far it is', () => {
    const shares = [...reportOn(RICH, {turnCount: 10_000})];
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect([shares.length > 10, shares.at(-1)]).toEqual([true, 1]);
  });

  test('of 50,000 turns with everything on takes less than 5 s of a core', () => {
    const before = process.cpuUsage();
    finishPlan(reportOn(RICH, {turnCount: 50_000}));
    const {user, system} = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });

  test('says of constants what they are, without a doubt', () => {
    const {firstToken, complete, stages} = report(
      planOf(
        {search: stage(300), model: stage(700), generate: stage(2_000)},
        {budget: {firstToken: [{ms: 1_000, share: 0.95}], complete: [{ms: 2_999, share: 0.95}]}},
      ),
    );
    for (const figure of firstToken.figures)
      expect(figure).toMatchObject({valueMs: 1_000, lowMs: 1_000, highMs: 1_000});
    expect([firstToken.limits[0]?.state, complete.limits[0]?.state]).toEqual(['held', 'missed']);
    expect(stages.map((each) => [each.stage, each.firstTokenTailShare, each.completeTailShare])).toEqual([
      ['generate', undefined, 2 / 3],
      ['model', 0.7, 7 / 30],
      ['search', 0.3, 1 / 10],
    ]);
  });
});

describe('a budget', () => {
  const at = (limitMs: number) =>
    report({...RICH, budget: {firstToken: [{ms: limitMs, share: 0.95}], complete: []}}).firstToken.limits[0];

  test('that is larger is never held less often', () => {
    const shares = [500, 1_000, 2_000, 4_000, 8_000].map((limitMs) => at(limitMs)?.within.share ?? Number.NaN);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(at(500)?.state).toBe('missed');
    expect(at(8_000)?.state).toBe('held');
  });

  test('is too close to call when luck decides', () => {
    const p95Ms = rich.firstToken.figures[2]?.valueMs ?? Number.NaN;
    expect(at(p95Ms)?.state).toBe('close');
  });

  test('is not held by a fallback, however early it comes', () => {
    const deadlines = {softMs: 100, firstMs: 1_000, completeMs: 9_000, fallbackMs: 0};
    const model = {model: stage(logNormal(1_000, 8)), generate: stage(100)};
    const budget = {firstToken: [{ms: 1_500, share: 0.6}], complete: []};
    const {firstToken, degraded} = report(planOf(model, {deadlines, budget}));
    expect(firstToken.figures[4]?.valueMs).toBe(1_000);
    expect(firstToken.limits[0]?.within.share).toBeCloseTo(0.5, 1.7);
    expect(degraded.first.share).toBeCloseTo(0.5, 1.7);
    expect(firstToken.unbound?.[4]?.valueMs).toBeGreaterThan(8_000);
  });
});

describe('levers', () => {
  test('of a plan are told from those that it has not, and each is there once', () => {
    const levers = leversOf(RICH).map(({name, state}) => `${state} ${name}`);
    expect(levers).toEqual([
      ...['streaming', 'parallel', 'routing', 'cache', 'prefetch'].map((name) => `planned ${name}`),
      'possible warm',
      ...['hedge', 'hedge tools', 'deadlines', 'stage deadlines'].map((name) => `planned ${name}`),
    ]);
    const bare = planOf(
      {retrieval: stage(100), tools: stage(100), model: stage(100), generate: stage(100)},
      {delivery: 'whole', budget: RICH.budget},
    );
    expect(leversOf(bare).map(({name, state}) => `${state} ${name}`)).toEqual(
      ['streaming', 'parallel', 'routing', 'cache', 'prefetch', 'hedge', 'deadlines'].map((name) => `possible ${name}`),
    );
  });

  test('that were taken out are possible again', () => {
    for (const {name, changed} of leversOf(RICH)) {
      // cold starts come from nowhere; a whole question is hedged where no stage is; deadlines of stages are their own
      if (['warm', 'hedge', 'hedge tools', 'stage deadlines'].includes(name)) continue;
      expect(leversOf(changed).find((lever) => lever.name === name)?.state, name).toBe('possible');
    }
  });

  test('buy what is known of constants, exactly', () => {
    const plan = planOf(
      {search: stage(400), lookup: stage(300), model: stage(1_000), generate: stage(3_000)},
      {
        critical: [['search', 'lookup'], 'model'],
        prefetch: {share: 1, lead: {kind: 'constant', ms: 150}, stages: ['search'], requestCount: 1.5},
      },
    );
    const all = report(plan);
    const saved = (name: string) => {
      const lever = leverOf(all, name);
      return [lever?.firstToken.p50.valueMs, lever?.firstToken.p99.valueMs, lever?.requestsPerTurn];
    };
    expect(saved('streaming')).toEqual([3_000, 3_000, 0]);
    expect(saved('parallel')).toEqual([250, 250, 0]);
    // the other one at once is the longest then
    expect(saved('prefetch')).toEqual([100, 100, 1.5]);
    expect(saved('routing')).toEqual([800, 0, 0]);
  });

  test('cost what they cost: requests and degraded answers', () => {
    expect(leverOf(rich, 'cache')?.requestsPerTurn).toBeLessThan(-0.25);
    expect(leverOf(rich, 'prefetch')?.requestsPerTurn).toBeCloseTo(1.3, 1);
    const hedge = leverOf(rich, 'hedge')?.requestsPerTurn ?? 0;
    expect(hedge).toBeGreaterThan(0.01);
    expect(hedge).toBeLessThan(0.05);
    expect(leverOf(rich, 'deadlines')?.degradedShare).toBeGreaterThan(0);
    expect(rich.cost.requestsPerTurn).toBeCloseTo(
      rich.cost.answersPerTurn + rich.cost.escalatedPerTurn + rich.cost.hedgesPerTurn + rich.cost.prefetchesPerTurn,
      9,
    );
  });

  test('for the median are others than those for the tail', () => {
    const [cache, hedge] = ['cache', 'hedge'].map((name) => leverOf(rich, name)?.firstToken);
    expect(cache?.p50.lowMs).toBeGreaterThan(0);
    expect(Math.abs(hedge?.p50.valueMs ?? 1e9)).toBeLessThan(10);
    expect(hedge?.p99.lowMs).toBeGreaterThan(0);
  });
});

describe('leaving out a stage', () => {
  test('comes first where it takes most off the tail, and says what becomes of the budget', () => {
    const plan = planOf(
      {rerank: stage(logNormal(600, 8)), search: stage(logNormal(200, 4)), model: stage(logNormal(500, 4))},
      {budget: {firstToken: [{ms: 2_200, share: 0.95}], complete: []}},
    );
    const {deletions, firstToken} = report(plan);
    expect(firstToken.limits[0]?.state).toBe('missed');
    expect(deletions.map(({stage: name, state}) => [name, state])).toEqual([
      ['rerank', 'held'],
      ['search', 'missed'],
    ]);
    expect(deletions[0]?.withinShare).toBeGreaterThan(0.05);
  });

  test('buys nothing where another one at once is always longer', () => {
    const plan = planOf({a: stage(100), b: stage(900)}, {critical: [['a', 'b']]});
    expect(report(plan).deletions.map(({stage: name, firstToken}) => [name, firstToken.p99.valueMs])).toEqual([
      ['b', 800],
      ['a', 0],
    ]);
  });
});

describe('the time of slow turns', () => {
  test.each([0.5, 0.95, 0.99])('is divided without a rest (P%d)', (share) => {
    const simulation = simulateOnce(RICH, {turnCount});
    for (const ms of [simulation.unboundFirstMs, simulation.unboundCompleteMs]) {
      const spent = spentAround(simulation, {ms, share});
      expect([...spent.values()].reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 9);
      expect(Math.min(...spent.values())).toBeGreaterThanOrEqual(0);
    }
  });

  test('is that of the stage with the tail', () => {
    const {stages} = report(planOf({steady: stage(1_000), wild: stage(logNormal(200, 30)), model: stage(500)}));
    expect(stages[0]?.stage).toBe('wild');
    expect(stages[0]?.completeTailShare).toBeGreaterThan(0.7);
  });
});

test('a tail that was assumed might be longer, and a report says what of that', () => {
  const {doubts, firstToken} = report(planOfBudget(readPreset('chat')));
  expect(doubts.map(({kind}) => kind)).toEqual(['together', 'tails']);
  expect(doubts[1]?.firstToken.p99.lowMs).toBeGreaterThan(firstToken.figures[3]?.highMs ?? 0);
  expect(report(planOf({a: stage(100)})).doubts).toEqual([]);
});

test('stages that are slow together have a longer tail, and a report says how much', () => {
  const stages = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, stage(logNormal(300, 10))]));
  const {doubts, firstToken} = report(planOf(stages));
  expect(doubts[0]?.kind).toBe('together');
  expect(doubts[0]?.firstToken.p99.lowMs).toBeGreaterThan(firstToken.figures[3]?.highMs ?? 0);
  expect(doubts[0]?.firstToken.p50.highMs).toBeLessThan(firstToken.figures[0]?.lowMs ?? 0);
});

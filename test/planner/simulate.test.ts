import {describe, expect, test} from 'vitest';
import {createDraws} from '../../src/planner/draws.ts';
import {
  countUpTo,
  logNormal,
  type Plan,
  percentileOf,
  planShare,
  sampleOf,
  simulate,
  simulateOnce,
} from '../../src/planner/index.ts';
import {normalQuantile, normalShare} from '../../src/planner/normal.ts';
import {planOf, RICH, stage} from './plans.ts';

const turnCount = 200_000;
const options = {turnCount, seed: 1};
const Z99 = normalQuantile(0.99);

/** The share of log-normal times of at most `ms`. */
const below = (ms: number, {median, ratio}: {median: number; ratio: number}) =>
  ms <= 0 ? 0 : normalShare((Math.log(ms / median) * Z99) / Math.log(ratio));

/** Expects that a share of turns is what it is in theory, as far as luck allows (five standard deviations). */
function expectShare(ms: Float64Array, limitMs: number, share: number): void {
  const found = countUpTo(ms, limitMs) / ms.length;
  const error = Math.sqrt((share * (1 - share)) / ms.length);
  expect(Math.abs(found - share), `${found} within ${limitMs} ms, ${share} in theory`).toBeLessThan(5 * error + 1e-9);
}

describe('stages', () => {
  test('of constants add up exactly, and the longest of those at once counts', () => {
    const stages = {a: stage(100), b: stage(250), c: stage(700), generate: stage(2_000)};
    const inTurn = simulateOnce(planOf(stages), {turnCount: 100});
    expect([inTurn.firstMs[7], inTurn.completeMs[7]]).toEqual([1_050, 3_050]);
    const atOnce = simulateOnce(planOf(stages, {critical: [['a', 'b', 'c']]}), {turnCount: 100});
    expect([atOnce.firstMs[7], atOnce.completeMs[7]]).toEqual([700, 2_700]);
  });

  test('that the order does not name come first; named twice it runs twice, each with luck of its own', () => {
    const {steps, firstMs} = simulateOnce(
      planOf({model: stage(100), tool: stage(10), other: stage(1)}, {critical: ['model', 'tool', 'model', 'nothing']}),
      {turnCount: 100},
    );
    expect(steps.flat().map(({key}) => key)).toEqual(['other', 'model', 'tool', 'model 2']);
    expect(firstMs[0]).toBe(211);
    const twice = simulateOnce(planOf({model: stage(logNormal(100, 8))}, {critical: ['model', 'model']}), {
      turnCount: 100,
    });
    expect(twice.stages.get('model')?.ms).not.toEqual(twice.stages.get('model 2')?.ms);
  });

  test('one alone has its own percentiles', () => {
    const {firstMs} = simulateOnce(planOf({model: stage(logNormal(700, 10))}), options);
    for (const ms of [300, 700, 2_000, 7_000, 15_000]) expectShare(firstMs, ms, below(ms, {median: 700, ratio: 10}));
  });

  test('at once are the maximum: the product of their shares', () => {
    const stages = {a: stage(logNormal(800, 8)), b: stage(logNormal(1_200, 8)), c: stage(logNormal(600, 8))};
    const {firstMs} = simulateOnce(planOf(stages, {critical: [['a', 'b', 'c']]}), options);
    for (const ms of [800, 1_500, 4_000, 10_000]) {
      const shares = [800, 1_200, 600].map((median) => below(ms, {median, ratio: 8}));
      expectShare(
        firstMs,
        ms,
        shares.reduce((product, share) => product * share, 1),
      );
    }
  });

  test('in turn are the sum: the convolution of their densities', () => {
    const parts = [
      {median: 500, ratio: 8},
      {median: 300, ratio: 5},
    ] as const;
    const {firstMs} = simulateOnce(planOf({a: stage(logNormal(500, 8)), b: stage(logNormal(300, 5))}), options);
    for (const ms of [500, 1_000, 3_000, 6_000]) {
      let share = 0;
      for (let step = 0; step < 10_000; step++) {
        const first =
          parts[0].median * Math.exp((normalQuantile((step + 0.5) / 10_000) * Math.log(parts[0].ratio)) / Z99);
        share += below(ms - first, parts[1]) / 10_000;
      }
      expectShare(firstMs, ms, share);
    }
  });

  test.each([5, 10, 100])('%d at once are as often slow as 1 - 0.99^N, whatever their tail', (fanOutCount) => {
    for (const ratio of [3, 10, 100]) {
      const {firstMs} = simulateOnce(planOf({servers: stage(logNormal(10, ratio), {fanOutCount})}), options);
      expectShare(firstMs, 10 * ratio, 0.99 ** fanOutCount);
    }
  });

  test('with a cold start have two humps', () => {
    const cold = {share: 0.2, times: {kind: 'constant', ms: 1_500} as const};
    const {firstMs} = simulateOnce(planOf({tool: stage(logNormal(300, 8), {cold})}), options);
    const own = {median: 300, ratio: 8};
    for (const ms of [300, 1_600, 2_500, 4_000]) {
      expectShare(firstMs, ms, 0.8 * below(ms, own) + 0.2 * below(ms - 1_500, own));
    }
  });

  test('that do not always run take no time where they do not', () => {
    const {firstMs, stages} = simulateOnce(planOf({tool: stage(500, {runShare: 0.4})}), options);
    expectShare(firstMs, 0, 0.6);
    expect(stages.get('tool')?.isRun.filter(Boolean).length).toBe(firstMs.filter(Boolean).length);
  });

  test('are slow together as much as they are said to be', () => {
    const stages = {a: stage(logNormal(500, 8)), b: stage(logNormal(300, 5))};
    for (const correlation of [0, 0.3, 0.8]) {
      const {stages: times, firstMs} = simulateOnce(planOf(stages, {correlation}), options);
      const logs = [...times.values()].map(({ms}) => ms.map(Math.log));
      expect(correlationOf(logs[0] ?? firstMs, logs[1] ?? firstMs)).toBeCloseTo(correlation, 1.8);
      for (const [name, median, ratio] of [
        ['a', 500, 8],
        ['b', 300, 5],
      ] as const) {
        expectShare(times.get(name)?.ms ?? firstMs, 900, below(900, {median, ratio}));
      }
    }
  });
});

describe('a second try', () => {
  const times = logNormal(700, 10);
  const own = {median: 700, ratio: 10};
  // so few are late that the permission is never short
  const after = {kind: 'percentile', share: 0.99} as const;
  const afterMs = 7_000;

  test.each([0, 0.6])('makes the tail the smaller of two, with a correlation of %d', (correlation) => {
    const hedged: Plan[] = [
      planOf({model: stage(times, {hedge: {after, correlation}})}),
      planOf({model: stage(times)}, {hedge: {after, correlation}}),
    ];
    for (const plan of hedged) {
      const {firstMs, requests} = simulateOnce(plan, options);
      expect(requests.hedgeCount / turnCount).toBeCloseTo(0.01, 2.5);
      expect(requests.hedgeDeniedCount).toBeLessThan(0.02 * requests.hedgeCount);
      for (const ms of [5_000, 7_500, 9_000, 12_000]) {
        const late = ms <= afterMs ? 1 - below(ms, own) : bothAbove({ms, correlation});
        const share = countUpTo(firstMs, ms) / turnCount;
        // a second try that was refused leaves a turn late
        expect(1 - share).toBeGreaterThan(late - 5 * Math.sqrt(late / turnCount));
        expect(1 - share).toBeLessThan(late + 5 * Math.sqrt(late / turnCount) + requests.hedgeDeniedCount / turnCount);
      }
    }
  });

  /** The share in which the first try is above `ms` and the second one, begun later, too: integrated numerically. */
  function bothAbove({ms, correlation}: {ms: number; correlation: number}): number {
    const zOf = (limitMs: number) => (Math.log(limitMs / own.median) * Z99) / Math.log(own.ratio);
    const step = 1e-3;
    let sum = 0;
    for (let z = zOf(ms) + step / 2; z < 7; z += step) {
      const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
      sum +=
        step * density * (1 - normalShare((zOf(ms - afterMs) - correlation * z) / Math.sqrt(1 - correlation ** 2)));
    }
    return sum;
  }

  test('is made for no more than 5 of 100 turns in time, also when everything is late', () => {
    const {requests} = simulateOnce(
      planOf({model: stage(times, {hedge: {after: {kind: 'time', ms: 1}, correlation: 0}})}),
      options,
    );
    expect(requests.hedgeCount).toBe(1); // what is in the budget at the start: no storm
    expect(requests.hedgeDeniedCount).toBe(turnCount - 1);
  });

  test('is never made for what a cache answers', () => {
    const hedge = {after: {kind: 'time', ms: 10}, correlation: 0} as const;
    const cache = {share: 1, times: {kind: 'constant', ms: 100} as const};
    const {requests} = simulateOnce(planOf({model: stage(times, {hedge})}, {cache, hedge}), options);
    expect(requests).toMatchObject({answerCount: 0, hedgeCount: 0, hedgeDeniedCount: 0});
  });
});

describe('a turn', () => {
  const stages = {model: stage(1_000), generate: stage(3_000)};

  test('that a cache answers is over at once', () => {
    const cache = {share: 0.35, times: {kind: 'constant', ms: 100} as const};
    const {firstMs, completeMs, requests} = simulateOnce(planOf(stages, {cache}), options);
    expectShare(firstMs, 100, 0.35);
    expect(countUpTo(completeMs, 100)).toBe(countUpTo(firstMs, 100));
    expect(requests.answerCount).toBe(turnCount - countUpTo(firstMs, 100));
  });

  test('goes on one route, and on another where the first was not good enough', () => {
    const constant = (ms: number) => ({kind: 'constant', ms}) as const;
    const plan = planOf(stages, {
      routes: {
        fast: {
          share: 0.7,
          stages: {model: constant(200), generate: constant(500)},
          escalates: {share: 0.1, to: 'powerful'},
        },
        powerful: {share: 0.3, stages: {}},
      },
    });
    const {firstMs, completeMs, requests} = simulateOnce(plan, options);
    expect([...new Set(firstMs)].sort((a, b) => a - b)).toEqual([200, 1_000, 1_200]);
    expect([...new Set(completeMs)].sort((a, b) => a - b)).toEqual([700, 4_000, 4_200]);
    expectShare(firstMs, 200, 0.63);
    expectShare(firstMs, 1_000, 0.93);
    expect(requests.escalatedCount).toBe(firstMs.filter((ms) => ms === 1_200).length);
  });

  test('shows nothing before its end when nothing is streamed', () => {
    const {firstMs, completeMs} = simulateOnce(planOf(stages, {delivery: 'whole'}), {turnCount: 100});
    expect([firstMs[0], completeMs[0]]).toEqual([4_000, 4_000]);
  });

  test('gains of what was looked up ahead as much as it was ahead, in the turns that use it', () => {
    const prefetch = {share: 0.6, lead: {kind: 'constant', ms: 300} as const, stages: ['search'], requestCount: 1.5};
    const {firstMs, requests} = simulateOnce(planOf({search: stage(400), model: stage(1_000)}, {prefetch}), options);
    expect([...new Set(firstMs)].sort((a, b) => a - b)).toEqual([1_100, 1_400]);
    expectShare(firstMs, 1_100, 0.6);
    expect(requests.prefetchCount).toBe(1.5 * turnCount);
  });
});

describe('deadlines', () => {
  const times = logNormal(1_000, 8);
  const deadlines = {softMs: 1_000, firstMs: 4_000, completeMs: 9_000, fallbackMs: 50};
  const plan = planOf({model: stage(times), generate: stage(logNormal(2_000, 8))}, {deadlines});

  test('end a wait, and the answer is counted as degraded; what it would have been is kept', () => {
    const {firstMs, completeMs, unboundFirstMs, unboundCompleteMs, degraded} = simulateOnce(plan, options);
    const [longest, last] = [firstMs, completeMs].map((ms) => sampleOf(ms).at(turnCount));
    expect([longest, last]).toEqual([4_050, 9_000]);
    expectShare(unboundFirstMs, 4_000, below(4_000, {median: 1_000, ratio: 8}));
    for (let turn = 0; turn < turnCount; turn += 37) {
      const [first, whole] = [unboundFirstMs[turn] ?? 0, unboundCompleteMs[turn] ?? 0];
      expect(degraded[turn]).toBe(first > 4_000 ? 2 : whole > 9_000 ? 4 : 0);
      expect(completeMs[turn]).toBe(first > 4_000 ? 4_050 : Math.min(9_000, whole));
    }
  });

  test('of a stage end that stage', () => {
    const {firstMs, degraded} = simulateOnce(
      planOf({tool: stage(times, {deadlineMs: 2_000}), model: stage(10)}),
      options,
    );
    expect(sampleOf(firstMs).at(turnCount)).toBe(2_010);
    expect(degraded.filter((reasons) => reasons === 1).length).toBe(firstMs.filter((ms) => ms === 2_010).length);
    expectShare(firstMs, 2_009, below(1_999, {median: 1_000, ratio: 8}));
  });
});

describe('luck', () => {
  test('is the same for the same seed: every number of it', () => {
    const [one, other] = [simulateOnce(RICH, {turnCount: 1_000}), simulateOnce(RICH, {turnCount: 1_000})];
    expect(one).toEqual(other);
    expect(simulateOnce(RICH, {turnCount: 1_000, seed: 2}).firstMs).not.toEqual(one.firstMs);
  });

  test('of a stage does not depend on the others, nor on what was simulated before', () => {
    const draws = createDraws(options);
    const alone = simulate(planOf({model: stage(logNormal(700, 10))}), draws).firstMs.slice();
    simulate(RICH, draws);
    const {model, tools} = {model: stage(logNormal(700, 10)), tools: stage(logNormal(300, 8))};
    const both = simulate(planOf({tools, model}), draws);
    expect(isSame(both.stages.get('model')?.ms, alone)).toBe(true);
    expect(isSame(simulate(planOf({model}), draws).firstMs, alone)).toBe(true);
  });

  test('is left as it was by a simulation', () => {
    const draws = createDraws({turnCount: 20_000, seed: 1});
    const first = simulate(RICH, draws);
    const copy = {first: first.firstMs.slice(), degraded: first.degraded.slice()};
    simulate({...RICH, critical: RICH.critical.flat()}, draws);
    const {hedge: _, ...rest} = RICH;
    simulate(rest, draws);
    const again = simulate(RICH, draws);
    expect({first: again.firstMs, degraded: again.degraded}).toEqual(copy);
    expect(first.firstMs).toEqual(copy.first);
  });
});

describe('in every single turn', () => {
  const draws = createDraws({turnCount: 20_000, seed: 1});
  const {deadlines: _, ...unbound} = RICH;
  const base = simulate(unbound, draws);
  const everywhere = (one: Float64Array, other: Float64Array) =>
    one.every((ms, turn) => ms <= (other[turn] ?? 0) + 1e-9);

  test('at once is no slower than in turn', () => {
    // without second tries: who is late is given another luck
    const {hedge: __, ...plain} = unbound;
    const atOnce = simulate(plain, draws).firstMs;
    expect(everywhere(atOnce, simulate({...plain, critical: plain.critical.flat()}, draws).firstMs)).toBe(true);
  });

  test('words come no later when they are streamed, and the end no earlier', () => {
    const whole = simulate({...unbound, delivery: 'whole'}, draws);
    expect(everywhere(base.firstMs, whole.firstMs)).toBe(true);
    expect(isSame(whole.completeMs, base.completeMs)).toBe(true);
  });

  test('a deadline makes no wait longer than it and its fallback', () => {
    const held = simulate(RICH, draws);
    expect(held.firstMs.every((ms, turn) => ms <= Math.max(base.firstMs[turn] ?? 0, 6_020))).toBe(true);
    expect(isSame(held.unboundFirstMs, base.firstMs)).toBe(true);
  });

  test('a percentile never falls as its share grows', () => {
    const sample = sampleOf(base.firstMs);
    const read = Array.from({length: 200}, (__, at) => percentileOf(sample, at / 199));
    expect(read).toEqual(read.toSorted((a, b) => a - b));
    expect(planShare(countUpTo(base.firstMs, read[100] ?? 0), 20_000).share).toBeCloseTo(100 / 199, 3);
  });
});

const isSame = (one: Float64Array | undefined, other: Float64Array) =>
  one?.length === other.length && one.every((ms, turn) => ms === other[turn]);

function correlationOf(one: Float64Array, other: Float64Array): number {
  const mean = (column: Float64Array) => column.reduce((sum, value) => sum + value, 0) / column.length;
  const [oneMean, otherMean] = [mean(one), mean(other)];
  const spread = (column: Float64Array, centre: number) =>
    Math.sqrt(mean(column.map((value) => (value - centre) ** 2)));
  const both = mean(one.map((value, turn) => (value - oneMean) * ((other[turn] ?? 0) - otherMean)));
  return both / (spread(one, oneMean) * spread(other, otherMean));
}

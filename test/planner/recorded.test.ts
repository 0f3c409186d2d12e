import {describe, expect, test} from 'vitest';
import {
  fitRecorded,
  isBlind,
  logNormal,
  type Plan,
  percentileOf,
  planOfRecorded,
  type Quantile,
  type Recorded,
  sampleOf,
  simulateOnce,
  timeAt,
} from '../../src/planner/index.ts';
import {planOf, stage} from './plans.ts';

const SHARES = [0.5, 0.9, 0.95, 0.99, 0.999];
const quantilesOf = (ms: Float64Array, shares = SHARES): Quantile[] => {
  const sample = sampleOf(ms);
  return shares.map((share) => ({share, ms: percentileOf(sample, share)}));
};

/** Records a planted pipeline as a collector does: percentiles of stages, and of the whole. */
function record(plan: Plan, shares = SHARES): Recorded {
  const {stages, firstMs, isHit, turnCount} = simulateOnce(plan, {turnCount: 100_000, seed: 77});
  return {
    stages: [...stages].map(([name, {ms, isRun}]) => {
      const ran = ms.filter((_, turn) => isRun[turn]);
      return {stage: name, runShare: ran.length / turnCount, quantiles: quantilesOf(ran, shares)};
    }),
    firstToken: quantilesOf(
      firstMs.filter((_, turn) => !isHit[turn]),
      shares,
    ),
    budget: {firstToken: [], complete: []},
    critical: plan.critical,
  };
}

const PLANTED = planOf({
  retrieval: stage(logNormal(200, 7)),
  tools: stage(logNormal(400, 8), {runShare: 0.5}),
  model: stage(logNormal(700, 10)),
});

describe('recorded stages', () => {
  test('have the percentiles that they had, in the share of turns in which they ran', () => {
    const {stages} = planOfRecorded(record(PLANTED));
    for (const share of SHARES) {
      const [found, planted] = [stages, PLANTED.stages].map((all) =>
        timeAt(all['model']?.times ?? {kind: 'constant', ms: 0}, share),
      );
      expect((found ?? 0) / (planted ?? 1)).toBeCloseTo(1, 0.9);
    }
    expect(stages['tools']?.runShare).toBeCloseTo(0.5, 1.8);
    expect(stages['model']).toMatchObject({known: 'recorded'});
  });

  test('come to what was recorded when they know nothing of each other', () => {
    const recorded = record(PLANTED);
    const fitted = fitRecorded(planOfRecorded(recorded), recorded.firstToken);
    expect(fitted?.fit.correlation).toBeLessThan(0.12);
    expect(fitted?.fit.unattributedMs).toBeLessThan(60);
    const {firstMs} = simulateOnce(fitted?.plan ?? PLANTED);
    for (const {share, ms} of recorded.firstToken) {
      expect(percentileOf(sampleOf(firstMs), share) / ms, `P${share * 100}`).toBeCloseTo(1, share > 0.99 ? 0.6 : 1.2);
    }
  });

  test('that were slow together, and what no stage explains, are found again', () => {
    const gap = 350;
    const planted: Plan = {...PLANTED, correlation: 0.5};
    const recorded = record(planted);
    const later = recorded.firstToken.map(({share, ms}) => ({share, ms: ms + gap}));
    const fitted = fitRecorded(planOfRecorded(recorded), later);
    expect(fitted?.fit.correlation).toBeGreaterThan(0.3);
    expect(fitted?.fit.correlation).toBeLessThan(0.7);
    expect((fitted?.fit.unattributedMs ?? 0) / gap).toBeCloseTo(1, 0.6);
    expect(fitted?.plan.stages['unattributed']).toBeDefined();
    const {
      alone,
      recorded: wanted,
      fitted: tail,
    } = fitted?.fit ?? {alone: undefined, recorded: undefined, fitted: undefined};
    expect(alone?.p99Ms).toBeLessThan(0.9 * (wanted?.p99Ms ?? 0));
    expect((tail?.p99Ms ?? 0) / (wanted?.p99Ms ?? 1)).toBeCloseTo(1, 1.2);
  });

  test('behind a cache ran in a larger share of the turns that reach them', () => {
    const cache = {share: 0.4, times: logNormal(60, 3)};
    const recorded = record({...PLANTED, cache});
    const plan = planOfRecorded({
      ...recorded,
      hits: {
        share: 0.4,
        quantiles: [
          {share: 0.5, ms: 60},
          {share: 0.99, ms: 180},
        ],
      },
    });
    expect(plan.stages['model']?.runShare).toBeUndefined();
    expect(plan.stages['tools']?.runShare).toBeCloseTo(0.5, 1.8);
    expect(plan.cache?.share).toBe(0.4);
  });

  test('of few turns are taken with an assumed tail, or left out', () => {
    const recorded = record(PLANTED, [0.5]);
    const plan = planOfRecorded({
      ...recorded,
      stages: [...recorded.stages, {stage: 'rare', runShare: 0.01, quantiles: []}],
    });
    expect(plan.stages['model']).toMatchObject({known: 'assumed'});
    expect(plan.stages['rare']).toBeUndefined();
    expect(fitRecorded(plan, recorded.firstToken)).toBeUndefined();
  });

  test('after the first token alone say nothing of it', () => {
    expect([isBlind(planOf({generate: stage(1)})), isBlind(planOf({})), isBlind(PLANTED)]).toEqual([true, true, false]);
  });
});

import {describe, expect, test} from 'vitest';
import {type Critical, DEFAULT_BUDGET, readBudget} from '../../src/latency/index.ts';
import {type Plan, readPlan, timeAt, type WrittenPlan} from '../../src/planner/index.ts';

function read(plan: unknown, rest: Partial<WrittenPlan> & {text?: string} = {}): Plan | string {
  const {text = DEFAULT_BUDGET, ...more} = rest;
  const budget = readBudget(text);
  if (typeof budget === 'string') throw new TypeError(budget);
  return readPlan({budget, declared: ['retrieval', 'model', 'tools', 'overhead'], critical: [], plan, ...more});
}

function readWell(...given: Parameters<typeof read>): Plan {
  const plan = read(...given);
  if (typeof plan === 'string') throw new Error(plan);
  return plan;
}

describe('a plan', () => {
  test('of limits alone just holds each of them', () => {
    const {stages, deadlines, delivery} = readWell(undefined);
    expect(Object.keys(stages)).toEqual(['retrieval', 'model', 'tools', 'overhead', 'generate']);
    for (const {times, limit, known} of Object.values(stages)) {
      expect(known).toBe('assumed');
      expect(timeAt(times, limit?.share ?? 0)).toBeCloseTo(limit?.ms ?? 0, 6);
      expect(timeAt(times, 0.99) / timeAt(times, 0.5)).toBeCloseTo(8, 6);
    }
    // what the whole answer has left
    expect(stages['generate']?.limit).toEqual({ms: 5_000, share: 0.95});
    expect({deadlines, delivery}).toEqual({
      deadlines: {softMs: 1_500, firstMs: 6_000, completeMs: 12_000, fallbackMs: 0},
      delivery: 'streamed',
    });
  });

  test('has what is written of it', () => {
    const critical: Critical = [['retrieval', 'context'], 'tools', 'model'];
    const plan = readWell(
      {
        stages: {
          retrieval: {p50: '120ms', p99: '900ms', hedge: 'p95'},
          context: '80ms',
          tools: {
            ...{p50: 300, p90: '800ms', p99: '2s', runs: 0.4, deadline: '800ms', 'fan-out': 3},
            cold: {share: 0.05, p50: '1.5s', p99: '4s'},
            hedge: {after: '1s', correlation: 0.5},
          },
          model: {p95: '2s'},
        },
        ratio: 12,
        cache: {share: 0.35, time: '80ms'},
        routes: {
          fast: {share: 0.7, stages: {model: {p50: '200ms', p99: '2s'}}, escalates: {share: 0.03, to: 'powerful'}},
          powerful: {share: 0.3},
        },
        hedge: {after: 'p95', correlation: 0.3},
        deadlines: {first: '4s', fallback: '20ms'},
        prefetch: {share: 0.67, stages: ['retrieval'], requests: 1.3, lead: {p5: '5s', p50: '11s'}},
        delivery: 'whole',
        correlation: 0.1,
      },
      {critical},
    );
    const {retrieval, context, tools, model} = plan.stages;
    expect(retrieval).toMatchObject({known: 'declared', limit: {ms: 400, share: 0.95}});
    expect(retrieval?.hedge).toEqual({after: {kind: 'percentile', share: 0.95}, correlation: 0});
    expect(context).toEqual({known: 'declared', times: {kind: 'constant', ms: 80}});
    expect(tools).toMatchObject({runShare: 0.4, deadlineMs: 800, fanOutCount: 3});
    expect(tools?.hedge).toEqual({after: {kind: 'time', ms: 1_000}, correlation: 0.5});
    expect(
      [0.5, 0.9, 0.99].map((share) => Math.round(timeAt(tools?.times ?? {kind: 'constant', ms: 0}, share))),
    ).toEqual([300, 800, 2_000]);
    expect(model?.known).toBe('assumed');
    expect(timeAt(model?.times ?? {kind: 'constant', ms: 0}, 0.95)).toBeCloseTo(2_000, 6);
    expect(plan).toMatchObject({
      critical,
      cache: {share: 0.35, times: {kind: 'constant', ms: 80}},
      routes: {fast: {share: 0.7, escalates: {share: 0.03, to: 'powerful'}}, powerful: {share: 0.3, stages: {}}},
      hedge: {correlation: 0.3},
      deadlines: {softMs: 1_500, firstMs: 4_000, completeMs: 12_000, fallbackMs: 20},
      prefetch: {share: 0.67, requestCount: 1.3},
      delivery: 'whole',
      correlation: 0.1,
    });
  });

  test('has no stages that nobody names, and those of every budget when none is named', () => {
    expect(Object.keys(readWell({stages: {model: '1s'}}, {declared: []}).stages)).toEqual(['generate', 'model']);
    expect(Object.keys(readWell({}, {declared: []}).stages)).toEqual([
      'retrieval',
      'model',
      'tools',
      'overhead',
      'generate',
    ]);
  });

  test('has no deadlines when it says so', () => {
    expect(readWell({deadlines: 'none'}).deadlines).toBeUndefined();
  });

  test('takes the tail that is asked for over the one that is written', () => {
    const {stages} = readWell({ratio: 4}, {tailRatio: 20});
    expect(timeAt(stages['model']?.times ?? {kind: 'constant', ms: 0}, 0.99)).toBeGreaterThan(3_000);
  });
});

describe('what is wrong is said with its place', () => {
  test.each([
    [[], 'plan is no JSON object'],
    [
      {stage: {}},
      'plan has "stage"; it may have stages, ratio, cache, routes, hedge, deadlines, prefetch, delivery, correlation',
    ],
    [{stages: {model: {p50: '2s', p99: '1s'}}}, 'plan.stages.model has a percentile that is below a lower one'],
    [{stages: {model: {p50: 'soon'}}}, 'plan.stages.model.p50 is no time such as "400ms" or "3s"'],
    [{stages: {model: {p0: '1s'}}}, 'plan.stages.model.p0 is no time above 0 at a percentile such as p50 or p99'],
    [
      {stages: {model: {p50: '0ms', p99: '1s'}}},
      'plan.stages.model.p50 is no time above 0 at a percentile such as p50 or p99',
    ],
    [{stages: {model: 'x'}}, 'plan.stages.model is no time such as "400ms" or "3s"'],
    [{stages: {rerank: {runs: 1}}}, 'plan.stages.rerank has neither times nor a limit in "stages"'],
    [
      {stages: {model: {run: 1}}},
      'plan.stages.model has "run"; it may have time, p50, p99, runs, cold, fan-out, hedge, deadline',
    ],
    [{stages: {model: {runs: 2}}}, 'plan.stages.model.runs is no share from 0 to 1'],
    [{stages: {model: {'fan-out': 1.5}}}, 'plan.stages.model.fan-out is no whole number from 1'],
    [{stages: {model: {cold: {p50: '1s'}}}}, 'plan.stages.model.cold has no share'],
    [
      {stages: {model: {cold: {share: 1}}}},
      'plan.stages.model.cold has no times such as {"p50": "400ms", "p99": "3.2s"}',
    ],
    [{stages: {'A b': '1s'}}, 'plan.stages has "A b", which is no name of a stage'],
    [{stages: {model: {hedge: 'late'}}}, 'plan.stages.model.hedge begins after no time and no percentile such as p95'],
    [{ratio: 1}, 'plan.ratio is no number above 1, the 99th percentile over the median'],
    [{cache: {share: 0.3}}, 'plan.cache has no times such as {"p50": "400ms", "p99": "3.2s"}'],
    [{routes: {a: {share: 0.5}, b: {share: 0.4}}}, 'plan.routes have shares that add up to 0.9, not 1'],
    [
      {routes: {a: {share: 1, stages: {rerank: '1s'}}}},
      'plan.routes.a.stages has "rerank"; it may have retrieval, model, tools, overhead, generate',
    ],
    [{routes: {a: {share: 1, escalates: {share: 0.1, to: 'a'}}}}, 'plan.routes.a.escalates.to is no other route'],
    [{prefetch: {share: 1, stages: ['rerank']}}, 'plan.prefetch.stages names "rerank", which is no stage'],
    [
      {prefetch: {share: 1, stages: ['model'], requests: -1}},
      'plan.prefetch.requests is no number of requests a question',
    ],
    [{deadlines: {soft: '5s', first: '4s'}}, 'plan.deadlines: soft (5000 ms) is later than first (4000 ms)'],
    [{deadlines: 'never'}, 'plan.deadlines is no JSON object'],
    [{delivery: 'slow'}, 'plan.delivery is neither "streamed" nor "whole"'],
    [{correlation: -1}, 'plan.correlation is no share from 0 to 1'],
  ])('%j', (plan, words) => {
    expect(read(plan)).toBe(words);
  });
});

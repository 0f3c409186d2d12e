import {logNormal, type Plan, type PlannedStage, type Times} from '../../src/planner/index.ts';

/** Makes a stage that always takes so long, or one with such times. */
export function stage(times: Times | number, rest: Partial<PlannedStage> = {}): PlannedStage {
  return {times: typeof times === 'number' ? {kind: 'constant', ms: times} : times, known: 'declared', ...rest};
}

/** Makes a plan of stages, one after the other where nothing else is said. */
export function planOf(stages: Readonly<Record<string, PlannedStage>>, rest: Partial<Plan> = {}): Plan {
  return {stages, critical: [], budget: {firstToken: [], complete: []}, delivery: 'streamed', ...rest};
}

/** Has every lever that there is. */
export const RICH: Plan = planOf(
  {
    classify: stage(logNormal(20, 4)),
    retrieval: stage(logNormal(150, 7), {limit: {ms: 400, share: 0.95}}),
    context: stage(logNormal(80, 7)),
    tools: stage(logNormal(300, 8), {
      runShare: 0.4,
      fanOutCount: 3,
      deadlineMs: 1_500,
      cold: {share: 0.05, times: logNormal(1_500, 3)},
      hedge: {after: {kind: 'percentile', share: 0.95}, correlation: 0.2},
    }),
    model: stage(logNormal(700, 10), {limit: {ms: 1_500, share: 0.95}}),
    overhead: stage(logNormal(30, 4)),
    generate: stage(logNormal(1_800, 7)),
  },
  {
    critical: ['classify', ['retrieval', 'context'], 'tools', 'model', 'overhead'],
    budget: {firstToken: [{ms: 3_000, share: 0.95}], complete: [{ms: 8_000, share: 0.95}]},
    cache: {share: 0.3, times: logNormal(60, 2)},
    routes: {
      fast: {
        share: 0.7,
        stages: {model: logNormal(200, 10), generate: logNormal(300, 7)},
        escalates: {share: 0.03, to: 'powerful'},
      },
      powerful: {share: 0.3, stages: {}},
    },
    hedge: {after: {kind: 'percentile', share: 0.95}, correlation: 0.3},
    deadlines: {softMs: 1_500, firstMs: 6_000, completeMs: 12_000, fallbackMs: 20},
    prefetch: {share: 0.6, lead: logNormal(11_000, 3), stages: ['retrieval'], requestCount: 1.3},
    correlation: 0.1,
  },
);

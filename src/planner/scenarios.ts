import type {Critical} from '../latency/index.ts';
import type {Plan, PlannedStage, Times} from './plan.ts';
import {logNormal, logNormalOfMean} from './times.ts';

/**
 * A figure as it was published, with the step to which it was rounded there. `beyond` is a share of turns that take longer
 * than `ms`, `within` one of those that do not, `extra` second tries for each turn.
 */
export type Published =
  | {kind: 'mean'; ms: number; stepMs: number}
  | {kind: 'percentile'; share: number; ms: number; stepMs: number}
  | {kind: 'within' | 'beyond'; ms: number; share: number; step: number}
  | {kind: 'extra'; share: number; step: number};

/** One published figure with the pipeline that it is of. */
export interface ScenarioRow {
  /** What it is of. */
  words: string;
  plan: Plan;
  published: Published;
  /** Whether it does not follow from the published times themselves. */
  isRefuted?: true;
}

/** Published arithmetic of latency. */
export interface Scenario {
  title: string;
  /** The text that it is from. */
  source: string;
  rows: readonly ScenarioRow[];
  /** What it does not say. */
  note: string;
}

const HIDDEN = "Latency budgets you don't see until production";
const SYSTEM = 'Agent Latency Optimization System';
const CHECKOUT = 'The 4-second budget that decides if your AI agent ships';
const COMPOSED = 'Latency Budgets for Multi-Step Agents: Why P50 Lies and P99 Is What Users Feel';

const constant = (ms: number): Times => ({kind: 'constant', ms});
const declared = (times: Times): PlannedStage => ({times, known: 'declared'});

/** Makes a plan of stages that always take so many ms, one after the other where no order is given. */
function fixed(stages: Readonly<Record<string, number>>, critical: Critical = []): Plan {
  return planOf(
    Object.fromEntries(Object.entries(stages).map(([name, ms]) => [name, declared(constant(ms))])),
    critical,
  );
}

function planOf(stages: Readonly<Record<string, PlannedStage>>, critical: Critical = []): Plan {
  return {stages, critical, budget: {firstToken: [], complete: []}, delivery: 'whole'};
}

/** Makes a plan of equal steps, one after the other or all at once. */
function steps(count: number, {at}: {at: 'once' | 'turns'}): Plan {
  const names = Array.from({length: count}, (_, index) => `step-${index + 1}`);
  const stages = Object.fromEntries(names.map((name) => [name, declared(logNormal(200, 10))]));
  return planOf(stages, at === 'once' ? [names] : names);
}

const CALLS = {'call-1': 2_000, 'call-2': 1_500, 'call-3': 2_000};
const LOOKUPS = {user: 800, ticket: 1_200, permissions: 600};

/** Four ways that an answer goes, as they were weighted: a cache first, the others of what is left. */
const PATHS: Plan = {
  ...fixed({answer: 3_000}),
  cache: {share: 0.35, times: constant(100)},
  routes: {
    fast: {share: 0.45 / 0.65, stages: {answer: constant(1_500)}},
    powerful: {share: 0.18 / 0.65, stages: {answer: constant(3_000)}},
    retried: {share: 0.02 / 0.65, stages: {answer: constant(4_000)}},
  },
};

/** Published arithmetic, by name. */
export const SCENARIOS = {
  trace: {
    title: 'a chat of 4.8 s with a model of 1.2 s in it',
    source: HIDDEN,
    rows: [
      {
        words: 'the whole trace',
        plan: fixed({search: 200, profile: 300, tool: 1_600, model: 1_200, parse: 100, buffering: 1_400}),
        published: {kind: 'mean', ms: 4_800, stepMs: 100},
      },
      {
        words: 'the model, third after tool and buffering',
        plan: fixed({model: 1_200}),
        published: {kind: 'mean', ms: 1_200, stepMs: 100},
      },
    ],
    note: 'one trace is one turn: it says nothing of how often a turn is so slow',
  },
  'cold-path': {
    title: 'the cold path of a retrieval agent',
    source: CHECKOUT,
    rows: [
      {
        words: 'network to second model call',
        plan: fixed({
          ...{network: 200, embedding: 150, search: 300, reranking: 400},
          ...{'first-call': 1_800, tool: 600, 'second-call': 1_200},
        }),
        published: {kind: 'mean', ms: 4_650, stepMs: 10},
      },
    ],
    note: 'seven typical times added up are a typical turn; in the tail one of the seven is slow',
  },
  budget: {
    title: 'stage budgets that add up to 3 s',
    source: HIDDEN,
    rows: [
      {
        words: 'retrieval, model, tools, overhead',
        plan: fixed({retrieval: 400, model: 1_500, tools: 800, overhead: 300}),
        published: {kind: 'mean', ms: 3_000, stepMs: 100},
      },
    ],
    note: 'limits at P95 that add up are more than enough at P95: stages are seldom slow together (try --preset production)',
  },
  agent: {
    title: 'an agent from 10.5 s to 1.33 s',
    source: SYSTEM,
    rows: [
      {
        words: 'before, worst case',
        plan: fixed({cold: 1_500, model: 3_000, ...CALLS, formatting: 500}),
        published: {kind: 'mean', ms: 10_500, stepMs: 100},
      },
      {words: 'after, weighted', plan: PATHS, published: {kind: 'mean', ms: 1_330, stepMs: 10}},
      {words: 'after, under 3 s', plan: PATHS, published: {kind: 'within', ms: 3_000, share: 0.98, step: 0.01}},
      {
        words: 'after, under 5 s',
        plan: PATHS,
        published: {kind: 'within', ms: 5_000, share: 0.995, step: 0.005},
        isRefuted: true,
      },
    ],
    note: 'it holds a worst case against a mean, and takes the means of four paths for what every turn takes: 3.0 s counts as under 3 s, and nothing is ever slower',
  },
  parallel: {
    title: 'three calls at once, not one after the other',
    source: SYSTEM,
    rows: [
      {words: 'one after the other', plan: fixed(CALLS), published: {kind: 'mean', ms: 5_500, stepMs: 100}},
      {
        words: 'at once',
        plan: fixed(CALLS, [Object.keys(CALLS)]),
        published: {kind: 'mean', ms: 2_000, stepMs: 100},
      },
      {words: 'three look-ups in turn', plan: fixed(LOOKUPS), published: {kind: 'mean', ms: 2_600, stepMs: 100}},
      {
        words: 'the look-ups at once',
        plan: fixed(LOOKUPS, [Object.keys(LOOKUPS)]),
        published: {kind: 'mean', ms: 1_200, stepMs: 100},
      },
    ],
    note: 'the slowest of three is slower than the slowest mean: the more calls, the more often one of them is late',
  },
  routing: {
    title: 'simple questions to a fast model',
    source: SYSTEM,
    rows: [
      {words: 'one model for all', plan: fixed({model: 3_000}), published: {kind: 'mean', ms: 3_000, stepMs: 100}},
      {
        words: '70 % fast, 30 % powerful',
        plan: {
          ...fixed({model: 3_000}),
          routes: {
            fast: {share: 0.7, stages: {model: constant(500)}},
            powerful: {share: 0.3, stages: {model: constant(2_500)}},
          },
        },
        published: {kind: 'mean', ms: 1_100, stepMs: 100},
      },
    ],
    note: 'the mean falls by 63 %; the slowest turns are those of the powerful model, as before',
  },
  speculation: {
    title: 'a search that begins before it is asked for',
    source: CHECKOUT,
    rows: [
      {
        words: 'search, then model',
        plan: fixed({search: 400, model: 1_800}),
        published: {kind: 'mean', ms: 2_200, stepMs: 100},
      },
      {
        words: '"you saved 400ms"',
        plan: {
          ...fixed({search: 400, model: 1_800}),
          prefetch: {share: 1, lead: constant(400), stages: ['search'], requestCount: 1},
        },
        published: {kind: 'mean', ms: 1_800, stepMs: 100},
      },
    ],
    note: 'where the guess is right and early enough, and only as far as the search is no slower than the lead',
  },
  steps: {
    title: 'how often some step is in its own slowest 1 %: 1 - 0.99^N',
    source: COMPOSED,
    rows: [
      {words: '5 steps', plan: steps(5, {at: 'once'}), published: {kind: 'beyond', ms: 2_000, share: 0.05, step: 0.01}},
      {
        words: '10 steps',
        plan: steps(10, {at: 'once'}),
        published: {kind: 'beyond', ms: 2_000, share: 0.1, step: 0.01},
      },
      {
        words: '5 steps, naive median',
        plan: steps(5, {at: 'turns'}),
        published: {kind: 'percentile', share: 0.5, ms: 1_000, stepMs: 100},
        isRefuted: true,
      },
      {
        words: '5 steps, naive P99',
        plan: steps(5, {at: 'turns'}),
        published: {kind: 'percentile', share: 0.99, ms: 10_000, stepMs: 100},
        isRefuted: true,
      },
    ],
    note: 'each of 200 ms with a P99 of 2 s: percentiles do not add up, the median is more than the sum and P99 is less, as the text says',
  },
  'fan-out': {
    title: 'one of 100 servers is slow',
    source: `${COMPOSED}, after J. Dean and L. A. Barroso, "The Tail at Scale"`,
    rows: [
      {
        words: 'over 1 s, of 100 at once',
        plan: planOf({servers: {...declared(logNormal(10, 100)), fanOutCount: 100}}),
        published: {kind: 'beyond', ms: 1_000, share: 0.63, step: 0.01},
      },
    ],
    note: '10 ms is the median of a server here: a mean of 10 ms would leave no room for a P99 of 1 s',
  },
  hedging: {
    title: 'a second try after the 95th percentile',
    source: COMPOSED,
    rows: [
      {
        words: 'second tries',
        plan: planOf({
          model: {
            ...declared(logNormal(700, 10)),
            hedge: {after: {kind: 'percentile', share: 0.95}, correlation: 0},
          },
        }),
        published: {kind: 'extra', share: 0.05, step: 0.02},
      },
    ],
    note: '1 in 20 is late; a permission for 1 in 20 of those in time refuses some of them, where several come in a row',
  },
} as const satisfies Readonly<Record<string, Scenario>>;

/**
 * Gives constants a tail: the log-normal times with the same mean. What is spread already stays.
 *
 * @param tailRatio - How many times the median the 99th percentile is.
 * @returns Undefined where there are no constants.
 */
export function withTails(plan: Plan, tailRatio: number): Plan | undefined {
  let isChanged = false;
  const tailed = (times: Times): Times => {
    if (times.kind !== 'constant' || times.ms === 0) return times;
    isChanged = true;
    return logNormalOfMean(times.ms, tailRatio);
  };
  const all = <Value, Other>(record: Readonly<Record<string, Value>>, change: (value: Value) => Other) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
  const {cache, routes} = plan;
  const changed: Plan = {
    ...plan,
    stages: all(plan.stages, (stage) => ({
      ...stage,
      times: tailed(stage.times),
      ...(stage.cold ? {cold: {...stage.cold, times: tailed(stage.cold.times)}} : {}),
    })),
    ...(cache ? {cache: {...cache, times: tailed(cache.times)}} : {}),
    ...(routes ? {routes: all(routes, (route) => ({...route, stages: all(route.stages, tailed)}))} : {}),
  };
  return isChanged ? changed : undefined;
}

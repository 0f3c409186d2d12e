import type {Critical, Limit} from '../latency/index.ts';
import {createDraws} from './draws.ts';
import {GENERATE, type Plan, type PlannedStage, type Quantile} from './plan.ts';
import {TAIL_RATIO} from './presets.ts';
import {percentileOf, sampleOf} from './sample.ts';
import {MIN_TURN_COUNT, SEED, simulate} from './simulate.ts';
import {logNormalAt, spread} from './times.ts';

/** What a collector recorded of a stage: percentiles of the turns in which it ran, which are a share of all. */
export interface RecordedStage {
  stage: string;
  runShare: number;
  /** Ascending; those that there are enough turns for. */
  quantiles: readonly Quantile[];
  limit?: Limit;
}

/** What a collector recorded of a site's turns. */
export interface Recorded {
  stages: readonly RecordedStage[];
  /** Those that a cache or the FAQ answered, as a share of all. */
  hits?: {share: number; quantiles: readonly Quantile[]};
  /** The first token of the others; empty when too few are known. */
  firstToken: readonly Quantile[];
  budget: Plan['budget'];
  /** Collectors do not know what ran at once: without an order all is taken to run in turn. */
  critical: Critical;
}

/** How a plan was made to come to what was recorded. */
export interface Fit {
  /** What no stage explains at the median, in ms: taken for a stage of its own, always as long. */
  unattributedMs: number;
  /** How much slow stages are slow together for P99 to be that which was recorded, 0 to 1. */
  correlation: number;
  /** P50 and P99 as they were recorded, as stages alone would give them, and as the plan does. */
  recorded: Tail;
  alone: Tail;
  fitted: Tail;
}

/** The median and the 99th percentile, in ms. */
export interface Tail {
  p50Ms: number;
  p99Ms: number;
}

const ROUND_COUNT = 3;
const HALVING_COUNT = 7;
/** More than this is no correlation of stages that are told apart. */
const MOST_CORRELATION = 0.95;

/**
 * Makes a plan of what was recorded: each stage has the percentiles that it had. Between them, and beyond the last, it is
 * taken to be log-normal.
 */
export function planOfRecorded(recorded: Recorded, {tailRatio = TAIL_RATIO} = {}): Plan {
  const {hits, budget, critical} = recorded;
  const missShare = 1 - (hits?.share ?? 0);
  const stages = recorded.stages.flatMap(({stage, runShare, quantiles, limit}): [string, PlannedStage][] => {
    const [first, ...more] = quantiles;
    if (!first) return [];
    const share = Math.min(1, runShare / Math.max(1e-9, missShare));
    const times = more.length > 0 ? spread(quantiles) : logNormalAt(first, tailRatio);
    const known: Pick<PlannedStage, 'known' | 'anchor'> =
      more.length > 0 ? {known: 'recorded'} : {known: 'assumed', anchor: first};
    return [[stage, {times, ...known, ...(share < 0.999 ? {runShare: share} : {}), ...(limit ? {limit} : {})}]];
  });
  const [firstHit] = hits?.quantiles ?? [];
  return {
    ...{stages: Object.fromEntries(stages), critical, budget, delivery: 'streamed'},
    ...(hits && firstHit ? {cache: {share: hits.share, times: spread(hits.quantiles)}} : {}),
  };
}

/**
 * Fits a recorded plan to the recorded first token of the turns that no cache answered: stages that are added up as if
 * they knew nothing of each other come to another median, and mostly to a shorter tail.
 *
 * @returns The plan with what was fitted, or undefined when P50 or P99 is not known.
 */
export function fitRecorded(plan: Plan, firstToken: readonly Quantile[]): {plan: Plan; fit: Fit} | undefined {
  const at = (share: number) => firstToken.find((quantile) => quantile.share === share)?.ms;
  const [p50Ms, p99Ms] = [at(0.5), at(0.99)];
  if (p50Ms === undefined || p99Ms === undefined) return undefined;
  const draws = createDraws({turnCount: 2 * MIN_TURN_COUNT, seed: SEED});
  const {cache: _, ...misses} = plan;
  const tail = (tried: Plan): Tail => {
    const sample = sampleOf(simulate(tried, draws).firstMs);
    return {p50Ms: percentileOf(sample, 0.5), p99Ms: percentileOf(sample, 0.99)};
  };
  const alone = tail(misses);
  let [unattributedMs, correlation] = [0, 0];
  let fitted = alone;
  for (let round = 0; round < ROUND_COUNT; round++) {
    unattributedMs = Math.max(0, unattributedMs + p50Ms - fitted.p50Ms);
    let [low, high] = [0, MOST_CORRELATION];
    for (let halving = 0; halving < HALVING_COUNT; halving++) {
      correlation = (low + high) / 2;
      fitted = tail(withFit(misses, {unattributedMs, correlation}));
      if (fitted.p99Ms > p99Ms) high = correlation;
      else low = correlation;
    }
    correlation = low;
    fitted = tail(withFit(misses, {unattributedMs, correlation}));
  }
  return {
    plan: withFit(plan, {unattributedMs, correlation}),
    fit: {unattributedMs, correlation, recorded: {p50Ms, p99Ms}, alone, fitted},
  };
}

function withFit(plan: Plan, {unattributedMs, correlation}: {unattributedMs: number; correlation: number}): Plan {
  if (unattributedMs === 0) return {...plan, correlation};
  const gap: PlannedStage = {times: {kind: 'constant', ms: unattributedMs}, known: 'assumed'};
  return {...plan, correlation, stages: {unattributed: gap, ...plan.stages}};
}

/** Whether the stages that a plan has say nothing of what comes before the first token. */
export function isBlind({stages}: Plan): boolean {
  return Object.keys(stages).every((name) => name === GENERATE);
}

import type {Limit} from '../latency/index.ts';
import {createDraws, type Draws} from './draws.ts';
import {countUpTo, type PlanFigure, type PlanShare, planFigure, planShare} from './figures.ts';
import {GENERATE, type Plan, type PlanSteps} from './plan.ts';
import {percentileOf, pick, type Sample, sampleOf} from './sample.ts';
import {SEED, type Simulation, simulate, TURN_COUNT} from './simulate.ts';
import {spentAround} from './spent.ts';

/** What a stage may take for the target to hold. */
export interface AllocatedStage {
  stage: string;
  /** How many times as long as now it may take; 1 for what is kept or never waited for. */
  factor: number;
  now: {p50Ms: number; p99Ms: number};
  after: {p50Ms: number; p99Ms: number};
  /** What to declare as its limit: along the critical path these add up to the target at most. */
  limit: Limit;
}

/** How an end-to-end target is divided. */
export type Allocation =
  | {
      kind: 'allocated';
      milestone: 'firstToken' | 'complete';
      target: Limit;
      stages: AllocatedStage[];
      /** Other turns with stages as allocated: the percentile of the target, and the share of turns within it. */
      check: {figure: PlanFigure; within: PlanShare};
    }
  | {kind: 'impossible'; target: Limit; leastMs: number};

/** What is to be divided. */
export interface AllocateOptions {
  target: Limit;
  milestone: 'firstToken' | 'complete';
  /** Names of stages that stay as they are; default none. */
  keep?: readonly string[];
  /** Default TURN_COUNT; as many others check it. */
  turnCount?: number;
  seed?: number;
}

/** How many rounds find parts at most, and how many then meet the target with them. */
const ROUND_COUNT = 14;
const LAST_ROUND_COUNT = 3;
/** The most that a stage is made faster or slower, as a logarithm. */
const FURTHEST = 5;
/** From how far around the percentile parts are read, as a share of all turns: of few turns they are uncertain. */
const BAND_SHARE = 0.02;
/** Less than this, as a logarithm, is no change of a factor any more. */
const NEAR = 0.005;

/**
 * Divides a target among the stages: how many times as long each may take so that the simulated percentile is the target.
 *
 * Of all ways to meet it, it takes the one with the least sum of squared logarithms of the factors: halving one stage costs
 * as much as halving another, and halving twice more than halving two. At that minimum the logarithm of a stage's factor
 * is proportional to its part in the turns around the percentile (the derivative of a percentile by a stage's scale is its
 * mean there); each round takes the percentile for linear in the logarithms, and parts and percentile from a simulation.
 * Deadlines are left out: a fallback meets no target. A target that is met already makes stages slower, by as much as they may be.
 */
export function* allocate(plan: Plan, options: AllocateOptions): PlanSteps<Allocation> {
  const {target, milestone, keep = [], turnCount = TURN_COUNT, seed = SEED} = options;
  const honest = withoutDeadlines(plan);
  const draws = createDraws({turnCount, seed});
  const names = Object.keys(plan.stages).filter(
    (name) => !keep.includes(name) && (milestone === 'complete' || name !== GENERATE || plan.delivery === 'whole'),
  );
  const read = (factors: ReadonlyMap<string, number>, luck: Draws) => {
    const simulation = simulate(scaled(honest, factors), luck);
    const ms = milestone === 'firstToken' ? simulation.firstMs : simulation.completeMs;
    return {simulation, ms, reachedMs: percentileOf(sampleOf(ms), target.share)};
  };
  const least = read(new Map(names.map((name) => [name, Math.exp(-FURTHEST)])), draws);
  if (least.reachedMs > target.ms) return {kind: 'impossible', target, leastMs: least.reachedMs};

  let factors: ReadonlyMap<string, number> = new Map(names.map((name) => [name, 1]));
  let tried = read(factors, draws);
  let parts = partsOf(names, tried, target);
  let [roundCount, lastCount] = [ROUND_COUNT, LAST_ROUND_COUNT];
  while (lastCount > 0) {
    const next = step(factors, {parts, missing: Math.log(target.ms / tried.reachedMs)});
    const isThere = names.every((name) => Math.abs(Math.log(at(next, name) / at(factors, name))) < NEAR);
    factors = next;
    tried = read(factors, draws);
    roundCount = isThere ? 0 : roundCount - 1;
    if (roundCount > 0) parts = partsOf(names, tried, target);
    else lastCount--; // with the parts that were found the target is met more closely
    yield 1 - (Math.max(0, roundCount) + lastCount) / (ROUND_COUNT + LAST_ROUND_COUNT);
  }

  const others = createDraws({turnCount, seed: seed + 1});
  const now = read(new Map(), others);
  const after = read(factors, others);
  yield 1;
  const sample = sampleOf(after.ms);
  return {
    ...{kind: 'allocated', milestone, target},
    stages: allocated({plan, factors, target, now: now.simulation, after: after.simulation, milestone}),
    check: {
      figure: planFigure(sample, target.share),
      within: planShare(countUpTo(after.ms, target.ms), turnCount),
    },
  };
}

const at = (factors: ReadonlyMap<string, number>, name: string) => factors.get(name) ?? 1;

/** Finds the least logarithms that make up for what is missing, as far as the percentile is linear in them. */
function step(
  factors: ReadonlyMap<string, number>,
  {parts, missing}: {parts: ReadonlyMap<string, number>; missing: number},
): ReadonlyMap<string, number> {
  let [size, done] = [0, 0];
  for (const [name, part] of parts) {
    size += part ** 2;
    done += part * Math.log(at(factors, name));
  }
  const scale = size > 0 ? (missing + done) / size : 0;
  const bounded = (log: number) => Math.max(-FURTHEST, Math.min(FURTHEST, log));
  return new Map([...parts].map(([name, part]) => [name, Math.exp(bounded(scale * part))]));
}

function withoutDeadlines({deadlines: _, ...plan}: Plan): Plan {
  const stages = Object.entries(plan.stages).map(([name, {deadlineMs: __, ...stage}]) => [name, stage]);
  return {...plan, stages: Object.fromEntries(stages)};
}

/** Makes every stage so many times as long. */
function scaled(plan: Plan, factors: ReadonlyMap<string, number>): Plan {
  const stages = Object.entries(plan.stages).map(([name, stage]) => [
    name,
    {...stage, factor: (stage.factor ?? 1) * at(factors, name)},
  ]);
  return {...plan, stages: Object.fromEntries(stages)};
}

function partsOf(
  names: readonly string[],
  {simulation, ms}: {simulation: Simulation; ms: Float64Array},
  {share}: Limit,
): Map<string, number> {
  const spent = spentAround(simulation, {ms, share, bandShare: BAND_SHARE});
  const keysOf = (name: string) => [
    ...simulation.steps.flat().filter(({stage}) => stage === name),
    ...(name === GENERATE ? [{key: GENERATE}] : []),
  ];
  return new Map(names.map((name) => [name, keysOf(name).reduce((sum, {key}) => sum + (spent.get(key) ?? 0), 0)]));
}

/** Finds the one percentile at which the stages' times add up to the target, and declares them with it. */
function allocated(options: {
  plan: Plan;
  factors: ReadonlyMap<string, number>;
  target: Limit;
  milestone: 'firstToken' | 'complete';
  now: Simulation;
  after: Simulation;
}): AllocatedStage[] {
  const {plan, factors, target, milestone} = options;
  const [now, after] = [samplesOf(options.now), samplesOf(options.after)];
  const timeOf = (times: ReadonlyMap<string, Sample>, key: string, share: number) => {
    const sample = times.get(key);
    return sample ? percentileOf(sample, share) : 0;
  };
  const isAsked = milestone === 'complete' || plan.delivery === 'whole';
  const steps = [...options.after.steps, ...(isAsked ? [[{key: GENERATE, stage: GENERATE}]] : [])];
  const sumMs = (share: number) =>
    steps.reduce((sum, step) => sum + Math.max(...step.map(({key}) => timeOf(after, key, share))), 0);
  let [low, high] = [1, 9999];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sumMs(middle / 10_000) <= target.ms) low = middle;
    else high = middle - 1;
  }
  const share = low / 10_000; // as percentiles are declared: to two decimals
  return steps.flat().map(({key, stage}) => ({
    stage: key,
    factor: at(factors, stage),
    now: {p50Ms: timeOf(now, key, 0.5), p99Ms: timeOf(now, key, 0.99)},
    after: {p50Ms: timeOf(after, key, 0.5), p99Ms: timeOf(after, key, 0.99)},
    limit: {ms: Math.floor(timeOf(after, key, share)), share},
  }));
}

function samplesOf({stages}: Simulation): ReadonlyMap<string, Sample> {
  return new Map([...stages].map(([key, {ms, isRun}]) => [key, sampleOf(pick(ms, (turn) => isRun[turn]))]));
}

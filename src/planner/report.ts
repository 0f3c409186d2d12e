import {highest, type Limit} from '../latency/index.ts';
import {createDraws, type Draws} from './draws.ts';
import {type Difference, type PlanFigure, planFigure, savedBetween} from './figures.ts';
import {type Lever, leversOf} from './levers.ts';
import {
  type CostReport,
  costReport,
  type DegradedReport,
  degradedReport,
  judge,
  type LimitVerdict,
  type MilestoneReport,
  milestoneReport,
  type Samples,
  samplesOf,
  withinOf,
} from './milestones.ts';
import {GENERATE, type Plan, type PlanSteps} from './plan.ts';
import {MIN_TURN_COUNT, SEED, type Simulation, simulate, TURN_COUNT} from './simulate.ts';
import {type StageReport, stageReports} from './stage-report.ts';

/** How much less something is, at the median and in the tail. */
export interface Savings {
  p50: Difference;
  p99: Difference;
}

/** What changes when a plan does: as the change from the plan as it is, or would be, without. */
export interface Effect {
  firstToken: Savings;
  complete: Savings;
  /** How much more of the turns are within the first-token limit of the highest percentile; absent without one. */
  withinShare?: number;
  /** How much more of the answers are degraded. */
  degradedShare: number;
  /** How many more requests there are for each turn. */
  requestsPerTurn: number;
}

/** What a lever buys, or would buy. */
export interface LeverReport extends Effect {
  name: string;
  /** What it is, or what is assumed of it. */
  words: string;
  state: Lever['state'];
}

/** What it buys to leave a stage out. */
export interface DeletionReport extends Effect {
  stage: string;
  /** What would become of the first-token limit of the highest percentile; absent without one. */
  state?: LimitVerdict['state'];
}

/** What the same plan would come to were something else than it takes for granted. */
export interface Doubt {
  kind: 'together' | 'tails';
  /** What would be else. */
  words: string;
  firstToken: {p50: PlanFigure; p99: PlanFigure};
  complete: {p50: PlanFigure; p99: PlanFigure};
}

/** All that a plan comes to. */
export interface PlanReport {
  turnCount: number;
  seed: number;
  firstToken: MilestoneReport;
  complete: MilestoneReport;
  degraded: DegradedReport;
  /** The share of turns in which nothing is there at the soft deadline; absent without deadlines. */
  soothedShare?: number;
  cost: CostReport;
  stages: StageReport[];
  /** Those of the plan first, each group by what it does to P99 of the first token. */
  levers: LeverReport[];
  /** The stage whose absence takes most off P99 of the first token first. */
  deletions: DeletionReport[];
  doubts: Doubt[];
}

/** What no answer is without. */
const NEEDED = new Set(['model', 'network', GENERATE]);

/** How alike the luck of stages is in the doubt that they are slow together. */
const TOGETHER_CORRELATION = 0.5;

/**
 * Simulates a plan, and again with each change that could be made to it, on the same turns.
 *
 * @param options.turnCount - MIN_TURN_COUNT or more; default TURN_COUNT.
 * @param options.seed - Default SEED; the same one gives the same report.
 * @throws RangeError when there are too few turns.
 */
export function* reportOn(plan: Plan, {turnCount = TURN_COUNT, seed = SEED} = {}): PlanSteps<PlanReport> {
  if (!(turnCount >= MIN_TURN_COUNT)) throw new RangeError(`a plan needs ${MIN_TURN_COUNT} turns or more`);
  const draws = createDraws({turnCount, seed});
  const base = outcomeOf(plan, draws);
  const {simulation, samples} = base;
  const levers = leversOf(plan);
  const deletable = Object.keys(plan.stages).filter((stage) => !NEEDED.has(stage));
  const doubted = doubtsOf(plan);
  const stepCount = 1 + levers.length + deletable.length + doubted.length;
  let doneCount = 1;
  const step = () => doneCount++ / stepCount;
  yield step();

  const leverReports: LeverReport[] = [];
  for (const {changed, ...lever} of levers) {
    const other = outcomeOf(changed, draws);
    const [without, having] = lever.state === 'planned' ? [other, base] : [base, other];
    leverReports.push({...lever, ...effectOf(without, having)});
    yield step();
  }
  const deletions: DeletionReport[] = [];
  for (const stage of deletable) {
    const other = outcomeOf(withoutStage(plan, stage), draws);
    const state = verdictOf(other);
    deletions.push({stage, ...effectOf(base, other), ...(state ? {state} : {})});
    yield step();
  }
  const doubts: Doubt[] = [];
  for (const {changed, ...doubt} of doubted) {
    const other = outcomeOf(changed, draws);
    const both = (milestone: keyof Samples) => ({
      p50: planFigure(other.samples[milestone], 0.5),
      p99: planFigure(other.samples[milestone], 0.99),
    });
    doubts.push({...doubt, firstToken: both('firstToken'), complete: both('complete')});
    yield step();
  }
  const {deadlines} = plan;
  return {
    ...{turnCount, seed},
    firstToken: milestoneReport('firstToken', base),
    complete: milestoneReport('complete', base),
    degraded: degradedReport(simulation),
    ...(deadlines
      ? {soothedShare: 1 - withinOf('firstToken', deadlines.softMs, {simulation: unfallen(simulation), samples}).share}
      : {}),
    cost: costReport(simulation),
    stages: stageReports(base),
    levers: leverReports.sort((a, b) => rankOf(b) - rankOf(a)),
    deletions: deletions.sort((a, b) => b.firstToken.p99.valueMs - a.firstToken.p99.valueMs),
    doubts,
  };
}

/** Does all steps at once. */
export function finishPlan<Result>(steps: PlanSteps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

interface Outcome {
  plan: Plan;
  simulation: Simulation;
  samples: Samples;
}

function outcomeOf(plan: Plan, draws: Draws): Outcome {
  const simulation = simulate(plan, draws);
  return {plan, simulation, samples: samplesOf(simulation)};
}

function effectOf(without: Outcome, having: Outcome): Effect {
  const saved = (milestone: keyof Samples): Savings => ({
    p50: savedBetween(without.samples[milestone], having.samples[milestone], 0.5),
    p99: savedBetween(without.samples[milestone], having.samples[milestone], 0.99),
  });
  const limit = firstLimit(having.plan);
  const within = (outcome: Outcome, ms: number) => withinOf('firstToken', ms, outcome).share;
  return {
    firstToken: saved('firstToken'),
    complete: saved('complete'),
    ...(limit ? {withinShare: within(having, limit.ms) - within(without, limit.ms)} : {}),
    degradedShare: degradedReport(having.simulation).any.share - degradedReport(without.simulation).any.share,
    requestsPerTurn: costReport(having.simulation).requestsPerTurn - costReport(without.simulation).requestsPerTurn,
  };
}

const firstLimit = ({budget}: Plan): Limit | undefined =>
  budget.firstToken.length > 0 ? highest(budget.firstToken) : undefined;

function verdictOf(outcome: Outcome): LimitVerdict['state'] | undefined {
  const limit = firstLimit(outcome.plan);
  return limit && judge(withinOf('firstToken', limit.ms, outcome), limit.share);
}

/** Those of the plan come first. */
const rankOf = ({state, firstToken}: LeverReport) => (state === 'planned' ? 1e9 : 0) + firstToken.p99.valueMs;

/** The same turns, in which no fallback is told from an answer: whoever waits does not know either. */
const unfallen = (simulation: Simulation): Simulation => ({
  ...simulation,
  degraded: new Uint8Array(simulation.turnCount),
});

function withoutStage(plan: Plan, name: string): Plan {
  const {[name]: _, ...stages} = plan.stages;
  return {...plan, stages};
}

function doubtsOf(plan: Plan): {kind: Doubt['kind']; words: string; changed: Plan}[] {
  const {stages, correlation = 0} = plan;
  const doubts: {kind: Doubt['kind']; words: string; changed: Plan}[] = [];
  if (Object.keys(stages).length > 1 && correlation < TOGETHER_CORRELATION) {
    const words = `slow stages were slow together (correlation ${TOGETHER_CORRELATION})`;
    doubts.push({kind: 'together', words, changed: {...plan, correlation: TOGETHER_CORRELATION}});
  }
  return doubts;
}

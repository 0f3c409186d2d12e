import {highest, type Limit} from '../latency/index.ts';
import {createDraws, type Draws} from './draws.ts';
import {countUpTo, type Difference, type PlanFigure, planFigure, savedBetween} from './figures.ts';
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
  withinOf,
} from './milestones.ts';
import {GENERATE, type Plan, type PlannedStage, type PlanSteps} from './plan.ts';
import {type Sample, sampleOf} from './sample.ts';
import {MIN_TURN_COUNT, SEED, type Simulation, simulate, TURN_COUNT} from './simulate.ts';
import {type StageReport, stageReports} from './stage-report.ts';
import {logNormalAt, timeAt} from './times.ts';

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

/** What no answer is without, or nobody can leave out. */
const NEEDED = new Set(['model', 'network', 'unattributed', GENERATE]);

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
  const {simulation} = base;
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
    // a deadline makes no answer faster: what it buys is what visitors see
    const pair = lever.name === 'deadlines' ? [felt(other), felt(base)] : [other, base];
    const [without = other, having = base] = lever.state === 'planned' ? pair : pair.reverse();
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
    const {answers} = felt(other);
    const both = (milestone: keyof Outcome['answers']) => ({
      p50: planFigure(answers[milestone], 0.5),
      p99: planFigure(answers[milestone], 0.99),
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
    ...(deadlines ? {soothedShare: 1 - countUpTo(simulation.firstMs, deadlines.softMs) / turnCount} : {}),
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

/** A plan, what was simulated of it, and its answers' times without the deadlines of the turn. */
interface Outcome {
  plan: Plan;
  simulation: Simulation;
  degradedShare: number;
  answers: {firstToken: Sample; complete: Sample};
}

function outcomeOf(plan: Plan, draws: Draws): Outcome {
  const simulation = simulate(plan, draws);
  const {unboundFirstMs, unboundCompleteMs} = simulation;
  return {
    plan,
    simulation,
    degradedShare: degradedReport(simulation).any.share,
    answers: {firstToken: sampleOf(unboundFirstMs), complete: sampleOf(unboundCompleteMs)},
  };
}

/** The times that visitors see. */
function felt(outcome: Outcome): Outcome {
  const {firstMs, completeMs} = outcome.simulation;
  return {...outcome, answers: {firstToken: sampleOf(firstMs), complete: sampleOf(completeMs)}};
}

function effectOf(without: Outcome, having: Outcome): Effect {
  const saved = (milestone: keyof Outcome['answers']): Savings => ({
    p50: savedBetween({before: without.answers[milestone], after: having.answers[milestone]}, 0.5),
    p99: savedBetween({before: without.answers[milestone], after: having.answers[milestone]}, 0.99),
  });
  const limit = firstLimit(having.plan);
  const within = ({simulation}: Outcome, limitMs: number) => withinOf('firstToken', {simulation, limitMs}).share;
  const [before, after] = [without.simulation, having.simulation];
  return {
    firstToken: saved('firstToken'),
    complete: saved('complete'),
    ...(limit ? {withinShare: within(having, limit.ms) - within(without, limit.ms)} : {}),
    degradedShare: having.degradedShare - without.degradedShare,
    requestsPerTurn: costReport(after).requestsPerTurn - costReport(before).requestsPerTurn,
  };
}

const firstLimit = ({budget}: Plan): Limit | undefined =>
  budget.firstToken.length > 0 ? highest(budget.firstToken) : undefined;

function verdictOf(outcome: Outcome): LimitVerdict['state'] | undefined {
  const limit = firstLimit(outcome.plan);
  return limit && judge(withinOf('firstToken', {simulation: outcome.simulation, limitMs: limit.ms}), limit.share);
}

/** Those of the plan come first. */
const rankOf = ({state, firstToken}: LeverReport) => (state === 'planned' ? 1e9 : 0) + firstToken.p99.valueMs;

function withoutStage(plan: Plan, name: string): Plan {
  const {[name]: _, ...stages} = plan.stages;
  return {...plan, stages};
}

interface Doubted {
  kind: Doubt['kind'];
  words: string;
  changed: Plan;
}

function doubtsOf(plan: Plan): Doubted[] {
  const doubts: Doubted[] = [];
  const {stages, correlation = 0} = plan;
  if (Object.keys(stages).length > 1 && correlation < TOGETHER_CORRELATION) {
    const words = `slow stages were slow together (correlation ${TOGETHER_CORRELATION})`;
    doubts.push({kind: 'together', words, changed: {...plan, correlation: TOGETHER_CORRELATION}});
  }
  if (Object.values(stages).some(({anchor}) => anchor)) {
    const longer = Object.entries(stages).map(([name, stage]) => [name, withLongerTail(stage)]);
    const words = `assumed tails were twice as long, with the same limits`;
    doubts.push({kind: 'tails', words, changed: {...plan, stages: Object.fromEntries(longer)}});
  }
  return doubts;
}

/** Gives assumed times a tail that is twice as long; what is known of them stays as it is. */
function withLongerTail(stage: PlannedStage): PlannedStage {
  const {anchor, times} = stage;
  return anchor ? {...stage, times: logNormalAt(anchor, (2 * timeAt(times, 0.99)) / timeAt(times, 0.5))} : stage;
}

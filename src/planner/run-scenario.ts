import {createDraws, type Draws} from './draws.ts';
import {countUpTo, meanOf, type PlanFigure, planFigures} from './figures.ts';
import type {Plan, PlanSteps} from './plan.ts';
import {TAIL_RATIO} from './presets.ts';
import {type Sample, sampleOf} from './sample.ts';
import {type Published, type Scenario, type ScenarioRow, withTails} from './scenarios.ts';
import {SEED, type Simulation, simulate, TURN_COUNT} from './simulate.ts';

/** A published figure beside what its own times come to, and what they come to with a tail. */
export interface ScenarioResult extends Omit<ScenarioRow, 'plan'> {
  /** The same figure, simulated as it was published: ms, or a share. */
  simulated: number;
  /** The same figure when no time is always the same; absent where none was. */
  tailed?: number;
  /** Percentiles with that tail, or as it was published where that has one. */
  figures: PlanFigure[];
}

/** What a scenario comes to. */
export interface ScenarioReport extends Omit<Scenario, 'rows'> {
  tailRatio: number;
  turnCount: number;
  seed: number;
  rows: ScenarioResult[];
}

/**
 * Simulates published arithmetic as it was published, and again with times that have the same means and a tail.
 *
 * @param options.tailRatio - How many times the median the 99th percentile is; default TAIL_RATIO.
 */
export function* runScenario(
  scenario: Scenario,
  {turnCount = TURN_COUNT, seed = SEED, tailRatio = TAIL_RATIO} = {},
): PlanSteps<ScenarioReport> {
  const draws = createDraws({turnCount, seed});
  const {rows, ...facts} = scenario;
  const results: ScenarioResult[] = [];
  for (const {plan, ...row} of rows) {
    const plain = measure(plan, draws);
    const withTail = withTails(plan, tailRatio);
    const tailed = withTail && measure(withTail, draws);
    results.push({
      ...row,
      simulated: read(row.published, plain),
      ...(tailed ? {tailed: read(row.published, tailed)} : {}),
      figures: planFigures((tailed ?? plain).sample),
    });
    yield results.length / rows.length;
  }
  return {...facts, tailRatio, turnCount, seed, rows: results};
}

interface Measured {
  simulation: Simulation;
  sample: Sample;
}

function measure(plan: Plan, draws: Draws): Measured {
  const simulation = simulate(plan, draws);
  return {simulation, sample: sampleOf(simulation.completeMs)};
}

function read(published: Published, {simulation, sample}: Measured): number {
  const {turnCount, requests} = simulation;
  switch (published.kind) {
    case 'mean':
      return meanOf(sample.ms);
    case 'percentile':
      return planFigures(sample, [published.share])[0]?.valueMs ?? Number.NaN;
    case 'within':
      return countUpTo(sample.ms, published.ms) / turnCount;
    case 'beyond':
      return 1 - countUpTo(sample.ms, published.ms) / turnCount;
    case 'extra':
      return requests.hedgeCount / turnCount;
  }
}

import type {Limit} from '../latency/index.ts';
import {countUpTo, type PlanFigure, type PlanShare, planFigures, planShare} from './figures.ts';
import {GENERATE, type Plan, type PlannedStage} from './plan.ts';
import {pick, sampleOf} from './sample.ts';
import type {Simulation} from './simulate.ts';
import {spentAround} from './spent.ts';

/** A stage in the turns in which it ran. */
export interface StageReport {
  /** Its name, with a number where it runs for the second time. */
  stage: string;
  known: PlannedStage['known'];
  /** The share of all turns in which it ran. */
  runShare: number;
  figures: PlanFigure[];
  /** Its limit, and how often it keeps it. */
  limit?: Limit;
  within?: PlanShare;
  /** Mean time of it on the critical path in turns around P99 of the first token, as a share of theirs; absent after that. */
  firstTokenTailShare?: number;
  /** The same, around P99 of the whole answer. */
  completeTailShare: number;
}

/** The percentile whose turns are looked into. */
const TAIL_SHARE = 0.99;

/** Makes the report on every stage, the largest part of the slow answers first. */
export function stageReports({plan, simulation}: {plan: Plan; simulation: Simulation}): StageReport[] {
  const first = spentAround(simulation, {ms: simulation.unboundFirstMs, share: TAIL_SHARE});
  const complete = spentAround(simulation, {ms: simulation.unboundCompleteMs, share: TAIL_SHARE});
  const running = [...simulation.steps.flat(), {key: GENERATE, stage: GENERATE}];
  const reports = running.flatMap(({key, stage}): StageReport[] => {
    const planned = plan.stages[stage];
    const times = simulation.stages.get(key);
    if (!planned || !times) return [];
    const {limit, known} = planned;
    const ran = pick(times.ms, (turn) => times.isRun[turn]);
    const ofFirst = key === GENERATE && plan.delivery === 'streamed' ? undefined : (first.get(key) ?? 0);
    return [
      {
        stage: key,
        known,
        runShare: ran.length / simulation.turnCount,
        figures: ran.length > 0 ? planFigures(sampleOf(ran)) : [],
        ...(limit ? {limit, within: planShare(countUpTo(ran, limit.ms), ran.length)} : {}),
        ...(ofFirst === undefined ? {} : {firstTokenTailShare: ofFirst}),
        completeTailShare: complete.get(key) ?? 0,
      },
    ];
  });
  return reports.sort((a, b) => b.completeTailShare - a.completeTailShare);
}

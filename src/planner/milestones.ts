import type {Limit} from '../latency/index.ts';
import {type PlanFigure, type PlanShare, planFigures, planShare} from './figures.ts';
import type {Plan} from './plan.ts';
import {pick, sampleOf} from './sample.ts';
import {DEGRADED, type Simulation} from './simulate.ts';

/**
 * A limit and the share of turns within it. It is `held` or `missed` when the whole interval of that share is on one side
 * of the limit's percentile, else `close`: more turns would tell.
 */
export interface LimitVerdict {
  limit: Limit;
  within: PlanShare;
  state: 'held' | 'missed' | 'close';
}

/** What was simulated of the first token, or of the whole answer. */
export interface MilestoneReport {
  figures: PlanFigure[];
  /** The same of those that no cache answered; absent without a cache. */
  misses?: PlanFigure[];
  /** The same without the deadlines of the turn; absent where there are none. */
  unbound?: PlanFigure[];
  /** A fallback is not within a limit, however early it comes. */
  limits: LimitVerdict[];
}

/** Shares of turns whose answer is a degraded one, and why. */
export interface DegradedReport {
  any: PlanShare;
  /** A stage was ended by its deadline. */
  stage: PlanShare;
  /** The first token was not there at its deadline: a fallback answered. */
  first: PlanShare;
  /** The answer was not complete at its deadline: what there was of it stands. */
  complete: PlanShare;
}

/** Requests a turn. */
export interface CostReport {
  /** All of the others: without any lever it is 1. */
  requestsPerTurn: number;
  answersPerTurn: number;
  escalatedPerTurn: number;
  hedgesPerTurn: number;
  hedgesDeniedPerTurn: number;
  prefetchesPerTurn: number;
}

/** Makes the report on a milestone. */
export function milestoneReport(
  milestone: 'firstToken' | 'complete',
  {plan, simulation}: {plan: Plan; simulation: Simulation},
): MilestoneReport {
  const isFirst = milestone === 'firstToken';
  const ms = isFirst ? simulation.firstMs : simulation.completeMs;
  const unbound = isFirst ? simulation.unboundFirstMs : simulation.unboundCompleteMs;
  return {
    figures: planFigures(sampleOf(ms)),
    ...(plan.cache ? {misses: planFigures(sampleOf(pick(ms, (turn) => !simulation.isHit[turn])))} : {}),
    ...(plan.deadlines ? {unbound: planFigures(sampleOf(unbound))} : {}),
    limits: plan.budget[milestone].map((limit) => {
      const within = withinOf(milestone, {simulation, limitMs: limit.ms});
      return {limit, within, state: judge(within, limit.share)};
    }),
  };
}

/** Says what share of turns has its first token, or its whole answer, in time and not by a fallback. */
export function withinOf(
  milestone: 'firstToken' | 'complete',
  {simulation, limitMs}: {simulation: Simulation; limitMs: number},
): PlanShare {
  const {degraded, turnCount} = simulation;
  const ms = milestone === 'firstToken' ? simulation.firstMs : simulation.completeMs;
  const fallen = milestone === 'firstToken' ? DEGRADED.first : DEGRADED.first | DEGRADED.complete;
  let inTimeCount = 0;
  for (let turn = 0; turn < turnCount; turn++) {
    if ((ms[turn] ?? 0) <= limitMs && !((degraded[turn] ?? 0) & fallen)) inTimeCount++;
  }
  return planShare(inTimeCount, turnCount);
}

/** Says on which side of a percentile a share is. */
export function judge({share, lowShare, highShare}: PlanShare, wanted: number): LimitVerdict['state'] {
  if (lowShare >= wanted) return 'held';
  return highShare < wanted ? 'missed' : share === 1 ? 'held' : 'close';
}

/** Counts degraded answers. */
export function degradedReport({degraded, turnCount}: Simulation): DegradedReport {
  const counts = {any: 0, stage: 0, first: 0, complete: 0};
  for (const reasons of degraded) {
    if (reasons) counts.any++;
    if (reasons & DEGRADED.stage) counts.stage++;
    if (reasons & DEGRADED.first) counts.first++;
    if (reasons & DEGRADED.complete) counts.complete++;
  }
  return {
    any: planShare(counts.any, turnCount),
    stage: planShare(counts.stage, turnCount),
    first: planShare(counts.first, turnCount),
    complete: planShare(counts.complete, turnCount),
  };
}

/** Counts requests for each turn. */
export function costReport({requests, turnCount}: Simulation): CostReport {
  const {answerCount, escalatedCount, hedgeCount, hedgeDeniedCount, prefetchCount} = requests;
  return {
    requestsPerTurn: (answerCount + escalatedCount + hedgeCount + prefetchCount) / turnCount,
    answersPerTurn: answerCount / turnCount,
    escalatedPerTurn: escalatedCount / turnCount,
    hedgesPerTurn: hedgeCount / turnCount,
    hedgesDeniedPerTurn: hedgeDeniedCount / turnCount,
    prefetchesPerTurn: prefetchCount / turnCount,
  };
}

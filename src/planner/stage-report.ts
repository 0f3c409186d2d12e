import type {Limit} from '../latency/index.ts';
import {countUpTo, type PlanFigure, type PlanShare, planFigures, planShare, sampleOf} from './figures.ts';
import {GENERATE, type Plan, type PlannedStage} from './plan.ts';
import type {Simulation} from './simulate.ts';

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

/** From how far below and above P99 turns are taken, as a share of all. */
const BAND_SHARE = 0.0025;
/** The percentile whose turns are looked into. */
const TAIL_SHARE = 0.99;

/** Makes the report on every stage, the largest part of the slow answers first. */
export function stageReports({plan, simulation}: {plan: Plan; simulation: Simulation}): StageReport[] {
  const first = tailShares(simulation, simulation.unboundFirstMs);
  const complete = tailShares(simulation, simulation.unboundCompleteMs);
  const running = [...simulation.steps.flat(), {key: GENERATE, stage: GENERATE}];
  const reports = running.flatMap(({key, stage}): StageReport[] => {
    const planned = plan.stages[stage];
    const times = simulation.stages.get(key);
    if (!planned || !times) return [];
    const {limit, known} = planned;
    const {sorted} = sampleOf(times.ms.filter((_, turn) => times.isRun[turn]));
    const ofFirst = key === GENERATE && plan.delivery === 'streamed' ? undefined : (first.get(key) ?? 0);
    return [
      {
        stage: key,
        known,
        runShare: sorted.length / simulation.turnCount,
        figures: sorted.length > 0 ? planFigures({ms: sorted, sorted}) : [],
        ...(limit ? {limit, within: planShare(countUpTo(sorted, limit.ms), sorted.length)} : {}),
        ...(ofFirst === undefined ? {} : {firstTokenTailShare: ofFirst}),
        completeTailShare: complete.get(key) ?? 0,
      },
    ];
  });
  return reports.sort((a, b) => b.completeTailShare - a.completeTailShare);
}

/**
 * Divides the turns around P99 among what they waited for. Of what runs at once the longest counts, as walking back from
 * the end would find; the wait before a second try that won is `hedge`, a cache that answered is `cache hit`.
 */
function tailShares(simulation: Simulation, ms: Float64Array): ReadonlyMap<string, number> {
  const {sorted} = sampleOf(ms);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const [lowMs, highMs] = [at(TAIL_SHARE - BAND_SHARE), at(TAIL_SHARE + BAND_SHARE)];
  const isWhole = ms === simulation.unboundCompleteMs;
  const sums = new Map<string, number>();
  const add = (key: string, spentMs: number) => sums.set(key, (sums.get(key) ?? 0) + spentMs);
  let wholeMs = 0;
  for (let turn = 0; turn < ms.length; turn++) {
    const turnMs = ms[turn] ?? 0;
    if (turnMs < lowMs || turnMs > highMs) continue;
    wholeMs += turnMs;
    if (simulation.isHit[turn]) {
      add('cache hit', turnMs);
      continue;
    }
    let leftMs = turnMs;
    const spend = (key: string, spentMs: number) => {
      add(key, spentMs);
      leftMs -= spentMs;
    };
    spend('hedge', simulation.hedgeWaitMs[turn] ?? 0);
    for (const step of simulation.steps) {
      const times = step.map(({key}) => ({key, spentMs: simulation.stages.get(key)?.ms[turn] ?? 0}));
      const longest = times.reduce((a, b) => (b.spentMs > a.spentMs ? b : a));
      spend(longest.key, longest.spentMs);
    }
    if (isWhole || leftMs > 1e-6) add(GENERATE, leftMs);
  }
  return new Map([...sums].map(([key, sumMs]) => [key, wholeMs > 0 ? sumMs / wholeMs : 0]));
}


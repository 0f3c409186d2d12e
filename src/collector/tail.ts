import type {Around, Contribution, Tail} from '../protocol/index.ts';
import {COLD_STARTS, type ReadSlow, type ReadTail, type ReadTailSet, type TailSets} from './blame-reading.ts';
import {effectiveCount} from './figures.ts';

/** The fewest slow turns from which something is told. */
export const SLOW_COUNT = 30;

/** The fewest turns at which the contribution to a percentile is told. */
export const CONTRIBUTION_COUNT = {around95: 1000, around99: 10_000} as const;

/** Chooses the slow set: from P99 on, or from P95 on where too few are beyond that; undefined where these are too few too. */
export function slowShare(sets: TailSets): ReadSlow['share'] | undefined {
  if (independentCount(sets.slow99) >= SLOW_COUNT) return 0.99;
  return independentCount(sets.slow95) >= SLOW_COUNT ? 0.95 : undefined;
}

/** Reads the mean ms of each stage in a set. */
export function meanPath({pathMs, weight}: ReadTailSet): Map<string, number> {
  return new Map([...pathMs].map(([stage, ms]) => [stage, ms / weight]));
}

/** Reads the mean ms of the whole way in a set. */
export function meanMs(set: ReadTailSet): number {
  return [...meanPath(set).values()].reduce((sum, ms) => sum + ms, 0);
}

/** Makes the table of what each stage contributes to all of the time, and to the percentiles that enough turns carry. */
export function contributionsOf(sets: TailSets): {contributions: Contribution[]; p95: Around; p99: Around} {
  const around = {p95: aroundOf(sets, 'around95'), p99: aroundOf(sets, 'around99')};
  const wholeMs = meanMs(sets.all);
  const [means95, means99] = [meanPath(sets.around95), meanPath(sets.around99)];
  const contributions = [...meanPath(sets.all)]
    .map(([stage, ms]) => ({
      stage,
      totalShare: wholeMs > 0 ? ms / wholeMs : 0,
      ...(around.p95.state === 'known' ? {p95Ms: means95.get(stage) ?? 0} : {}),
      ...(around.p99.state === 'known' ? {p99Ms: means99.get(stage) ?? 0} : {}),
    }))
    .sort((a, b) => b.totalShare - a.totalShare);
  return {contributions, ...around};
}

/** Makes the table of the slow turns against the middle. */
export function tailOf({sets, edges, slow}: ReadTail): Tail {
  if (!slow) return {state: 'hidden', words: tooFew(sets, SLOW_COUNT / 0.05)};
  const slowSet = slow.share === 0.99 ? sets.slow99 : sets.slow95;
  const restWeight = sets.all.weight - slowSet.weight;
  const blamed = new Map<string, number>();
  for (const {by, slow: isSlow, stage, weight} of slow.parts) {
    if (by === 'all' && isSlow) blamed.set(stage, (blamed.get(stage) ?? 0) + weight);
  }
  const over = new Map(slow.over.map((read) => [read.stage, read]));
  const stages = slow.stages
    .filter(({stage}) => stage !== COLD_STARTS)
    .map(({stage, excessMs}) => {
      const read = over.get(stage);
      return {
        stage,
        excessMs: excessMs / slowSet.weight,
        excessShare: excessMs / slow.excessMs,
        slowShare: (blamed.get(stage) ?? 0) / slowSet.weight,
        ...(read && {
          over: {
            slowShare: read.slowWeight / slowSet.weight,
            otherShare: restWeight > 0 ? read.otherWeight / restWeight : 0,
          },
        }),
      };
    })
    .sort((a, b) => b.excessMs - a.excessMs);
  return {
    state: 'known',
    share: slow.share,
    fromMs: slow.share === 0.99 ? edges.slow99Ms : edges.slow95Ms,
    count: slowSet.count,
    middleCount: sets.middle.count,
    excessMs: slow.excessMs / slowSet.weight,
    stages,
  };
}

/** Says that there are too few turns, and how many it takes. */
export function tooFew(sets: TailSets, needsCount: number): string {
  return `n too small (n=${Math.floor(independentCount(sets.all))}, needs ${needsCount})`;
}

function aroundOf(sets: TailSets, name: 'around95' | 'around99'): Around {
  const needsCount = CONTRIBUTION_COUNT[name];
  if (independentCount(sets.all) < needsCount) return {state: 'hidden', words: tooFew(sets, needsCount)};
  return {state: 'known', ms: meanMs(sets[name]), count: sets[name].count};
}

/** Counts the turns that would tell as much if they all had the same weight. */
function independentCount({weight, squaredWeight}: ReadTailSet): number {
  return effectiveCount(weight, squaredWeight) + 1e-9;
}

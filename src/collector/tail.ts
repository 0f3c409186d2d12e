import type {Around, Contribution, Tail, TailStage} from '../protocol/index.ts';
import type {ReadTail, ReadTailSet, TailSets} from './blame-reading.ts';
import {effectiveCount} from './figures.ts';

/** The fewest slow turns from which something is told. */
export const SLOW_COUNT = 30;

/** The fewest turns at which the contribution to a percentile is told. */
export const CONTRIBUTION_COUNT = {around95: 1000, around99: 10_000} as const;

/** Chooses the slow set: from P99 on, or from P95 on where too few are beyond that; undefined where these are too few too. */
export function slowSetOf(sets: TailSets): 'slow95' | 'slow99' | undefined {
  return (['slow99', 'slow95'] as const).find((name) => independentCount(sets[name]) >= SLOW_COUNT);
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

/**
 * Makes the table of the slow turns against the middle. In how many a stage grew most, and how often it was over its
 * budget, is told where that was read.
 */
export function tailOf({sets, edges, slow}: ReadTail): Tail {
  const name = slowSetOf(sets);
  if (!name) return {state: 'hidden', words: tooFew(sets, SLOW_COUNT / 0.05)};
  const [slowMeans, middleMeans] = [meanPath(sets[name]), meanPath(sets.middle)];
  const excessMs = meanMs(sets[name]) - meanMs(sets.middle);
  const stages = [...new Set([...slowMeans.keys(), ...middleMeans.keys()])]
    .map((stage) => {
      const ownMs = (slowMeans.get(stage) ?? 0) - (middleMeans.get(stage) ?? 0);
      return {stage, excessMs: ownMs, excessShare: excessMs > 0 ? ownMs / excessMs : 0, ...rowsOf(stage)};
    })
    .sort((a, b) => b.excessMs - a.excessMs);

  function rowsOf(stage: string): Pick<TailStage, 'slowShare' | 'over'> {
    if (!slow || !name) return {};
    const {weight} = sets[name];
    const grew = slow.parts.filter((part) => part.by === 'all' && part.slow && part.stage === stage);
    const over = slow.over.find((read) => read.stage === stage);
    const restWeight = sets.all.weight - weight;
    return {
      slowShare: grew.reduce((sum, part) => sum + part.weight, 0) / weight,
      ...(over && {
        over: {slowShare: over.slowWeight / weight, otherShare: over.otherWeight / Math.max(1, restWeight)},
      }),
    };
  }

  return {
    state: 'known',
    share: name === 'slow99' ? 0.99 : 0.95,
    fromMs: edges[name],
    count: sets[name].count,
    middleCount: sets.middle.count,
    excessMs,
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

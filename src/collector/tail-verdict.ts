import type {BlameVerdict, TailSplit, TailState} from '../protocol/index.ts';
import {type BlameReading, COLD_STARTS, type ReadPart, type ReadSlow, type ReadTailSet} from './blame-reading.ts';
import {findingFrom, surprise} from './evidence.ts';
import {effectiveCount, proportionOf} from './figures.ts';
import {findOnset} from './onset.ts';
import {meanMs, SLOW_COUNT, slowSetOf, tooFew} from './tail.ts';

/** The least share of the tail's excess with which a stage is to blame for it. */
export const CULPRIT_SHARE = 0.4;

/** The least share with which cold starts are, instead of the stage in which their time went. */
const COLD_SHARE = 0.5;

/** Of all turns so many may be over budget where the budget is held at P99. */
const OVER_SHARE = 0.01;

/** Who is told apart by the verdict: a cache and a second attempt are no somebody, and the hour is said by the onset. */
const WHO: ReadonlySet<string> = new Set(['route', 'class', 'page', 'device', 'net', 'turn']);

/** The least share of the long turns that are of one value, and how many times its share of all turns that is. */
const WHO_SHARE = 0.6;
const WHO_RATIO = 1.5;

/** The slow turns that a verdict is about. */
interface Case {
  reading: BlameReading;
  slow: ReadSlow;
  slowSet: ReadTailSet;
}

/**
 * Says who is to blame for the tail.
 *
 * A stage is where its share of the excess is the largest and at least CULPRIT_SHARE, if there is something to blame
 * anybody for: more than one turn in a hundred is over budget, or its long turns became more frequent within the window,
 * or without a budget the slow turns take over twice as long as the middle. Cold starts are to blame instead of a stage
 * where turns that had one are most of the excess, and much more frequent among the slow turns than among all.
 */
export function verdictOf(reading: BlameReading): BlameVerdict {
  const {sets} = reading.all;
  const known = caseOf(reading);
  if (!known) return {kind: 'hidden', words: tooFew(sets, SLOW_COUNT / 0.05)};
  const {slow, slowSet} = known;
  const tail = stateOf(reading);
  const name = coldIsToBlame(known) ? COLD_STARTS : mostOf(slow);
  const share = name === undefined ? undefined : shareOf(known, name);
  if (name === undefined || !share || share.excessShare < CULPRIT_SHARE) return {kind: 'nothing', tail};

  const own = slow.parts.filter((part) => (name === COLD_STARTS ? part.cold : part.stage === name));
  const long = own.filter((part) => part.long);
  const since = onsetOf(known, long);
  const doubled = slow.excessMs / slowSet.weight > meanMs(sets.middle);
  if (tail !== 'over' && !since && !(tail === 'undeclared' && doubled)) return {kind: 'nothing', tail};
  const stage = name === COLD_STARTS ? heaviest(long) : undefined;
  const who = whoOf(known, long);
  return {
    kind: 'culprit',
    name,
    tail,
    ...share,
    slowShare: weightOf(own.filter((part) => part.slow)) / slowSet.weight,
    ...(stage === undefined ? {} : {stage}),
    ...(since ? {since} : {}),
    ...(who ? {who} : {}),
  };
}

/** Lists who the slow turns are, by each split; what stands out most comes first. */
export function splitsOf(reading: BlameReading): TailSplit[] {
  const known = caseOf(reading);
  if (!known) return [];
  const slow = known.slow.parts.filter((part) => part.slow);
  const single = (share: number) => share > 1 - 1e-9;
  return compared(known, slow)
    .filter(({split}) => !single(split.allShare))
    .sort((a, b) => b.found - a.found || b.split.slowShare - a.split.slowShare)
    .map(({split}) => split);
}

function caseOf(reading: BlameReading): Case | undefined {
  const {sets, slow} = reading.all;
  const name = slowSetOf(sets);
  return slow && name && {reading, slow, slowSet: sets[name]};
}

function stateOf({over}: BlameReading): TailState {
  const share = proportionOf(over);
  if (share.state === 'none') return 'undeclared';
  if (share.lowShare > OVER_SHARE) return 'over';
  return share.highShare <= OVER_SHARE ? 'within' : 'unsure';
}

function mostOf(slow: ReadSlow): string | undefined {
  const stages = slow.stages.filter(({stage}) => stage !== COLD_STARTS);
  return stages.toSorted((a, b) => b.excessMs - a.excessMs)[0]?.stage;
}

function coldIsToBlame(known: Case): boolean {
  const {reading, slow, slowSet} = known;
  const coldMs = slow.stages.find(({stage}) => stage === COLD_STARTS)?.excessMs ?? 0;
  if (coldMs < COLD_SHARE * slow.excessMs) return false;
  const partShare = weightOf(slow.parts.filter((part) => part.cold && part.slow)) / slowSet.weight;
  const coldWeight = reading.parts.find(({by, name}) => by === 'cold' && name === 'true')?.weight ?? 0;
  const expectedShare = coldWeight / reading.all.sets.all.weight;
  const found = surprise({count: independentOf(known, slowSet), partShare, expectedShare});
  return partShare >= 2 * expectedShare && found >= findingFrom(1);
}

/** Reads the share of the excess with its interval, that of a ratio of two means (Cochran, "Sampling techniques", 1977). */
function shareOf(known: Case, name: string): {excessShare: number; lowShare: number; highShare: number} | undefined {
  const {slow, slowSet} = known;
  const read = slow.stages.find(({stage}) => stage === name);
  if (!read || slow.excessMs <= 0) return undefined;
  const excessShare = read.excessMs / slow.excessMs;
  const count = independentOf(known, slowSet);
  const clustered = effectiveCount(slowSet.weight, slowSet.squaredWeight) / count;
  const residue = read.squaredMs2 - 2 * excessShare * read.productMs2 + excessShare ** 2 * slow.squaredMs2;
  const varianceMs2 = (Math.max(0, residue) * clustered * count) / Math.max(1, count - 1);
  const half = (1.959964 * Math.sqrt(varianceMs2)) / slow.excessMs;
  return {excessShare, lowShare: excessShare - half, highShare: excessShare + half};
}

function onsetOf(known: Case, long: readonly ReadPart[]): ReturnType<typeof findOnset> {
  const {reading} = known;
  const slowWeights = weightsOf(long);
  const bins = reading.parts
    .filter(({by}) => by === 'bin')
    .map(({name, weight}) => ({fromAt: Number(name), weight, slowWeight: slowWeights.get(`bin ${name}`) ?? 0}))
    .sort((a, b) => a.fromAt - b.fromAt);
  return findOnset(bins, {binMs: reading.binMs, count: countOf(known, long)});
}

function whoOf(known: Case, long: readonly ReadPart[]): TailSplit | undefined {
  return compared(known, long)
    .filter(({split}) => WHO.has(split.by) && split.name !== 'unknown' && split.clear)
    .filter(({split}) => split.slowShare >= Math.max(WHO_SHARE, WHO_RATIO * split.allShare))
    .toSorted((a, b) => b.found - a.found)[0]?.split;
}

/** Holds each value's share of some turns against its share of all turns. */
function compared(known: Case, own: readonly ReadPart[]): {split: TailSplit; found: number}[] {
  const {reading} = known;
  const ownWeight = weightOf(own);
  const count = countOf(known, own);
  const weights = weightsOf(own);
  const values = reading.parts.flatMap(({by, ...value}) => (by === 'bin' || by === 'cold' ? [] : [{by, ...value}]));
  const needed = findingFrom(values.length);
  return values.map(({by, name, weight}) => {
    const slowShare = (weights.get(`${by} ${name}`) ?? 0) / ownWeight;
    const allShare = weight / reading.all.sets.all.weight;
    const found = surprise({count, partShare: slowShare, expectedShare: allShare});
    return {split: {by, name, slowShare, allShare, clear: found >= needed}, found};
  });
}

/** Counts the independent turns in parts. */
function countOf(known: Case, parts: readonly ReadPart[]): number {
  const squaredWeight = parts.reduce((sum, part) => sum + (part.by === 'all' ? part.squaredWeight : 0), 0);
  return independentOf(known, {weight: weightOf(parts), squaredWeight});
}

/** Counts independent turns: those of one page tell little more than one of them, as often as slow ones are of one. */
function independentOf({slow, slowSet}: Case, part: {weight: number; squaredWeight: number}): number {
  return effectiveCount(part.weight, part.squaredWeight) * Math.min(1, slow.pageCount / slowSet.count);
}

function heaviest(parts: readonly ReadPart[]): string | undefined {
  const weights = new Map<string, number>();
  for (const {by, stage, weight} of parts) if (by === 'all') weights.set(stage, (weights.get(stage) ?? 0) + weight);
  return [...weights].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

function weightOf(parts: readonly ReadPart[]): number {
  return parts.reduce((sum, {by, weight}) => sum + (by === 'all' ? weight : 0), 0);
}

function weightsOf(parts: readonly ReadPart[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const {by, name, weight} of parts) {
    const key = `${by} ${name}`;
    weights.set(key, (weights.get(key) ?? 0) + weight);
  }
  return weights;
}

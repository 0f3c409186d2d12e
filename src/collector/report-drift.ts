import {HONEST_COUNT} from '../latency/index.ts';
import type {DriftCause, DriftReport, DriftRow} from '../protocol/index.ts';
import {differenceOf, type Resampled, resampledOf} from './differences.ts';
import type {DriftKind, ReadRows} from './readings.ts';
import {type KindRows, pickRows, sortedRows} from './rows.ts';

/** The percentile that is watched. */
const WATCHED_SHARE = 0.95;

/** A change is told where it is over this share of what was before, and over DRIFT_MS. */
export const DRIFT_SHARE = 0.1;

/** See DRIFT_SHARE. */
export const DRIFT_MS = 50;

/** Of the changes that are told, at most so many are chance. */
export const FALSE_DISCOVERY_SHARE = 0.05;

/** What was read to find out what changed. */
export interface DriftInput {
  rows: ReadRows<DriftKind>;
  /** As in the report. */
  fromAt: number;
  untilAt: number;
  beforeAt: number;
  drawCount?: number;
}

/** Finds what became slower or faster, slower by most first. */
export function driftOf(input: DriftInput): DriftReport {
  const {rows: read, fromAt, untilAt, beforeAt, drawCount} = input;
  const {kinds, pageCount} = read;
  const sorted = sortedRows(read);
  const segments = segmentsOf(kinds).map((segment) => {
    const groupOf = (recent: boolean) =>
      pickRows(
        sorted,
        kinds.map((kind) => kind.recent === recent && segment.isIn(kind)),
      );
    return {...segment, groups: {recent: groupOf(true), before: groupOf(false)}};
  });
  const groups = segments.flatMap((segment) => [segment.groups.recent, segment.groups.before]);
  const drawn = resampledOf({groups, pageCount, shares: [WATCHED_SHARE], drawCount}).groups;
  const held = segments.map((segment, at) => ({...segment, ...changeOf(drawn[2 * at], drawn[2 * at + 1])}));
  const isReal = discoveries(held.map(({chance, isFirm}) => (isFirm ? chance : undefined)));
  const rows = held.map(({by, name, groups, recent, before, change, isFirm}, at): DriftRow => {
    const told = {by, name, recent, before, change};
    if (!isFirm || change.state === 'hidden' || !('valueMs' in before)) return {...told, state: 'few'};
    const isLarge = Math.abs(change.differenceMs) > Math.max(DRIFT_MS, DRIFT_SHARE * before.valueMs);
    const isClear = isReal[at] === true && (change.lowMs > 0 || change.highMs < 0);
    if (!isLarge || !isClear) return {...told, state: 'steady'};
    const causes = causesOf(groups, {kinds, slowMs: before.valueMs});
    return {...told, state: change.differenceMs > 0 ? 'slower' : 'faster', causes};
  });
  const changeMs = ({state, change}: DriftRow) =>
    state === 'few' || change.state === 'hidden' ? Number.NEGATIVE_INFINITY : change.differenceMs;
  return {fromAt, untilAt, beforeAt, rows: rows.sort((a, b) => changeMs(b) - changeMs(a) || 0)};
}

type Segment = {by: DriftRow['by']; name: string; isIn: (kind: DriftKind) => boolean};

function segmentsOf(kinds: readonly DriftKind[]): Segment[] {
  if (kinds.length === 0) return [];
  const routes = new Set(kinds.flatMap(({route}) => route ?? []));
  const pages = new Set(kinds.flatMap(({page_route}) => page_route ?? []));
  return [
    {by: 'all', name: 'all', isIn: () => true},
    ...[...routes].map((name): Segment => ({by: 'route', name, isIn: ({route}) => route === name})),
    ...[...pages].map((name): Segment => ({by: 'page', name, isIn: ({page_route}) => page_route === name})),
  ];
}

function changeOf(of: Resampled | undefined, than: Resampled | undefined) {
  const [recent, before] = [of?.figures[0], than?.figures[0]];
  if (!of || !than || !recent || !before) throw new Error('each group has a figure');
  const {difference: change, chance} = differenceOf({of, than, at: 0, alpha: 0.05});
  const firmCount = HONEST_COUNT.get(WATCHED_SHARE)?.firm ?? Number.POSITIVE_INFINITY;
  return {recent, before, change, chance, isFirm: Math.min(of.pageCount, than.pageCount) >= firmCount};
}

/**
 * Picks those of many findings of which at most FALSE_DISCOVERY_SHARE are chance (Benjamini and Hochberg, "Controlling the
 * false discovery rate", 1995).
 *
 * @param chances - Of each, how likely it is without any change; undefined where that was not tested.
 */
export function discoveries(chances: readonly (number | undefined)[]): boolean[] {
  const sorted = chances.filter((chance) => chance !== undefined).sort((a, b) => a - b);
  const bound = sorted.findLast((chance, at) => chance <= ((at + 1) / sorted.length) * FALSE_DISCOVERY_SHARE);
  return chances.map((chance) => chance !== undefined && bound !== undefined && chance <= bound);
}

const PROPERTIES: Readonly<Record<DriftCause['by'], (kind: DriftKind) => string>> = {
  class: (kind) => kind.class ?? 'none',
  model: ({model}) => model ?? 'none',
  device: ({device}) => device ?? 'none',
  net: ({net}) => net ?? 'none',
  answered: ({hit}) => (hit ? 'by a cache or the FAQ' : 'by the model'),
};

/** The most values of a property that are told. */
const TOLD_COUNT = 3;

/** Splits the change of the share of slow turns, by one property after the other. */
function causesOf(
  groups: {recent: KindRows; before: KindRows},
  {kinds, slowMs}: {kinds: readonly DriftKind[]; slowMs: number},
): DriftCause[] {
  const slow = {recent: slowByKind(groups.recent, slowMs), before: slowByKind(groups.before, slowMs)};
  const causes = Object.entries(PROPERTIES).flatMap(([by, nameOf]): DriftCause[] => {
    const names = new Set(kinds.map(nameOf));
    if (names.size < 2) return [];
    const sums = (which: 'recent' | 'before') => sumBy(slow[which], (kind) => nameOf(kinds[kind] as DriftKind)); // its kinds
    return [{by: by as DriftCause['by'], ...splitChange(sums('before'), sums('recent'))}]; // a key of PROPERTIES
  });
  const largest = ({groups: [first]}: DriftCause) => Math.abs(first?.addsShare ?? 0);
  return causes.sort((a, b) => largest(b) - largest(a));
}

interface Slow {
  slow: number;
  whole: number;
}

/** Sums up slow and all turns by kind; who left before it was slow is in neither. */
function slowByKind({waitsMs, shown, weights, kindIndexes}: KindRows, slowMs: number): Map<number, Slow> {
  const sums = new Map<number, Slow>();
  kindIndexes.forEach((kind, at) => {
    const isSlow = (waitsMs[at] ?? 0) > slowMs;
    if (!isSlow && shown[at] === 0) return;
    const sum = sums.get(kind) ?? {slow: 0, whole: 0};
    sum.whole += weights[at] ?? 0;
    sum.slow += isSlow ? (weights[at] ?? 0) : 0;
    sums.set(kind, sum);
  });
  return sums;
}

function sumBy<Key>(sums: ReadonlyMap<Key, Slow>, nameOf: (key: Key) => string): Map<string, Slow> {
  const named = new Map<string, Slow>();
  for (const [key, {slow, whole}] of sums) {
    const before = named.get(nameOf(key)) ?? {slow: 0, whole: 0};
    named.set(nameOf(key), {slow: before.slow + slow, whole: before.whole + whole});
  }
  return named;
}

/**
 * Splits the change of a share into what other parts did and what other shares within the parts did (Kitagawa,
 * "Components of a difference between two rates", 1955); what both did together is halved among them. The sum of both is
 * the change.
 */
export function splitChange(
  before: ReadonlyMap<string, Slow>,
  recent: ReadonlyMap<string, Slow>,
): Pick<DriftCause, 'mixShare' | 'withinShare' | 'groups'> {
  const total = (sums: ReadonlyMap<string, Slow>) => [...sums.values()].reduce((sum, {whole}) => sum + whole, 0);
  const totals = {before: total(before), recent: total(recent)};
  const rate = (sums: ReadonlyMap<string, Slow>) => [...sums.values()].reduce((sum, {slow}) => sum + slow, 0);
  const middle = (rate(before) / totals.before + rate(recent) / totals.recent) / 2;
  let mixShare = 0;
  let withinShare = 0;
  const groups = [...new Set([...before.keys(), ...recent.keys()])].map((name) => {
    const [was, is] = [before.get(name), recent.get(name)];
    const partBeforeShare = (was?.whole ?? 0) / totals.before;
    const partShare = (is?.whole ?? 0) / totals.recent;
    // what is new or gone did not become slower: it changed the mix
    const slowBeforeShare = rateOf(was) ?? rateOf(is) ?? 0;
    const slowShare = rateOf(is) ?? slowBeforeShare;
    const mix = (partShare - partBeforeShare) * ((slowBeforeShare + slowShare) / 2 - middle);
    const within = ((slowShare - slowBeforeShare) * (partBeforeShare + partShare)) / 2;
    mixShare += mix;
    withinShare += within;
    return {name, partBeforeShare, partShare, slowBeforeShare, slowShare, addsShare: mix + within};
  });
  groups.sort((a, b) => Math.abs(b.addsShare) - Math.abs(a.addsShare));
  return {mixShare, withinShare, groups: groups.slice(0, TOLD_COUNT)};
}

const rateOf = (sums: Slow | undefined) => (sums && sums.whole > 0 ? sums.slow / sums.whole : undefined);

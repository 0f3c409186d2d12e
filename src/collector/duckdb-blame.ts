import {
  type BlameReading,
  type ReadPart,
  type ReadSlow,
  type ReadTail,
  type ReadTailSet,
  TAIL_SETS,
  type TailSet,
  type TailSets,
} from './blame-reading.ts';
import {type Ask, numberOf, type Row, shareOf} from './duckdb-ask.ts';
import * as sql from './duckdb-blame-sql.ts';
import {readWeighed} from './duckdb-weighed.ts';
import {effectiveCount} from './figures.ts';
import {binWidthMs, ONSET_BIN_COUNT} from './onset.ts';
import {meanMs, meanPath, slowShare} from './tail.ts';

/** How far around a percentile turns count to it: so many ranks, or so large a share of all of them. */
const AROUND_RANKS = 50;
const AROUND_SHARE = 0.0025;

/** Reads what makes the tail of the time to the first visible answer long. */
export async function readBlame(ask: Ask): Promise<BlameReading> {
  const [counts = {}] = await ask(sql.COUNTS);
  const binMs = binWidthMs(numberOf(counts['last_at']) - numberOf(counts['first_at']), ONSET_BIN_COUNT);
  const all = await readTail(ask, {of: 'all', binMs});
  const misses = await readTail(ask, {of: 'misses', binMs});
  const parts = all.slow
    ? (await ask(sql.PARTS, {bin_ms: binMs})).map((row) => partOf<BlameReading['parts'][number]['by']>(row))
    : [];
  return {over: shareOf(counts, 'over_'), all, misses, binMs, parts};
}

async function readTail(ask: Ask, {of, binMs}: {of: sql.Population; binMs: number}): Promise<ReadTail> {
  const edges = await readEdges(ask, of);
  const sets = setsOf(await ask(sql.paths(of), edges));
  const named = {
    middleLowMs: edges['middle_low'],
    middleHighMs: edges['middle_high'],
    slow95Ms: edges['slow95_low'],
    slow99Ms: edges['slow99_low'],
  };
  const share = slowShare(sets);
  if (share === undefined) return {sets, edges: named};
  const slowMs = share === 0.99 ? named.slow99Ms : named.slow95Ms;
  const base = [...meanPath(sets.middle)].map(([stage, ms]) => ({stage, ms}));
  const middle = {base: JSON.stringify(base), base_ms: meanMs(sets.middle)};
  const slowWeight = (share === 0.99 ? sets.slow99 : sets.slow95).weight;
  return {sets, edges: named, slow: await readSlow(ask, {of, share, slowMs, slowWeight, middle, binMs})};
}

async function readSlow(
  ask: Ask,
  options: {
    of: sql.Population;
    share: ReadSlow['share'];
    slowMs: number;
    slowWeight: number;
    middle: {base: string; base_ms: number};
    binMs: number;
  },
): Promise<ReadSlow> {
  const {of, share, slowMs, slowWeight, middle, binMs} = options;
  const stages = await ask(sql.excess(of), {...middle, from_ms: slowMs});
  const whole = stages.find((row) => row['stage'] === sql.WHOLE) ?? {};
  const longMs = middle.base_ms + numberOf(whole['excess']) / slowWeight / 2;
  const edges = {slow_ms: slowMs, long_ms: longMs, from_ms: Math.min(slowMs, longMs)};
  const parts = await ask(sql.slowParts(of), {...middle, ...edges, bin_ms: binMs});
  const over = await ask(sql.over(of), {from_ms: slowMs});
  return {
    share,
    pageCount: numberOf(whole['page_count']),
    excessMs: numberOf(whole['excess']),
    squaredMs2: numberOf(whole['squared']),
    stages: stages
      .filter((row) => row !== whole)
      .map((row) => ({
        stage: String(row['stage']),
        excessMs: numberOf(row['excess']),
        squaredMs2: numberOf(row['squared']),
        productMs2: numberOf(row['product']),
      })),
    parts: parts.map((row) => ({
      ...partOf<ReadPart['by']>(row),
      stage: String(row['stage']),
      cold: row['cold'] === true,
      slow: row['slow'] === true,
      long: row['long'] === true,
      squaredWeight: numberOf(row['squared']),
    })),
    over: over.map((row) => ({
      stage: String(row['stage']),
      slowWeight: numberOf(row['slow']),
      otherWeight: numberOf(row['other']),
    })),
  };
}

/** Reads where each set begins and ends, in ms, by the set's name with `_low` or `_high`. */
async function readEdges(ask: Ask, of: sql.Population): Promise<Record<sql.Edge, number>> {
  const [row = {}] = await ask(sql.population(of));
  const weight = numberOf(row['weight']);
  const count = effectiveCount(weight, numberOf(row['squared']));
  const around = (share: number) => {
    const ranks = Math.max(AROUND_RANKS, AROUND_SHARE * count);
    return [Math.ceil(share * count) - ranks, Math.ceil(share * count) + ranks].map((rank) =>
      Math.min(1, Math.max(0, (rank - 1) / Math.max(1, count - 1))),
    );
  };
  const shares = [0.45, 0.55, 0.95, 0.99, ...around(0.95), ...around(0.99)];
  const weighted = weight !== numberOf(row['count']) || numberOf(row['squared']) !== weight;
  const values = weighted
    ? await readWeighed(ask, {sample: sql.sample(of), series: 'first-token', shares, weight})
    : ((await ask(sql.quantiles(of, shares)))[0]?.['found'] as unknown[] | null | undefined); // a list of as many
  const found = Array.isArray(values) ? values.map(numberOf) : [];
  return Object.fromEntries(sql.EDGES.map((edge, index) => [edge, found[index] ?? 0])) as Record<sql.Edge, number>; // each of them
}

/** Sums up sets that the statement tells by path: times by stage stand in the order of its names. */
function setsOf(rows: readonly Row[]): TailSets {
  const sets = new Map<TailSet, {count: number; weight: number; squaredWeight: number; pathMs: Map<string, number>}>(
    TAIL_SETS.map((name) => [name, {count: 0, weight: 0, squaredWeight: 0, pathMs: new Map()}]),
  );
  for (const row of rows) {
    const mask = numberOf(row['sets']);
    const stages = row['path'] ? String(row['path']).split(' ') : [];
    const sums = Array.isArray(row['sums']) ? row['sums'].map(numberOf) : [];
    TAIL_SETS.forEach((name, index) => {
      const set = sets.get(name);
      if (!set || (index > 0 && (mask & (1 << (index - 1))) === 0)) return;
      set.count += numberOf(row['count']);
      set.weight += numberOf(row['weight']);
      set.squaredWeight += numberOf(row['squared']);
      stages.forEach((stage, place) => {
        set.pathMs.set(stage, (set.pathMs.get(stage) ?? 0) + (sums[place] ?? 0));
      });
    });
  }
  return Object.fromEntries(sets) as unknown as Record<TailSet, ReadTailSet>; // made of all names above
}

/** Reads a part: the one column of its grouping that is told says by what, and its value. */
function partOf<By extends string>(row: Row): {by: By; name: string; weight: number} {
  return {by: String(row['by']) as By, name: String(row['name']), weight: numberOf(row['weight'])}; // as the statement writes it
}

import {
  type BlameReading,
  EDGES,
  type Edge,
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
import {binWidthMs, ONSET_BIN_COUNT} from './onset.ts';
import {meanMs, meanPath, slowSetOf} from './tail.ts';
import {type Place, placeEdges} from './tail-edges.ts';

const POPULATIONS = ['all', 'misses'] as const;

type Population = (typeof POPULATIONS)[number];

/** Reads what makes the tail of the time to the first visible answer long. */
export async function readBlame(ask: Ask): Promise<BlameReading> {
  const [counts = {}] = await ask(sql.COUNTS);
  const binMs = binWidthMs(numberOf(counts['last_at']) - numberOf(counts['first_at']), ONSET_BIN_COUNT);
  const edges = await readEdges(ask, counts);
  const rows = await ask(sql.paths(numberOf(counts['part_count'])), boundsOf(edges));
  const all: ReadTail = {sets: setsOf(rows, 'all'), edges: edges.all};
  const misses: ReadTail = {sets: setsOf(rows, 'misses'), edges: edges.misses};
  const over = shareOf(counts, 'over_');
  const set = slowSetOf(all.sets);
  if (!set) return {over, all, misses, binMs, parts: []};
  const slow = await readSlow(ask, {tail: all, set, binMs});
  const parts = (await ask(sql.PARTS, {bin_ms: binMs})).map((row) => partOf<BlameReading['parts'][number]['by']>(row));
  return {over, all: {...all, slow}, misses, binMs, parts};
}

async function readSlow(ask: Ask, options: {tail: ReadTail; set: TailSet; binMs: number}): Promise<ReadSlow> {
  const {tail, set, binMs} = options;
  const {middle} = tail.sets;
  const slowMs = set === 'slow99' ? tail.edges.slow99 : tail.edges.slow95;
  const base = JSON.stringify([...meanPath(middle)].map(([stage, ms]) => ({stage, ms})));
  const bound = {base, base_ms: meanMs(middle)};
  const stages = await ask(sql.EXCESS, {...bound, from_ms: slowMs});
  const whole = stages.find((row) => row['stage'] === sql.WHOLE) ?? {};
  const longMs = bound.base_ms + numberOf(whole['excess']) / tail.sets[set].weight / 2;
  const from = {slow_ms: slowMs, long_ms: longMs, from_ms: Math.min(slowMs, longMs), bin_ms: binMs};
  const parts = await ask(sql.SLOW_PARTS, {...bound, ...from});
  const over = await ask(sql.OVER, {from_ms: slowMs});
  return {
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

type Edges = Record<Edge, number>;

async function readEdges(ask: Ask, counts: Row): Promise<Record<Population, Edges>> {
  const placed = (of: Population) =>
    placeEdges({
      count: numberOf(counts[`${of}_count`]),
      weight: numberOf(counts[`${of}_weight`]),
      squaredWeight: numberOf(counts[`${of}_squared`]),
    });
  const places = {all: placed('all'), misses: placed('misses')};
  const [row = {}] = await ask(sql.edges(places));
  const edgeOf = (of: Population, edge: Edge, {part}: Place) => {
    const [low, high] = [numberOf(row[`${of}_${edge}_low`]), numberOf(row[`${of}_${edge}_high`])];
    return low + (high - low) * part;
  };
  const edgesOf = (of: Population) =>
    Object.fromEntries(EDGES.map((edge) => [edge, edgeOf(of, edge, places[of][edge])])) as Edges; // made of all of them
  return {all: edgesOf('all'), misses: edgesOf('misses')};
}

/** Names the edges as PATHS does. */
function boundsOf(edges: Record<Population, Edges>): Row {
  return Object.fromEntries(
    POPULATIONS.flatMap((of) =>
      EDGES.map((edge) => [
        `${of}_${edge.replace(/(?:Low|High)$/, (end) => `_${end.toLowerCase()}`)}`,
        edges[of][edge],
      ]),
    ),
  );
}

/** Sums up the sets of a population from sums by path: times by stage stand in the order of its names. */
function setsOf(rows: readonly Row[], of: Population): TailSets {
  const empty = () => ({count: 0, weight: 0, squaredWeight: 0, pathMs: new Map<string, number>()});
  const sets = Object.fromEntries(TAIL_SETS.map((name) => [name, empty()])) as Record<
    TailSet,
    ReadTailSet & ReturnType<typeof empty>
  >; // made of all of them
  for (const row of rows) {
    if (of === 'misses' && row['hit'] === true) continue;
    const bits = numberOf(row[`${of}_sets`]);
    const stages = row['path'] ? String(row['path']).split(' ') : [];
    const sums = Array.isArray(row['sums']) ? row['sums'].map(numberOf) : [];
    TAIL_SETS.forEach((name, index) => {
      if (index > 0 && (bits & (1 << (index - 1))) === 0) return;
      const set = sets[name];
      set.count += numberOf(row['count']);
      set.weight += numberOf(row['weight']);
      set.squaredWeight += numberOf(row['squared']);
      stages.forEach((stage, place) => {
        set.pathMs.set(stage, (set.pathMs.get(stage) ?? 0) + (sums[place] ?? 0));
      });
    });
  }
  return sets;
}

/** Reads a part; what turns do not say is `unknown`, the hour has two digits. */
function partOf<By extends string>(row: Row): {by: By; name: string; weight: number} {
  const by = String(row['by']) as By; // as the statement writes it
  const name = row['name'] == null ? 'unknown' : String(row['name']);
  return {by, name: by === 'hour' ? name.padStart(2, '0') : name, weight: numberOf(row['weight'])};
}

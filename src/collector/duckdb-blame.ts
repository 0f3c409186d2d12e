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

const HOUR_MS = 3_600_000;

const POPULATIONS = ['all', 'misses'] as const;

type Population = (typeof POPULATIONS)[number];

/** Reads what makes the tail of the time to the first visible answer long. */
export async function readBlame(ask: Ask): Promise<BlameReading> {
  const [counts = {}] = await ask(sql.COUNTS);
  const binMs = binWidthMs(numberOf(counts['last_at']) - numberOf(counts['first_at']), ONSET_BIN_COUNT);
  const edges = await readEdges(ask, counts);
  const partCount = numberOf(counts['part_count']);
  const rows = {whole: await ask(sql.paths(partCount)), sets: await ask(sql.setPaths(partCount), boundsOf(edges))};
  const all: ReadTail = {sets: setsOf(rows, 'all'), edges: edges.all};
  const misses: ReadTail = {sets: setsOf(rows, 'misses'), edges: edges.misses};
  const over = shareOf(counts, 'over_');
  const set = slowSetOf(all.sets);
  if (!set) return {over, all, misses, binMs, parts: []};
  const slow = await readSlow(ask, {tail: all, set, binMs});
  // bins of less than an hour divide it, others are whole hours
  const rowsByValue = await ask(sql.PARTS, {slot_ms: Math.min(binMs, HOUR_MS)});
  const parts = allParts(rowsByValue, binMs);
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
function setsOf({whole, sets: parts}: Record<'whole' | 'sets', readonly Row[]>, of: Population): TailSets {
  const empty = () => ({count: 0, weight: 0, squaredWeight: 0, pathMs: new Map<string, number>()});
  const sets = Object.fromEntries(TAIL_SETS.map((name) => [name, empty()])) as Record<
    TailSet,
    ReadTailSet & ReturnType<typeof empty>
  >; // made of all of them
  TAIL_SETS.forEach((name, index) => {
    const set = sets[name];
    for (const row of name === 'all' ? whole : parts) {
      if (of === 'misses' && row['hit'] === true) continue;
      if (name !== 'all' && (numberOf(row[`${of}_sets`]) & (1 << (index - 1))) === 0) continue;
      const sums = Array.isArray(row['sums']) ? row['sums'].map(numberOf) : [];
      set.count += numberOf(row['count']);
      set.weight += numberOf(row['weight']);
      set.squaredWeight += numberOf(row['squared']);
      const stages = row['path'] ? String(row['path']).split(' ') : [];
      stages.forEach((stage, place) => {
        set.pathMs.set(stage, (set.pathMs.get(stage) ?? 0) + (sums[place] ?? 0));
      });
    }
  });
  return sets;
}

/** What a stored value is called where it is not its own name. */
const CALLED: Readonly<Record<string, (value: string | undefined) => string>> = {
  turn: (value) => (value === undefined ? 'unknown' : value === 'true' ? 'first' : 'later'),
  cache: (value) => (value === 'cache' || value === 'faq' ? value : 'miss'),
  hedge: (value = 'not due') => value,
  cold: (value = 'false') => value,
};

/** Weighs all turns by the names of their values; slots of time are joined to bins and to hours of the day. */
function allParts(rows: readonly Row[], binMs: number): BlameReading['parts'] {
  const parts = new Map<string, {by: BlameReading['parts'][number]['by']; name: string; weight: number}>();
  const add = (by: BlameReading['parts'][number]['by'], name: string, weight: number) =>
    parts.set(`${by} ${name}`, {by, name, weight: weight + (parts.get(`${by} ${name}`)?.weight ?? 0)});
  for (const row of rows) {
    const by = String(row['by']);
    const weight = numberOf(row['weight']);
    const value = row['name'] == null ? undefined : String(row['name']);
    if (by === 'slot') {
      const at = Number(value);
      add('bin', String(Math.floor(at / binMs) * binMs), weight);
      add('hour', hourName(Math.floor(at / HOUR_MS) % 24), weight);
    } else {
      // as the statement writes it
      add(by as BlameReading['parts'][number]['by'], (CALLED[by] ?? ((one = 'unknown') => one))(value), weight);
    }
  }
  return [...parts.values()];
}

function hourName(hour: number | string): string {
  return String(hour).padStart(2, '0');
}

/** Reads a part; what turns do not say is `unknown`, the hour has two digits. */
function partOf<By extends string>(row: Row): {by: By; name: string; weight: number} {
  const by = String(row['by']) as By; // as the statement writes it
  const name = row['name'] == null ? 'unknown' : String(row['name']);
  return {by, name: by === 'hour' ? hourName(name) : name, weight: numberOf(row['weight'])};
}

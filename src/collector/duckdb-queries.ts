import type {DuckDBConnection} from '@duckdb/node-api';
import type {CacheRecord, Outcome, Source} from '../latency/index.ts';
import {PERCENTILES} from '../latency/index.ts';
import type {RecentTurn} from '../protocol/index.ts';
import * as sql from './duckdb-sql.ts';
import {effectiveCount, rankTarget} from './figures.ts';
import type {ReadBin, ReadBudget, ReadInstant, Reading, ReadSeries, ReadShare, ReadWindow, Totals} from './store.ts';

type Row = Record<string, unknown>;

/**
 * Reads a window's turns. The connection's transaction makes it one consistent state.
 *
 * @throws What the database throws.
 */
export async function readWindow(connection: DuckDBConnection, window: ReadWindow): Promise<Reading> {
  const bound = {
    from_at: window.fromAt,
    now_at: window.nowAt,
    site: window.site ?? null,
    route: window.route ?? null,
  };
  const ask = (statement: string, more: Row = {}) => rowsOf(connection, statement, {...bound, ...more});
  const [counts = {}] = await ask(sql.COUNTS);
  const series = await readSeries(ask);
  const waits = await ask(sql.WAITS);
  const bins = await ask(sql.BINS);
  const [instant = {}] = await ask(sql.INSTANT);
  const [waste = {}] = await ask(sql.WASTE);
  const ahead = await ask(sql.AHEAD);
  const stages = await ask(sql.STAGES);
  const tallies = await ask(sql.TALLIES);
  const recent = await ask(sql.RECENT);
  const [dropped = {}] = await ask(sql.DROPPED);
  const choices = await ask(sql.CHOICES);
  const ended = {whole: counts['ended_whole'], squared: counts['ended_squared']};
  return {
    turnCount: numberOf(counts['turn_count']),
    openCount: numberOf(counts['open_count']),
    hiddenCount: numberOf(counts['hidden_count']),
    visibleCount: numberOf(counts['visible_count']),
    droppedCount: numberOf(dropped['dropped']),
    series,
    waits: waits.map((row) => ({
      ms: numberOf(row['ms']),
      hit: row['hit'] === true,
      shownWeight: numberOf(row['shown_weight']),
      leftWeight: numberOf(row['left_weight']),
      shownCount: numberOf(row['shown_count']),
      leftCount: numberOf(row['left_count']),
      squaredWeight: numberOf(row['squared']),
    })),
    bins: bins.map((row) => ({
      series: row['series'] as ReadBin['series'], // the statement writes these two
      bin: numberOf(row['bin']),
      hit: row['hit'] === true,
      weight: numberOf(row['weight']),
    })),
    firstTokenOver: {...shareOf(counts, 'first_'), ...budgetOf(counts['first_budget'], counts['first_budgets'])},
    completeOver: {...shareOf(counts, 'done_'), ...budgetOf(counts['done_budget'], counts['done_budgets'])},
    leftBeforeFirst: shareOf({...ended, part: counts['left_first_part']}, ''),
    leftBeforeEnd: shareOf({...ended, part: counts['left_part']}, ''),
    instant: instantOf(instant),
    waste: {
      turnCount: numberOf(waste['turn_count']),
      aheadCount: numberOf(waste['ahead_count']),
      requestCount: numberOf(waste['request_count']),
      used: shareOf(waste, 'used_'),
      leadMs: waste['lead'] == null ? undefined : numberOf(waste['lead']),
      outcomes: talliesOf(ahead, 'ahead') as Reading['waste']['outcomes'], // of a closed list, as stored
      attemptCount: numberOf(waste['attempt_count']),
      won: shareOf(waste, 'won_'),
      deniedCount: numberOf(waste['denied_count']),
    },
    stages: stages.map((row) => ({
      stage: String(row['stage']),
      timeoutCount: numberOf(row['timeout_count']),
      ...shareOf(row, ''),
      ...budgetOf(row['budget'], row['budgets']),
    })),
    // only values of the schema's closed lists are stored
    outcomes: talliesOf(tallies, 'outcome') as Reading['outcomes'],
    sources: talliesOf(tallies, 'source') as Reading['sources'],
    recent: recent.map(recentOf),
    sites: namesOf(choices, 'site'),
    routes: namesOf(choices, 'route'),
  };
}

/** Counts all that is stored. */
export async function readTotals(connection: DuckDBConnection): Promise<Totals> {
  const turns = await rowsOf(connection, sql.TOTAL_TURNS, {});
  const instant = await rowsOf(connection, sql.TOTAL_INSTANT, {});
  const [sums = {}] = await rowsOf(connection, sql.TOTAL_SUMS, {});
  return {
    turns: turns.map((row) => ({
      outcome: row['outcome'] as Outcome, // as stored, held against the schema before
      source: row['source'] as Source | 'none',
      count: numberOf(row['count']),
    })),
    instant: instant.map((row) => ({
      hit: row['hit'] as CacheRecord['hit'], // likewise
      count: numberOf(row['count']),
    })),
    firstTokenSumMs: numberOf(sums['first_sum']),
    firstTokenCount: numberOf(sums['first_count']),
    droppedCount: numberOf(sums['dropped']),
  };
}

/** Reads the percentiles, then the order statistics around them; the second reading knows the counts of the first. */
async function readSeries(ask: (statement: string, more?: Row) => Promise<Row[]>): Promise<ReadSeries[]> {
  const columns = (await ask(sql.SERIES)).map((row) => {
    const column = {
      series: String(row['series']),
      rowCount: numberOf(row['row_count']),
      weight: numberOf(row['weight']),
      squaredWeight: numberOf(row['squared']),
    };
    const quantiles = Array.isArray(row['quantiles']) ? row['quantiles'].map(numberOf) : [];
    return {...column, quantiles, target: rankTarget(column)};
  });
  const found = new Map<string, number>();
  for (const weighted of [false, true]) {
    const targets = columns.map(({target}) => target).filter((t) => t.weighted === weighted && t.ranks.length > 0);
    if (targets.length === 0) continue;
    const asked = JSON.stringify(targets.map(({series, ranks}) => ({series, ranks})));
    for (const row of await ask(weighted ? sql.WEIGHED : sql.RANKED, {targets: asked})) {
      const names = targets.find(({series}) => series === row['series'])?.names ?? [];
      const values = Array.isArray(row['found']) ? row['found'] : [];
      names.forEach((name, index) => {
        found.set(`${row['series']} ${name}`, numberOf(values[index]));
      });
    }
  }
  return columns.map(({series, rowCount, weight, squaredWeight, quantiles}) => ({
    name: series,
    rowCount,
    effectiveCount: effectiveCount(weight, squaredWeight),
    cells: PERCENTILES.map((share, index) => ({
      share,
      valueMs: found.get(`${series} value ${share}`) ?? quantiles[index] ?? 0,
      lowMs: found.get(`${series} low ${share}`),
      highMs: found.get(`${series} high ${share}`),
    })),
  }));
}

async function rowsOf(connection: DuckDBConnection, statement: string, bound: Row): Promise<Row[]> {
  // a statement refuses values that it has no place for
  const used = Object.entries(bound).filter(([name]) => statement.includes(`$${name}`));
  const values = Object.fromEntries(used) as Record<string, string | number | null>; // bound holds nothing else
  const answer = await connection.runAndReadAll(statement, used.length > 0 ? values : undefined);
  return answer.getRowObjectsJS();
}

function shareOf(row: Row, prefix: string): ReadShare {
  return {
    partWeight: numberOf(row[`${prefix}part`]),
    wholeWeight: numberOf(row[`${prefix}whole`]),
    squaredWeight: numberOf(row[`${prefix}squared`]),
  };
}

function instantOf(row: Row): ReadInstant {
  const asked = (part: string) => shareOf({...row, part: row[part]}, '');
  return {
    count: numberOf(row['asked_count']),
    exact: asked('exact_part'),
    answerable: asked('answerable_part'),
    matched: asked('matched_part'),
    right: asked('right_part'),
    precision: {
      partWeight: numberOf(row['right_part']),
      wholeWeight: numberOf(row['matched_part']),
      squaredWeight: numberOf(row['matched_squared']),
    },
  };
}

function budgetOf(budget: unknown, budgets: unknown): ReadBudget {
  return {...(budget == null ? {} : {budgetMs: numberOf(budget)}), budgetCount: numberOf(budgets)};
}

function talliesOf(rows: readonly Row[], kind: string): {name: string; count: number; weight: number}[] {
  return rows
    .filter((row) => row['kind'] === kind)
    .map((row) => ({name: String(row['name']), count: numberOf(row['count']), weight: numberOf(row['weight'])}));
}

function namesOf(rows: readonly Row[], kind: string): string[] {
  return rows.filter((row) => row['kind'] === kind).map((row) => String(row['name']));
}

function recentOf(row: Row): RecentTurn {
  return {
    turnAt: numberOf(row['turn_at']),
    outcome: row['outcome'] as Outcome, // as stored, held against the schema before
    ...(row['source'] ? {source: row['source'] as Source} : {}),
    ...(row['page_route'] ? {pageRoute: String(row['page_route'])} : {}),
    ...(row['route'] ? {route: String(row['route'])} : {}),
    ...(row['first_ms'] == null ? {} : {firstTokenMs: numberOf(row['first_ms'])}),
    ...(row['done_ms'] == null ? {} : {doneMs: numberOf(row['done_ms'])}),
    ...(row['waited_ms'] == null ? {} : {waitedMs: numberOf(row['waited_ms'])}),
    over: Array.isArray(row['over']) ? row['over'].map(String) : [],
  };
}

function numberOf(value: unknown): number {
  return value == null ? 0 : Number(value);
}

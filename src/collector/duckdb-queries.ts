import type {DuckDBConnection} from '@duckdb/node-api';
import type {CacheRecord, Outcome, Source} from '../latency/index.ts';
import type {RecentTurn} from '../protocol/index.ts';
import {type Ask, askAll, numberOf, type Row, readSeries, shareOf} from './duckdb-ask.ts';
import * as sql from './duckdb-sql.ts';
import type {ReadBin, ReadBudget, ReadInstant, Reading, Totals} from './store.ts';

/** Reads all that a summary is made of. */
export async function readSummary(ask: Ask): Promise<Reading> {
  const [counts = {}] = await ask(sql.COUNTS);
  const series = await readSeries(ask, sql.SUMMARY_SAMPLE);
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
    choices: {site: namesOf(choices, 'site'), route: namesOf(choices, 'route'), class: namesOf(choices, 'class')},
  };
}

/** Counts all that is stored. */
export async function readTotals(connection: DuckDBConnection): Promise<Totals> {
  const ask = askAll(connection);
  const turns = await ask(sql.TOTAL_TURNS);
  const instant = await ask(sql.TOTAL_INSTANT);
  const [sums = {}] = await ask(sql.TOTAL_SUMS);
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

import type {DuckDBConnection} from '@duckdb/node-api';
import type {CacheRecord, Outcome, Source} from '../latency/index.ts';
import type {RecentTurn} from '../protocol/index.ts';
import {type Ask, askBound, numberOf, type Row, shareOf} from './duckdb-ask.ts';
import {readFacts} from './duckdb-facts.ts';
import * as sql from './duckdb-sql.ts';
import {readStages} from './duckdb-stages.ts';
import {readArms, readTimes} from './duckdb-times.ts';
import type {ReadBudget, Reading, Totals} from './store.ts';
import type {ReadInstant} from './summary-reading.ts';

/** Reads all that a summary is made of. */
export async function readSummary(ask: Ask): Promise<Reading> {
  const {firstTokenOver, completeOver, isWeighted, ...facts} = await readFacts(ask);
  const tallied = isWeighted ? sql.TALLIED : sql.COUNTED;
  const [firstBudget = {}] = await ask(sql.budgetOf('token'));
  const [doneBudget = {}] = await ask(sql.budgetOf('done'));
  const times = await readTimes(ask, {tallied});
  const arms = await readArms(ask, {tallied});
  const {series, stages} = await readStages(ask, {tallied});
  const [instant = {}] = await ask(sql.INSTANT);
  const recent = await ask(sql.RECENT);
  const [dropped = {}] = await ask(sql.DROPPED);
  const choices = await ask(sql.CHOICES);
  return {
    ...facts,
    droppedCount: numberOf(dropped['dropped']),
    series: [...times.series, ...series, ...arms],
    waits: times.waits,
    bins: times.bins,
    firstTokenOver: {...firstTokenOver, ...budgetOf(firstBudget)},
    completeOver: {...completeOver, ...budgetOf(doneBudget)},
    instant: instantOf(instant),
    stages,
    recent: recent.map(recentOf),
    choices: {
      site: busiest(choices, ['site']),
      route: busiest(choices, ['page_route', 'route']),
      class: busiest(choices, ['class']),
    },
  };
}

/** Counts all that is stored. */
export async function readTotals(connection: DuckDBConnection): Promise<Totals> {
  const ask = askBound(connection, {});
  const turns = await ask(sql.TOTAL_TURNS);
  const instant = await ask(sql.TOTAL_INSTANT);
  const [sums = {}] = await ask(sql.TOTAL_SUMS);
  const stages = await ask(sql.TOTAL_STAGES);
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
    stages: stages.map((row) => ({
      stage: String(row['stage']),
      count: numberOf(row['count']),
      overCount: numberOf(row['over_count']),
      timeoutCount: numberOf(row['timeout_count']),
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

/** Reads the most frequent budget, and how many there are. */
export function budgetOf({budget, budgets}: Row): ReadBudget {
  return {...(budget == null ? {} : {budgetMs: numberOf(budget)}), budgetCount: numberOf(budgets)};
}

/** The most values that are offered to narrow turns to. */
const CHOICE_COUNT = 50;

/** Lists the values of some columns, the most frequent first. */
function busiest(rows: readonly Row[], columns: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const column of columns) {
      const value = row[column];
      if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + numberOf(row['count']));
    }
  }
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, CHOICE_COUNT)
    .map(([value]) => value);
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
    ...(row['simulated'] === true ? {simulated: true} : {}),
  };
}

import {PERCENTILES} from '../latency/index.ts';
import {type Ask, type Columns, numberOf, valuesOf} from './duckdb-ask.ts';
import {SEEN} from './duckdb-sql.ts';
import type {Reading, ReadSeries} from './store.ts';
import {inOrder, joined, seriesAt, type Values} from './values.ts';

/** The most stages of a record. */
const MAX_STAGES = 12;

const LONGEST = `WITH ${SEEN} SELECT max(len(stage_ms)) AS longest FROM seen WHERE visible`;

/**
 * Writes what tells the times of the stages in one place of their turns' lists. Most turns have one of a few lists, so
 * that a statement for each place is less work than one that takes all lists apart.
 */
const timesAt = (place: number) => `
WITH ${SEEN}
SELECT stage_list, stage_ms[${place}] AS ms, stage_budget_ms[${place}] AS budget,
  count(*)::DOUBLE AS count, sum(weight) AS weight, sum(weight * weight) AS squared
FROM seen WHERE visible AND len(stage_ms) >= ${place} GROUP BY ALL`;

const TIMEOUTS = `
WITH ${SEEN}, staged AS (
  SELECT unnest(stage_name) AS stage, unnest(stage_state) AS state
  FROM seen WHERE visible AND list_contains(stage_state, 'timeout')
)
SELECT stage, count(*) AS count FROM staged WHERE state = 'timeout' GROUP BY stage`;

/** What is read of the stages. */
export interface StagesReading {
  series: ReadSeries[];
  stages: Reading['stages'];
}

/**
 * Reads how long each stage took, and how often longer than its budget.
 *
 * @param shares - The percentiles, each between 0 and 1. Default: PERCENTILES.
 */
export async function readStages(ask: Ask, shares: readonly number[] = PERCENTILES): Promise<StagesReading> {
  const [{longest} = {}] = await ask(LONGEST);
  const taken = new Map<string, {parts: Values[]; budgets: Float64Array[]}>();
  for (let place = 1; place <= Math.min(MAX_STAGES, numberOf(longest)); place++) {
    for (const {stage, values, budgets} of stagesAt(await ask.columns(timesAt(place)), place)) {
      const known = taken.get(stage) ?? {parts: [], budgets: []};
      taken.set(stage, {parts: [...known.parts, values], budgets: [...known.budgets, budgets]});
    }
  }
  const timeouts = new Map((await ask(TIMEOUTS)).map((row) => [String(row['stage']), numberOf(row['count'])]));
  const names = [...taken.keys()].sort();
  return {
    series: names.map((stage) =>
      seriesAt({name: `stage/${stage}`, values: inOrder(joined(taken.get(stage)?.parts ?? [])), shares}),
    ),
    stages: names.map((stage) => {
      const {parts = [], budgets = []} = taken.get(stage) ?? {};
      return {stage, timeoutCount: timeouts.get(stage) ?? 0, ...overOf(parts, budgets)};
    }),
  };
}

/** Tells the rows of one place apart by the stage that stands there. */
function stagesAt(columns: Columns, place: number) {
  const values = valuesOf(columns);
  const budgets = columns.numbers('budget');
  const rows = new Map<string, number[]>();
  columns.texts('stage_list').forEach((list, row) => {
    const stage = list.split(' ')[place - 1] ?? '';
    const known = rows.get(stage);
    if (known) known.push(row);
    else rows.set(stage, [row]);
  });
  return [...rows].map(([stage, ofStage]) => {
    const pick = (from: Float64Array) => Float64Array.from(ofStage, (row) => from[row] ?? 0);
    const {ms, counts, weights, squares} = values;
    const picked = {ms: pick(ms), counts: pick(counts), weights: pick(weights), squares: pick(squares)};
    return {stage, values: picked, budgets: pick(budgets)};
  });
}

/** Of the turns with a budget those that took longer, and the budget that most of them had. */
function overOf(parts: readonly Values[], budgets: readonly Float64Array[]) {
  const share = {partWeight: 0, wholeWeight: 0, squaredWeight: 0};
  const counts = new Map<number, number>();
  parts.forEach((values, part) => {
    values.ms.forEach((ms, row) => {
      const budgetMs = budgets[part]?.[row] ?? Number.NaN;
      if (Number.isNaN(budgetMs)) return;
      const weight = values.weights[row] ?? 0;
      share.wholeWeight += weight;
      share.squaredWeight += values.squares[row] ?? 0;
      if (ms > budgetMs) share.partWeight += weight;
      counts.set(budgetMs, (counts.get(budgetMs) ?? 0) + (values.counts[row] ?? 0));
    });
  });
  const [usual] = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return {...share, budgetCount: counts.size, ...(usual ? {budgetMs: usual[0]} : {})};
}

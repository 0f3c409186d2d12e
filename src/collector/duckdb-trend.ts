import {type Ask, numberOf, readSeries, shareOf} from './duckdb-ask.ts';
import {SEEN} from './duckdb-sql.ts';
import {binWidthMs} from './onset.ts';
import type {TrendReading} from './store.ts';

/** The most bins that are drawn: with few turns a bin tells nothing. */
const BIN_COUNT = 30;

const SPAN = `WITH ${SEEN} SELECT min(turn_at) AS first_at, max(turn_at) AS last_at FROM seen`;

const binned = (binMs: number) => `
${SEEN}, binned AS (
  SELECT turn_at // ${binMs} * ${binMs} AS bin, first_ms, weight, budget_token_ms, visible,
    visible AND (first_ms IS NOT NULL OR waited_ms > budget_token_ms) AND budget_token_ms IS NOT NULL AS valid,
    coalesce(first_ms, waited_ms) > budget_token_ms AS is_over
  FROM seen
)`;

const over = (binMs: number) => `
WITH ${binned(binMs)}
SELECT bin, sum(weight) FILTER (valid AND is_over) AS part, sum(weight) FILTER (valid) AS whole,
  sum(weight * weight) FILTER (valid) AS squared
FROM binned GROUP BY bin ORDER BY bin`;

const BUDGET = `
WITH ${SEEN}
SELECT mode(budget_token_ms) AS budget, count(DISTINCT budget_token_ms) AS budgets FROM seen WHERE visible`;

/** Reads the time to the first visible answer over time. */
export async function readTrend(ask: Ask): Promise<TrendReading> {
  const [span = {}] = await ask(SPAN);
  const binMs = binWidthMs(numberOf(span['last_at']) - numberOf(span['first_at']), BIN_COUNT);
  const sample = `${binned(binMs)}, sample AS (
    SELECT bin::VARCHAR AS series, first_ms AS ms, weight FROM binned WHERE visible AND first_ms IS NOT NULL
  )`;
  const series = new Map((await readSeries(ask, sample)).map((column) => [Number(column.name), column]));
  const [budget = {}] = await ask(BUDGET);
  return {
    binMs,
    ...(budget['budget'] == null ? {} : {budgetMs: numberOf(budget['budget'])}),
    budgetCount: numberOf(budget['budgets']),
    bins: (await ask(over(binMs))).map((row) => {
      const fromAt = numberOf(row['bin']);
      return {fromAt, series: series.get(fromAt), ...shareOf(row, '')};
    }),
  };
}

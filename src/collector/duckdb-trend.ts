import {type Ask, numberOf, shareOf, valuesOf} from './duckdb-ask.ts';
import {SEEN} from './duckdb-sql.ts';
import {binWidthMs} from './onset.ts';
import type {ReadSeries, TrendReading} from './store.ts';
import {seriesOf, sliceOf} from './values.ts';

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

const values = (binMs: number) => `
WITH ${binned(binMs)}
SELECT bin, first_ms AS ms, count(*)::DOUBLE AS count, sum(weight) AS weight,
  sum(weight * weight) AS squared
FROM binned WHERE visible AND first_ms IS NOT NULL GROUP BY bin, ms ORDER BY bin, ms`;

const BUDGET = `
WITH ${SEEN}
SELECT mode(budget_token_ms) AS budget, count(DISTINCT budget_token_ms) AS budgets FROM seen WHERE visible`;

/** Reads the time to the first visible answer over time. */
export async function readTrend(ask: Ask): Promise<TrendReading> {
  const [span = {}] = await ask(SPAN);
  const binMs = binWidthMs(numberOf(span['last_at']) - numberOf(span['first_at']), BIN_COUNT);
  const series = await readBins(ask, binMs);
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

/** Reads the times of each bin, by its beginning. */
async function readBins(ask: Ask, binMs: number): Promise<Map<number, ReadSeries>> {
  const columns = await ask.columns(values(binMs));
  const all = valuesOf(columns);
  return new Map(
    columns.runs('bin').map(({text, from, upto}) => [Number(text), seriesOf(text, sliceOf(all, {from, upto}))]),
  );
}

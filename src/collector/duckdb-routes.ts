import {type Ask, readSeries, shareOf} from './duckdb-ask.ts';
import {SEEN} from './duckdb-sql.ts';
import type {RoutesReading} from './store.ts';

const NAMED = `
named AS (
  SELECT 'route' AS part, route AS name, * FROM seen WHERE visible AND first_ms IS NOT NULL AND route IS NOT NULL
  UNION ALL BY NAME
  SELECT 'class' AS part, class AS name, * FROM seen WHERE visible AND first_ms IS NOT NULL AND class IS NOT NULL
)`;

const SAMPLE = `${SEEN}, ${NAMED}, sample AS (SELECT part || '/' || name AS series, first_ms AS ms, weight FROM named)`;

const OVER = `
WITH ${SEEN}, ${NAMED}
SELECT part || '/' || name AS series,
  sum(weight) FILTER (first_ms > budget_token_ms) AS part,
  sum(weight) FILTER (budget_token_ms IS NOT NULL) AS whole,
  sum(weight * weight) FILTER (budget_token_ms IS NOT NULL) AS squared
FROM named GROUP BY ALL`;

/** Reads the first visible answers by route and by prompt class. */
export async function readRoutes(ask: Ask): Promise<RoutesReading> {
  const over = new Map((await ask(OVER)).map((row) => [String(row['series']), shareOf(row, '')]));
  const rows = (await readSeries(ask, SAMPLE)).map((series) => {
    const [by, name = ''] = series.name.split('/');
    const share = over.get(series.name) ?? {partWeight: 0, wholeWeight: 0, squaredWeight: 0};
    return {by: by === 'route' ? ('route' as const) : ('class' as const), name, series, ...share};
  });
  return {rows};
}

import {type Ask, numberOf} from './duckdb-ask.ts';
import {BUCKET, MEASURED} from './duckdb-rollups.ts';
import {IN_WINDOW, SIMULATED, seenWhere} from './duckdb-sql.ts';
import type {HistoryReading} from './store.ts';

const DAY_MS = 86_400_000;

/** Where a history begins: 13 months before the window's end, whatever the window's beginning. */
const FROM_AT = `($until_at::BIGINT - ${396 * DAY_MS})`;

/** Every day's times in the buckets of a histogram: of the turns that are there, and of those that are rolled up. */
const DAYS = `
WITH ${seenWhere(IN_WINDOW.replace('$from_at::BIGINT', FROM_AT))}, ${MEASURED}, bucketed AS (
  SELECT turn_at AS began_at, metric, hit, ${BUCKET} AS bucket, 1 AS count, weight, weight * weight AS squared,
    ms AS min_ms, ms AS max_ms, false AS is_rolled
  FROM measured
  UNION ALL BY NAME
  SELECT hour_at AS began_at, metric, hit, bucket, count, weight, squared, min_ms, max_ms, true AS is_rolled
  FROM rollups
  WHERE hour_at >= ${FROM_AT} AND hour_at <= $until_at::BIGINT
    AND ($site::VARCHAR IS NULL OR site = $site)
    AND ($route::VARCHAR IS NULL OR page_route = $route OR route = $route)
    AND ($class::VARCHAR IS NULL OR class = $class)
    AND $device::VARCHAR IS NULL AND $net::VARCHAR IS NULL
    AND ($simulated::VARCHAR IS NULL OR ${SIMULATED} = ($simulated = 'only'))
),
joined AS (
  SELECT (began_at // ${DAY_MS}) * ${DAY_MS} AS day_at, metric, hit, bucket, sum(count) AS count, sum(weight) AS weight,
    sum(squared) AS squared, min(min_ms) AS min_ms, max(max_ms) AS max_ms, bool_or(is_rolled) AS is_rolled
  FROM bucketed GROUP BY ALL
)
SELECT day_at, metric, hit, sum(count)::INTEGER AS count, sum(weight) AS weight, sum(squared) AS squared,
  min(min_ms) AS min_ms, max(max_ms) AS max_ms, bool_or(is_rolled) AS is_rolled,
  list(bucket ORDER BY bucket) AS buckets, list(joined.weight ORDER BY bucket) AS weights
FROM joined GROUP BY ALL ORDER BY ALL`;

/** Reads every day's times for as long as anything is kept. */
export async function readHistory(ask: Ask): Promise<HistoryReading> {
  const rows = await ask(DAYS);
  return {
    rows: rows.map((row) => ({
      dayAt: numberOf(row['day_at']),
      metric: row['metric'] as HistoryReading['rows'][number]['metric'], // the statement writes these three
      hit: row['hit'] === true,
      count: numberOf(row['count']),
      weight: numberOf(row['weight']),
      squaredWeight: numberOf(row['squared']),
      minMs: numberOf(row['min_ms']),
      maxMs: numberOf(row['max_ms']),
      isRolled: row['is_rolled'] === true,
      buckets: Int16Array.from(row['buckets'] as number[]), // the list of a whole column
      weights: Float64Array.from(row['weights'] as number[]), // likewise
    })),
  };
}

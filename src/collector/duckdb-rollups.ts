import type {DuckDBConnection} from '@duckdb/node-api';
import {BUCKET_FLOOR_MS, BUCKET_RATIO} from '../latency/index.ts';
import {askBound, numberOf} from './duckdb-ask.ts';
import {EXPIRED, ranWhere, SIMULATED, seenWhere, WAITED} from './duckdb-sql.ts';
import type {PruneLimits} from './store.ts';

const HOUR_MS = 3_600_000;

/** Browsers send nothing older than a day; the second one is for clocks and for what is long on its way. */
const RESENT_WITHIN_MS = 172_800_000;

/**
 * Creates what stays of turns that are deleted: their times by hour in the buckets of a histogram, the ids of those that
 * a browser may send again, and the sums that only grow.
 */
export const ROLLUP_TABLES = `
CREATE TABLE IF NOT EXISTS rollups (
  hour_at BIGINT NOT NULL,
  site VARCHAR NOT NULL,
  page_route VARCHAR,
  route VARCHAR,
  class VARCHAR,
  metric VARCHAR NOT NULL,
  hit BOOLEAN NOT NULL,
  bucket SMALLINT NOT NULL,
  count INTEGER NOT NULL,
  weight DOUBLE NOT NULL,
  squared DOUBLE NOT NULL,
  min_ms DOUBLE NOT NULL,
  max_ms DOUBLE NOT NULL
);
CREATE TABLE IF NOT EXISTS rolled (id UUID PRIMARY KEY, turn_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS rolled_totals (
  outcome VARCHAR,
  source VARCHAR,
  instant VARCHAR,
  count BIGINT NOT NULL,
  first_count BIGINT NOT NULL,
  first_sum_ms DOUBLE NOT NULL,
  dropped BIGINT NOT NULL,
  PRIMARY KEY (outcome, source, instant)
);
CREATE TABLE IF NOT EXISTS rolled_stages (
  stage VARCHAR PRIMARY KEY,
  count BIGINT NOT NULL,
  over_count BIGINT NOT NULL,
  timeout_count BIGINT NOT NULL
);`;

/** Of `seen` every measured time as `measured`: the waits that ended in a word or without, and the whole answers. */
export const MEASURED = `${WAITED}, measured AS (
  SELECT turn_at, site, page_route, route, class, hit, weight, CASE WHEN shown THEN 'shown' ELSE 'left' END AS metric, ms
  FROM waited WHERE ms IS NOT NULL
  UNION ALL
  SELECT turn_at, site, page_route, route, class, hit, weight, 'complete', done_ms FROM seen WHERE visible AND completed
)`;

/** The number of a time's bucket, as a histogram counts them. */
export const BUCKET = `
  (CASE WHEN ms < ${BUCKET_FLOOR_MS} THEN 0
    ELSE 1 + floor(ln(ms / ${BUCKET_FLOOR_MS}) / ln(${BUCKET_RATIO})) END)::SMALLINT`;

const PRUNED = `turn_at >= $from_at::BIGINT AND turn_at < $upto_at::BIGINT AND (final OR ${EXPIRED})`;

const OLDEST = `SELECT min(turn_at) AS oldest FROM turns WHERE turn_at < $upto_at::BIGINT AND (final OR ${EXPIRED})`;

const ROLL_UP = `
INSERT INTO rollups
WITH ${seenWhere(PRUNED)}, ${MEASURED}
SELECT $from_at::BIGINT, site, page_route, route, class, metric, hit, ${BUCKET} AS bucket,
  count(*), sum(weight), sum(weight * weight), min(ms), max(ms)
FROM measured GROUP BY ALL`;

const KEEP_TOTALS = `
INSERT INTO rolled_totals
SELECT outcome, coalesce(source, 'none'), CASE WHEN cache_at = 'browser' THEN coalesce(cache_hit, '') ELSE '' END,
  count(*), count(first_ms) FILTER (coalesce(hidden_ms, 0) = 0),
  coalesce(sum(first_ms) FILTER (coalesce(hidden_ms, 0) = 0), 0), 0
FROM turns WHERE ${PRUNED} AND final AND NOT ${SIMULATED} GROUP BY ALL
ON CONFLICT DO UPDATE SET count = count + excluded.count, first_count = first_count + excluded.first_count,
  first_sum_ms = first_sum_ms + excluded.first_sum_ms`;

const KEEP_STAGES = `
INSERT INTO rolled_stages
WITH ${ranWhere(`${PRUNED} AND final`)}
SELECT stage, count(*), count(*) FILTER (ms > budget_ms), count(*) FILTER (state = 'timeout') FROM ran GROUP BY stage
ON CONFLICT DO UPDATE SET count = count + excluded.count, over_count = over_count + excluded.over_count,
  timeout_count = timeout_count + excluded.timeout_count`;

const KEEP_IDS = `
INSERT OR IGNORE INTO rolled
SELECT id, turn_at FROM turns WHERE ${PRUNED} AND turn_at >= $now_at::BIGINT - ${RESENT_WITHIN_MS}`;

const DELETE_TURNS = `DELETE FROM turns WHERE ${PRUNED}`;

const DROP_ROLLUPS = `DELETE FROM rollups WHERE hour_at < $before_at::BIGINT`;

const DROP_IDS = `DELETE FROM rolled WHERE turn_at < $now_at::BIGINT - ${RESENT_WITHIN_MS}`;

const KEEP_DROPPED = `
INSERT INTO rolled_totals
SELECT '', '', '', 0, 0, 0, sum(dropped) FROM losses
WHERE lost_at < $before_at::BIGINT AND NOT ${SIMULATED} HAVING count(*) > 0
ON CONFLICT DO UPDATE SET dropped = dropped + excluded.dropped`;

const DROP_LOSSES = `DELETE FROM losses WHERE lost_at < $before_at::BIGINT`;

/**
 * Rolls up and deletes the turns of the oldest hour that is due, inside a transaction of the caller's.
 *
 * @returns How many; undefined when no hour is due.
 */
export async function rollUpHour(connection: DuckDBConnection, limits: PruneLimits): Promise<number | undefined> {
  const nowAt = limits.nowAt;
  const dueAt = hourOf(limits.turnsBeforeAt);
  const [found = {}] = await askBound(connection, {now_at: nowAt, upto_at: dueAt})(OLDEST);
  if (found['oldest'] == null) return undefined;
  const fromAt = hourOf(numberOf(found['oldest']));
  const ask = askBound(connection, {now_at: nowAt, from_at: fromAt, upto_at: fromAt + HOUR_MS});
  for (const statement of [ROLL_UP, KEEP_TOTALS, KEEP_STAGES, KEEP_IDS]) await ask(statement);
  const [deleted = {}] = await ask(DELETE_TURNS);
  return numberOf(deleted['Count']);
}

/** Deletes rollups, ids and losses that are too old, inside a transaction of the caller's. */
export async function dropRollups(connection: DuckDBConnection, limits: PruneLimits): Promise<void> {
  const ask = askBound(connection, {now_at: limits.nowAt, before_at: limits.rollupsBeforeAt});
  for (const statement of [DROP_ROLLUPS, DROP_IDS, KEEP_DROPPED, DROP_LOSSES]) await ask(statement);
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

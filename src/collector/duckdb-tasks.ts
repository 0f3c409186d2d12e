import type {Ask} from './duckdb-ask.ts';
import {readRows} from './duckdb-rows.ts';
import {EXPIRED, IN_WINDOW, SEEN} from './duckdb-sql.ts';
import type {ReadRows, TaskKind, TasksReading} from './readings.ts';

/** Turns of tasks that began in the window are looked for so long before and after it. */
const AROUND_MS = 3_600_000;

/**
 * The tasks that began in the window and have ended, narrowed by what their first turn was: how long each took from its
 * first question to the end of its last answer, at least as long as all of its answers together. A task is left where the
 * last answer did not come or was objected to, and, as far as anybody knows, where the page was hidden.
 */
const TASKS = `
part AS (
  SELECT *,
    NOT final AND NOT (${EXPIRED}) AS is_open,
    outcome IN ('complete', 'partial', 'fallback') AND done_ms IS NOT NULL AS is_answered,
    CASE WHEN is_answered THEN done_ms ELSE coalesce(waited_ms, done_ms, first_ms, 0) END AS spent_ms
  FROM turns
  WHERE task IS NOT NULL
    AND turn_at >= $from_at::BIGINT - ${AROUND_MS} AND turn_at <= $until_at::BIGINT + ${AROUND_MS}
),
whole AS (
  SELECT site, page_id, task,
    min(turn_at) AS begun_at,
    max(turn_at + spent_ms) AS ended_at,
    sum(spent_ms) AS spent_ms,
    min(turn_at + hid_ms) AS hid_at,
    count(*) AS turn_count,
    count(again) > 0 AS repeated,
    max(weight) AS weight,
    first({route: route, class: class, page_route: page_route, device: device, net: net, arms: arms}
      ORDER BY ordinal NULLS FIRST, turn_at, id) AS begun,
    last(is_answered AND verdict IS DISTINCT FROM 'wrong' AND verdict IS DISTINCT FROM 'down'
      ORDER BY ordinal NULLS FIRST, turn_at, id) AS answered
  FROM part GROUP BY site, page_id, task
  HAVING NOT bool_or(is_open)
),
task AS (
  SELECT *, begun_at AS turn_at,
    greatest(round(ended_at - begun_at, 1), spent_ms) AS took_ms,
    CASE WHEN hid_at - begun_at < took_ms THEN greatest(round(hid_at - begun_at, 1), 0) END AS left_ms
  FROM (SELECT * EXCLUDE begun, unnest(begun) FROM whole)
)`;

/** Reads the tasks of pages for which `condition` holds, a SQL expression of their first turns. */
export function readTaskRows(ask: Ask, condition: string): Promise<ReadRows<TaskKind>> {
  return readRows(
    ask,
    `${TASKS}, chosen AS (
      SELECT hash(site, page_id) AS page, coalesce(left_ms, took_ms) AS wait_ms,
        answered AND left_ms IS NULL AS shown, weight,
        {route: route, arms: arms, turn_count: turn_count, repeated: repeated} AS kind
      FROM task WHERE ${IN_WINDOW} AND ${condition}
    )`,
  );
}

const ANSWERED_TURNS = `${SEEN}, chosen AS (
  SELECT hash(site, page_id) AS page, weight, {route: route, arms: arms} AS kind,
    CASE WHEN completed THEN done_ms ELSE coalesce(waited_ms, done_ms, first_ms) END AS wait_ms, completed AS shown
  FROM seen WHERE (final OR expired) AND visible AND task IS NOT NULL
)`;

/** Reads the tasks, and beside them how long each of their turns took. */
export async function readTasks(ask: Ask): Promise<TasksReading> {
  return {tasks: await readTaskRows(ask, 'true'), turns: await readRows(ask, ANSWERED_TURNS)};
}

import {FILTERS, type Filters, SIMULATED_PREFIX} from '../protocol/index.ts';
import {OPEN_EXPIRES_MS} from './store.ts';

/** Tells of a row with a `site` whether a program made it up. */
export const SIMULATED = `starts_with(site, '${SIMULATED_PREFIX}')`;

/** What narrows a window, by filter. `withoutIdle` takes those out whose value is absent. */
const NARROWING: Record<keyof Filters, string> = {
  site: 'AND ($site::VARCHAR IS NULL OR site = $site)',
  route: 'AND ($route::VARCHAR IS NULL OR page_route = $route OR route = $route)',
  class: 'AND ($class::VARCHAR IS NULL OR class = $class)',
  device: 'AND ($device::VARCHAR IS NULL OR device = $device)',
  net: 'AND ($net::VARCHAR IS NULL OR net = $net)',
  simulated: `AND ($simulated::VARCHAR IS NULL OR ${SIMULATED} = ($simulated = 'only'))`,
};

/** Narrows a FROM turns to the window. Its values are bound: nothing that a client sent is ever part of a statement. */
export const IN_WINDOW = `
  turn_at >= $from_at::BIGINT AND turn_at <= $until_at::BIGINT
    ${Object.values(NARROWING).join('\n    ')}`;

/** Takes out of a statement what narrows nothing: its columns would be read all the same. */
export function withoutIdle(statement: string, filters: Filters): string {
  const idle = FILTERS.filter((name) => filters[name] === undefined);
  return idle.reduce((rest, name) => rest.replaceAll(NARROWING[name], ''), statement);
}

/** Whether a snapshot that nothing superseded is given up. */
export const EXPIRED = `NOT final AND received_at <= $now_at::BIGINT - ${OPEN_EXPIRES_MS}`;

/** Writes some turns as `seen`, with what most statements ask of a turn. */
export const seenWhere = (where: string) => `
seen AS (
  SELECT *,
    final AND coalesce(hidden_ms, 0) = 0 AS visible,
    ${EXPIRED} AS expired,
    ${SIMULATED} AS simulated,
    coalesce(source IN ('cache', 'faq'), false) AS hit,
    first_ms IS NOT NULL AND coalesce(hid_ms >= first_ms, true) AS shown,
    outcome IN ('complete', 'partial', 'fallback') AND done_ms IS NOT NULL AS completed
  FROM turns WHERE ${where}
)`;

/** The window's turns as `seen`. */
export const SEEN = seenWhere(IN_WINDOW);

const IS_WAIT = `(final OR expired) AND (coalesce(hidden_ms, 0) = 0 OR hid_ms IS NOT NULL)`;
const WAIT_MS = `CASE WHEN shown THEN first_ms WHEN hid_ms IS NOT NULL THEN hid_ms ELSE coalesce(waited_ms, done_ms) END`;

/** Those of `seen` who waited for the first word, with `ms` until it came or until they left or hid the page. */
export const WAITED = `
waited AS (SELECT *, ${WAIT_MS} AS ms FROM seen WHERE ${IS_WAIT})`;

/** All of `seen` as `judged`, with how they ended and what of their budgets they kept. */
export const JUDGED = `
judged AS (
  SELECT *,
    final OR expired AS ended,
    CASE WHEN ${IS_WAIT} THEN ${WAIT_MS} END AS wait_ms,
    expired OR outcome = 'abandoned' AS left_it,
    visible AND (first_ms IS NOT NULL OR waited_ms > budget_token_ms) AND budget_token_ms IS NOT NULL AS first_valid,
    coalesce(first_ms, waited_ms) > budget_token_ms AS first_over,
    visible AND (completed OR waited_ms > budget_done_ms) AND budget_done_ms IS NOT NULL AS done_valid,
    CASE WHEN completed THEN done_ms ELSE waited_ms END > budget_done_ms AS done_over
  FROM seen
)`;

/** Counts rows that are alike, with their weights. */
export const TALLIED = 'count(*)::DOUBLE AS count, sum(weight) AS weight, sum(weight * weight) AS squared';

/** The same where every weight is 1, which is what most sites have. */
export const COUNTED = 'count(*)::DOUBLE AS count';

/**
 * Writes what reads the values of every column of a sample in their order, each with how often it is there. A text is
 * grouped by its 64-bit hash, in half the time.
 */
export const values = (sample: string) => `
WITH ${sample}
SELECT any_value(series) AS series, ms::DOUBLE AS ms, ${TALLIED}
FROM sample GROUP BY hash(series), ms ORDER BY series, ms`;

/** Writes what tells the most frequent budget, and how many there are. */
export const budgetOf = (milestone: 'token' | 'done') => `
WITH ${SEEN}, counted AS (
  SELECT budget_${milestone}_ms AS budget, count(*) AS count FROM seen WHERE budget_${milestone}_ms IS NOT NULL GROUP BY ALL
)
SELECT budget, count(*) OVER () AS budgets FROM counted ORDER BY count DESC, budget LIMIT 1`;

const MATCHED = `coalesce(cache_hit IN ('exact', 'semantic', 'learned'), false)`;

/**
 * How the FAQ in the page did, in one row. What a visitor did next is looked for among all turns of the page, narrowed
 * or not: `rejection` and `choice` name the turns before one that rejects its answer, and before an offered question
 * that was chosen and to whose answer nobody objected.
 */
export const INSTANT = `
WITH ${SEEN}, rejection AS (
  SELECT DISTINCT site, page_id, ordinal - 1 AS ordinal, true AS rejected
  FROM turns WHERE turn_at >= $from_at::BIGINT AND again = 'rejected'
),
choice AS (
  SELECT DISTINCT site, page_id, ordinal - 1 AS ordinal, true AS chosen
  FROM turns ANTI JOIN rejection USING (site, page_id, ordinal)
  WHERE turn_at >= $from_at::BIGINT AND again = 'rephrase' AND final AND source = 'faq'
    AND cache_at = 'browser' AND ${MATCHED} AND verdict IS DISTINCT FROM 'wrong'
),
judged AS (
  SELECT weight, cache_hit = 'exact' AS exact, ${MATCHED} AS matched, chosen,
    matched AND rejected IS NULL AND verdict IS DISTINCT FROM 'wrong' AS unopposed
  FROM seen
  LEFT JOIN rejection USING (site, page_id, ordinal)
  LEFT JOIN choice USING (site, page_id, ordinal)
  WHERE cache_at = 'browser' AND (final OR expired)
)
SELECT count(*) AS asked_count,
  sum(weight) AS whole, sum(weight * weight) AS squared,
  sum(weight) FILTER (exact) AS exact_part,
  sum(weight) FILTER (unopposed OR chosen AND NOT matched) AS answerable_part,
  sum(weight) FILTER (matched) AS matched_part,
  sum(weight * weight) FILTER (matched) AS matched_squared,
  sum(weight) FILTER (unopposed) AS right_part
FROM judged`;

/** The newest turns. */
export const RECENT = `
WITH ${SEEN}
SELECT turn_at, CASE WHEN expired THEN 'abandoned' ELSE outcome END AS outcome,
  source, page_route, route, first_ms, done_ms, waited_ms, over, simulated
FROM seen ORDER BY turn_at DESC, id LIMIT 20`;

/** Turns that browsers dropped. */
export const DROPPED = `
SELECT coalesce(sum(dropped), 0)::DOUBLE AS dropped FROM losses
WHERE lost_at >= $from_at::BIGINT AND lost_at <= $until_at::BIGINT AND ($site::VARCHAR IS NULL OR site = $site)
  AND ($simulated::VARCHAR IS NULL OR ${SIMULATED} = ($simulated = 'only'))`;

/** Sites, routes and prompt classes that came together, with how often they did. */
export const CHOICES = `
SELECT site, page_route, route, class, count(*) AS count FROM turns
WHERE turn_at >= $from_at::BIGINT AND turn_at <= $until_at::BIGINT GROUP BY ALL`;

/** All final turns by outcome and source, those that are rolled up too; none is simulated, as alarms hang on totals. */
export const TOTAL_TURNS = `
SELECT outcome, source, sum(count)::BIGINT AS count FROM (
  SELECT outcome, coalesce(source, 'none') AS source, count(*) AS count FROM turns
  WHERE final AND NOT ${SIMULATED} GROUP BY ALL
  UNION ALL SELECT outcome, source, count FROM rolled_totals WHERE count > 0
) GROUP BY ALL ORDER BY ALL`;

/** All final turns for which the FAQ in the page was asked, by what it had. */
export const TOTAL_INSTANT = `
SELECT hit, sum(count)::BIGINT AS count FROM (
  SELECT cache_hit AS hit, count(*) AS count FROM turns
  WHERE final AND cache_at = 'browser' AND NOT ${SIMULATED} GROUP BY ALL
  UNION ALL SELECT instant, count FROM rolled_totals WHERE instant <> ''
) GROUP BY ALL ORDER BY ALL`;

/** Writes the stages of some turns as `ran`. */
export const ranWhere = (where: string) => `
ran AS (
  SELECT unnest(stage_name) AS stage, unnest(stage_ms) AS ms, unnest(stage_budget_ms) AS budget_ms,
    unnest(stage_state) AS state
  FROM turns WHERE ${where}
)`;

/** All stages of final turns, those that are rolled up too. */
export const TOTAL_STAGES = `
WITH ${ranWhere('final')}
SELECT stage, sum(count)::BIGINT AS count, sum(over_count)::BIGINT AS over_count, sum(timeout_count)::BIGINT AS timeout_count
FROM (
  SELECT stage, count(*) AS count, count(*) FILTER (ms > budget_ms) AS over_count,
    count(*) FILTER (state = 'timeout') AS timeout_count
  FROM ran GROUP BY stage
  UNION ALL SELECT stage, count, over_count, timeout_count FROM rolled_stages
) GROUP BY stage ORDER BY stage`;

/** Sums that only grow. */
export const TOTAL_SUMS = `
SELECT coalesce(sum(first_ms), 0) + coalesce((SELECT sum(first_sum_ms) FROM rolled_totals), 0) AS first_sum,
  count(first_ms) + coalesce((SELECT sum(first_count)::BIGINT FROM rolled_totals), 0) AS first_count,
  coalesce((SELECT sum(dropped) FROM losses WHERE NOT ${SIMULATED}), 0)::DOUBLE
    + coalesce((SELECT sum(dropped) FROM rolled_totals), 0)::DOUBLE AS dropped
FROM turns WHERE final AND coalesce(hidden_ms, 0) = 0 AND NOT ${SIMULATED}`;

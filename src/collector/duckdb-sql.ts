import {SIMULATED_PREFIX} from '../protocol/index.ts';
import {OPEN_EXPIRES_MS} from './store.ts';

/** Tells of a row with a `site` whether a program made it up. */
export const SIMULATED = `starts_with(site, '${SIMULATED_PREFIX}')`;

/** Narrows a FROM turns to the window. Its values are bound: nothing that a client sent is ever part of a statement. */
export const IN_WINDOW = `
  turn_at >= $from_at::BIGINT AND turn_at <= $until_at::BIGINT
    AND ($site::VARCHAR IS NULL OR site = $site)
    AND ($route::VARCHAR IS NULL OR page_route = $route OR route = $route)
    AND ($class::VARCHAR IS NULL OR class = $class)
    AND ($device::VARCHAR IS NULL OR device = $device)
    AND ($net::VARCHAR IS NULL OR net = $net)
    AND ($simulated::VARCHAR IS NULL OR ${SIMULATED} = ($simulated = 'only'))`;

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

/** First words by the arm of their page, as a sample. */
export const ARMS = `
${SEEN}, sample AS (
  SELECT 'arm/' || prefetch_arm AS series, first_ms AS ms, weight FROM seen
  WHERE visible AND first_ms IS NOT NULL AND prefetch_arm IN ('on', 'off')
)`;

/** Writes what reads the values of every column of a sample in their order, each with how often it is there. */
export const values = (sample: string) => `
WITH ${sample}
SELECT series, ms::DOUBLE AS ms, count(*)::DOUBLE AS count, sum(weight) AS weight, sum(weight * weight) AS squared
FROM sample GROUP BY series, ms ORDER BY series, ms`;

/** Writes what reads values at cumulated weights of the sorted columns ($targets, a JSON array of columns with their ranks): the first value that reaches each. */
export const weighed = (sample: string) => `
WITH ${sample},
target AS (
  SELECT series, unnest(ranks) AS upto, unnest(range(len(ranks))) AS place
  FROM (
    SELECT t.series AS series, t.ranks AS ranks
    FROM (SELECT unnest(from_json($targets::VARCHAR, '[{"series":"VARCHAR","ranks":["DOUBLE"]}]')) AS t)
  )
),
cumulated AS (
  SELECT series, ms, sum(weight) OVER (PARTITION BY series ORDER BY ms ROWS UNBOUNDED PRECEDING) AS upto
  FROM sample WHERE series IN (SELECT series FROM target)
)
SELECT target.series AS series, list(cumulated.ms ORDER BY target.place) AS found
FROM target ASOF JOIN cumulated ON target.series = cumulated.series AND target.upto <= cumulated.upto
GROUP BY target.series`;

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

/** Counts, over-budget shares and abandonment, in one row. */
export const COUNTS = `
WITH ${SEEN}, ${JUDGED}
SELECT count(*) AS turn_count,
  count(*) FILTER (NOT final AND NOT expired) AS open_count,
  count(*) FILTER (hidden_ms > 0) AS hidden_count,
  count(*) FILTER (simulated) AS simulated_count,
  count(*) FILTER (visible) AS visible_count,
  sum(weight) FILTER (first_valid AND first_over) AS first_part,
  sum(weight) FILTER (first_valid) AS first_whole,
  sum(weight * weight) FILTER (first_valid) AS first_squared,
  sum(weight) FILTER (done_valid AND done_over) AS done_part,
  sum(weight) FILTER (done_valid) AS done_whole,
  sum(weight * weight) FILTER (done_valid) AS done_squared,
  sum(weight) FILTER (left_it AND NOT shown) AS left_first_part,
  sum(weight) FILTER (left_it) AS left_part,
  sum(weight) FILTER (ended) AS ended_whole,
  sum(weight * weight) FILTER (ended) AS ended_squared
FROM judged`;

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

const MADE = `hedge_won IN ('primary', 'hedge', 'none')`;

/** What was done in case it would be wanted, in one row. */
export const WASTE = `
WITH ${SEEN}, ended AS (SELECT * FROM seen WHERE final OR expired)
SELECT count(*) AS turn_count,
  count(prefetch) AS ahead_count, sum(coalesce(prefetch_count, 1)) FILTER (prefetch IS NOT NULL) AS request_count,
  sum(weight) FILTER (prefetch = 'used') AS used_part,
  sum(weight) FILTER (prefetch IS NOT NULL) AS used_whole,
  sum(weight * weight) FILTER (prefetch IS NOT NULL) AS used_squared,
  median(prefetch_lead_ms) FILTER (prefetch = 'used') AS lead,
  count(*) FILTER (${MADE}) AS attempt_count,
  sum(weight) FILTER (hedge_won = 'hedge') AS won_part,
  sum(weight) FILTER (${MADE}) AS won_whole,
  sum(weight * weight) FILTER (${MADE}) AS won_squared,
  count(*) FILTER (hedge_won = 'denied') AS denied_count
FROM ended`;

/** Ended turns by what became of the requests ahead of them. */
export const AHEAD = `
WITH ${SEEN}
SELECT 'ahead' AS kind, prefetch AS name, count(*) AS count, sum(weight) AS weight
FROM seen WHERE (final OR expired) AND prefetch IS NOT NULL GROUP BY ALL ORDER BY count DESC, name`;

/** Turns by outcome and by source. */
export const TALLIES = `
WITH ${SEEN}
SELECT 'outcome' AS kind, CASE WHEN expired THEN 'abandoned' ELSE outcome END AS name, count(*) AS count, sum(weight) AS weight
FROM seen GROUP BY ALL
UNION ALL
SELECT 'source', coalesce(source, 'none'), count(*), sum(weight) FROM seen GROUP BY ALL
ORDER BY count DESC, name`;

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

/** The busiest sites, routes and prompt classes. */
export const CHOICES = `
WITH recent AS (
  SELECT site, page_route, route, class FROM turns
  WHERE turn_at >= $from_at::BIGINT AND turn_at <= $until_at::BIGINT
),
named AS (
  SELECT 'site' AS kind, site AS name FROM recent
  UNION ALL SELECT 'route', page_route FROM recent
  UNION ALL SELECT 'route', route FROM recent
  UNION ALL SELECT 'class', class FROM recent
)
SELECT kind, name FROM named WHERE name IS NOT NULL GROUP BY kind, name
QUALIFY row_number() OVER (PARTITION BY kind ORDER BY count(*) DESC, name) <= 50
ORDER BY count(*) DESC, name`;

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

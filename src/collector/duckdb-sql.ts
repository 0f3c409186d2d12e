import {PERCENTILES} from '../latency/index.ts';
import {BIN_RATIO, OPEN_EXPIRES_MS} from './store.ts';

/** Narrows a FROM turns to the window. Its values are bound: nothing that a client sent is ever part of a statement. */
const IN_WINDOW = `
  turn_at >= $from_at::BIGINT AND turn_at <= $until_at::BIGINT
    AND ($site::VARCHAR IS NULL OR site = $site)
    AND ($route::VARCHAR IS NULL OR page_route = $route OR route = $route)
    AND ($class::VARCHAR IS NULL OR class = $class)
    AND ($device::VARCHAR IS NULL OR device = $device)
    AND ($net::VARCHAR IS NULL OR net = $net)`;

/** The window's turns as `seen`, with what most statements ask of a turn. */
export const SEEN = `
seen AS (
  SELECT *,
    final AND coalesce(hidden_ms, 0) = 0 AS visible,
    NOT final AND received_at <= $now_at::BIGINT - ${OPEN_EXPIRES_MS} AS expired,
    coalesce(source IN ('cache', 'faq'), false) AS hit,
    first_ms IS NOT NULL AND coalesce(hid_ms >= first_ms, true) AS shown,
    outcome IN ('complete', 'partial', 'fallback') AND done_ms IS NOT NULL AS completed
  FROM turns WHERE ${IN_WINDOW}
)`;

const STAGED = `
staged AS (
  SELECT weight, unnest(stage_name) AS stage, unnest(stage_ms) AS ms, unnest(stage_budget_ms) AS budget_ms,
    coalesce(unnest(stage_state) = 'timeout', false) AS timed_out
  FROM seen WHERE visible
)`;

const SAMPLE = `
sample AS (
  SELECT 'first-token' AS series, first_ms AS ms, weight FROM seen WHERE visible AND first_ms IS NOT NULL
  UNION ALL
  SELECT 'first-token/misses', first_ms, weight FROM seen WHERE visible AND first_ms IS NOT NULL AND NOT hit
  UNION ALL
  SELECT 'complete', done_ms, weight FROM seen WHERE visible AND completed
  UNION ALL
  SELECT 'complete/misses', done_ms, weight FROM seen WHERE visible AND completed AND NOT hit
  UNION ALL
  SELECT 'stage/' || stage, ms, weight FROM staged
  UNION ALL
  SELECT 'arm/' || prefetch_arm, first_ms, weight FROM seen
  WHERE visible AND first_ms IS NOT NULL AND prefetch_arm IN ('on', 'off')
)`;

/** The tables that a set of measured columns is made of; the last is `sample`, of `series`, `ms` and `weight`. */
export const SUMMARY_SAMPLE = `${SEEN}, ${STAGED}, ${SAMPLE}`;

/** Writes what reads every column of a sample with its exact percentiles (type 7). */
export const series = (sample: string) => `
WITH ${sample}
SELECT series, count(*) AS row_count, sum(weight) AS weight, sum(weight * weight) AS squared,
  quantile_cont(ms, [${PERCENTILES.join(', ')}]) AS quantiles
FROM sample GROUP BY series ORDER BY series`;

/** Writes what reads values at ranks of the sorted columns ($targets, a JSON array of columns with their ranks), unweighted. */
export const ranked = (sample: string) => `
WITH ${sample},
target AS (
  SELECT t.series AS series, t.ranks AS ranks
  FROM (SELECT unnest(from_json($targets::VARCHAR, '[{"series":"VARCHAR","ranks":["INTEGER"]}]')) AS t)
),
ordered AS (
  SELECT series, list_sort(list(ms)) AS values FROM sample
  WHERE series IN (SELECT series FROM target) GROUP BY series
)
SELECT series, list_select(ordered.values, target.ranks) AS found FROM ordered JOIN target USING (series)`;

/** Writes what reads values at cumulated weights of the sorted columns ($targets, as for `ranked`): the first value that reaches each. */
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

/** How long visitors waited for the first word, and whether it came. */
export const WAITS = `
WITH ${SEEN}, waited AS (
  SELECT hit, shown, weight,
    CASE WHEN shown THEN first_ms WHEN hid_ms IS NOT NULL THEN hid_ms ELSE coalesce(waited_ms, done_ms) END AS ms
  FROM seen
  WHERE (final OR expired) AND (coalesce(hidden_ms, 0) = 0 OR hid_ms IS NOT NULL)
)
SELECT ms, hit,
  coalesce(sum(weight) FILTER (shown), 0) AS shown_weight,
  coalesce(sum(weight) FILTER (NOT shown), 0) AS left_weight,
  count(*) FILTER (shown) AS shown_count,
  count(*) FILTER (NOT shown) AS left_count,
  sum(weight * weight) AS squared
FROM waited WHERE ms IS NOT NULL GROUP BY ms, hit ORDER BY ms, hit`;

/** Logarithmic histograms. */
export const BINS = `
WITH ${SEEN}, binned AS (
  SELECT 'first-token' AS series, first_ms AS ms, hit, weight FROM seen WHERE visible AND first_ms IS NOT NULL
  UNION ALL
  SELECT 'complete', done_ms, hit, weight FROM seen WHERE visible AND completed
)
SELECT series, hit, floor(ln(greatest(ms, 1)) / ln(${BIN_RATIO}))::INTEGER AS bin, sum(weight) AS weight
FROM binned GROUP BY ALL ORDER BY ALL`;

/** Counts, over-budget shares and abandonment, in one row. */
export const COUNTS = `
WITH ${SEEN}, judged AS (
  SELECT *,
    final OR expired AS ended,
    expired OR outcome = 'abandoned' AS left_it,
    visible AND (first_ms IS NOT NULL OR waited_ms > budget_token_ms) AND budget_token_ms IS NOT NULL AS first_valid,
    coalesce(first_ms, waited_ms) > budget_token_ms AS first_over,
    visible AND (completed OR waited_ms > budget_done_ms) AND budget_done_ms IS NOT NULL AS done_valid,
    CASE WHEN completed THEN done_ms ELSE waited_ms END > budget_done_ms AS done_over
  FROM seen
)
SELECT count(*) AS turn_count,
  count(*) FILTER (NOT final AND NOT expired) AS open_count,
  count(*) FILTER (hidden_ms > 0) AS hidden_count,
  count(*) FILTER (visible) AS visible_count,
  sum(weight) FILTER (first_valid AND first_over) AS first_part,
  sum(weight) FILTER (first_valid) AS first_whole,
  sum(weight * weight) FILTER (first_valid) AS first_squared,
  mode(budget_token_ms) AS first_budget,
  count(DISTINCT budget_token_ms) AS first_budgets,
  sum(weight) FILTER (done_valid AND done_over) AS done_part,
  sum(weight) FILTER (done_valid) AS done_whole,
  sum(weight * weight) FILTER (done_valid) AS done_squared,
  mode(budget_done_ms) AS done_budget,
  count(DISTINCT budget_done_ms) AS done_budgets,
  sum(weight) FILTER (left_it AND NOT shown) AS left_first_part,
  sum(weight) FILTER (left_it) AS left_part,
  sum(weight) FILTER (ended) AS ended_whole,
  sum(weight * weight) FILTER (ended) AS ended_squared
FROM judged`;

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

/** Over-budget shares of the stages. */
export const STAGES = `
WITH ${SEEN}, ${STAGED}
SELECT stage,
  sum(weight) FILTER (ms > budget_ms) AS part,
  sum(weight) FILTER (budget_ms IS NOT NULL) AS whole,
  sum(weight * weight) FILTER (budget_ms IS NOT NULL) AS squared,
  mode(budget_ms) AS budget, count(DISTINCT budget_ms) AS budgets,
  count(*) FILTER (timed_out) AS timeout_count
FROM staged GROUP BY stage ORDER BY stage`;

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
  source, page_route, route, first_ms, done_ms, waited_ms, over
FROM seen ORDER BY turn_at DESC, id LIMIT 20`;

/** Turns that browsers dropped. */
export const DROPPED = `
SELECT coalesce(sum(dropped), 0)::DOUBLE AS dropped FROM losses
WHERE lost_at >= $from_at::BIGINT AND lost_at <= $until_at::BIGINT AND ($site::VARCHAR IS NULL OR site = $site)`;

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

/** All final turns by outcome and source. */
export const TOTAL_TURNS = `
SELECT outcome, coalesce(source, 'none') AS source, count(*) AS count FROM turns WHERE final GROUP BY ALL ORDER BY ALL`;

/** All final turns for which the FAQ in the page was asked, by what it had. */
export const TOTAL_INSTANT = `
SELECT cache_hit AS hit, count(*) AS count FROM turns WHERE final AND cache_at = 'browser' GROUP BY ALL ORDER BY ALL`;

/** Sums that only grow. */
export const TOTAL_SUMS = `
SELECT coalesce(sum(first_ms), 0) AS first_sum, count(first_ms) AS first_count,
  (SELECT coalesce(sum(dropped), 0)::DOUBLE FROM losses) AS dropped
FROM turns WHERE final AND coalesce(hidden_ms, 0) = 0`;

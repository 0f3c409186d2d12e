import {COLD_STARTS, SPLITS, type SplitBy} from './blame-reading.ts';
import {SEEN} from './duckdb-sql.ts';

/** Whose tail: of all turns, or of those that neither a cache nor the FAQ answered. */
export type Population = 'all' | 'misses';

/** What stands for all stages among them. */
export const WHOLE = '';

/** Ends of the sets, in the order of their shares. */
export const EDGES = [
  'middle_low',
  'middle_high',
  'slow95_low',
  'slow99_low',
  'around95_low',
  'around95_high',
  'around99_low',
  'around99_high',
] as const;

/** One of them. */
export type Edge = (typeof EDGES)[number];

/** The most parts that a path has: a record's stages, a proxy and what belongs to nobody. */
const MAX_PARTS = 14;

/** What a turn is under each split, and in which bin of time; what it does not say is `unknown`. */
const VALUES: Record<SplitBy | 'bin' | 'cold', string> = {
  route: `coalesce(route, 'unknown')`,
  class: `coalesce(class, 'unknown')`,
  page: `coalesce(page_route, 'unknown')`,
  device: `coalesce(device, 'unknown')`,
  net: `coalesce(net, 'unknown')`,
  turn: `CASE WHEN ordinal = 1 THEN 'first' WHEN ordinal > 1 THEN 'later' ELSE 'unknown' END`,
  cache: `CASE WHEN hit THEN source ELSE 'miss' END`,
  hedge: `coalesce(hedge_won, 'not due')`,
  hour: `lpad((turn_at // 3600000 % 24)::VARCHAR, 2, '0')`,
  bin: `(turn_at // $bin_ms::BIGINT * $bin_ms::BIGINT)::VARCHAR`,
  cold: `coalesce(cold, false)::VARCHAR`,
};

const answered = (of: Population) => `
answered AS (SELECT * FROM seen WHERE visible AND first_ms IS NOT NULL ${of === 'misses' ? 'AND NOT hit' : ''})`;

const BASE = `
base AS (
  SELECT b.stage AS stage, b.ms AS ms
  FROM (SELECT unnest(from_json($base::VARCHAR, '[{"stage":"VARCHAR","ms":"DOUBLE"}]')) AS b)
)`;

const spent = (of: Population) => `
${SEEN}, ${answered(of)}, ${BASE},
slow AS (SELECT *, first_ms - $base_ms::DOUBLE AS excess FROM answered WHERE first_ms >= $from_ms::DOUBLE),
spent AS (SELECT id, unnest(string_split(path, ' ')) AS stage, unnest(path_ms) AS ms FROM slow WHERE path <> '')`;

/** The turns in a window, how far they lie apart, and those over budget, in one row. */
export const COUNTS = `
WITH ${SEEN}, judged AS (
  SELECT turn_at, weight, coalesce(first_ms, waited_ms) > budget_token_ms AS is_over,
    visible AND (first_ms IS NOT NULL OR waited_ms > budget_token_ms) AND budget_token_ms IS NOT NULL AS valid
  FROM seen
)
SELECT min(turn_at) AS first_at, max(turn_at) AS last_at,
  sum(weight) FILTER (valid AND is_over) AS over_part,
  sum(weight) FILTER (valid) AS over_whole,
  sum(weight * weight) FILTER (valid) AS over_squared
FROM judged`;

/** Writes what counts a population. */
export const population = (of: Population) => `
WITH ${SEEN}, ${answered(of)}
SELECT count(*) AS count, sum(weight) AS weight, sum(weight * weight) AS squared FROM answered`;

/** Writes what reads percentiles (type 7), which are numbers of ours. */
export const quantiles = (of: Population, shares: readonly number[]) => `
WITH ${SEEN}, ${answered(of)}
SELECT quantile_cont(first_ms, [${shares.join(', ')}]) AS found FROM answered`;

/** The tables of a measured column, as percentiles of a sample are read. */
export const sample = (of: Population) => `
${SEEN}, ${answered(of)}, sample AS (SELECT 'first-token' AS series, first_ms AS ms, weight FROM answered)`;

/** Writes what sums up times by path, for each set of turns: bits of `sets`, in the order of TAIL_SETS without the first. */
export const paths = (of: Population) => `
WITH ${SEEN}, ${answered(of)}, placed AS (
  SELECT path, path_ms, weight,
    (first_ms BETWEEN $middle_low::DOUBLE AND $middle_high::DOUBLE)::INTEGER
      + 2 * (first_ms >= $slow95_low::DOUBLE)::INTEGER
      + 4 * (first_ms >= $slow99_low::DOUBLE)::INTEGER
      + 8 * (first_ms BETWEEN $around95_low::DOUBLE AND $around95_high::DOUBLE)::INTEGER
      + 16 * (first_ms BETWEEN $around99_low::DOUBLE AND $around99_high::DOUBLE)::INTEGER AS sets
  FROM answered
)
SELECT path, sets, count(*) AS count, sum(weight) AS weight, sum(weight * weight) AS squared,
  [${Array.from({length: MAX_PARTS}, (_, index) => `sum(weight * path_ms[${index + 1}])`).join(', ')}] AS sums
FROM placed GROUP BY path, sets`;

/** Writes what sums up how much longer slow turns ($from_ms) took than the middle ($base), by stage and of the WHOLE. */
export const excess = (of: Population) => `
WITH ${spent(of)},
stages AS (SELECT stage FROM spent UNION SELECT stage FROM base),
grown AS (
  SELECT stages.stage AS stage, slow.weight AS weight, slow.excess AS whole,
    coalesce(spent.ms, 0) - coalesce(base.ms, 0) AS excess
  FROM slow CROSS JOIN stages
  LEFT JOIN spent ON spent.id = slow.id AND spent.stage = stages.stage
  LEFT JOIN base ON base.stage = stages.stage
)
SELECT stage, sum(weight * excess) AS excess, sum(weight * weight * excess * excess) AS squared,
  sum(weight * weight * excess * whole) AS product, 0 AS page_count
FROM grown GROUP BY stage
UNION ALL
SELECT '${COLD_STARTS}', coalesce(sum(weight * excess) FILTER (cold), 0),
  coalesce(sum(weight * weight * excess * excess) FILTER (cold), 0),
  coalesce(sum(weight * weight * excess * excess) FILTER (cold), 0), 0
FROM slow
UNION ALL
SELECT '${WHOLE}', sum(weight * excess), sum(weight * weight * excess * excess), 0, count(DISTINCT page_id) FROM slow`;

const SLOW_BY = [...SPLITS, 'bin'] as const;

/** Writes what weighs slow ($slow_ms) and long ($long_ms) turns by the stage that grew most in them, and by each split. */
export const slowParts = (of: Population) => `
WITH ${spent(of)},
blamed AS (
  SELECT id, arg_max(stage, spent.ms - coalesce(base.ms, 0)) AS stage
  FROM spent LEFT JOIN base USING (stage) GROUP BY id
),
parted AS (
  SELECT stage, weight, coalesce(cold, false) AS cold,
    first_ms >= $slow_ms::DOUBLE AS slow, first_ms >= $long_ms::DOUBLE AS long,
    unnest([
      {'by': 'all', 'name': ''},
      ${SLOW_BY.map((by) => `{'by': '${by}', 'name': ${VALUES[by]}}`).join(', ')}
    ]) AS part
  FROM slow JOIN blamed USING (id)
)
SELECT stage, cold, slow, long, part.by AS by, part.name AS name, sum(weight) AS weight, sum(weight * weight) AS squared
FROM parted GROUP BY ALL ORDER BY ALL`;

const ALL_BY = [...SLOW_BY, 'cold'] as const;

/** Weighs all answered turns by each split. */
export const PARTS = `
WITH ${SEEN}, ${answered('all')}, valued AS (
  SELECT weight, ${ALL_BY.map((by) => `${VALUES[by]} AS by_${by}`).join(', ')} FROM answered
)
SELECT CASE ${ALL_BY.map((by) => `WHEN by_${by} IS NOT NULL THEN '${by}'`).join(' ')} END AS by,
  coalesce(${ALL_BY.map((by) => `by_${by}`).join(', ')}) AS name, sum(weight) AS weight
FROM valued GROUP BY GROUPING SETS (${ALL_BY.map((by) => `(by_${by})`).join(', ')}) ORDER BY ALL`;

/** Writes what weighs the turns over each budget, slow ones ($from_ms) apart. */
export const over = (of: Population) => `
WITH ${SEEN}, ${answered(of)},
exceeded AS (
  SELECT unnest("over") AS stage, weight, first_ms >= $from_ms::DOUBLE AS is_slow FROM answered WHERE len("over") > 0
)
SELECT stage, coalesce(sum(weight) FILTER (is_slow), 0) AS slow, coalesce(sum(weight) FILTER (NOT is_slow), 0) AS other
FROM exceeded GROUP BY stage ORDER BY stage`;

import {COLD_STARTS, type Edge, SPLITS, type SplitBy} from './blame-reading.ts';
import {SEEN} from './duckdb-sql.ts';
import type {Place} from './tail-edges.ts';

/** What stands for all stages among them. */
export const WHOLE = '';

/** What a turn is under each split, and in which bin of time. */
const VALUES: Record<SplitBy | 'bin', string> = {
  route: 'route',
  class: 'class',
  page: 'page_route',
  device: 'device',
  net: 'net',
  turn: `CASE WHEN ordinal = 1 THEN 'first' WHEN ordinal > 1 THEN 'later' END`,
  cache: `CASE WHEN hit THEN source ELSE 'miss' END`,
  hedge: `coalesce(hedge_won, 'not due')`,
  hour: 'turn_at // 3600000 % 24',
  bin: 'turn_at // $bin_ms::BIGINT * $bin_ms::BIGINT',
};

const SLOW_BY = [...SPLITS, 'bin'] as const;

const ANSWERED = `${SEEN}, answered AS (SELECT * FROM seen WHERE visible AND first_ms IS NOT NULL)`;

const counted = (name: string, condition: string) => `
  count(*) FILTER (${condition}) AS ${name}_count,
  coalesce(sum(weight) FILTER (${condition}), 0) AS ${name}_weight,
  coalesce(sum(weight * weight) FILTER (${condition}), 0) AS ${name}_squared`;

/**
 * Counts the answered turns and of them the misses, tells how far they lie apart and into how many parts their paths divide
 * at most, and weighs the turns over budget, in one row.
 */
export const COUNTS = `
WITH ${SEEN}, judged AS (
  SELECT turn_at, weight, hit, visible AND first_ms IS NOT NULL AS answered, len(path_ms) AS part_count,
    coalesce(first_ms, waited_ms) > budget_token_ms AS is_over,
    visible AND (first_ms IS NOT NULL OR waited_ms > budget_token_ms) AND budget_token_ms IS NOT NULL AS valid
  FROM seen
)
SELECT min(turn_at) FILTER (answered) AS first_at, max(turn_at) FILTER (answered) AS last_at,
  max(part_count) FILTER (answered) AS part_count,
  ${counted('all', 'answered')},
  ${counted('misses', 'answered AND NOT hit')},
  sum(weight) FILTER (valid AND is_over) AS over_part,
  sum(weight) FILTER (valid) AS over_whole,
  sum(weight * weight) FILTER (valid) AS over_squared
FROM judged`;

/** Writes what reads values at places in the sorted times of each population, in one row of `<population>_<edge>_low`. */
export const edges = (populations: Readonly<Record<'all' | 'misses', Readonly<Record<Edge, Place>>>>) => `
WITH ${ANSWERED},
steps AS (
  SELECT first_ms AS ms, sum(weight) AS weight, coalesce(sum(weight) FILTER (NOT hit), 0) AS miss_weight
  FROM answered GROUP BY first_ms
),
cumulated AS (
  SELECT ms, sum(weight) OVER upto AS all_upto, sum(miss_weight) OVER upto AS misses_upto
  FROM steps WINDOW upto AS (ORDER BY ms ROWS UNBOUNDED PRECEDING)
)
SELECT ${Object.entries(populations)
  .flatMap(([of, places]) =>
    Object.entries(places).flatMap(([edge, place]) =>
      (['low', 'high'] as const).map((end) => `min(ms) FILTER (${of}_upto >= ${place[end]}) AS ${of}_${edge}_${end}`),
    ),
  )
  .join(',\n  ')}
FROM cumulated`;

const between = (of: 'all' | 'misses', name: string) =>
  `first_ms BETWEEN $${of}_${name}_low::DOUBLE AND $${of}_${name}_high::DOUBLE`;

const setsOf = (of: 'all' | 'misses') =>
  [
    between(of, 'middle'),
    `first_ms >= $${of}_slow95::DOUBLE`,
    `first_ms >= $${of}_slow99::DOUBLE`,
    between(of, 'around95'),
    between(of, 'around99'),
  ]
    .map((condition, index) => `${1 << index} * (${condition})::INTEGER`)
    .join(' + ');

const summed = (partCount: number) => `
  count(*) AS count, sum(weight) AS weight, sum(weight * weight) AS squared,
  [${Array.from({length: partCount}, (_, index) => `sum(weight * path_ms[${index + 1}])`).join(', ')}]::DOUBLE[] AS sums`;

/** Writes what sums up times by path, where paths have so many parts at most. */
export const paths = (partCount: number) => `
WITH ${ANSWERED}
SELECT path, hit, ${summed(partCount)} FROM answered GROUP BY path, hit`;

/** Writes the same for each smaller set of both populations: bits of `all_sets` and `misses_sets`, in the order of TAIL_SETS. */
export const setPaths = (partCount: number) => `
WITH ${ANSWERED}, placed AS (
  SELECT path, path_ms, weight, hit, ${setsOf('all')} AS all_sets, ${setsOf('misses')} AS misses_sets FROM answered
  WHERE ${between('all', 'middle')} OR ${between('misses', 'middle')}
    OR first_ms >= least($all_around95_low::DOUBLE, $misses_around95_low::DOUBLE)
)
SELECT path, hit, all_sets, misses_sets, ${summed(partCount)} FROM placed GROUP BY path, hit, all_sets, misses_sets`;

const SPENT = `
${ANSWERED},
base AS (
  SELECT b.stage AS stage, b.ms AS ms
  FROM (SELECT unnest(from_json($base::VARCHAR, '[{"stage":"VARCHAR","ms":"DOUBLE"}]')) AS b)
),
slow AS (SELECT *, first_ms - $base_ms::DOUBLE AS excess FROM answered WHERE first_ms >= $from_ms::DOUBLE),
spent AS (SELECT id, unnest(string_split(path, ' ')) AS stage, unnest(path_ms) AS ms FROM slow WHERE path <> '')`;

/** Sums up how much longer slow turns ($from_ms) took than the middle ($base), by stage and of the WHOLE. */
export const EXCESS = `
WITH ${SPENT},
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
SELECT '${WHOLE}', sum(weight * excess), sum(weight * weight * excess * excess), 0, count(DISTINCT (site, page_id))
FROM slow`;

/** Weighs slow ($slow_ms) and long ($long_ms) turns by the stage that grew most in them, and by each split. */
export const SLOW_PARTS = `
WITH ${SPENT},
blamed AS (
  SELECT id, arg_max(stage, spent.ms - coalesce(base.ms, 0)) AS stage
  FROM spent LEFT JOIN base USING (stage) GROUP BY id
),
parted AS (
  SELECT stage, weight, coalesce(cold, false) AS cold,
    first_ms >= $slow_ms::DOUBLE AS slow, first_ms >= $long_ms::DOUBLE AS long,
    unnest([
      {'by': 'all', 'name': ''},
      ${SLOW_BY.map((by) => `{'by': '${by}', 'name': (${VALUES[by]})::VARCHAR}`).join(', ')}
    ]) AS part
  FROM slow JOIN blamed USING (id)
)
SELECT stage, cold, slow, long, part.by AS by, part.name AS name, sum(weight) AS weight, sum(weight * weight) AS squared
FROM parted GROUP BY ALL ORDER BY ALL`;

/** What PARTS groups by: columns as they are stored, since a million values are read as they are in half the time. */
const STORED: Record<Exclude<SplitBy, 'hour'> | 'slot' | 'cold', string> = {
  ...{route: 'route', class: 'class', page: 'page_route', device: 'device', net: 'net'},
  ...{turn: 'ordinal = 1', cache: 'source', hedge: 'hedge_won', cold: 'cold'},
  slot: 'turn_at // $slot_ms::BIGINT * $slot_ms::BIGINT',
};

const stored = Object.entries(STORED);

/** Weighs all answered turns by each split but the hour, in each slot of time, and by whether a cold start was in them. */
export const PARTS = `
WITH ${ANSWERED}, valued AS (
  SELECT weight, ${stored.map(([by, column]) => `${column} AS by_${by}`).join(', ')} FROM answered
)
SELECT CASE ${stored.map(([by]) => `WHEN grouping(by_${by}) = 0 THEN '${by}'`).join(' ')} END AS by,
  coalesce(${stored.map(([by]) => `by_${by}::VARCHAR`).join(', ')}) AS name, sum(weight) AS weight
FROM valued GROUP BY GROUPING SETS (${stored.map(([by]) => `(by_${by})`).join(', ')}) ORDER BY ALL`;

/** Weighs the turns over each budget, slow ones ($from_ms) apart. */
export const OVER = `
WITH ${ANSWERED}, exceeded AS (
  SELECT unnest("over") AS stage, weight, first_ms >= $from_ms::DOUBLE AS is_slow FROM answered WHERE len("over") > 0
)
SELECT stage, coalesce(sum(weight) FILTER (is_slow), 0) AS slow, coalesce(sum(weight) FILTER (NOT is_slow), 0) AS other
FROM exceeded GROUP BY stage ORDER BY stage`;

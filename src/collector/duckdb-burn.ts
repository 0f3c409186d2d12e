import {DEFAULT_SHARE} from '../latency/index.ts';
import {
  BURN_BIN_COUNT,
  BURN_BIN_MS,
  type BudgetsReading,
  type BurnBin,
  type BurnReading,
  type Objective,
} from './burn-reading.ts';
import {type Ask, numberOf, type Row, shareOf} from './duckdb-ask.ts';
import {budgetOf} from './duckdb-queries.ts';
import {SEEN} from './duckdb-sql.ts';
import {readStages} from './duckdb-stages.ts';
import {readTimes} from './duckdb-times.ts';

const OBJECTIVE = `
objective AS (
  SELECT o.kind AS kind, o.name AS name, o."targetShare" AS target, o.ms AS ms
  FROM (
    SELECT unnest(from_json($limits::VARCHAR,
      '[{"kind":"VARCHAR","name":"VARCHAR","targetShare":"DOUBLE","ms":"DOUBLE"}]')) AS o
  )
)`;

/**
 * The turns in which a milestone's budget was kept or broken, as `judged`. A turn is valid where that is known: the
 * milestone was reached in sight, or was waited for longer than its budget, or a failure or a deadline made something
 * else of the answer. Who left or hid the page earlier tells nothing, and neither does who was offline.
 */
const MILESTONES = `${SEEN}, ${OBJECTIVE},
followed AS (
  SELECT *, coalesce(fallback_why IN ('error', 'overload', 'breaker'), false) OR outcome = 'error' AS failed,
    coalesce(fallback_why = 'deadline-token', false) AS first_fell,
    coalesce(fallback_why = 'deadline-done', false) OR outcome = 'partial' AS done_fell
  FROM seen
  WHERE (coalesce(hidden_ms, 0) = 0 OR hid_ms IS NOT NULL)
    AND outcome <> 'offline' AND fallback_why IS DISTINCT FROM 'offline'
),
held AS (
  SELECT kind, name, target, final, turn_at, weight, site, page_route, route, retries, name = 'first-token' AS first,
    coalesce(objective.ms, CASE WHEN first THEN budget_token_ms ELSE budget_done_ms END) AS limit_ms,
    CASE WHEN first THEN CASE WHEN shown THEN first_ms END
      ELSE CASE WHEN completed AND coalesce(hid_ms >= done_ms, true) THEN done_ms END END AS ms,
    CASE WHEN first THEN coalesce(hid_ms, waited_ms, done_ms) ELSE coalesce(hid_ms, waited_ms) END AS wait_ms,
    first_fell OR NOT first AND done_fell AS fell, failed OR fell OR NOT first AND outcome = 'cut' AS spoilt,
    outcome = 'fallback' OR NOT first AND outcome = 'partial' AS lesser
  FROM followed CROSS JOIN objective WHERE kind = 'milestone'
),
judged AS (
  SELECT *, spoilt OR coalesce(coalesce(ms, wait_ms) > limit_ms, false) AS bad, bad OR ms IS NOT NULL AS valid
  FROM held WHERE limit_ms IS NOT NULL
)`;

/** The runs of stages that have a budget, likewise. */
const STAGES = `${SEEN}, ${OBJECTIVE},
ran AS (
  SELECT unnest(stage_name) AS name, unnest(stage_budget_ms) AS own_ms, unnest(stage_ms) AS ms,
    unnest(stage_state) AS state, unnest(stage_retries) AS retries, turn_at, weight, site, page_route, route
  FROM seen WHERE visible
),
judged AS (
  SELECT 'stage' AS kind, ran.name, coalesce(target, ${DEFAULT_SHARE}) AS target, true AS final, turn_at, weight,
    site, page_route, route, retries, coalesce(objective.ms, own_ms) AS limit_ms,
    coalesce(state = 'timeout', false) AS fell, fell AS lesser,
    coalesce(state IN ('timeout', 'error'), false) OR ran.ms > limit_ms AS bad, true AS valid
  FROM ran LEFT JOIN objective ON kind = 'stage' AND objective.name = ran.name
  WHERE coalesce(objective.ms, own_ms) IS NOT NULL
)`;

/** Both; one statement each, as one that reads the turns twice would copy them first. */
const JUDGED = [MILESTONES, STAGES];

const burn = (judged: string) => `
WITH ${judged}, binned AS (
  SELECT kind, name, target, site, page_route, route, ($until_at::BIGINT - turn_at) // ${BURN_BIN_MS} AS bin,
    count(*) FILTER (bad) AS bad_count, coalesce(sum(weight) FILTER (bad), 0) AS bad_weight,
    sum(weight) AS valid_weight, min(turn_at) FILTER (bad) AS first_bad_at,
    min(limit_ms) AS low_ms, max(limit_ms) AS high_ms
  FROM judged WHERE valid AND turn_at > $until_at::BIGINT - ${BURN_BIN_MS * BURN_BIN_COUNT} GROUP BY ALL
)
SELECT kind, name, target, site, page_route, route, min(low_ms) AS budget, max(high_ms) AS high,
  list(bin ORDER BY bin) AS bins,
  list(bad_count ORDER BY bin) AS bad_counts, list(bad_weight ORDER BY bin) AS bad_weights,
  list(valid_weight ORDER BY bin) AS valid_weights, list(first_bad_at ORDER BY bin) AS first_bad_ats
FROM binned GROUP BY ALL ORDER BY kind, name, target, site, page_route, route`;

const used = (judged: string) => `
WITH ${judged}
SELECT kind, name, target, coalesce(sum(weight) FILTER (bad), 0) AS part, sum(weight) AS whole,
  sum(weight * weight) AS squared
FROM judged WHERE valid GROUP BY ALL ORDER BY kind, name, target`;

const OLDEST = `WITH ${SEEN} SELECT min(turn_at) AS oldest_at FROM seen`;

const kept = (judged: string) => `
WITH ${judged}
SELECT kind, name, target,
  coalesce(sum(weight) FILTER (bad), 0) AS part, coalesce(sum(weight) FILTER (valid), 0) AS whole,
  coalesce(sum(weight * weight) FILTER (valid), 0) AS squared, count(*) FILTER (bad) AS bad_count,
  mode(limit_ms) AS budget, count(DISTINCT limit_ms) AS budgets,
  count(*) FILTER (fell) AS timeout_count, coalesce(sum(retries), 0) AS retry_count,
  coalesce(sum(weight) FILTER (final AND lesser), 0) AS lesser_part, sum(weight) FILTER (final) AS lesser_whole,
  sum(weight * weight) FILTER (final) AS lesser_squared
FROM judged GROUP BY kind, name, target ORDER BY kind, name = 'complete', name, target`;

/** Reads when budgets were broken. */
export async function readBurn(ask: Ask): Promise<BurnReading> {
  const [oldest = {}] = await ask(OLDEST);
  const groups = (await askBoth(ask, burn)).map((row) => ({
    ...objectiveOf(row),
    site: String(row['site']),
    pageRoute: textOf(row['page_route']),
    route: textOf(row['route']),
    ...budgetOf({budget: row['budget'], budgets: row['budget'] === row['high'] ? 1 : 2}),
    bins: binsOf(row),
  }));
  const totals = (await askBoth(ask, used)).map((row) => ({...objectiveOf(row), ...shareOf(row, '')}));
  return {oldestAt: oldest['oldest_at'] == null ? undefined : numberOf(oldest['oldest_at']), totals, groups};
}

/** Reads how each budget was kept, with the percentile that it is declared for. */
export async function readBudgets(ask: Ask): Promise<BudgetsReading> {
  const found = await askBoth(ask, kept);
  const shares = [...new Set(found.map((row) => numberOf(row['target'])))].sort((a, b) => a - b);
  const times = await readTimes(ask, {shares});
  const stages = await readStages(ask, {shares});
  const series = new Map([...times.series, ...stages.series].map((column) => [column.name, column]));
  const rows = found.map((row) => {
    const objective = objectiveOf(row);
    return {
      ...objective,
      ...shareOf(row, ''),
      ...budgetOf(row),
      badCount: numberOf(row['bad_count']),
      timeoutCount: numberOf(row['timeout_count']),
      retryCount: numberOf(row['retry_count']),
      degraded: shareOf(row, 'lesser_'),
      series: series.get(objective.kind === 'stage' ? `stage/${objective.name}` : objective.name),
    };
  });
  return {rows, waits: times.waits.all};
}

async function askBoth(ask: Ask, write: (judged: string) => string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const judged of JUDGED) rows.push(...(await ask(write(judged))));
  return rows;
}

function objectiveOf(row: Row): Objective {
  return {
    kind: row['kind'] as Objective['kind'], // the statement writes these two
    name: String(row['name']),
    targetShare: numberOf(row['target']),
  };
}

function binsOf(row: Row): BurnBin[] {
  const column = (name: string): unknown[] => (Array.isArray(row[name]) ? row[name] : []);
  const [counts, bad, valid, firsts] = ['bad_counts', 'bad_weights', 'valid_weights', 'first_bad_ats'].map(column);
  return column('bins').map((bin, at) => ({
    bin: numberOf(bin),
    badCount: numberOf(counts?.[at]),
    badWeight: numberOf(bad?.[at]),
    validWeight: numberOf(valid?.[at]),
    firstBadAt: firsts?.[at] == null ? undefined : numberOf(firsts[at]),
  }));
}

function textOf(value: unknown): string | undefined {
  return value == null ? undefined : String(value);
}

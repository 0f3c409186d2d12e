import {ALERTS_TABLE} from './duckdb-alerts.ts';
import {pathNames} from './duckdb-path.ts';
import {ROLLUP_TABLES} from './duckdb-rollups.ts';
import type {StoredTurn} from './store.ts';

/** Creates what is missing; running it again changes nothing. Times ending in `_at` are epoch ms. */
export const TABLES = `${ROLLUP_TABLES}${ALERTS_TABLE}
CREATE TABLE IF NOT EXISTS turns (
  id UUID PRIMARY KEY,
  rev INTEGER NOT NULL,
  final BOOLEAN NOT NULL,
  received_at BIGINT NOT NULL,
  turn_at BIGINT NOT NULL,
  site VARCHAR NOT NULL,
  page_id VARCHAR NOT NULL,
  page_route VARCHAR,
  device VARCHAR,
  net VARCHAR,
  class VARCHAR,
  model VARCHAR,
  route VARCHAR,
  outcome VARCHAR NOT NULL,
  source VARCHAR,
  first_ms DOUBLE,
  done_ms DOUBLE,
  waited_ms DOUBLE,
  hidden_ms DOUBLE,
  hid_ms DOUBLE,
  budget_token_ms DOUBLE,
  budget_done_ms DOUBLE,
  weight DOUBLE NOT NULL,
  ordinal INTEGER,
  again VARCHAR,
  verdict VARCHAR,
  cache_hit VARCHAR,
  cache_at VARCHAR,
  prefetch VARCHAR,
  prefetch_count INTEGER,
  prefetch_lead_ms DOUBLE,
  prefetch_arm VARCHAR,
  hedge_won VARCHAR,
  stream_verdict VARCHAR,
  fallback_why VARCHAR,
  retries INTEGER,
  task INTEGER,
  arms VARCHAR,
  cached_tokens INTEGER,
  over VARCHAR[] NOT NULL,
  stage_list VARCHAR,
  stage_name VARCHAR[] NOT NULL,
  stage_ms DOUBLE[] NOT NULL,
  stage_budget_ms DOUBLE[] NOT NULL,
  stage_state VARCHAR[] NOT NULL,
  stage_retries INTEGER[],
  cold BOOLEAN,
  path VARCHAR,
  path_ms DOUBLE[],
  record VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS losses (lost_at BIGINT NOT NULL, site VARCHAR NOT NULL, dropped INTEGER NOT NULL);
`;

/** The columns of a turn, with their types; a list's in brackets. */
export const COLUMNS = {
  id: 'UUID',
  rev: 'INTEGER',
  final: 'BOOLEAN',
  received_at: 'BIGINT',
  turn_at: 'BIGINT',
  site: 'VARCHAR',
  page_id: 'VARCHAR',
  page_route: 'VARCHAR',
  device: 'VARCHAR',
  net: 'VARCHAR',
  class: 'VARCHAR',
  model: 'VARCHAR',
  route: 'VARCHAR',
  outcome: 'VARCHAR',
  source: 'VARCHAR',
  first_ms: 'DOUBLE',
  done_ms: 'DOUBLE',
  waited_ms: 'DOUBLE',
  hidden_ms: 'DOUBLE',
  hid_ms: 'DOUBLE',
  budget_token_ms: 'DOUBLE',
  budget_done_ms: 'DOUBLE',
  weight: 'DOUBLE',
  ordinal: 'INTEGER',
  again: 'VARCHAR',
  verdict: 'VARCHAR',
  cache_hit: 'VARCHAR',
  cache_at: 'VARCHAR',
  prefetch: 'VARCHAR',
  prefetch_count: 'INTEGER',
  prefetch_lead_ms: 'DOUBLE',
  prefetch_arm: 'VARCHAR',
  hedge_won: 'VARCHAR',
  stream_verdict: 'VARCHAR',
  fallback_why: 'VARCHAR',
  retries: 'INTEGER',
  task: 'INTEGER',
  arms: 'VARCHAR',
  cached_tokens: 'INTEGER',
  over: ['VARCHAR'],
  stage_list: 'VARCHAR',
  stage_name: ['VARCHAR'],
  stage_ms: ['DOUBLE'],
  stage_budget_ms: ['DOUBLE'],
  stage_state: ['VARCHAR'],
  stage_retries: ['INTEGER'],
  cold: 'BOOLEAN',
  path: 'VARCHAR',
  path_ms: ['DOUBLE'],
  record: 'VARCHAR',
} as const;

/** One of them. */
export type Column = keyof typeof COLUMNS;

/** A turn as it is stored. */
export type TurnRow = Record<Column, unknown>;

/** The columns that older versions lack, with where their values stand in the records beside them. */
const ADDED = {
  ordinal: '$.n',
  again: '$.again',
  verdict: '$.fb',
  cache_hit: '$.cache.hit',
  cache_at: '$.cache.at',
  prefetch: '$.prefetch.r',
  prefetch_count: '$.prefetch.count',
  prefetch_lead_ms: '$.prefetch.lead',
  prefetch_arm: '$.arms.prefetch',
  hedge_won: '$.hedge.won',
  fallback_why: '$.fallback.why',
  retries: '$.retries',
  task: '$.task',
  cached_tokens: '$.cached_tokens',
  cold: '$.cold',
  stream_verdict: '$.stream.verdict',
} as const satisfies Partial<Record<Column, string>>;

const added = Object.entries(ADDED) as [keyof typeof ADDED, string][]; // its own keys

const ARMS = `array_to_string(list_transform(
    map_entries((record->'$.arms')::MAP(VARCHAR, VARCHAR)), told -> told.key || '=' || told.value), ' ')`;

/** With those that are computed of others, one of which old records do not tell, and those that `fillPaths` adds. */
const lately = [...Object.keys(ADDED), 'arms', 'stage_list', 'stage_retries', 'path', 'path_ms'];

/** Tells whether the file is from before turns had all of these columns: one row if it is. */
export const LACKS_COLUMNS = `
SELECT 1 FROM duckdb_columns() WHERE table_name = 'turns' AND column_name IN (${lately.map((name) => `'${name}'`).join(', ')})
HAVING count(*) < ${lately.length}`;

/** Adds those columns where they are missing, and fills them from the records. */
export const ADD_COLUMNS = `
${added.map(([name]) => `ALTER TABLE turns ADD COLUMN IF NOT EXISTS ${name} ${COLUMNS[name]};`).join('\n')}
ALTER TABLE turns ADD COLUMN IF NOT EXISTS arms VARCHAR;
ALTER TABLE turns ADD COLUMN IF NOT EXISTS stage_list VARCHAR;
ALTER TABLE turns ADD COLUMN IF NOT EXISTS stage_retries INTEGER[];
UPDATE turns SET ${added.map(([name, path]) => `${name} = (record->>'${path}')::${COLUMNS[name]}`).join(', ')},
  stage_list = array_to_string(list_transform(stage_name, lambda name, place:
    name || ':' || coalesce(stage_budget_ms[place]::VARCHAR, '')
      || CASE WHEN stage_state[place] = 'timeout' THEN '!' ELSE '' END), ' '),
  arms = coalesce(${ARMS}, '');
`;

const names = Object.keys(COLUMNS);
const updates = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);

/**
 * Inserts the turns of a JSON array ($1); a row that is there gives way to a higher `rev`, or to the end of its own, and
 * one that is rolled up does not come back.
 */
export const INSERT_TURNS = `
INSERT INTO turns (${names.join(', ')})
SELECT ${names.map((name) => `incoming.${name}`).join(', ')}
FROM (SELECT unnest(from_json($1::VARCHAR, '${JSON.stringify([COLUMNS])}')) AS incoming)
WHERE NOT EXISTS (FROM rolled WHERE rolled.id = incoming.id)
ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')}
WHERE excluded.rev > turns.rev OR (excluded.rev = turns.rev AND excluded.final AND NOT turns.final)`;

/** Tells whether anything is rolled up that may be sent again: one row if it is. */
export const ANY_ROLLED = 'SELECT 1 FROM rolled LIMIT 1';

/** Inserts the losses of a JSON array ($1). */
export const INSERT_LOSSES = `
INSERT INTO losses
SELECT incoming.lost_at, incoming.site, incoming.dropped
FROM (SELECT unnest(from_json($1::VARCHAR, '[{"lost_at":"BIGINT","site":"VARCHAR","dropped":"INTEGER"}]')) AS incoming)`;

/** Finds which of the ids in a JSON array ($1) are known. */
export const KNOWN_IDS = `
SELECT replace(id::VARCHAR, '-', '') AS id FROM (SELECT id FROM turns UNION ALL SELECT id FROM rolled)
WHERE id IN (SELECT unnest(from_json($1::VARCHAR, '["UUID"]')))`;

/**
 * Writes what a stage was beside its time: its name, its budget in ms, and whether it ran into its deadline. Most turns
 * have one of a few lists of these, so a statement has few groups and takes no list apart.
 */
function stageWord({name, budgetMs, state}: StoredTurn['stages'][number]): string {
  return `${name}:${budgetMs ?? ''}${state === 'timeout' ? '!' : ''}`;
}

/** Lays a turn out as INSERT_TURNS takes it. */
export function turnRow(turn: StoredTurn): TurnRow {
  return {
    id: turn.id,
    rev: turn.rev,
    final: turn.final,
    received_at: Math.round(turn.receivedAt),
    turn_at: Math.round(turn.turnAt),
    site: turn.site,
    page_id: turn.pageId,
    page_route: turn.pageRoute,
    device: turn.device,
    net: turn.net,
    class: turn.class,
    model: turn.model,
    route: turn.route,
    outcome: turn.outcome,
    source: turn.source,
    first_ms: turn.firstMs,
    done_ms: turn.doneMs,
    waited_ms: turn.waitedMs,
    hidden_ms: turn.hiddenMs,
    hid_ms: turn.hidMs,
    budget_token_ms: turn.budgetTokenMs,
    budget_done_ms: turn.budgetDoneMs,
    weight: turn.weight,
    ordinal: turn.ordinal,
    again: turn.again,
    verdict: turn.verdict,
    cache_hit: turn.cacheHit,
    cache_at: turn.cacheAt,
    prefetch: turn.prefetch?.r,
    prefetch_count: turn.prefetch?.count,
    prefetch_lead_ms: turn.prefetch?.lead,
    prefetch_arm: turn.prefetchArm,
    hedge_won: turn.hedgeWon,
    stream_verdict: turn.streamVerdict,
    fallback_why: turn.fallbackWhy,
    retries: turn.retries,
    task: turn.task,
    arms: turn.arms.join(' '),
    cached_tokens: turn.cachedTokenCount,
    over: turn.over,
    stage_list: turn.stages.map(stageWord).join(' '),
    stage_name: turn.stages.map((stage) => stage.name),
    stage_ms: turn.stages.map((stage) => stage.ms),
    stage_budget_ms: turn.stages.map((stage) => stage.budgetMs ?? null),
    stage_state: turn.stages.map((stage) => stage.state ?? null),
    stage_retries: turn.stages.map((stage) => stage.retryCount),
    cold: turn.cold,
    path: pathNames(turn.path),
    path_ms: turn.path.map(({ms}) => ms),
    record: JSON.stringify(turn.record),
  };
}

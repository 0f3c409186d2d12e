import type {StoredBatch, StoredTurn} from './store.ts';

/** Creates what is missing; running it again changes nothing. Times ending in `_at` are epoch ms. */
export const TABLES = `
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
  over VARCHAR[] NOT NULL,
  stage_name VARCHAR[] NOT NULL,
  stage_ms DOUBLE[] NOT NULL,
  stage_budget_ms DOUBLE[] NOT NULL,
  stage_state VARCHAR[] NOT NULL,
  record VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS losses (lost_at BIGINT NOT NULL, site VARCHAR NOT NULL, dropped INTEGER NOT NULL);
`;

/** Tells whether the file is from before turns had all of these columns: one row if it is. */
export const LACKS_COLUMNS = `
SELECT 1 WHERE NOT EXISTS (FROM duckdb_columns() WHERE table_name = 'turns' AND column_name = 'hedge_won')`;

const COLUMNS = {
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
  over: ['VARCHAR'],
  stage_name: ['VARCHAR'],
  stage_ms: ['DOUBLE'],
  stage_budget_ms: ['DOUBLE'],
  stage_state: ['VARCHAR'],
  record: 'VARCHAR',
} as const;

type Column = keyof typeof COLUMNS;

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
} as const satisfies Partial<Record<Column, string>>;

const added = Object.entries(ADDED) as [keyof typeof ADDED, string][]; // its own keys

/** Adds those columns where they are missing, and fills them from the records. */
export const ADD_COLUMNS = `
${added.map(([name]) => `ALTER TABLE turns ADD COLUMN IF NOT EXISTS ${name} ${COLUMNS[name]};`).join('\n')}
UPDATE turns SET ${added.map(([name, path]) => `${name} = (record->>'${path}')::${COLUMNS[name]}`).join(', ')};
`;

const names = Object.keys(COLUMNS);
const updates = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);

/** Inserts the turns of a JSON array ($1); a row that is there gives way to a higher `rev`, or to the end of its own. */
export const INSERT_TURNS = `
INSERT INTO turns (${names.join(', ')})
SELECT ${names.map((name) => `incoming.${name}`).join(', ')}
FROM (SELECT unnest(from_json($1::VARCHAR, '${JSON.stringify([COLUMNS])}')) AS incoming)
ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')}
WHERE excluded.rev > turns.rev OR (excluded.rev = turns.rev AND excluded.final AND NOT turns.final)`;

/** Inserts the losses of a JSON array ($1). */
export const INSERT_LOSSES = `
INSERT INTO losses
SELECT incoming.lost_at, incoming.site, incoming.dropped
FROM (SELECT unnest(from_json($1::VARCHAR, '[{"lost_at":"BIGINT","site":"VARCHAR","dropped":"INTEGER"}]')) AS incoming)`;

/** Finds which of the ids in a JSON array ($1) are stored. */
export const KNOWN_IDS = `
SELECT replace(id::VARCHAR, '-', '') AS id FROM turns
WHERE id IN (SELECT unnest(from_json($1::VARCHAR, '["UUID"]')))`;

/**
 * Picks the winner of each id, since one statement cannot update a row twice.
 *
 * @returns The rows as INSERT_TURNS takes them.
 */
export function turnRows(batches: readonly StoredBatch[]): Record<Column, unknown>[] {
  const winners = new Map<string, StoredTurn>();
  for (const turn of batches.flatMap((batch) => batch.turns)) {
    const rival = winners.get(turn.id);
    if (!rival || turn.rev > rival.rev || (turn.rev === rival.rev && turn.final && !rival.final)) {
      winners.set(turn.id, turn);
    }
  }
  return [...winners.values()].map(toRow);
}

/**
 * Collects what browsers dropped. A post whose turns are all known is a repetition: its losses were counted before.
 *
 * @param known - Ids stored before this commit.
 */
export function lossRows(batches: readonly StoredBatch[], known: ReadonlySet<string>): unknown[] {
  return batches
    .filter(({droppedCount, turns}) => droppedCount > 0 && (turns.length === 0 || turns.some(({id}) => !known.has(id))))
    .map(({receivedAt, site, droppedCount}) => ({lost_at: receivedAt, site, dropped: droppedCount}));
}

function toRow(turn: StoredTurn): Record<Column, unknown> {
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
    over: turn.over,
    stage_name: turn.stages.map((stage) => stage.name),
    stage_ms: turn.stages.map((stage) => stage.ms),
    stage_budget_ms: turn.stages.map((stage) => stage.budgetMs ?? null),
    stage_state: turn.stages.map((stage) => stage.state ?? null),
    record: JSON.stringify(turn.record),
  };
}

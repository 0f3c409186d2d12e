import type {Outcome, TurnRecord} from '../latency/index.ts';
import {TURNS_SHOWN_COUNT} from '../protocol/index.ts';
import {type Ask, numberOf} from './duckdb-ask.ts';
import {SEEN} from './duckdb-sql.ts';
import {type CountsReading, LIST_PAGE_COUNT, type TurnsReading} from './turns-reading.ts';

const LISTED = `
listed AS (
  SELECT * REPLACE (CASE WHEN expired THEN 'abandoned' ELSE outcome END AS outcome) FROM seen
  WHERE ($listed_outcome::VARCHAR IS NULL OR CASE WHEN expired THEN 'abandoned' ELSE outcome END = $listed_outcome)
    AND ($listed_over::BOOLEAN IS NULL OR len(over) > 0)
)`;

const COUNTS = `
WITH ${SEEN}, ${LISTED}
SELECT count(*) AS turn_count, count(*) FILTER (simulated) AS simulated_count FROM listed`;

const turns = (limitCount: number) => `
WITH ${SEEN}, ${LISTED}
SELECT replace(id::VARCHAR, '-', '') AS id, turn_at, site, page_id, page_route, device, net, outcome, record
FROM listed
WHERE ($after_at::BIGINT IS NULL OR turn_at < $after_at OR (turn_at = $after_at AND listed.id > $after_id::UUID))
ORDER BY turn_at DESC, listed.id LIMIT ${limitCount}`;

/** Counts the turns of a window, and of them the simulated ones. */
export async function readCounts(ask: Ask): Promise<CountsReading> {
  const [row = {}] = await ask(COUNTS);
  return {turnCount: numberOf(row['turn_count']), simulatedCount: numberOf(row['simulated_count'])};
}

/** Reads the newest turns of a window. */
export const readTurns = (ask: Ask): Promise<TurnsReading> => readList(ask, TURNS_SHOWN_COUNT);

/** Reads one page of a long list of turns. */
export const readTurnPages = (ask: Ask): Promise<TurnsReading> => readList(ask, LIST_PAGE_COUNT);

async function readList(ask: Ask, limitCount: number): Promise<TurnsReading> {
  const text = (value: unknown) => (value == null ? undefined : String(value));
  const rows = (await ask(turns(limitCount))).map((row) => ({
    id: String(row['id']),
    turnAt: numberOf(row['turn_at']),
    site: String(row['site']),
    pageId: String(row['page_id']),
    pageRoute: text(row['page_route']),
    device: text(row['device']),
    net: text(row['net']),
    outcome: row['outcome'] as Outcome, // as stored, held against the schema before
    record: JSON.parse(String(row['record'])) as TurnRecord, // likewise
  }));
  return {rows};
}

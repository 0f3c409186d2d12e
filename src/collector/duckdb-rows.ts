import type {Ask} from './duckdb-ask.ts';
import {JUDGED, SEEN} from './duckdb-sql.ts';
import type {ReadRows} from './readings.ts';

const NUMBERED = `
page AS (SELECT page, row_number() OVER (ORDER BY page) - 1 AS page_at FROM (SELECT DISTINCT page FROM chosen)),
kind AS (SELECT kind, row_number() OVER (ORDER BY kind) - 1 AS kind_at FROM (SELECT DISTINCT kind FROM chosen))`;

const COLUMNS = `
SELECT page_at, kind_at, weight, coalesce(wait_ms, -1) AS wait_ms, shown
FROM chosen JOIN page USING (page) JOIN kind USING (kind)`;

/**
 * Reads rows one by one, in columns.
 *
 * @param chosen - The tables that they come from; the last is `chosen`, of `page`, `wait_ms` (NULL where nobody knows),
 *   `shown`, `weight` and `kind`, a struct of what some of them have in common.
 */
export async function readRows<Kind>(ask: Ask, chosen: string): Promise<ReadRows<Kind>> {
  const tables = `WITH ${chosen}, ${NUMBERED}`;
  const columns = await ask.columns(`${tables} ${COLUMNS}`);
  const kinds = await ask(`${tables} SELECT to_json(kind)::VARCHAR AS kind FROM kind ORDER BY kind_at`);
  const pages = Int32Array.from(columns.numbers('page_at'));
  return {
    pageCount: 1 + pages.reduce((most, page) => Math.max(most, page), -1),
    pages,
    waitsMs: columns.numbers('wait_ms'),
    shown: Uint8Array.from(columns.numbers('shown')),
    weights: columns.numbers('weight'),
    kindIndexes: Int32Array.from(columns.numbers('kind_at')),
    kinds: kinds.map((row) => JSON.parse(String(row['kind'])) as Kind), // the struct as it was made
  };
}

/**
 * Reads the window's turns that have ended, each with how long it waited for its first word.
 *
 * @param options.kind - What is told of each, as fields of a struct.
 * @param options.condition - Which of them, a SQL expression. Default: all.
 */
export function readTurnRows<Kind>(ask: Ask, options: {kind: string; condition?: string}): Promise<ReadRows<Kind>> {
  const {kind, condition = 'true'} = options;
  return readRows(
    ask,
    `${SEEN}, ${JUDGED}, chosen AS (
      SELECT hash(site, page_id) AS page, wait_ms, shown, weight, {${kind}} AS kind
      FROM judged WHERE ended AND ${condition}
    )`,
  );
}

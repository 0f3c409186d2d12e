import type {DuckDBConnection} from '@duckdb/node-api';
import type {TurnRecord} from '../latency/index.ts';
import {type PathPart, turnPath} from './turn-path.ts';

const LACKS_PATHS = `
SELECT 1 WHERE NOT EXISTS (FROM duckdb_columns() WHERE table_name = 'turns' AND column_name = 'path')`;

/** Rows of an older file that are computed at a time. */
const FILL_ROW_COUNT = 5000;

const LAST_ROW = 'SELECT max(rowid) AS last FROM turns';

const START = 'CREATE OR REPLACE TEMP TABLE filled (id UUID, path VARCHAR, path_ms DOUBLE[])';

const STORED = `
SELECT id::VARCHAR AS id, stage_name, record FROM turns
WHERE rowid >= $1::BIGINT AND rowid < $1::BIGINT + ${FILL_ROW_COUNT}`;

const FILL = `
INSERT INTO filled
SELECT one.id, one.path, one.path_ms
FROM (SELECT unnest(from_json($1::VARCHAR, '[{"id":"UUID","path":"VARCHAR","path_ms":["DOUBLE"]}]')) AS one)`;

/** Writes what makes a new table of the old one: an update of a list would cost many times as much as all insertions. */
const finish = (tables: string) => `
ALTER TABLE turns RENAME TO older_turns;
${tables}
INSERT INTO turns BY NAME
SELECT older_turns.*, filled.path, filled.path_ms FROM older_turns JOIN filled USING (id);
DROP TABLE older_turns;
DROP TABLE filled`;

/**
 * Writes the names of a path's parts as one word list. Most turns have one of a few, so a statement that sums times by
 * stage has few groups and takes no list apart.
 */
export function pathNames(path: readonly PathPart[]): string {
  return path.map(({stage}) => stage).join(' ');
}

/**
 * Adds the paths of turns that an older version stored without, from the records beside them; rows must be on disk, not
 * only in this transaction.
 *
 * @param tables - Creates the tables that are missing.
 */
export async function fillPaths(connection: DuckDBConnection, tables: string): Promise<void> {
  if ((await connection.runAndReadAll(LACKS_PATHS)).currentRowCount === 0) return;
  const [[last] = []] = (await connection.runAndReadAll(LAST_ROW)).getRowsJS();
  await connection.run(START);
  for (let first = 0; first <= Number(last ?? -1); first += FILL_ROW_COUNT) {
    const rows = (await connection.runAndReadAll(STORED, [first])).getRowObjectsJS();
    const filled = rows.map(({id, stage_name: stored, record}) => {
      const names = Array.isArray(stored) ? stored : [];
      const turn = JSON.parse(String(record)) as TurnRecord; // as it was stored
      const path = turnPath(turn, (name) => (names.includes(name) ? name : 'other'));
      return {id, path: pathNames(path), path_ms: path.map(({ms}) => ms)};
    });
    await connection.run(FILL, [JSON.stringify(filled)]);
  }
  await connection.run(finish(tables));
}

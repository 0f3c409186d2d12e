import type {DuckDBConnection} from '@duckdb/node-api';
import type {TurnRecord} from '../latency/index.ts';
import {type PathPart, turnPath} from './turn-path.ts';

/** Rows of an older file that are filled at a time. */
const FILL_ROW_COUNT = 5000;

const UNFILLED = `
SELECT id::VARCHAR AS id, stage_name, record FROM turns WHERE path IS NULL LIMIT ${FILL_ROW_COUNT}`;

const FILL = `
UPDATE turns SET path = filled.path, path_ms = filled.path_ms
FROM (SELECT unnest(from_json($1::VARCHAR, '[{"id":"UUID","path":"VARCHAR","path_ms":["DOUBLE"]}]'), recursive := true)) AS filled
WHERE turns.id = filled.id`;

/**
 * Writes the names of a path's parts as one word list. Most turns have one of a few, so a statement that sums times by
 * stage has few groups and takes no list apart.
 */
export function pathNames(path: readonly PathPart[]): string {
  return path.map(({stage}) => stage).join(' ');
}

/** Fills the paths of turns that an older version stored, from the records beside them. */
export async function fillPaths(connection: DuckDBConnection): Promise<void> {
  for (;;) {
    const rows = (await connection.runAndReadAll(UNFILLED)).getRowObjectsJS();
    if (rows.length === 0) return;
    const filled = rows.map(({id, stage_name: stored, record}) => {
      const names = Array.isArray(stored) ? stored : [];
      const turn = JSON.parse(String(record)) as TurnRecord; // as it was stored
      const path = turnPath(turn, (name) => (names.includes(name) ? name : 'other'));
      return {id, path: pathNames(path), path_ms: path.map(({ms}) => ms)};
    });
    await connection.run(FILL, [JSON.stringify(filled)]);
  }
}

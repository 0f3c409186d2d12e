import {type Ask, numberOf, type Row} from './duckdb-ask.ts';
import {readTurnRows} from './duckdb-rows.ts';
import {SEEN} from './duckdb-sql.ts';
import {readTaskRows} from './duckdb-tasks.ts';
import type {ArmKind, ArmsReading} from './readings.ts';

const KIND = `arms: arms, over: CASE WHEN first_valid THEN first_over END,
  fate: CASE WHEN NOT left_it THEN 'stayed' WHEN shown THEN 'left' ELSE 'left-first' END`;

const IN_EXPERIMENT = `arms <> ''
  AND ($experiment::VARCHAR IS NULL OR contains(' ' || arms, ' ' || $experiment || '='))`;

/** When the last turn began that is still to be counted. */
const LAST = `
WITH ${SEEN}
SELECT turn_at FROM seen WHERE $first_count::BIGINT IS NOT NULL AND (final OR expired) AND ${IN_EXPERIMENT}
ORDER BY turn_at, id LIMIT 1 OFFSET $first_count::BIGINT - 1`;

/** Reads the turns and tasks of pages that are in experiments. */
export async function readArms(ask: Ask): Promise<ArmsReading> {
  const [last] = await ask(LAST);
  const asked = last ? until(ask, numberOf(last['turn_at'])) : ask;
  return {
    turns: await readTurnRows<ArmKind>(asked, {kind: KIND, condition: IN_EXPERIMENT}),
    tasks: await readTaskRows(asked, IN_EXPERIMENT),
  };
}

/** Asks of turns that began until a time, epoch ms, at the latest. */
function until(ask: Ask, untilAt: number): Ask {
  return Object.assign((statement: string, more: Row = {}) => ask(statement, {until_at: untilAt, ...more}), {
    columns: (statement: string, more: Row = {}) => ask.columns(statement, {until_at: untilAt, ...more}),
  });
}

import {DuckDBInstance} from '@duckdb/node-api';
import {TABLES} from '../../../src/collector/duckdb-tables.ts';

/** The end of the time in which the turns of `writeTurns` begin, epoch ms. */
export const END_AT = 1_800_000_000_000;

const DAY_MS = 86_400_000;

/**
 * Writes a turn store with turns of the last eight days, the same each time: five turns on two pages, half of the pages in
 * each arm of an experiment, three routes, log-normal waits of which three in a hundred were too long for the visitor, and
 * a task in every other turn.
 */
export async function writeTurns(path: string, turnCount: number): Promise<void> {
  const instance = await DuckDBInstance.create(path, {memory_limit: '2GB'});
  const connection = await instance.connect();
  await connection.run(TABLES);
  await connection.run(`
    INSERT INTO turns (id, rev, final, received_at, turn_at, site, page_id, page_route, device, net, class, route, outcome,
      source, first_ms, done_ms, waited_ms, budget_token_ms, budget_done_ms, weight, ordinal, task, arms, cold, over,
      stage_name, stage_ms, stage_budget_ms, stage_state, record)
    SELECT md5(nth::VARCHAR)::UUID, 1, true, ${END_AT}, turn_at, 'shop', lpad(to_hex(page), 16, '0'),
      '/' || ['checkout', 'pricing'][1 + page % 2], ['mobile', 'desktop'][1 + page % 3 % 2], '4g', 'class-' || page % 5,
      ['fast', 'powerful', 'order'][1 + nth % 3], CASE WHEN has_left THEN 'abandoned' ELSE 'complete' END,
      CASE WHEN NOT has_left THEN 'model' END,
      CASE WHEN NOT has_left THEN round(ms, 1) END, CASE WHEN NOT has_left THEN round(ms + 900, 1) END,
      CASE WHEN has_left THEN round(ms * 0.8, 1) END, 1500, 8000, 1, 1 + nth % 5, 1 + nth % 5 // 2,
      'prefetch=' || ['on', 'off'][1 + (hash(page) % 2)::INTEGER], nth % 50 = 0, [], [], [], [], [], '{}'
    FROM (
      SELECT nth, nth * 2 // 5 AS page, ${END_AT} - (hash(nth * 2 // 5) % ${8 * DAY_MS})::BIGINT + nth % 5 * 20000 AS turn_at,
        700 * exp(0.6 * sqrt(-2 * ln(1 - (hash(nth + 1) % 1000000) / 1000001)) * cos(2 * pi() * (hash(nth + 2) % 1000000) / 1000000)) AS ms,
        hash(nth + 3) % 100 < 3 AS has_left
      FROM range(${turnCount}) turn(nth)
    )`);
  connection.closeSync();
  instance.closeSync();
}

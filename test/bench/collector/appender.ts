import {join} from 'node:path';
import {DOUBLE, DuckDBInstance, INTEGER, LIST, uuidValue, VARCHAR} from '@duckdb/node-api';
import {TABLES, turnRow} from '../../../src/collector/duckdb-tables.ts';
import {createDimensionLimit, toStoredTurn} from '../../../src/collector/stored-turn.ts';
import type {TurnRecord} from '../../../src/latency/index.ts';

const WHOLE: ReadonlySet<string> = new Set(['rev', 'ordinal', 'prefetch_count', 'retries', 'task', 'cached_tokens']);

/**
 * Times the fastest way into the same columns that the database offers: its appender, with nothing before it, no key and
 * a commit for every so many rows. What the rows are made of is made before.
 *
 * @returns Turns a second.
 */
export async function measureAppender(folder: string, turns: readonly TurnRecord[], rowCount: number): Promise<number> {
  const limit = createDimensionLimit();
  const batch = {v: 1, site: 'shop-eu', page: {id: '9f3c1a5b7d2e4f60', route: '/checkout'}, turns: []} as const;
  const rows = turns.map((turn) =>
    turnRow(toStoredTurn({turn, batch: {...batch, turns: []}, receivedAt: 1_800_000_000_000, limit})),
  );
  const instance = await DuckDBInstance.create(join(folder, `appender-${rowCount}.duckdb`), {threads: '2'});
  const connection = await instance.connect();
  await connection.run(TABLES.replace('id UUID PRIMARY KEY', 'id UUID'));
  const appender = await connection.createAppender('turns');
  const startedMs = performance.now();
  for (const [index, row] of rows.entries()) {
    for (const [name, value] of Object.entries(row)) {
      if (value === undefined || value === null) appender.appendNull();
      else if (name === 'id') appender.appendUUID(uuidValue(BigInt(`0x${value}`)));
      else if (typeof value === 'boolean') appender.appendBoolean(value);
      else if (typeof value === 'string') appender.appendVarchar(value);
      else if (Array.isArray(value))
        appender.appendList(value, LIST(name.endsWith('_ms') ? DOUBLE : name.endsWith('_retries') ? INTEGER : VARCHAR));
      else if (name.endsWith('_at')) appender.appendBigInt(BigInt(Number(value)));
      else if (WHOLE.has(name)) appender.appendInteger(Number(value));
      else appender.appendDouble(Number(value));
    }
    appender.endRow();
    if ((index + 1) % rowCount === 0) appender.flushSync();
  }
  appender.closeSync();
  const tookMs = performance.now() - startedMs;
  connection.closeSync();
  instance.closeSync();
  return (1000 * rows.length) / tookMs;
}

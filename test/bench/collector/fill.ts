import {DuckDBInstance} from '@duckdb/node-api';
import {INSERT_TURNS, TABLES, turnRow} from '../../../src/collector/duckdb-tables.ts';
import {createDimensionLimit, toStoredTurn} from '../../../src/collector/stored-turn.ts';
import type {BeaconBatch} from '../../../src/protocol/index.ts';
import {createDraw, drawTurn} from './turns.ts';

/** The clock of a filled store, epoch ms: its turns are of the 29 days before. */
export const FILLED_AT = 1_800_000_000_000;

const SPAN_MS = 29 * 86_400_000;
const CHUNK_ROW_COUNT = 20_000;

/** Fills a store's file with drawn turns past the collector: into its own tables, without looking for repetitions. */
export async function fillStore(path: string, turnCount: number): Promise<void> {
  const instance = await DuckDBInstance.create(path, {checkpoint_threshold: '1GB'});
  const connection = await instance.connect();
  await connection.run(TABLES);
  const insert = INSERT_TURNS.replace(/WHERE NOT EXISTS[\s\S]*/, '');
  if (insert === INSERT_TURNS) throw new Error('the statement has no such end');
  const statement = await connection.prepare(insert);
  const draw = createDraw(11);
  const limit = createDimensionLimit();
  for (let from = 0; from < turnCount; from += CHUNK_ROW_COUNT) {
    const rows = Array.from({length: Math.min(CHUNK_ROW_COUNT, turnCount - from)}, (_, index) => {
      const number = from + index;
      const receivedAt = FILLED_AT - SPAN_MS + Math.round((SPAN_MS * number) / turnCount);
      return turnRow(toStoredTurn({turn: drawTurn(number, draw), batch: batchOf(number), receivedAt, limit}));
    });
    statement.bindVarchar(1, JSON.stringify(rows));
    await statement.run();
  }
  connection.closeSync();
  instance.closeSync();
}

/** Three turns to a page. */
function batchOf(number: number): BeaconBatch {
  const page = Math.floor(number / 3);
  return {
    v: 1,
    site: 'shop-eu',
    page: {
      id: page.toString(16).padStart(16, '0'),
      route: page % 3 ? '/checkout' : '/pricing',
      device: page % 2 ? 'mobile' : 'desktop',
      net: page % 5 ? '4g' : '3g',
    },
    turns: [],
  };
}

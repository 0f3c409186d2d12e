import type {Ask} from './duckdb-ask.ts';
import {readTurnRows} from './duckdb-rows.ts';
import type {ColdKind, ReadRows} from './readings.ts';

const KIND = `first: ordinal = 1, cold: coalesce(cold, false),
  cache: CASE WHEN cache_at IS DISTINCT FROM 'browser' THEN cache_hit END, kept: cached_tokens > 0, hit: hit`;

/** Reads the turns with what of them was cold. */
export function readCold(ask: Ask): Promise<ReadRows<ColdKind>> {
  return readTurnRows(ask, {kind: KIND});
}

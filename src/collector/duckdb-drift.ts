import type {Ask} from './duckdb-ask.ts';
import {readTurnRows} from './duckdb-rows.ts';
import type {DriftKind, ReadRows} from './readings.ts';

const DAY_MS = 86_400_000;

const KIND = `recent: turn_at > $until_at::BIGINT - ${DAY_MS}, route: route, page_route: page_route, class: class,
  model: model, device: device, net: net, hit: hit`;

/** Reads the turns of a window's last day and of what is before it. */
export function readDrift(ask: Ask): Promise<ReadRows<DriftKind>> {
  return readTurnRows(ask, {kind: KIND});
}

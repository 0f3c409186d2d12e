import type {DuckDBConnection} from '@duckdb/node-api';
import type {StoredAlert} from './burn-reading.ts';

/** How long an alert that is over and told is kept. */
export const ALERT_KEPT_MS = 28 * 86_400_000;

/** Creates the table of alerts when it is missing. */
export const ALERTS_TABLE = `
CREATE TABLE IF NOT EXISTS alerts (id VARCHAR PRIMARY KEY, fired_at BIGINT NOT NULL, over_at BIGINT, alert VARCHAR NOT NULL);`;

const READ = `
SELECT alert FROM alerts WHERE over_at IS NULL OR over_at > $1::BIGINT ORDER BY fired_at, id`;

const SAVE = `
INSERT INTO alerts
SELECT incoming.id, incoming.fired_at, incoming.over_at, incoming.alert
FROM (
  SELECT unnest(from_json($1::VARCHAR,
    '[{"id":"VARCHAR","fired_at":"BIGINT","over_at":"BIGINT","alert":"VARCHAR"}]')) AS incoming
)
ON CONFLICT (id) DO UPDATE SET over_at = excluded.over_at, alert = excluded.alert`;

/** Reads the alerts that still matter at a time in epoch ms, the oldest first. */
export async function readAlerts(connection: DuckDBConnection, nowAt: number): Promise<StoredAlert[]> {
  const answer = await connection.runAndReadAll(READ, [BigInt(Math.round(nowAt - ALERT_KEPT_MS))]);
  return answer.getRows().map(([alert]) => JSON.parse(String(alert)) as StoredAlert); // as saved below
}

/** Saves alerts; durable once it returns. */
export async function writeAlerts(connection: DuckDBConnection, alerts: readonly StoredAlert[]): Promise<void> {
  const rows = alerts.map((alert) => ({
    id: alert.id,
    fired_at: alert.firedAt,
    over_at: alert.told === 'cleared' ? alert.clearedAt : undefined,
    alert: JSON.stringify(alert),
  }));
  await connection.run(SAVE, [JSON.stringify(rows)]);
}

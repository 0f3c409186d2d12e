import {type Ask, numberOf, shareOf} from './duckdb-ask.ts';
import {DROPPED, SEEN} from './duckdb-sql.ts';
import type {QualityReading} from './quality-reading.ts';

/** What arrives so long after its turn began was kept by the browser meanwhile. */
const LATE_MS = 3_600_000;

/** A stage that outlasts its whole turn by more was measured by a clock that jumped. */
const ODD_MS = 1000;

// simulated turns of the last day are all sent at once: late they are not
const FACTS = `
WITH ${SEEN}
SELECT count(*) AS turn_count,
  count(*) FILTER (final) AS final_count,
  count(*) FILTER (NOT final AND NOT expired) AS open_count,
  count(*) FILTER (expired) AS expired_count,
  sum(weight) FILTER (hidden_ms > 0 OR hid_ms IS NOT NULL) AS hidden_part,
  sum(weight) AS hidden_whole,
  sum(weight * weight) AS hidden_squared,
  count(*) FILTER (hid_ms IS NOT NULL AND NOT shown) AS hidden_first_count,
  count(*) FILTER (weight <> 1) AS weighted_count,
  count(*) FILTER (received_at - turn_at > ${LATE_MS} AND NOT simulated) AS late_count,
  count(*) FILTER (done_ms < first_ms OR list_max(stage_ms) > done_ms + ${ODD_MS}) AS odd_count,
  count(*) FILTER (
    visible AND completed AND source = 'model' AND coalesce(stream_verdict, 'unknown') IN ('unknown', 'single')
  ) AS untold_count
FROM seen`;

const STREAMS = `
WITH ${SEEN}, told AS (
  SELECT page_route, route, weight, stream_verdict FROM seen
  WHERE visible AND stream_verdict IN ('streamed', 'buffered', 'chunked')
),
named AS (
  SELECT 'all' AS kind, NULL AS name, weight, stream_verdict FROM told
  UNION ALL SELECT 'page', page_route, weight, stream_verdict FROM told WHERE page_route IS NOT NULL
  UNION ALL SELECT 'route', route, weight, stream_verdict FROM told WHERE route IS NOT NULL
)
SELECT kind, name, count(*) AS count,
  count(*) FILTER (stream_verdict = 'buffered') AS buffered_count,
  count(*) FILTER (stream_verdict = 'chunked') AS chunked_count,
  sum(weight) FILTER (stream_verdict <> 'streamed') AS part,
  sum(weight) AS whole,
  sum(weight * weight) AS squared
FROM named GROUP BY ALL ORDER BY kind, name`;

/** Reads what a window's figures stand on. */
export async function readQuality(ask: Ask): Promise<QualityReading> {
  const [facts = {}] = await ask(FACTS);
  const [lost = {}] = await ask(DROPPED);
  const streams = await ask(STREAMS);
  const hidden = shareOf(facts, 'hidden_');
  return {
    count: numberOf(facts['turn_count']),
    finalCount: numberOf(facts['final_count']),
    openCount: numberOf(facts['open_count']),
    expiredCount: numberOf(facts['expired_count']),
    hidden,
    hiddenFirstCount: numberOf(facts['hidden_first_count']),
    droppedCount: numberOf(lost['dropped']),
    weightedCount: numberOf(facts['weighted_count']),
    weight: hidden.wholeWeight,
    squaredWeight: hidden.squaredWeight,
    lateCount: numberOf(facts['late_count']),
    oddCount: numberOf(facts['odd_count']),
    untoldCount: numberOf(facts['untold_count']),
    streams: streams.map((row) => ({
      by: row['kind'] as QualityReading['streams'][number]['by'], // the statement writes these
      ...(row['name'] == null ? {} : {name: String(row['name'])}),
      count: numberOf(row['count']),
      bufferedCount: numberOf(row['buffered_count']),
      chunkedCount: numberOf(row['chunked_count']),
      ...shareOf(row, ''),
    })),
  };
}

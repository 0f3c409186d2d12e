import {type Ask, numberOf, shareOf} from './duckdb-ask.ts';
import {JUDGED, SEEN} from './duckdb-sql.ts';
import {LEAVING_EDGES_MS, type LeavingReading} from './readings.ts';

// a page that is hidden meanwhile tells nothing of patience from then on, unless its visitor never came back
const BINS = `
WITH ${SEEN}, ${JUDGED}, wait AS (
  SELECT 'first-token' AS until, wait_ms AS ms, weight,
    CASE WHEN shown THEN 'came' WHEN left_it THEN 'left' ELSE 'other' END AS fate
  FROM judged
  UNION ALL
  SELECT 'complete',
    CASE WHEN completed AND visible THEN done_ms ELSE least(hid_ms, waited_ms, done_ms) END, weight,
    CASE WHEN left_it THEN 'left' WHEN completed AND visible THEN 'came' ELSE 'other' END
  FROM judged WHERE ended
)
SELECT until, fate, len(list_filter([${LEAVING_EDGES_MS.join(', ')}], edge -> edge <= ms)) - 1 AS bin,
  sum(weight) AS weight, sum(weight * weight) AS squared, count(*) AS count
FROM wait WHERE ms IS NOT NULL GROUP BY ALL ORDER BY ALL`;

const SHARES = `
WITH ${SEEN}, ${JUDGED}
SELECT sum(weight) AS whole, sum(weight * weight) AS squared,
  sum(weight) FILTER (left_it AND NOT shown) AS first_part,
  sum(weight) FILTER (left_it) AS end_part,
  sum(weight) FILTER (outcome = 'stopped') AS stopped_part
FROM judged WHERE ended`;

/** Reads how long visitors waited before they left, or saw what they waited for. */
export async function readLeaving(ask: Ask): Promise<LeavingReading> {
  const bins = await ask(BINS);
  const [shares = {}] = await ask(SHARES);
  const share = (name: string) => shareOf({...shares, part: shares[`${name}_part`]}, '');
  return {
    bins: bins.map((row) => ({
      until: row['until'] as LeavingReading['bins'][number]['until'], // the statement writes these
      fate: row['fate'] as LeavingReading['bins'][number]['fate'], // and these
      bin: numberOf(row['bin']),
      weight: numberOf(row['weight']),
      squaredWeight: numberOf(row['squared']),
      count: numberOf(row['count']),
    })),
    beforeFirst: share('first'),
    beforeEnd: share('end'),
    stopped: share('stopped'),
  };
}

import {BUCKET_RATIO, bucketMiddleMs, createHistogram, intervalRanks, PERCENTILES} from '../latency/index.ts';
import type {Figure, Filters, HistoryReport} from '../protocol/index.ts';
import {effectiveCount, figureOf, hiddenFigure} from './figures.ts';
import type {HistoryReading} from './store.ts';
import {survival, type WaitStep} from './survival.ts';

type Row = HistoryReading['rows'][number];

/** A day has too few turns for the last of the percentiles to be a line. */
const SHARES = PERCENTILES.filter((share) => share <= 0.99);

/** Makes a day's figures of each day's buckets. */
export function historyOf({rows}: HistoryReading, filters: Filters): HistoryReport {
  const days = Map.groupBy(rows, (row) => row.dayAt);
  return {
    errorShare: (BUCKET_RATIO - 1) / 2,
    isCut: filters.device !== undefined || filters.net !== undefined,
    days: [...days].map(([dayAt, ofDay]) => {
      const waits = ofDay.filter(({metric}) => metric !== 'complete');
      return {
        dayAt,
        count: waits.reduce((sum, {count}) => sum + count, 0),
        isRolled: ofDay.some(({isRolled}) => isRolled),
        firstToken: {all: waitFigures(waits), misses: waitFigures(waits.filter(({hit}) => !hit))},
        complete: answerFigures(ofDay.filter(({metric}) => metric === 'complete')),
      };
    }),
  };
}

function countOf(rows: readonly Row[]): {weight: number; count: number} {
  const weight = rows.reduce((sum, row) => sum + row.weight, 0);
  const squaredWeight = rows.reduce((sum, row) => sum + row.squaredWeight, 0);
  return {weight, count: effectiveCount(weight, squaredWeight)};
}

/** A wait's bucket stands for its middle, within what was really there. */
function waitFigures(rows: readonly Row[]): Figure[] {
  const steps = new Map<number, WaitStep>();
  for (const {metric, buckets, weights, minMs, maxMs} of rows) {
    buckets.forEach((bucket, index) => {
      const ms = Math.min(Math.max(minMs, bucketMiddleMs(bucket)), maxMs);
      const step = steps.get(ms) ?? {ms, shown: 0, left: 0};
      step[metric === 'shown' ? 'shown' : 'left'] += weights[index] ?? 0;
      steps.set(ms, step);
    });
  }
  const {weight, count} = countOf(rows);
  const inOrder = [...steps.values()].sort((a, b) => a.ms - b.ms);
  const curve = survival(inOrder, weight > 0 ? count / weight : 1);
  return SHARES.map((share) => {
    const {valueMs, lowMs, highMs} = curve.quantile(share);
    if (valueMs !== undefined) return figureOf({share, valueMs, lowMs, highMs}, count);
    const hidden = hiddenFigure(share, Math.floor(count + 1e-9));
    if (hidden.state === 'hidden' && hidden.count < hidden.needsCount) return hidden;
    const words = 'not reached: too many left before it';
    return {state: 'unreached', share, count: hidden.count, aboveMs: curve.longestMs, words};
  });
}

function answerFigures(rows: readonly Row[]): Figure[] {
  const histogram = createHistogram();
  for (const {minMs, maxMs, buckets, weights} of rows) {
    histogram.merge({minMs, maxMs, buckets: Array.from(buckets, (bucket, index) => [bucket, weights[index] ?? 0])});
  }
  const {count} = countOf(rows);
  return SHARES.map((share) => {
    const ranks = intervalRanks(Math.floor(count + 1e-9), share);
    const at = (rank: number | undefined) =>
      rank === undefined ? undefined : histogram.percentile((rank - 1) / Math.max(1, Math.floor(count) - 1));
    const valueMs = histogram.percentile(share);
    if (valueMs === undefined) return hiddenFigure(share, 0);
    return figureOf({share, valueMs, lowMs: at(ranks?.low), highMs: at(ranks?.high)}, count);
  });
}

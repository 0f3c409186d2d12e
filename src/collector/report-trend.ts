import {HONEST_COUNT, PERCENTILES} from '../latency/index.ts';
import type {TrendReport} from '../protocol/index.ts';
import {figuresOf, proportionOf} from './figures.ts';
import type {TrendReading} from './store.ts';

/** The highest percentile that is drawn over time. */
const HIGHEST = 0.99;

/** Draws over time the highest percentile up to P99 that most bins with turns carry. */
export function trendOf({binMs, bins, budgetMs, budgetCount}: TrendReading): TrendReport {
  const carried = (share: number) => {
    const needs = HONEST_COUNT.get(share)?.shown ?? Number.POSITIVE_INFINITY;
    return bins.filter(({series}) => (series?.effectiveCount ?? 0) >= needs).length > bins.length / 2;
  };
  const share = PERCENTILES.findLast((one) => one <= HIGHEST && carried(one)) ?? PERCENTILES[0];
  const place = PERCENTILES.indexOf(share);
  return {
    binMs,
    share,
    ...(budgetMs === undefined ? {} : {budget: {ms: budgetMs, mixed: budgetCount > 1}}),
    bins: bins.flatMap(({fromAt, series, ...over}) => {
      const figure = figuresOf(series)[place];
      return figure ? [{fromAt, count: series?.rowCount ?? 0, figure, over: proportionOf(over)}] : [];
    }),
  };
}

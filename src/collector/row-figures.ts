import {intervalRanks, percentile} from '../latency/index.ts';
import type {Figure, Proportion} from '../protocol/index.ts';
import {effectiveCount, figureOf, proportionOf, waitedFigure} from './figures.ts';
import type {KindRows, Rows} from './rows.ts';
import {survival, type WaitStep} from './survival.ts';

/** Makes percentiles of rows, those who left counted as still waiting; they are the summary's for the same turns. */
export function figuresOfRows(rows: Rows, shares: readonly number[]): Figure[] {
  const {waitsMs, shown, weights} = rows;
  const weight = weights.reduce((sum, each) => sum + each, 0);
  const turnCount = effectiveCount(
    weight,
    weights.reduce((sum, each) => sum + each * each, 0),
  );
  if (turnCount === waitsMs.length && weight === turnCount && !shown.includes(0)) return plainFigures(waitsMs, shares);
  const curve = survival(stepsOf(rows), weight > 0 ? turnCount / weight : 1);
  const {longestMs} = curve;
  return shares.map((share) => waitedFigure({share, ...curve.quantile(share)}, {turnCount, longestMs}));
}

/** With nobody gone and every turn counted once, as everywhere else: interpolated, between order statistics. */
function plainFigures(sortedMs: Float64Array, shares: readonly number[]): Figure[] {
  const values = [...sortedMs];
  return shares.map((share) => {
    const ranks = intervalRanks(values.length, share);
    const around = ranks && {lowMs: values[ranks.low - 1], highMs: values[ranks.high - 1]};
    return figureOf({share, valueMs: percentile(values, share) ?? 0, ...around}, values.length);
  });
}

function stepsOf({waitsMs, shown, weights}: Rows): WaitStep[] {
  const steps: WaitStep[] = [];
  waitsMs.forEach((ms, at) => {
    let step = steps.at(-1);
    if (step?.ms !== ms) {
      step = {ms, shown: 0, left: 0};
      steps.push(step);
    }
    step[shown[at] === 1 ? 'shown' : 'left'] += weights[at] ?? 0;
  });
  return steps;
}

/** What of each page counts by weight, and what of that is the part: by the page's number, from so many rows. */
export interface PageShares {
  rowCount: number;
  /** Pages with anything that counts. */
  pageCount: number;
  parts: Float64Array;
  wholes: Float64Array;
}

/**
 * Sums up for each page what counts and what of that is the part.
 *
 * @param isPart - Of each kind: whether its rows are in the part, or only in the whole; undefined for neither.
 */
export function pageSharesOf(
  rows: Pick<KindRows, 'pages' | 'weights' | 'kindIndexes'>,
  isPart: readonly (boolean | undefined)[],
): PageShares {
  const {pages, weights, kindIndexes} = rows;
  const size = 1 + pages.reduce((most, page) => Math.max(most, page), -1);
  const shares = {rowCount: 0, pageCount: 0, parts: new Float64Array(size), wholes: new Float64Array(size)};
  const {parts, wholes} = shares;
  for (let at = 0; at < pages.length; at++) {
    const counts = isPart[kindIndexes[at] as number]; // within all columns, here and below
    if (counts === undefined) continue;
    const page = pages[at] as number;
    const weight = weights[at] as number;
    shares.rowCount += 1;
    if (wholes[page] === 0) shares.pageCount += 1;
    wholes[page] = (wholes[page] as number) + weight;
    if (counts) parts[page] = (parts[page] as number) + weight;
  }
  return shares;
}

/**
 * Turns them into a share whose interval knows that turns of one page resemble each other: as Wilson's, for so many turns
 * as would vary as much (the design effect of Kish, "Survey Sampling", 1965).
 */
export function clusteredProportion({rowCount, parts, wholes}: PageShares): Proportion {
  const sum = (values: Float64Array, of: (value: number, at: number) => number) =>
    values.reduce((total, value, at) => total + of(value, at), 0);
  const part = sum(parts, (value) => value);
  const whole = sum(wholes, (value) => value);
  const share = part / whole;
  const variance = sum(parts, (value, at) => (value - share * (wholes[at] ?? 0)) ** 2) / (whole * whole);
  // with no or only parts nothing varies: then pages are what is counted
  const count =
    variance > 0
      ? Math.min((share * (1 - share)) / variance, rowCount)
      : effectiveCount(
          whole,
          sum(wholes, (value) => value * value),
        );
  return proportionOf({partWeight: part, wholeWeight: whole, squaredWeight: count > 0 ? (whole * whole) / count : 0});
}

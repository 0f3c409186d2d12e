import {findingFrom, surprise} from './evidence.ts';

/** All turns and the slow ones in a bin of time, by weight. */
export interface TimeBin {
  /** Beginning, epoch ms. */
  fromAt: number;
  weight: number;
  slowWeight: number;
}

/** Bins of time that a window is cut into at most. */
export const ONSET_BIN_COUNT = 100;

const MINUTE_MS = 60_000;
const BIN_WIDTHS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE_MS);

/** The least by which slow turns must have become more frequent, and the least share of them that lies in that time. */
const MIN_RATIO = 2;
const MIN_SHARE = 0.5;

/**
 * Chooses how long a bin is: the shortest usual length of which few enough fit, so that bins stay where they are while a
 * window moves on.
 *
 * @param spanMs - From the first turn to the last.
 * @param binCount - The most bins.
 */
export function binWidthMs(spanMs: number, binCount: number): number {
  const longestMs = BIN_WIDTHS_MS.at(-1) ?? MINUTE_MS;
  return (
    BIN_WIDTHS_MS.find((widthMs) => spanMs / widthMs <= binCount) ??
    Math.ceil(spanMs / binCount / longestMs) * longestMs
  );
}

/**
 * Finds the one stretch of time in which slow turns were most surprisingly frequent (an epidemic change: Levin and Kline,
 * "The CUSUM test of homogeneity", 1985). There is one only where chance finds none in 95 of 100 windows, slow turns are
 * at least twice as frequent in it as outside, and most of them lie in it. Its end is told only where as much speaks for
 * it: a last bin without slow turns may be chance.
 *
 * @param bins - Those with turns, in order.
 * @param options.binMs - Length of a bin.
 * @param options.count - Independent slow turns.
 * @returns Its beginning, and its end where it does not last until the last bin.
 */
export function findOnset(
  bins: readonly TimeBin[],
  {binMs, count}: {binMs: number; count: number},
): {fromAt: number; untilAt?: number} | undefined {
  const whole = sumOf(bins);
  const needed = findingFrom((bins.length * (bins.length + 1)) / 2);
  let best: {first: number; last: number; found: number} | undefined;
  for (let first = 0; first < bins.length; first++) {
    const stretch = {weight: 0, slowWeight: 0};
    for (let last = first; last < bins.length; last++) {
      stretch.weight += bins[last]?.weight ?? 0;
      stretch.slowWeight += bins[last]?.slowWeight ?? 0;
      const found = judge(stretch, {...whole, count});
      if (found >= (best?.found ?? needed)) best = {first, last, found};
    }
  }
  const [begin, end] = [bins[best?.first ?? 0], bins[best?.last ?? 0]];
  if (!best || !begin || !end) return undefined;
  const lasting = judge(sumOf(bins.slice(best.first)), {...whole, count});
  const goesOn = lasting > Math.max(needed, best.found - findingFrom(1));
  return {fromAt: begin.fromAt, ...(goesOn ? {} : {untilAt: end.fromAt + binMs})};
}

function sumOf(bins: readonly TimeBin[]): {weight: number; slowWeight: number} {
  const sum = {weight: 0, slowWeight: 0};
  for (const bin of bins) {
    sum.weight += bin.weight;
    sum.slowWeight += bin.slowWeight;
  }
  return sum;
}

/** Measures how surprising so many slow turns in a stretch are; 0 where there are too few to speak of. */
function judge(
  stretch: {weight: number; slowWeight: number},
  whole: {weight: number; slowWeight: number; count: number},
): number {
  const partShare = stretch.slowWeight / whole.slowWeight;
  const rest = {weight: whole.weight - stretch.weight, slowWeight: whole.slowWeight - stretch.slowWeight};
  const isFrequent = stretch.slowWeight * rest.weight >= MIN_RATIO * rest.slowWeight * stretch.weight;
  if (!isFrequent || !(partShare >= MIN_SHARE)) return 0;
  return surprise({count: whole.count, partShare, expectedShare: stretch.weight / whole.weight});
}

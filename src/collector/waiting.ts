import {effectiveCount} from './figures.ts';
import {edgeMs} from './shape.ts';
import {BIN_RATIO, type ReadWaiting} from './store.ts';
import {survival, type WaitStep} from './survival.ts';
import type {Values} from './values.ts';

/** Tells the number of the bin in which a time falls. */
export function binOf(ms: number): number {
  return Math.floor(Math.log(Math.max(ms, 1)) / Math.log(BIN_RATIO));
}

/**
 * Reads percentiles and the curve of waits.
 *
 * @param options.shown - Those that ended with the first word, by how long they were.
 * @param options.left - Those that ended without one, which counts as still waiting then.
 * @param options.shares - The percentiles, each between 0 and 1.
 */
export function waitingOf(options: {shown: Values; left: Values; shares: readonly number[]}): ReadWaiting {
  const {shown, left, shares} = options;
  const steps = stepsOf(shown, left);
  let [weight, squaredWeight, count, leftCount] = [0, 0, 0, 0];
  for (const {weights, squares, counts} of [shown, left]) {
    for (let row = 0; row < weights.length; row++) {
      weight += weights[row] ?? 0;
      squaredWeight += squares[row] ?? 0;
      count += counts[row] ?? 0;
    }
  }
  for (const each of left.counts) leftCount += each;
  const effective = effectiveCount(weight, squaredWeight);
  const curve = survival(steps, weight > 0 ? effective / weight : 1);
  const binCount = steps.length > 0 ? binOf(curve.longestMs) + 3 : 0;
  return {
    count,
    leftCount,
    effectiveCount: effective,
    longestMs: curve.longestMs,
    cells: shares.map((share) => ({share, ...curve.quantile(share)})),
    shownShares: Array.from({length: binCount}, (_, bin) => curve.shownShare(edgeMs(bin))),
  };
}

/** Hits and misses that waited equally long are one step, in which words come before visitors leave. */
function stepsOf(shown: Values, left: Values): WaitStep[] {
  const steps: WaitStep[] = [];
  let atShown = 0;
  let atLeft = 0;
  for (;;) {
    const ms = Math.min(shown.ms[atShown] ?? Number.POSITIVE_INFINITY, left.ms[atLeft] ?? Number.POSITIVE_INFINITY);
    if (ms === Number.POSITIVE_INFINITY) return steps;
    const step = {ms, shown: 0, left: 0};
    if (shown.ms[atShown] === ms) step.shown = shown.weights[atShown++] ?? 0;
    if (left.ms[atLeft] === ms) step.left = left.weights[atLeft++] ?? 0;
    steps.push(step);
  }
}

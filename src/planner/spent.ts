import {GENERATE} from './plan.ts';
import {percentileOf, sampleOf} from './sample.ts';
import type {Simulation} from './simulate.ts';

/** From how far below and above a percentile turns are taken where nobody says it, as a share of all. */
const BAND_SHARE = 0.0025;

/**
 * Divides the time of the turns around a percentile among what they waited for, as shares of it that add up to 1. Of what
 * runs at once the longest counts, as walking back from the end would find; the wait before a second try that won is
 * `hedge`, a cache that answered is `cache hit`.
 *
 * @param options.ms - When the milestone was reached: of `simulation`, before deadlines.
 * @param options.share - The percentile, above 0 and below 1.
 * @param options.bandShare - From how far below and above it turns are taken, as a share of all; no further than there are.
 * @returns By the key of what ran.
 */
export function spentAround(
  simulation: Simulation,
  {ms, share, bandShare = BAND_SHARE}: {ms: Float64Array; share: number; bandShare?: number},
): ReadonlyMap<string, number> {
  const sample = sampleOf(ms);
  const band = Math.min(bandShare, share, 1 - share);
  const [lowMs, highMs] = [percentileOf(sample, share - band), percentileOf(sample, share + band)];
  const sums = new Map<string, number>();
  let wholeMs = 0;
  for (let turn = 0; turn < ms.length; turn++) {
    const turnMs = ms[turn] ?? 0;
    if (turnMs < lowMs || turnMs > highMs) continue;
    wholeMs += turnMs;
    for (const [key, spentMs] of spentIn(simulation, turn, turnMs)) sums.set(key, (sums.get(key) ?? 0) + spentMs);
  }
  return new Map([...sums].map(([key, sumMs]) => [key, wholeMs > 0 ? sumMs / wholeMs : 0]));
}

function spentIn({steps, stages, isHit, second}: Simulation, turn: number, turnMs: number): [string, number][] {
  if (isHit[turn]) return [['cache hit', turnMs]];
  const again = second?.isWon[turn] ? second : undefined;
  const spent: [string, number][] = again ? [['hedge', again.afterMs]] : [];
  for (const step of steps) {
    const times = step.map(({key}): [string, number] => [key, (again?.stages ?? stages).get(key)?.ms[turn] ?? 0]);
    spent.push(times.reduce((a, b) => (b[1] > a[1] ? b : a)));
  }
  const leftMs = turnMs - spent.reduce((sum, [, ms]) => sum + ms, 0);
  return leftMs > 1e-6 ? [...spent, [GENERATE, leftMs]] : spent; // what is less is rounding
}

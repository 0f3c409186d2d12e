import type {BurnWindow, WorstRoute} from '../protocol/index.ts';
import {BURN_BIN_MS, type BurnBin, type BurnGroup, type Objective} from './burn-reading.ts';

/** How long the windows are, in ms; each is a whole number of bins. */
export const BURN_WINDOW_MS: Readonly<Record<BurnWindow, number>> = {
  '5m': 300_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '3d': 259_200_000,
};

/** A pair of windows that raises an alert when a budget burns faster than `threshold` in both. */
export interface BurnRule {
  longWindow: BurnWindow;
  shortWindow: BurnWindow;
  threshold: number;
}

/**
 * The long window says that it matters, the short one that it still goes on ("The Site Reliability Workbook", chapter 5,
 * https://sre.google/workbook/alerting-on-slos/).
 */
export const BURN_RULES: readonly BurnRule[] = [
  {longWindow: '1h', shortWindow: '5m', threshold: 14.4},
  {longWindow: '6h', shortWindow: '30m', threshold: 6},
  {longWindow: '3d', shortWindow: '6h', threshold: 1},
];

/** Fewer bad turns in the long window raise no alert. */
export const ALERT_BAD_COUNT = 10;

/** Turns of some time: records that broke the budget, their weight, and the weight of all that could be judged. */
export interface BurnCounts {
  badCount: number;
  badWeight: number;
  validWeight: number;
}

/** Adds up the bins that lie less than `lengthMs` before the end. */
export function countsIn(bins: readonly BurnBin[], lengthMs: number): BurnCounts {
  const counts = {badCount: 0, badWeight: 0, validWeight: 0};
  for (const {bin, badCount, badWeight, validWeight} of bins) {
    if ((bin + 1) * BURN_BIN_MS > lengthMs) continue;
    counts.badCount += badCount;
    counts.badWeight += badWeight;
    counts.validWeight += validWeight;
  }
  return counts;
}

/**
 * Tells how many times as fast as may be a budget is used up.
 *
 * @returns 1 where exactly as many turns are bad as may be; undefined without turns.
 */
export function burnRate({badWeight, validWeight}: BurnCounts, {targetShare}: Objective): number | undefined {
  return validWeight > 0 ? badWeight / validWeight / (1 - targetShare) : undefined;
}

/** A rule that holds, with what it saw. */
export interface HeldRule extends BurnRule {
  longBurn: number;
  shortBurn: number;
  badCount: number;
}

/**
 * Finds the first rule that holds.
 *
 * @param options.ease - Part of each threshold that is enough, 0 to 1. Default: 1.
 */
export function heldRule(options: {
  bins: readonly BurnBin[];
  objective: Objective;
  ease?: number;
}): HeldRule | undefined {
  const {bins, objective, ease = 1} = options;
  for (const rule of BURN_RULES) {
    const long = countsIn(bins, BURN_WINDOW_MS[rule.longWindow]);
    const short = countsIn(bins, BURN_WINDOW_MS[rule.shortWindow]);
    const longBurn = burnRate(long, objective) ?? 0;
    const shortBurn = burnRate(short, objective) ?? 0;
    const least = rule.threshold * ease;
    // the thresholds are sharp, sums of weights are not
    if (long.badCount < ALERT_BAD_COUNT || longBurn <= least + 1e-9 || shortBurn <= least + 1e-9) continue;
    return {...rule, longBurn, shortBurn, badCount: long.badCount};
  }
  return undefined;
}

/**
 * Finds since when a budget burns: the time up to now in which the most was used up beyond what may be (the largest sum of
 * a suffix, as in Page, "Continuous inspection schemes", 1954).
 *
 * @returns When the first bad turn of that time began, epoch ms; undefined where nothing was used up beyond.
 */
export function burningSince(bins: readonly BurnBin[], {targetShare}: Objective): number | undefined {
  let excess = 0;
  let most = 1e-9;
  let sinceAt: number | undefined;
  for (const {badWeight, validWeight, firstBadAt} of bins.toSorted((a, b) => a.bin - b.bin)) {
    excess += badWeight - (1 - targetShare) * validWeight;
    if (excess <= most || firstBadAt === undefined) continue;
    most = excess;
    sinceAt = firstBadAt;
  }
  return sinceAt;
}

/** Adds up bins of several groups. */
export function mergeBins(groups: readonly BurnGroup[]): BurnBin[] {
  const merged = new Map<number, BurnBin>();
  for (const next of groups.flatMap(({bins}) => bins)) {
    const known = merged.get(next.bin);
    merged.set(next.bin, known ? addBins(known, next) : next);
  }
  return [...merged.values()];
}

/** Finds the page route and backend route with the most bad turns of three days. */
export function worstOf(groups: readonly BurnGroup[]): WorstRoute | undefined {
  let worst: WorstRoute | undefined;
  for (const {pageRoute, route, bins} of groups) {
    const {badCount} = countsIn(bins, BURN_WINDOW_MS['3d']);
    if (badCount <= (worst?.badCount ?? 0)) continue;
    worst = {...(pageRoute === undefined ? {} : {pageRoute}), ...(route === undefined ? {} : {route}), badCount};
  }
  return worst;
}

/** Sorts groups by the budget that they belong to. */
export function byObjective(groups: readonly BurnGroup[]): Map<string, BurnGroup[]> {
  return Map.groupBy(groups, objectiveKey);
}

/** Names a declared budget. */
export function objectiveKey({kind, name, targetShare}: Objective): string {
  return `${kind} ${name} ${targetShare}`;
}

function addBins(a: BurnBin, b: BurnBin): BurnBin {
  const firsts = [a.firstBadAt, b.firstBadAt].filter((at) => at !== undefined);
  return {
    bin: a.bin,
    badCount: a.badCount + b.badCount,
    badWeight: a.badWeight + b.badWeight,
    validWeight: a.validWeight + b.validWeight,
    firstBadAt: firsts.length > 0 ? Math.min(...firsts) : undefined,
  };
}

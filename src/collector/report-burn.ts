import {BURN_WINDOWS, type BurnReport, type Figure, type KeptBudget, type Proportion} from '../protocol/index.ts';
import {
  BURN_WINDOW_MS,
  burningSince,
  burnRate,
  byObjective,
  countsIn,
  heldRule,
  mergeBins,
  objectiveKey,
  worstOf,
} from './burn.ts';
import type {BudgetsReading, BurnBin, BurnGroup, BurnReading, ReadKept, StoredAlert} from './burn-reading.ts';
import {figureOf, hiddenFigure, proportionOf, waitedFigure} from './figures.ts';
import type {ReadShare} from './store.ts';

/** How long the time is over which what is left of a budget is told. */
export const BUDGET_PERIOD_MS = 28 * 86_400_000;

/**
 * Makes the report on budgets and alerts.
 *
 * @param options.burn - Of BUDGET_PERIOD_MS before the end of the window.
 * @param options.budgets - Of the window.
 * @param options.untilAt - Its end, epoch ms.
 * @param options.watched - Whether anybody looks for alerts.
 */
export function reportBurn(options: {
  burn: BurnReading;
  budgets: BudgetsReading;
  alerts: readonly StoredAlert[];
  untilAt: number;
  watched: boolean;
}): BurnReport {
  const {burn, budgets, alerts, untilAt, watched} = options;
  const groups = byObjective(burn.groups);
  const overMs = Math.max(1, untilAt - (burn.oldestAt ?? untilAt));
  const kept = budgets.rows.map((read) =>
    keptOf({
      read,
      groups: groups.get(objectiveKey(read)) ?? [],
      total: burn.totals.find((each) => objectiveKey(each) === objectiveKey(read)),
      ...{overMs, waits: budgets.waits},
    }),
  );
  return {
    budgets: kept.toSorted((a, b) => order(a) - order(b) || fastest(b) - fastest(a)),
    alerts: alerts
      .toSorted((a, b) => over(a) - over(b) || b.firedAt - a.firedAt || b.rule.longBurn - a.rule.longBurn)
      .map(({told, quietSinceAt: _, ...alert}) => ({...alert, untold: told !== alert.state})),
    watched,
  };
}

const over = ({state}: StoredAlert) => (state === 'cleared' ? 1 : 0);
const order = ({kind}: KeptBudget) => (kind === 'milestone' ? 0 : 1);
const fastest = ({burn}: KeptBudget) => burn['1h'] ?? burn['6h'] ?? burn['3d'] ?? -1;

function keptOf(options: {
  read: ReadKept;
  groups: readonly BurnGroup[];
  total: ReadShare | undefined;
  overMs: number;
  waits: BudgetsReading['waits'];
}): KeptBudget {
  const {read, groups, total, overMs, waits} = options;
  const {kind, name, targetShare, badCount, timeoutCount, retryCount, budgetMs = 0, budgetCount} = read;
  const bins = mergeBins(groups);
  const figure = figureFor(read, waits);
  const bad = proportionOf(read);
  const sinceAt = heldRule({bins, objective: read}) && burningSince(bins, read);
  const worst = worstOf(groups);
  const left = leftOf(total, targetShare);
  return {
    ...{kind, name, targetShare},
    budget: {ms: budgetMs, mixed: budgetCount > 1},
    ...verdictOf({read, figure, bad}),
    ...{figure, bad, badCount},
    burn: burnsOf(bins, read),
    ...(left === undefined ? {} : {left: {share: left, overMs}}),
    degraded: proportionOf(read.degraded),
    ...{timeoutCount, retryCount},
    ...(sinceAt === undefined ? {} : {sinceAt}),
    ...(worst ? {worst} : {}),
  };
}

/** First words are counted with those who left before them, as everywhere. */
function figureFor({name, kind, targetShare, series}: ReadKept, waits: BudgetsReading['waits']): Figure {
  const cell = series?.cells.find(({share}) => share === targetShare);
  const answered = series && cell ? figureOf(cell, series.effectiveCount) : hiddenFigure(targetShare, 0);
  if (kind === 'stage' || name !== 'first-token') return answered;
  const waited = waits.cells.find(({share}) => share === targetShare);
  return waits.leftCount > 0 && waited
    ? waitedFigure(waited, {turnCount: waits.effectiveCount, longestMs: waits.longestMs})
    : answered;
}

function verdictOf(options: {read: ReadKept; figure: Figure; bad: Proportion}): Pick<KeptBudget, 'verdict' | 'sure'> {
  const {read, figure, bad} = options;
  const mayShare = 1 - read.targetShare;
  if (bad.state === 'none' || figure.state === 'hidden') return {verdict: 'few', sure: false};
  const tooMany = bad.share > mayShare + 1e-9;
  // turns with budgets of their own have no one budget that a percentile of them all could be held against
  const limitMs = read.budgetCount > 1 ? Number.POSITIVE_INFINITY : (read.budgetMs ?? Number.POSITIVE_INFINITY);
  if (figure.state === 'unreached') {
    const missed = tooMany || figure.aboveMs > limitMs;
    return {verdict: missed ? 'missed' : 'few', sure: missed && bad.lowShare > mayShare};
  }
  if (tooMany || figure.valueMs > limitMs) return {verdict: 'missed', sure: bad.lowShare > mayShare};
  return {verdict: 'attained', sure: bad.highShare <= mayShare};
}

function burnsOf(bins: readonly BurnBin[], objective: ReadKept): KeptBudget['burn'] {
  const burn: KeptBudget['burn'] = {};
  for (const window of BURN_WINDOWS) {
    const rate = burnRate(countsIn(bins, BURN_WINDOW_MS[window]), objective);
    if (rate !== undefined) burn[window] = rate;
  }
  return burn;
}

function leftOf(total: ReadShare | undefined, targetShare: number): number | undefined {
  if (!total || total.wholeWeight === 0) return undefined;
  return 1 - total.partWeight / (total.wholeWeight * (1 - targetShare));
}

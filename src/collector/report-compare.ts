import type {
  Change,
  CompareReport,
  Comparison,
  Figure,
  FigureChange,
  Population,
  Proportion,
  ShareChange,
  StageSummary,
  Summary,
} from '../protocol/index.ts';
import {hiddenFigure} from './figures.ts';
import type {ReadWindow} from './store.ts';

const WEEK_MS = 604_800_000;

/** Gives the window that another one is held against: of the same length and filters. */
export function earlierWindow(window: ReadWindow, by: Comparison): ReadWindow {
  const {fromAt, untilAt} = window;
  // the instant between the two belongs to the later one
  const backMs = by === 'week' ? WEEK_MS : untilAt - fromAt + 1;
  return {...window, fromAt: Math.max(0, fromAt - backMs), untilAt: Math.max(0, untilAt - backMs)};
}

/** Holds the summary of one window against that of an earlier one. */
export function compareOf(by: Comparison, {now, before}: {now: Summary; before: Summary}): CompareReport {
  return {
    by,
    fromAt: before.window.fromAt,
    untilAt: before.window.untilAt,
    turns: {count: before.turns.count, simulatedCount: before.turns.simulatedCount},
    milestones: [
      {name: 'first-token', figures: figureChanges(now.firstToken.all, before.firstToken.all)},
      {name: 'first-token/misses', figures: figureChanges(now.firstToken.misses, before.firstToken.misses)},
      {name: 'complete', figures: figureChanges(now.complete.all, before.complete.all)},
    ],
    shares: [
      {name: 'over-first-token', share: shareChange(now.firstToken.over, before.firstToken.over)},
      {name: 'over-complete', share: shareChange(now.complete.over, before.complete.over)},
      {
        name: 'left-first',
        share: shareChange(now.abandonment.beforeFirstToken, before.abandonment.beforeFirstToken),
      },
      {name: 'left-end', share: shareChange(now.abandonment.beforeEnd, before.abandonment.beforeEnd)},
    ],
    stages: stageChanges(now.stages, before.stages),
  };
}

function stageChanges(now: readonly StageSummary[], before: readonly StageSummary[]): CompareReport['stages'] {
  const names = new Set([...now, ...before].map(({stage}) => stage));
  const none: Pick<StageSummary, 'figures' | 'over'> = {figures: [], over: {state: 'none'}};
  return [...names].map((stage) => {
    const later = now.find((each) => each.stage === stage) ?? none;
    const earlier = before.find((each) => each.stage === stage) ?? none;
    return {stage, figures: figureChanges(later, earlier), over: shareChange(later.over, earlier.over)};
  });
}

function figureChanges(now: Pick<Population, 'figures'>, before: Pick<Population, 'figures'>): FigureChange[] {
  const shares = (now.figures.length > 0 ? now : before).figures.map(({share}) => share);
  return shares.map((share) => {
    const [later, earlier] = [now, before].map(
      ({figures}) => figures.find((figure) => figure.share === share) ?? hiddenFigure(share, 0),
    ) as [Figure, Figure]; // as many as there are windows
    return {now: later, before: earlier, change: changeOf(boundsOfFigure(later), boundsOfFigure(earlier))};
  });
}

function shareChange(now: Proportion, before: Proportion): ShareChange {
  return {now, before, change: changeOf(boundsOfShare(now), boundsOfShare(before))};
}

interface Bounds {
  value: number;
  low: number;
  high: number;
}

function boundsOfFigure(figure: Figure): Bounds | undefined {
  if (!('valueMs' in figure) || figure.highMs === undefined) return undefined;
  return {value: figure.valueMs, low: figure.lowMs, high: figure.highMs};
}

function boundsOfShare(share: Proportion): Bounds | undefined {
  return share.state === 'none' ? undefined : {value: share.share, low: share.lowShare, high: share.highShare};
}

function changeOf(now: Bounds | undefined, before: Bounds | undefined): Change {
  if (!now || !before) return {state: 'unknown'};
  const difference = now.value - before.value;
  return {
    state: now.low > before.high || now.high < before.low ? 'apart' : 'together',
    difference,
    lowDifference: difference - Math.hypot(now.value - now.low, before.high - before.value),
    highDifference: difference + Math.hypot(now.high - now.value, before.value - before.low),
  };
}

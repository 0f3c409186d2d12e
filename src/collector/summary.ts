import {PERCENTILES} from '../latency/index.ts';
import {
  type DeclaredBudget,
  type Figure,
  type InstantSummary,
  type Losses,
  type MilestoneSummary,
  type Population,
  SUMMARY_VERSION,
  type Summary,
  type WasteSummary,
} from '../protocol/index.ts';
import {besideAnswered, effectiveCount, figureOf, figuresOf, hiddenFigure, proportionOf} from './figures.ts';
import {shapeOf} from './shape.ts';
import type {ReadBudget, ReadInstant, Reading, ReadSeries, ReadShare, ReadWait, ReadWaste} from './store.ts';
import {type Survival, survival} from './survival.ts';

/**
 * Makes the summary of a reading.
 *
 * @param options.losses - What the collector itself refused and removed; the reading adds what browsers dropped.
 */
export function summarize(options: {
  reading: Reading;
  computedAt: number;
  window: Summary['window'];
  losses: Omit<Losses, 'droppedCount'>;
}): Summary {
  const {reading, computedAt, window, losses} = options;
  const series = new Map(reading.series.map((column) => [column.name, column]));
  return {
    v: SUMMARY_VERSION,
    computedAt,
    window,
    turns: {count: reading.turnCount, openCount: reading.openCount, hiddenCount: reading.hiddenCount},
    firstToken: firstTokenOf(reading, series),
    complete: completeOf(reading, series),
    abandonment: {
      beforeFirstToken: proportionOf(reading.leftBeforeFirst),
      beforeEnd: proportionOf(reading.leftBeforeEnd),
    },
    ...(reading.instant.count > 0 ? {instant: instantOf(reading.instant)} : {}),
    ...wasteOf(reading.waste, series),
    stages: stagesOf(reading, series),
    outcomes: tallied(reading.outcomes),
    sources: tallied(reading.sources),
    recent: reading.recent,
    losses: {...losses, droppedCount: reading.droppedCount},
    choices: reading.choices,
  };
}

function instantOf({count, exact, answerable, matched, right, precision}: ReadInstant): InstantSummary {
  return {
    count,
    exact: proportionOf(exact),
    answerable: proportionOf(answerable),
    matched: proportionOf(matched),
    right: proportionOf(right),
    precision: proportionOf(precision),
  };
}

function wasteOf(read: ReadWaste, series: SeriesByName): Pick<Summary, 'waste'> {
  const {turnCount, aheadCount, requestCount, leadMs, attemptCount, deniedCount} = read;
  if (aheadCount + attemptCount + deniedCount === 0) return {};
  const saving = savingOf(series);
  return {
    waste: {
      turnCount,
      extraPerTurn: (requestCount + attemptCount) / turnCount,
      prefetch: {
        turnCount: aheadCount,
        requestCount,
        used: proportionOf(read.used),
        outcomes: tallied(read.outcomes),
        ...(leadMs === undefined ? {} : {leadMs}),
      },
      hedge: {attemptCount, won: proportionOf(read.won), deniedCount},
      ...(saving ? {saving} : {}),
    },
  };
}

function savingOf(series: SeriesByName): WasteSummary['saving'] {
  const [on, off] = ['on', 'off'].map((arm) => figuresOf(series.get(`arm/${arm}`))[0]); // P50 comes first
  if (!on || !off || !('valueMs' in on) || !('valueMs' in off)) return undefined;
  if (on.highMs === undefined || off.highMs === undefined) return undefined;
  return {
    ...{on, off},
    savedMs: off.valueMs - on.valueMs,
    lowMs: off.lowMs - on.highMs,
    highMs: off.highMs - on.lowMs,
  };
}

type SeriesByName = ReadonlyMap<string, ReadSeries>;

function firstTokenOf(reading: Reading, series: SeriesByName): MilestoneSummary {
  const all = waitOf(reading.waits);
  const misses = waitOf(reading.waits.filter((wait) => !wait.hit));
  return {
    ...milestoneOf(reading.firstTokenOver),
    all: waitedPopulation(all, series.get('first-token')),
    misses: waitedPopulation(misses, series.get('first-token/misses')),
    shape: shapeOf(
      reading.bins.filter((bin) => bin.series === 'first-token'),
      all.leftCount > 0 ? all.curve.shownShare : undefined,
    ),
  };
}

function completeOf(reading: Reading, series: SeriesByName): MilestoneSummary {
  return {
    ...milestoneOf(reading.completeOver),
    all: answeredPopulation(series.get('complete')),
    misses: answeredPopulation(series.get('complete/misses')),
    shape: shapeOf(
      reading.bins.filter((bin) => bin.series === 'complete'),
      undefined,
    ),
  };
}

interface Wait {
  curve: Survival;
  count: number;
  leftCount: number;
  effectiveCount: number;
}

function waitOf(waits: readonly ReadWait[]): Wait {
  let weight = 0;
  let squaredWeight = 0;
  let count = 0;
  let leftCount = 0;
  for (const wait of waits) {
    weight += wait.shownWeight + wait.leftWeight;
    squaredWeight += wait.squaredWeight;
    count += wait.shownCount + wait.leftCount;
    leftCount += wait.leftCount;
  }
  // hits and misses that waited equally long are one step, in which words come before visitors leave
  const steps = new Map<number, {ms: number; shown: number; left: number}>();
  for (const {ms, shownWeight, leftWeight} of waits) {
    const step = steps.get(ms) ?? {ms, shown: 0, left: 0};
    steps.set(ms, {ms, shown: step.shown + shownWeight, left: step.left + leftWeight});
  }
  const effective = effectiveCount(weight, squaredWeight);
  const curve = survival([...steps.values()], weight > 0 ? effective / weight : 1);
  return {curve, count, leftCount, effectiveCount: effective};
}

/** With nobody gone the answered turns tell all, interpolated as everywhere else. */
function waitedPopulation(wait: Wait, series: ReadSeries | undefined): Population {
  const answered = figuresOf(series);
  if (wait.leftCount === 0) return {count: wait.count, leftCount: 0, figures: answered, answered};
  const figures = PERCENTILES.map((share) => waitedFigure(wait, share));
  return {
    count: wait.count,
    leftCount: wait.leftCount,
    figures: besideAnswered(figures, answered),
    answered,
  };
}

function waitedFigure(wait: Wait, share: number): Figure {
  const {valueMs, lowMs, highMs} = wait.curve.quantile(share);
  const hidden = hiddenFigure(share, Math.floor(wait.effectiveCount + 1e-9));
  if (valueMs !== undefined && lowMs !== undefined) {
    return figureOf({share, valueMs, lowMs, highMs}, wait.effectiveCount);
  }
  if (hidden.state === 'hidden' && hidden.count < hidden.needsCount) return hidden;
  return {
    state: 'unreached',
    share,
    count: hidden.count,
    aboveMs: wait.curve.longestMs,
    words: 'not reached: too many left before it',
  };
}

function answeredPopulation(series: ReadSeries | undefined): Population {
  const figures = figuresOf(series);
  return {count: series?.rowCount ?? 0, leftCount: 0, figures, answered: figures};
}

function milestoneOf(over: ReadShare & ReadBudget): Pick<MilestoneSummary, 'over' | 'budget'> {
  const budget = budgetOf(over);
  return {over: proportionOf(over), ...(budget ? {budget} : {})};
}

function budgetOf(read: ReadBudget): DeclaredBudget | undefined {
  return read.budgetMs === undefined ? undefined : {ms: read.budgetMs, mixed: read.budgetCount > 1};
}

function stagesOf(reading: Reading, series: SeriesByName): Summary['stages'] {
  const stages = reading.stages.map((read) => {
    const column = series.get(`stage/${read.stage}`);
    const count = column?.rowCount ?? 0;
    return {
      stage: read.stage,
      count,
      turnShare: reading.visibleCount > 0 ? count / reading.visibleCount : 0,
      timeoutCount: read.timeoutCount,
      ...milestoneOf(read),
      figures: figuresOf(column),
      slownessMs: column?.cells.find((cell) => cell.share === 0.99)?.valueMs ?? 0,
    };
  });
  return stages.sort((a, b) => b.slownessMs - a.slownessMs).map(({slownessMs: _, ...stage}) => stage);
}

function tallied<Name extends string>(rows: readonly {name: Name; count: number; weight: number}[]) {
  const total = rows.reduce((sum, row) => sum + row.weight, 0);
  return rows.map(({name, count, weight}) => ({name, count, share: total > 0 ? weight / total : 0}));
}

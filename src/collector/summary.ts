import type {Outcome} from '../latency/index.ts';
import {
  type DeclaredBudget,
  type InstantSummary,
  type Losses,
  type MilestoneSummary,
  type Population,
  type Proportion,
  SUMMARY_VERSION,
  type Summary,
  type WasteSummary,
} from '../protocol/index.ts';
import {besideAnswered, figuresOf, proportionOf, waitedFigure} from './figures.ts';
import {shapeOf} from './shape.ts';
import type {ReadBudget, ReadInstant, Reading, ReadSeries, ReadShare, ReadWaiting, ReadWaste} from './store.ts';

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
    turns: {
      count: reading.turnCount,
      openCount: reading.openCount,
      hiddenCount: reading.hiddenCount,
      simulatedCount: reading.simulatedCount,
    },
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
  const {all, misses} = reading.waits;
  return {
    ...milestoneOf(reading.firstTokenOver),
    all: waitedPopulation(all, series.get('first-token')),
    misses: waitedPopulation(misses, series.get('first-token/misses')),
    degraded: endedAs(reading, ['fallback']),
    shape: shapeOf(
      reading.bins.filter((bin) => bin.series === 'first-token'),
      all.leftCount > 0 ? (bin) => all.shownShares[bin] ?? all.shownShares.at(-1) ?? 0 : undefined,
    ),
  };
}

function completeOf(reading: Reading, series: SeriesByName): MilestoneSummary {
  return {
    ...milestoneOf(reading.completeOver),
    all: answeredPopulation(series.get('complete')),
    misses: answeredPopulation(series.get('complete/misses')),
    degraded: endedAs(reading, ['fallback', 'partial']),
    shape: shapeOf(
      reading.bins.filter((bin) => bin.series === 'complete'),
      undefined,
    ),
  };
}

/** With nobody gone the answered turns tell all, interpolated as everywhere else. */
function waitedPopulation(wait: ReadWaiting, series: ReadSeries | undefined): Population {
  const answered = figuresOf(series);
  if (wait.leftCount === 0) return {count: wait.count, leftCount: 0, figures: answered, answered};
  const figures = wait.cells.map((cell) =>
    waitedFigure(cell, {turnCount: wait.effectiveCount, longestMs: wait.longestMs}),
  );
  return {
    count: wait.count,
    leftCount: wait.leftCount,
    figures: besideAnswered(figures, answered),
    answered,
  };
}

function answeredPopulation(series: ReadSeries | undefined): Population {
  const figures = figuresOf(series);
  return {count: series?.rowCount ?? 0, leftCount: 0, figures, answered: figures};
}

/** The share of the ended turns that ended in one of some ways. */
function endedAs({outcomes, leftBeforeEnd}: Reading, names: readonly Outcome[]): Proportion {
  const among = outcomes.filter(({name}) => names.includes(name));
  return proportionOf({...leftBeforeEnd, partWeight: among.reduce((sum, {weight}) => sum + weight, 0)});
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

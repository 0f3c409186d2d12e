import {PERCENTILES} from '../latency/index.ts';
import {type Ask, valuesOf} from './duckdb-ask.ts';
import {SEEN, TALLIED} from './duckdb-sql.ts';
import type {Manner} from './duckdb-times.ts';
import type {ReadBudget, Reading, ReadSeries, ReadShare} from './store.ts';
import {merged, seriesAt, sliceOf, type Values} from './values.ts';

/** The most stages of a record. */
const MAX_STAGES = 12;

/**
 * Writes what tells the times of the stages in one place of their turns' lists. Most turns have one of a few lists, so
 * that a statement for each place is less work than one that takes all lists apart. A list is grouped by its 64-bit hash.
 */
const timesAt = (place: number, tallied: string) => `
WITH ${SEEN}
SELECT any_value(stage_list) AS list, stage_ms[${place}] AS ms, ${tallied}
FROM seen WHERE visible AND len(stage_ms) >= ${place} GROUP BY hash(stage_list), ms ORDER BY list, ms`;

/** What is read of the stages. */
export interface StagesReading {
  series: ReadSeries[];
  stages: Reading['stages'];
}

/** Turns in which a stage was alike but for its time. */
interface Part {
  budgetMs: number | undefined;
  timedOut: boolean;
  values: Values;
}

/** Reads how long each stage took, and how often longer than its budget. */
export async function readStages(ask: Ask, manner: Manner = {}): Promise<StagesReading> {
  const {shares = PERCENTILES, tallied = TALLIED} = manner;
  const stages = new Map<string, Part[]>();
  for (let place = 1; place <= MAX_STAGES; place++) {
    const columns = await ask.columns(timesAt(place, tallied));
    if (columns.rowCount === 0) break;
    const values = valuesOf(columns);
    for (const {text, from, upto} of columns.runs('list')) {
      // as stageWord writes it
      const [, stage = '', budget = '', end = ''] =
        /^([^:!]*):?(.*?)(!?)$/.exec(text.split(' ')[place - 1] ?? '') ?? [];
      const budgetMs = budget === '' ? undefined : Number(budget);
      const part = {budgetMs, timedOut: end === '!', values: sliceOf(values, {from, upto})};
      stages.set(stage, [...(stages.get(stage) ?? []), part]);
    }
  }
  const inOrder = [...stages].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    series: inOrder.map(([stage, parts]) =>
      seriesAt({name: `stage/${stage}`, values: merged(parts.map(({values}) => values)), shares}),
    ),
    stages: inOrder.map(([stage, parts]) => ({
      stage,
      timeoutCount: parts.reduce((sum, {timedOut, values}) => sum + (timedOut ? sumOf(values.counts) : 0), 0),
      ...overOf(parts),
    })),
  };
}

/** Of the turns with a budget those that took longer, and the budget that most of them had. */
function overOf(parts: readonly Part[]): ReadShare & ReadBudget {
  const share = {partWeight: 0, wholeWeight: 0, squaredWeight: 0};
  const counts = new Map<number, number>();
  for (const {budgetMs, values} of parts) {
    if (budgetMs === undefined) continue;
    share.wholeWeight += sumOf(values.weights);
    share.squaredWeight += sumOf(values.squares);
    const within = values.ms.findIndex((ms) => ms > budgetMs);
    if (within >= 0) share.partWeight += sumOf(values.weights.subarray(within));
    counts.set(budgetMs, (counts.get(budgetMs) ?? 0) + sumOf(values.counts));
  }
  const [usual] = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return {...share, budgetCount: counts.size, ...(usual ? {budgetMs: usual[0]} : {})};
}

function sumOf(numbers: Float64Array): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

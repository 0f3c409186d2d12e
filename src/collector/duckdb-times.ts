import {PERCENTILES} from '../latency/index.ts';
import {type Ask, valuesOf} from './duckdb-ask.ts';
import {SEEN, TALLIED, WAITED} from './duckdb-sql.ts';
import type {ReadBin, Reading, ReadSeries} from './store.ts';
import {merged, seriesAt, seriesOf, thoseOf, type Values} from './values.ts';
import {binOf, waitingOf} from './waiting.ts';

/** Waits by how long they were; `kind` adds what each was: a HIT, SHOWN a word, ANSWERED while the page was never hidden. */
const waitsOf = (tallied: string) => `
WITH ${SEEN}, ${WAITED}
SELECT ms, hit::INTEGER + 2 * shown::INTEGER + 4 * (shown AND visible)::INTEGER AS kind, ${tallied}
FROM waited WHERE ms IS NOT NULL GROUP BY ALL ORDER BY ms`;

const HIT = 1;
const SHOWN = 2;
const ANSWERED = 4;

/** First words of which a record also says that the page was hidden before them, and never hidden. */
const doubtfulOf = (tallied: string) => `
WITH ${SEEN}
SELECT first_ms AS ms, hit::INTEGER + ${ANSWERED} AS kind, ${tallied}
FROM seen WHERE hid_ms < first_ms AND visible GROUP BY ALL ORDER BY ms`;

/** First words of pages in one of the two arms of what is looked up ahead. */
const armsOf = (tallied: string) => `
WITH ${SEEN}
SELECT first_ms AS ms, (prefetch_arm = 'on')::INTEGER AS kind, ${tallied}
FROM seen WHERE visible AND first_ms IS NOT NULL AND prefetch_arm IN ('on', 'off') GROUP BY ALL ORDER BY ms`;

const ON = 1;

const completeOf = (tallied: string) => `
WITH ${SEEN}
SELECT done_ms AS ms, hit::INTEGER + ${ANSWERED} AS kind, ${tallied} FROM seen WHERE visible AND completed GROUP BY ALL ORDER BY ms`;

/** What is read of the first word and of whole answers. */
export type TimesReading = Pick<Reading, 'waits' | 'bins'> & {series: ReadSeries[]};

/** How times are read. */
export interface Manner {
  /** The percentiles, each between 0 and 1. Default: PERCENTILES. */
  shares?: readonly number[];
  /** How rows that are alike are counted: TALLIED, or COUNTED where all weights are 1. Default: TALLIED. */
  tallied?: string;
}

/** Reads the times of first words and of whole answers. */
export async function readTimes(ask: Ask, manner: Manner = {}): Promise<TimesReading> {
  const {shares = PERCENTILES, tallied = TALLIED} = manner;
  const [waits, doubtful] = [await kindsOf(ask, waitsOf(tallied)), await kindsOf(ask, doubtfulOf(tallied))];
  const complete = await kindsOf(ask, completeOf(tallied));
  const waiting = (lacking: number) => {
    const left = those(waits, {having: 0, lacking: SHOWN | lacking});
    return waitingOf({shown: those(waits, {having: SHOWN, lacking}), left, shares});
  };
  const series = (name: ReadBin['series'], parts: readonly Kinds[]) =>
    [0, HIT].map((lacking) =>
      seriesAt({
        name: lacking === 0 ? name : `${name}/misses`,
        values: merged(parts.map((part) => those(part, {having: ANSWERED, lacking}))),
        shares,
      }),
    );
  return {
    waits: {all: waiting(0), misses: waiting(HIT)},
    series: [...series('first-token', [waits, doubtful]), ...series('complete', [complete])].filter(isThere),
    bins: [...binsOf('first-token', [waits, doubtful]), ...binsOf('complete', [complete])],
  };
}

/** Reads the times of first words in the two arms of what is looked up ahead. */
export async function readArms(ask: Ask, {tallied = TALLIED}: Manner = {}): Promise<ReadSeries[]> {
  const arms = await kindsOf(ask, armsOf(tallied));
  return [
    seriesOf('arm/on', those(arms, {having: ON, lacking: 0})),
    seriesOf('arm/off', those(arms, {having: 0, lacking: ON})),
  ].filter(isThere);
}

/** Values that ascend, and what each is. */
interface Kinds {
  values: Values;
  kinds: Float64Array;
}

async function kindsOf(ask: Ask, statement: string): Promise<Kinds> {
  const columns = await ask.columns(statement);
  return {values: valuesOf(columns), kinds: columns.numbers('kind')};
}

function isThere({rowCount}: ReadSeries): boolean {
  return rowCount > 0;
}

function those({values, kinds}: Kinds, {having, lacking}: {having: number; lacking: number}): Values {
  return thoseOf(values, (row) => {
    const kind = kinds[row] ?? 0;
    return (kind & having) === having && (kind & lacking) === 0;
  });
}

function binsOf(series: ReadBin['series'], parts: readonly Kinds[]): ReadBin[] {
  return [HIT, 0].flatMap((kind) => {
    const bins = new Map<number, number>();
    for (const part of parts) {
      const {ms: times, weights} = those(part, {having: ANSWERED | kind, lacking: HIT & ~kind});
      times.forEach((ms, row) => {
        bins.set(binOf(ms), (bins.get(binOf(ms)) ?? 0) + (weights[row] ?? 0));
      });
    }
    return [...bins].map(([bin, weight]) => ({series, bin, hit: kind === HIT, weight}));
  });
}

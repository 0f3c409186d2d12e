import {PERCENTILES} from '../latency/index.ts';
import {type Ask, type Columns, valuesOf} from './duckdb-ask.ts';
import {SEEN, WAITED} from './duckdb-sql.ts';
import type {ReadBin, Reading, ReadSeries} from './store.ts';
import {inOrder, joined, seriesAt, type Values} from './values.ts';
import {binOf, waitingOf} from './waiting.ts';

const TALLIED = 'count(*)::DOUBLE AS count, sum(weight) AS weight, sum(weight * weight) AS squared';

/** Waits by how long they were; `kind` adds what each was: a HIT, SHOWN a word, ANSWERED while the page was never hidden. */
const WAITS = `
WITH ${SEEN}, ${WAITED}
SELECT ms, hit::INTEGER + 2 * shown::INTEGER + 4 * (shown AND visible)::INTEGER AS kind, ${TALLIED}
FROM waited WHERE ms IS NOT NULL GROUP BY ALL`;

const HIT = 1;
const SHOWN = 2;
const ANSWERED = 4;

/** First words of which a record also says that the page was hidden before them, and never hidden. */
const DOUBTFUL = `
WITH ${SEEN}
SELECT first_ms AS ms, hit::INTEGER + ${ANSWERED} AS kind, ${TALLIED}
FROM seen WHERE hid_ms < first_ms AND visible GROUP BY ALL`;

const COMPLETE = `
WITH ${SEEN}
SELECT done_ms AS ms, hit::INTEGER + ${ANSWERED} AS kind, ${TALLIED} FROM seen WHERE visible AND completed GROUP BY ALL`;

/** What is read of the first word and of whole answers, each turn's time once. */
export type TimesReading = Pick<Reading, 'waits' | 'bins'> & {series: ReadSeries[]};

/**
 * Reads the times of first words and of whole answers.
 *
 * @param shares - The percentiles, each between 0 and 1. Default: PERCENTILES.
 */
export async function readTimes(ask: Ask, shares: readonly number[] = PERCENTILES): Promise<TimesReading> {
  const waits = kindsOf(await ask.columns(WAITS));
  const doubtful = kindsOf(await ask.columns(DOUBTFUL));
  const complete = kindsOf(await ask.columns(COMPLETE));
  const first = {
    values: joined([waits.values, doubtful.values]),
    kinds: Float64Array.from([...waits.kinds, ...doubtful.kinds]),
  };
  const shown = (without: number) => waits.those(SHOWN, without);
  const left = (without: number) => waits.those(0, SHOWN | without);
  return {
    waits: {
      all: waitingOf({shown: shown(0), left: left(0), shares}),
      misses: waitingOf({shown: shown(HIT), left: left(HIT), shares}),
    },
    series: [...answered('first-token', first, shares), ...answered('complete', complete, shares)],
    bins: [...binsOf('first-token', first), ...binsOf('complete', complete)],
  };
}

interface Kinds {
  values: Values;
  kinds: Float64Array;
}

function kindsOf(columns: Columns): Kinds & {those: (having: number, lacking: number) => Values} {
  const values = valuesOf(columns);
  const kinds = columns.numbers('kind');
  return {values, kinds, those: (having, lacking) => inOrder(values, isOf(kinds, having, lacking))};
}

function isOf(kinds: Float64Array, having: number, lacking: number): (row: number) => boolean {
  return (row) => {
    const kind = kinds[row] ?? 0;
    return (kind & having) === having && (kind & lacking) === 0;
  };
}

function answered(name: 'first-token' | 'complete', {values, kinds}: Kinds, shares: readonly number[]): ReadSeries[] {
  return [
    seriesAt({name, values: inOrder(values, isOf(kinds, ANSWERED, 0)), shares}),
    seriesAt({name: `${name}/misses`, values: inOrder(values, isOf(kinds, ANSWERED, HIT)), shares}),
  ].filter(({rowCount}) => rowCount > 0);
}

function binsOf(series: ReadBin['series'], {values, kinds}: Kinds): ReadBin[] {
  const weights = {hit: new Map<number, number>(), miss: new Map<number, number>()};
  values.ms.forEach((ms, row) => {
    const kind = kinds[row] ?? 0;
    if ((kind & ANSWERED) === 0) return;
    const bins = kind & HIT ? weights.hit : weights.miss;
    const bin = binOf(ms);
    bins.set(bin, (bins.get(bin) ?? 0) + (values.weights[row] ?? 0));
  });
  return [weights.miss, weights.hit].flatMap((bins, index) =>
    [...bins].map(([bin, weight]) => ({series, bin, hit: index === 1, weight})),
  );
}

import type {DuckDBConnection} from '@duckdb/node-api';
import * as sql from './duckdb-sql.ts';
import type {ReadShare} from './read-share.ts';
import type {ReadSeries, ReadWindow} from './store.ts';
import {seriesOf, sliceOf, type Values} from './values.ts';

/** One row of an answer, by column. */
export type Row = Record<string, unknown>;

/** Asks one statement of a window whose values are bound, with more of them where it has places for more. */
export interface Ask {
  (statement: string, more?: Row): Promise<Row[]>;
  /** The same for answers of so many rows that an object for each would be waited for. */
  columns(statement: string, more?: Row): Promise<Columns>;
}

/** An answer by its columns. */
export interface Columns {
  rowCount: number;
  has(name: string): boolean;
  /** Reads a column of numbers or of truth values; NULL is NaN. */
  numbers(name: string): Float64Array;
  /** Finds the runs of equal texts in a column by which the rows are sorted: each from a row up to another one. */
  runs(name: string): {text: string; from: number; upto: number}[];
}

/** Binds values on a connection: a statement is given those that it has places for. */
export function askBound(connection: DuckDBConnection, bound: Row): (statement: string) => Promise<Row[]> {
  return (statement) => rowsOf(connection, {statement, bound});
}

/** Binds a window on a connection, whose transaction makes what is asked one consistent state. */
export function askOf(connection: DuckDBConnection, window: ReadWindow): Ask {
  const bound = {
    from_at: window.fromAt,
    until_at: window.untilAt,
    now_at: window.nowAt,
    site: window.site ?? null,
    route: window.route ?? null,
    class: window.class ?? null,
    device: window.device ?? null,
    net: window.net ?? null,
    simulated: window.simulated ?? null,
    listed_outcome: window.listed?.outcome ?? null,
    listed_over: window.listed?.over ?? null,
    after_at: window.after?.turnAt ?? null,
    after_id: window.after?.id ?? null,
    limits: JSON.stringify(window.limits ?? []),
    experiment: window.experiment?.name ?? null,
    first_count: window.experiment?.firstCount ?? null,
  };
  const ask = (statement: string, more: Row = {}) =>
    rowsOf(connection, {statement: sql.withoutIdle(statement, window), bound: {...bound, ...more}});
  const columns = (statement: string, more: Row = {}) =>
    columnsOf(connection, {statement: sql.withoutIdle(statement, window), bound: {...bound, ...more}});
  return Object.assign(ask, {columns});
}

/** Reads a sample's columns, each with its exact percentiles. */
export async function readSeries(ask: Ask, sample: string): Promise<ReadSeries[]> {
  const columns = await ask.columns(sql.values(sample));
  const values = valuesOf(columns);
  return columns.runs('series').map(({text, from, upto}) => seriesOf(text, sliceOf(values, {from, upto})));
}

/** Reads `ms` and `count` of rows in the order of their values, with `weight` and `squared` where they are told. */
export function valuesOf(columns: Columns): Values {
  const counts = columns.numbers('count');
  const [weights, squares] = columns.has('weight')
    ? [columns.numbers('weight'), columns.numbers('squared')]
    : [counts, counts];
  return {ms: columns.numbers('ms'), counts, weights, squares};
}

/**
 * Asks one statement with values for its places.
 *
 * @throws What the database throws.
 */
async function rowsOf(
  connection: DuckDBConnection,
  {statement, bound}: {statement: string; bound: Row},
): Promise<Row[]> {
  const answer = await connection.runAndReadAll(statement, usedOf(statement, bound));
  return answer.getRowObjectsJS();
}

async function columnsOf(
  connection: DuckDBConnection,
  {statement, bound}: {statement: string; bound: Row},
): Promise<Columns> {
  const answer = await connection.run(statement, usedOf(statement, bound));
  const chunks = await answer.fetchAllChunks();
  const names = answer.columnNames();
  const rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);

  return {
    rowCount,
    has: (name) => names.includes(name),
    numbers(name) {
      const column = names.indexOf(name);
      const numbers = new Float64Array(rowCount);
      let row = 0;
      for (const chunk of chunks) {
        const vector = chunk.getColumnVector(column);
        const length = chunk.rowCount; // asked of the database each time
        for (let index = 0; index < length; index++) {
          const value = vector.getItem(index);
          numbers[row++] = value === null ? Number.NaN : Number(value);
        }
      }
      return numbers;
    },
    runs(name) {
      const column = names.indexOf(name);
      const starts = [0];
      for (const chunk of chunks) starts.push((starts.at(-1) ?? 0) + chunk.rowCount);
      const textAt = (row: number) => {
        const place = firstWhere(starts.length, (index) => (starts[index] ?? 0) > row) - 1;
        return String(chunks[place]?.getColumnVector(column).getItem(row - (starts[place] ?? 0)));
      };
      const runs: {text: string; from: number; upto: number}[] = [];
      for (let from = 0; from < rowCount; from = runs.at(-1)?.upto ?? rowCount) {
        const text = textAt(from);
        const rest = firstWhere(rowCount - from, (index) => textAt(from + index) !== text);
        runs.push({text, from, upto: from + rest});
      }
      return runs;
    },
  };
}

/** Finds the first of some places from which on something is true; their number where it never is. */
function firstWhere(count: number, isTrue: (place: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A statement refuses values that it has no place for. */
function usedOf(statement: string, bound: Row): Record<string, string | number | boolean | null> | undefined {
  const used = Object.entries(bound).filter(([name]) => statement.includes(`$${name}`));
  if (used.length === 0) return undefined;
  return Object.fromEntries(used) as Record<string, string | number | boolean | null>; // bound holds nothing else
}

/** Reads the part, the whole and its squared weights from columns of a common prefix. */
export function shareOf(row: Row, prefix: string): ReadShare {
  return {
    partWeight: numberOf(row[`${prefix}part`]),
    wholeWeight: numberOf(row[`${prefix}whole`]),
    squaredWeight: numberOf(row[`${prefix}squared`]),
  };
}

/** Reads a number; NULL is 0. */
export function numberOf(value: unknown): number {
  return value == null ? 0 : Number(value);
}

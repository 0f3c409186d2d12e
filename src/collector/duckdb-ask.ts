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
  /** Reads a column of numbers or of truth values; NULL is NaN. */
  numbers(name: string): Float64Array;
  texts(name: string): string[];
}

/** Asks a statement without a window. */
export function askAll(connection: DuckDBConnection): (statement: string) => Promise<Row[]> {
  return (statement) => askWith(connection, {statement, bound: {}});
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
  return Object.assign(
    (statement: string, more: Row = {}) => askWith(connection, {statement, bound: {...bound, ...more}}),
    {
      columns: (statement: string, more: Row = {}) => columnsWith(connection, statement, {...bound, ...more}),
    },
  );
}

/** Reads a sample's columns, each with its exact percentiles. */
export async function readSeries(ask: Ask, sample: string): Promise<ReadSeries[]> {
  const columns = await ask.columns(sql.values(sample));
  const names = columns.texts('series');
  const values = valuesOf(columns);
  const series: ReadSeries[] = [];
  for (let from = 0; from < names.length; ) {
    let upto = from + 1;
    while (names[upto] === names[from]) upto += 1;
    series.push(seriesOf(names[from] ?? '', sliceOf(values, {from, upto})));
    from = upto;
  }
  return series;
}

/** Reads `ms`, `count`, `weight` and `squared` of rows in the order of their values. */
export function valuesOf(columns: Columns): Values {
  return {
    ms: columns.numbers('ms'),
    counts: columns.numbers('count'),
    weights: columns.numbers('weight'),
    squares: columns.numbers('squared'),
  };
}

/**
 * Asks one statement with values for its places.
 *
 * @throws What the database throws.
 */
export async function askWith(
  connection: DuckDBConnection,
  {statement, bound}: {statement: string; bound: Row},
): Promise<Row[]> {
  const answer = await connection.runAndReadAll(statement, usedOf(statement, bound));
  return answer.getRowObjectsJS();
}

async function columnsWith(connection: DuckDBConnection, statement: string, bound: Row): Promise<Columns> {
  const answer = await connection.run(statement, usedOf(statement, bound));
  const chunks = await answer.fetchAllChunks();
  const names = answer.columnNames();
  const rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);

  function visit(name: string, take: (value: unknown, row: number) => void): void {
    const column = names.indexOf(name);
    let row = 0;
    for (const chunk of chunks) {
      const vector = chunk.getColumnVector(column);
      for (let index = 0; index < chunk.rowCount; index++) take(vector.getItem(index), row++);
    }
  }

  return {
    rowCount,
    numbers(name) {
      const numbers = new Float64Array(rowCount);
      visit(name, (value, row) => {
        numbers[row] = value === null ? Number.NaN : Number(value);
      });
      return numbers;
    },
    texts(name) {
      const texts: string[] = [];
      visit(name, (value) => texts.push(String(value)));
      return texts;
    },
  };
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

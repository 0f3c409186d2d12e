import type {DuckDBConnection} from '@duckdb/node-api';
import {PERCENTILES} from '../latency/index.ts';
import * as sql from './duckdb-sql.ts';
import {effectiveCount, rankTarget} from './figures.ts';
import type {ReadSeries, ReadShare, ReadWindow} from './store.ts';

/** One row of an answer, by column. */
export type Row = Record<string, unknown>;

/** Asks one statement of a window whose values are bound, with more of them where it has places for more. */
export type Ask = (statement: string, more?: Row) => Promise<Row[]>;

/** Asks a statement without a window. */
export function askAll(connection: DuckDBConnection): (statement: string) => Promise<Row[]> {
  return (statement) => rowsOf(connection, statement, {});
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
  };
  return (statement, more = {}) => rowsOf(connection, statement, {...bound, ...more});
}

/** Reads the percentiles, then the order statistics around them; the second reading knows the counts of the first. */
export async function readSeries(ask: Ask, sample: string): Promise<ReadSeries[]> {
  const columns = (await ask(sql.series(sample))).map((row) => {
    const column = {
      series: String(row['series']),
      rowCount: numberOf(row['row_count']),
      weight: numberOf(row['weight']),
      squaredWeight: numberOf(row['squared']),
    };
    const quantiles = Array.isArray(row['quantiles']) ? row['quantiles'].map(numberOf) : [];
    return {...column, quantiles, target: rankTarget(column)};
  });
  const found = new Map<string, number>();
  for (const weighted of [false, true]) {
    const targets = columns.map(({target}) => target).filter((t) => t.weighted === weighted && t.ranks.length > 0);
    if (targets.length === 0) continue;
    const asked = JSON.stringify(targets.map(({series, ranks}) => ({series, ranks})));
    for (const row of await ask(weighted ? sql.weighed(sample) : sql.ranked(sample), {targets: asked})) {
      const names = targets.find(({series}) => series === row['series'])?.names ?? [];
      const values = Array.isArray(row['found']) ? row['found'] : [];
      names.forEach((name, index) => {
        found.set(`${row['series']} ${name}`, numberOf(values[index]));
      });
    }
  }
  return columns.map(({series, rowCount, weight, squaredWeight, quantiles}) => ({
    name: series,
    rowCount,
    effectiveCount: effectiveCount(weight, squaredWeight),
    cells: PERCENTILES.map((share, index) => ({
      share,
      valueMs: found.get(`${series} value ${share}`) ?? quantiles[index] ?? 0,
      lowMs: found.get(`${series} low ${share}`),
      highMs: found.get(`${series} high ${share}`),
    })),
  }));
}

/**
 * Asks one statement with values for its places.
 *
 * @throws What the database throws.
 */
async function rowsOf(connection: DuckDBConnection, statement: string, bound: Row): Promise<Row[]> {
  // a statement refuses values that it has no place for
  const used = Object.entries(bound).filter(([name]) => statement.includes(`$${name}`));
  const values = Object.fromEntries(used) as Record<string, string | number | null>; // bound holds nothing else
  const answer = await connection.runAndReadAll(statement, used.length > 0 ? values : undefined);
  return answer.getRowObjectsJS();
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

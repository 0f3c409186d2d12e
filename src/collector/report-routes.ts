import type {RoutesReport} from '../protocol/index.ts';
import {figuresOf, proportionOf} from './figures.ts';
import type {RoutesReading} from './store.ts';

/** Makes the table of routes and prompt classes, slowest P99 first: of the kept value where it is not to be shown yet. */
export function routesOf({rows}: RoutesReading): RoutesReport {
  const slownessMs = (row: RoutesReading['rows'][number]) =>
    row.series.cells.find((cell) => cell.share === 0.99)?.valueMs ?? 0;
  return {
    rows: rows
      .toSorted((a, b) => slownessMs(b) - slownessMs(a))
      .map((row) => ({
        by: row.by,
        name: row.name,
        count: row.series.rowCount,
        figures: figuresOf(row.series),
        over: proportionOf(row),
      })),
  };
}

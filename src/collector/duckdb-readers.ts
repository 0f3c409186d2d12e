import type {Ask} from './duckdb-ask.ts';
import {readSummary} from './duckdb-queries.ts';
import {readRoutes} from './duckdb-routes.ts';
import type {Readings} from './store.ts';

/** How each reading is read: in one transaction. */
export const READERS: {readonly [Name in keyof Readings]: (ask: Ask) => Promise<Readings[Name]>} = {
  summary: readSummary,
  routes: readRoutes,
};

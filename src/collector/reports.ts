import type {Reports} from '../protocol/index.ts';
import {blameOf} from './report-blame.ts';
import {historyOf} from './report-history.ts';
import {routesOf} from './report-routes.ts';
import {trendOf} from './report-trend.ts';
import type {ReadWindow, Store} from './store.ts';

/** How each report is made of what a store reads. */
export const REPORTS: {
  readonly [Name in keyof Reports]: (store: Store, window: ReadWindow) => Promise<Reports[Name]>;
} = {
  history: async (store, window) => historyOf(await store.read('history', window), window),
  routes: async (store, window) => routesOf(await store.read('routes', window)),
  blame: async (store, window) => blameOf(await store.read('blame', window)),
  trend: async (store, window) => trendOf(await store.read('trend', window)),
};

/** Tells whether a report goes by that name. */
export function isReport(name: string): name is keyof Reports {
  return Object.hasOwn(REPORTS, name);
}

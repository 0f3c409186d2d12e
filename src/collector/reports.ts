import type {Reports} from '../protocol/index.ts';
import {routesOf} from './report-routes.ts';
import type {ReadWindow, Store} from './store.ts';

/** How each report is made of what a store reads. */
export const REPORTS: {
  readonly [Name in keyof Reports]: (store: Store, window: ReadWindow) => Promise<Reports[Name]>;
} = {
  routes: async (store, window) => routesOf(await store.read('routes', window)),
};

/** Tells whether a report goes by that name. */
export function isReport(name: string): name is keyof Reports {
  return Object.hasOwn(REPORTS, name);
}

import type {Reports, Summary} from '../protocol/index.ts';
import {COMPUTE, type Inputs} from './compute.ts';
import {blameOf} from './report-blame.ts';
import {BUDGET_PERIOD_MS, reportBurn} from './report-burn.ts';
import {compareOf, earlierWindow} from './report-compare.ts';
import {historyOf} from './report-history.ts';
import {leavingOf} from './report-leaving.ts';
import {qualityOf} from './report-quality.ts';
import {routesOf} from './report-routes.ts';
import {trendOf} from './report-trend.ts';
import {turnsOf} from './report-turns.ts';
import type {ReadWindow, Store} from './store.ts';
import {summarize} from './summary.ts';

/** What a report is asked for: turns, and what only the collector knows. */
export interface ReportAsk extends ReadWindow {
  /** Whether it looks for alerts. */
  watched: boolean;
}

/** The reports that are computed apart, from turns one by one. */
export type Compared = keyof Inputs;

/** How each of the others is made of what a store reads. */
export const REPORTS: {
  readonly [Name in Exclude<keyof Reports, Compared>]: (store: Store, asked: ReportAsk) => Promise<Reports[Name]>;
} = {
  history: async (store, window) => historyOf(await store.read('history', window), window),
  async compare(store, window) {
    const {compare: by = 'before'} = window;
    const now = await summaryOf(store, window);
    const before = await summaryOf(store, earlierWindow(window, by));
    return compareOf(by, {now, before});
  },
  quality: async (store, window) => qualityOf(await store.read('quality', window)),
  routes: async (store, window) => routesOf(await store.read('routes', window)),
  leaving: async (store, window) => leavingOf(await store.read('leaving', window)),
  blame: async (store, window) => blameOf(await store.read('blame', window)),
  async burn(store, asked) {
    const {untilAt, nowAt, watched} = asked;
    const [burn, budgets, alerts] = await Promise.all([
      store.read('burn', {...asked, fromAt: untilAt - BUDGET_PERIOD_MS}),
      store.read('budgets', asked),
      store.alerts(nowAt),
    ]);
    return reportBurn({burn, budgets, alerts, untilAt, watched});
  },
  trend: async (store, window) => trendOf(await store.read('trend', window)),
  turns: async (store, window) => turnsOf(await store.read('turns', window)),
};

/** The losses of the collector itself are no part of what is compared. */
async function summaryOf(store: Store, window: ReadWindow): Promise<Summary> {
  const reading = await store.read('summary', window);
  const losses = {startedAt: window.nowAt, strippedCount: 0, refused: []};
  return summarize({reading, computedAt: window.nowAt, window, losses});
}

/** Tells whether a report goes by that name. */
export function isReport(name: string): name is keyof Reports {
  return Object.hasOwn(REPORTS, name) || isCompared(name);
}

/** Tells whether that report is computed apart. */
export function isCompared(name: string): name is Compared {
  return Object.hasOwn(COMPUTE, name);
}

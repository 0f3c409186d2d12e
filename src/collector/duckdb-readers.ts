import {readArms} from './duckdb-arms.ts';
import type {Ask} from './duckdb-ask.ts';
import {readBlame} from './duckdb-blame.ts';
import {readBudgets, readBurn} from './duckdb-burn.ts';
import {readCold} from './duckdb-cold.ts';
import {readDrift} from './duckdb-drift.ts';
import {readHistory} from './duckdb-history.ts';
import {readLeaving} from './duckdb-leaving.ts';
import {readQuality} from './duckdb-quality.ts';
import {readSummary} from './duckdb-queries.ts';
import {readRoutes} from './duckdb-routes.ts';
import {readTasks} from './duckdb-tasks.ts';
import {readTrend} from './duckdb-trend.ts';
import {readCounts, readTurnPages, readTurns} from './duckdb-turns.ts';
import type {Readings} from './store.ts';

/** How each reading is read: in one transaction. */
export const READERS: {readonly [Name in keyof Readings]: (ask: Ask) => Promise<Readings[Name]>} = {
  summary: readSummary,
  counts: readCounts,
  quality: readQuality,
  routes: readRoutes,
  history: readHistory,
  blame: readBlame,
  trend: readTrend,
  burn: readBurn,
  budgets: readBudgets,
  turns: readTurns,
  turnPages: readTurnPages,
  arms: readArms,
  cold: readCold,
  drift: readDrift,
  leaving: readLeaving,
  tasks: readTasks,
};

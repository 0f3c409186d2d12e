export type {ExperimentPlan} from './arm-plan.ts';
export * from './burn-reading.ts';
export * from './collector.ts';
export * from './duckdb-store.ts';
export {COMMIT_MAX_ROW_COUNT, COMMIT_ROW_COUNT, COMMIT_WAIT_MS, WAITING_ROW_LIMIT} from './group-commit.ts';
export {RATES, type Rate, type Rates} from './rate.ts';
export * from './readings.ts';
export {RETENTION, type Retention} from './retention.ts';
export * from './store.ts';

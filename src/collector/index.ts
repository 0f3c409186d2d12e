export * from './collector.ts';
export * from './duckdb-store.ts';
export * from './store.ts';

export * from './app.tsx';
export * from './format.ts';
export * from './load-summary.ts';
export * from './poll.ts';
export * from './query.ts';

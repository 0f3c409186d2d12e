export * from './app.tsx';
export * from './format.ts';
export * from './load-answer.ts';
export * from './poll.ts';
export * from './query.ts';

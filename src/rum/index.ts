export * from './analytics.ts';
export * from './page.ts';
export * from './parameters.ts';
export * from './send.ts';
export * from './targets.ts';

export * from './analytics.ts';
export * from './outbox.ts';
export * from './page.ts';
export * from './parameters.ts';
export * from './rum.ts';
export * from './send.ts';
export * from './targets.ts';

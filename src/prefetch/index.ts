export * from './create-prefetch.ts';

export * from './npm.ts';

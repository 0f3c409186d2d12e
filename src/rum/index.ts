export * from './page.ts';
export * from './send.ts';

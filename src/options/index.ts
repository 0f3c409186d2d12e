export * from './early.ts';
export type {Surroundings} from './kinds.ts';
export * from './table.ts';

export * from './early.ts';
export * from './experiments.ts';
export type {Surroundings} from './kinds.ts';
export * from './table.ts';

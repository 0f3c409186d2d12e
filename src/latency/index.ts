export * from './budget.ts';
export * from './critical-path.ts';
export * from './deadlines.ts';
export * from './histogram.ts';
export * from './record.ts';
export * from './turn.ts';
export * from './units.ts';
export * from './waiting.ts';

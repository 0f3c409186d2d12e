export * from './answering.ts';
export * from './api.ts';
export * from './chat.ts';
export * from './create-chat.ts';
export * from './measure.ts';
export * from './problem.ts';
export * from './run-turn.ts';
export * from './state.ts';

export * from './failure.ts';
export * from './open-answer.ts';

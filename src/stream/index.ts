export * from './failure.ts';
export * from './post-question.ts';
export * from './read-answer.ts';

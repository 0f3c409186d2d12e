export * from './failure.ts';
export * from './get-rest.ts';
export * from './pause.ts';
export * from './policy.ts';
export * from './post-question.ts';
export * from './read-answer.ts';
export * from './write-json.ts';

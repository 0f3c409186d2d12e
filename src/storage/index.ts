export * from './conversation.ts';
export * from './decoys.ts';
export * from './kept-list.ts';
export * from './learned.ts';
export * from './packs.ts';
export * from './question-key.ts';
export * from './shelf.ts';

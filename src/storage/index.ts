export * from './conversation.ts';
export * from './shelf.ts';

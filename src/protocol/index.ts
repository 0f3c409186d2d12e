export * from './beacon.ts';
export * from './events.ts';
export * from './hello.ts';
export * from './reader.ts';
export * from './request.ts';
export * from './summary.ts';
export * from './ui-message-stream.ts';

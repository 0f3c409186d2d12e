import type {AnswerReader} from './events.ts';
import {createUiMessageReader} from './ui-message-stream.ts';

/**
 * Makes the reader of a protocol.
 *
 * @param protocol - As the site declared it; `auto` reads the native protocol.
 * @returns The reader, or undefined for a protocol that this version does not read.
 */
export function createReader(protocol: string): AnswerReader | undefined {
  return ['auto', 'firstword', 'ai-sdk'].includes(protocol) ? createUiMessageReader() : undefined;
}

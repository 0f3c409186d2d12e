import {createAdapterReader} from './adapter.ts';
import type {AnswerReader} from './events.ts';
import {createUiMessages} from './ui-messages.ts';

/** The header by which the AI SDK marks its UI message stream. */
export const UI_STREAM_HEADER = 'x-vercel-ai-ui-message-stream';

/** Makes a reader of the native protocol by itself, of an answer that cannot be asked for again as a whole. */
export function createUiMessageReader(): AnswerReader {
  const headers = {get: () => null};
  return createAdapterReader(createUiMessages, {protocol: 'firstword', endpoint: '', conversationId: '', headers});
}

import type {Protocol} from '../latency/index.ts';
import {type CreateAdapter, createAdapterReader} from './adapter.ts';
import {createAgUi} from './ag-ui.ts';
import {createAnthropic} from './anthropic.ts';
import type {AnswerReader, DeclaredProtocol, Framing} from './events.ts';
import {createLangGraph} from './langgraph.ts';
import {createOllama} from './ollama.ts';
import {createOpenAiChat} from './openai-chat.ts';
import {createOpenAiResponses} from './openai-responses.ts';
import {createTextReader} from './plain-text.ts';
import {createSniffingReader} from './sniff.ts';
import {UI_STREAM_HEADER} from './ui-message-stream.ts';
import {createUiMessages} from './ui-messages.ts';

/** A response whose body is to be read. */
export interface AnswerHead {
  /** As the site declared it. */
  protocol: DeclaredProtocol;
  /** The response's headers. */
  headers: {get(name: string): string | null};
  /** Where the question was posted, absolute. */
  endpoint: string;
  /** The id under which the question was asked; an AI SDK backend keeps answers by it. */
  conversationId: string;
}

const ADAPTERS: Readonly<Record<Exclude<Protocol, 'text'>, CreateAdapter>> = {
  firstword: createUiMessages,
  'ai-sdk': createUiMessages,
  'ag-ui': createAgUi,
  openai: createOpenAiChat,
  'openai-responses': createOpenAiResponses,
  anthropic: createAnthropic,
  langgraph: createLangGraph,
  ollama: createOllama,
};

/**
 * Makes the reader of an answer from its headers, and says how the body is to be cut for it.
 *
 * @returns The reader; undefined when a body of this content type is no answer in the protocol, as a page or a JSON
 *   document never is.
 */
export function createReader(head: AnswerHead): (AnswerReader & {framing: Framing}) | undefined {
  const {protocol, headers} = head;
  const framing = readFraming(headers.get('content-type') ?? '');
  if (!framing || !isFramed(framing, protocol)) return;
  const create = (found: Protocol) =>
    found === 'text' ? createTextReader(framing) : createAdapterReader(ADAPTERS[found], {...head, protocol: found});
  if (protocol !== 'auto') return {...create(protocol), framing};
  if (framing === 'text') return {...create('text'), framing};
  const isUi = headers.get(UI_STREAM_HEADER) ?? headers.get('x-firstword');
  return {...(isUi ? create('ai-sdk') : createSniffingReader(create)), framing};
}

function readFraming(contentType: string): Framing | undefined {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') return 'sse';
  if (type === 'text/plain') return 'text';
  return /^application\/(x-)?(ndjson|jsonl)$/.test(type) ? 'lines' : undefined;
}

/** Whether bodies of a protocol are cut like this. */
function isFramed(framing: Framing, protocol: DeclaredProtocol): boolean {
  if (protocol === 'text') return framing !== 'lines';
  return protocol === 'auto' || framing === (protocol === 'ollama' ? 'lines' : 'sse');
}

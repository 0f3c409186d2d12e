import {
  type QuestionFacts,
  writeAgUi,
  writeAnthropic,
  writeLangGraph,
  writeNative,
  writeOpenAiChat,
  writeOpenAiResponses,
} from './bodies.ts';
import type {DeclaredProtocol} from './events.ts';
import {type ChatRequest, type FwRequest, WIRE_VERSION} from './request.ts';

/**
 * Writes the body of a question in the declared protocol, with only the fields that its vendor's types allow. `auto`,
 * the native protocol and plain text get the native body, which AI SDK backends and most proxies of OpenAI Chat and
 * Ollama accept too.
 */
export function writeQuestion({protocol, ...facts}: QuestionFacts & {protocol: DeclaredProtocol}): object {
  switch (protocol) {
    case 'openai':
    case 'ollama':
      return writeOpenAiChat(facts);
    case 'openai-responses':
      return writeOpenAiResponses(facts);
    case 'anthropic':
      return writeAnthropic(facts);
    case 'ag-ui':
      return writeAgUi(facts);
    case 'langgraph':
      return writeLangGraph(facts);
    default:
      return writeNative(facts);
  }
}

/**
 * Writes the body that has a Firstword server look up what a question may need while it is written: topic ids and page
 * facts, never what is written.
 */
export function writeContext({
  conversationId,
  ...fw
}: {conversationId: string} & Pick<FwRequest, 'key' | 'topics' | 'context' | 'language'>): ChatRequest {
  return {id: conversationId, trigger: 'fw-context', messages: [], fw: {v: WIRE_VERSION, attempt: 0, ...fw}};
}

/**
 * Writes the body that stops an answer on a Firstword server.
 *
 * @param key - The idempotency key of the turn.
 */
export function writeStop(key: string, conversationId: string): ChatRequest {
  return {id: conversationId, trigger: 'fw-stop', messages: [], fw: {v: WIRE_VERSION, key, attempt: 0}};
}

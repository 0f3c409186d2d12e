import type {ChatRequest, FwRequest, Said} from './request.ts';

/** What a question is written from. */
export interface QuestionFacts {
  /** The conversation's id. */
  conversationId: string;
  /** What was said, the question last. */
  said: readonly Said[];
  /** The facts of this attempt; protocols that have no place for them get only what they ask for. */
  fw: FwRequest;
}

/** The most tokens of an answer, for protocols that want to be told. */
export const ANSWER_MAX_TOKENS = 1024;

/** The assistant that a LangGraph server is asked for where the site names none: what its templates call theirs. */
export const DEFAULT_ASSISTANT = 'agent';

const turns = (said: readonly Said[]) => said.map(({role, text}) => ({role, content: text}));

/**
 * Writes the one body that AI SDK backends, the native kit and most proxies of OpenAI Chat and Ollama accept: every
 * message has `content` and `parts`.
 */
export function writeNative({conversationId, said, fw}: QuestionFacts): ChatRequest {
  return {
    id: conversationId,
    trigger: 'submit-message',
    messages: said.map(({id, role, text}) => ({id, role, content: text, parts: [{type: 'text', text}]})),
    stream: true,
    model: fw.model, // what is undefined is not written
    fw,
  };
}

/** Writes the body of OpenAI's Chat Completions, which is Ollama's too. */
export function writeOpenAiChat({said, fw}: QuestionFacts) {
  return {model: fw.model, messages: turns(said), stream: true as const};
}

/** Writes the body of OpenAI's Responses. */
export function writeOpenAiResponses({said, fw}: QuestionFacts) {
  return {model: fw.model, input: turns(said), stream: true as const};
}

/** Writes the body of Anthropic's Messages. */
export function writeAnthropic({said, fw}: QuestionFacts) {
  return {model: fw.model, max_tokens: ANSWER_MAX_TOKENS, messages: turns(said), stream: true as const};
}

/** Writes the input of an AG-UI run. Servers of before 1.0 refuse fields that they do not know, the version too. */
export function writeAgUi({conversationId, said, fw}: QuestionFacts) {
  const {key, context} = fw;
  return {
    threadId: conversationId,
    runId: key,
    state: {},
    messages: said.map(({id, role, text}) => ({id, role, content: text})),
    tools: [],
    context: context === undefined ? [] : [{description: 'page', value: JSON.stringify(context)}],
    forwardedProps: {},
  };
}

/**
 * Writes the body of a LangGraph run. A thread knows messages by their ids and does not take one twice, so all that was
 * said goes along with and without one.
 */
export function writeLangGraph({said, fw}: QuestionFacts) {
  return {
    assistant_id: fw.model ?? DEFAULT_ASSISTANT,
    input: {messages: said.map(({id, role, text}) => ({id, type: role === 'user' ? 'human' : 'ai', content: text}))},
    stream_mode: ['messages-tuple', 'updates', 'custom'],
    stream_resumable: true,
    on_disconnect: 'continue',
    if_not_exists: 'create',
  };
}

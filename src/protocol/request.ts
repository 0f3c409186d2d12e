/** Version of the `fw` part of a request. */
export const WIRE_VERSION = 1;

/** A message as it crosses the network, in the AI SDK's shape. */
export interface WireMessage {
  id: string;
  role: 'user' | 'assistant' | 'system';
  parts: {type: 'text'; text: string}[];
  content?: string;
}

/** Facts about one attempt at a turn, beside the chat body. */
export interface FwRequest {
  v: number;
  /** Idempotency key: the same for every attempt of this turn. */
  key: string;
  attempt: number;
  /** Time left in ms when the request is sent. */
  deadlineMs?: number;
  contextId?: string;
  topics?: string[];
  route?: string;
  model?: string | undefined;
  context?: unknown;
  lastEventId?: string;
  traceparent?: string;
  arms?: Record<string, string>;
  language?: string | undefined;
}

/** The body of a POST to the endpoint. */
export interface ChatRequest {
  id: string;
  trigger: 'submit-message' | 'fw-stop' | 'fw-context';
  messages: WireMessage[];
  fw: FwRequest;
  stream?: boolean;
  model?: string | undefined;
}

/** One turn of a conversation so far, as plain text. */
export interface Said {
  id: string;
  role: 'user' | 'assistant';
  text: string;
}

/**
 * Writes the one body that AI SDK, OpenAI Chat and Ollama backends and the native kit all accept: every message has
 * `content` and `parts`.
 *
 * @param options - The conversation's id, what was said (the question last), and the facts of this attempt.
 */
export function writeQuestion(options: {conversationId: string; said: readonly Said[]; fw: FwRequest}): ChatRequest {
  const {conversationId, said, fw} = options;
  return {
    id: conversationId,
    trigger: 'submit-message',
    messages: said.map(({id, role, text}) => ({id, role, content: text, parts: [{type: 'text', text}]})),
    stream: true,
    model: fw.model, // what is undefined is not written
    fw,
  };
}

/** Version of the `fw` part of a request. */
export const WIRE_VERSION = 1;

/** A message as it crosses the network, in the AI SDK's shape. */
export interface WireMessage {
  /** Tells messages of a conversation apart. */
  id: string;
  role: 'user' | 'assistant' | 'system';
  /** The text, as the AI SDK writes it. */
  parts: {type: 'text'; text: string}[];
  /** The same text, for protocols that know no parts. */
  content?: string;
}

/** Facts about one attempt at a turn, beside the chat body. */
export interface FwRequest {
  /** Version of this object, WIRE_VERSION. */
  v: number;
  /** Idempotency key: the same for every attempt of this turn. */
  key: string;
  /** Which attempt of the turn it is, from 0. */
  attempt: number;
  /** Time left in ms when the request is sent. */
  deadlineMs?: number;
  /** The context that hello prepared; an unknown or expired one means ordinary retrieval. */
  contextId?: string | undefined;
  /** Topic ids that the page expects the question to be about. */
  topics?: string[];
  /** Route that is wanted, for a fallback. */
  route?: string;
  /** Model that the site asks for; absent when it names none. */
  model?: string | undefined;
  /** Page facts that the site chose to send, at most 2 KiB of JSON. */
  context?: unknown;
  /** The last event that was read: the answer goes on after it. */
  lastEventId?: string;
  /** W3C trace context, so that traces join. */
  traceparent?: string;
  /** Arms of the experiments by their names. */
  arms?: Record<string, string> | undefined;
  /** The page's language as a BCP 47 tag. */
  language?: string | undefined;
}

/** The body of a POST to the endpoint. */
export interface ChatRequest {
  /** The conversation's id. */
  id: string;
  trigger: 'submit-message' | 'fw-stop' | 'fw-context';
  messages: WireMessage[];
  fw: FwRequest;
  /** Asks backends that can do both for a stream. */
  stream?: boolean;
  /** The model, where other protocols look for it. */
  model?: string | undefined;
}

/** One turn of a conversation so far, as plain text. */
export interface Said {
  /** Tells messages of a conversation apart. */
  id: string;
  role: 'user' | 'assistant';
  /** What was said, as plain text. */
  text: string;
}

/** How much of a conversation a model is given, in characters, where a server sets nothing else; a page sends no more. */
export const PROMPT_CHARS = 32_000;

/** Gives the newest of what was said that fit in so many characters, and the last even where it does not. */
export function newestSaid(said: readonly Said[], roomChars: number): Said[] {
  let leftChars = roomChars;
  const dropped = said.findLastIndex(({text}, at) => {
    leftChars -= text.length;
    return leftChars < 0 && at < said.length - 1;
  });
  return said.slice(dropped + 1);
}

import {newestSaid, type Said, WIRE_VERSION} from '../protocol/index.ts';
import type {Limits} from './limits.ts';
import {quote, Refusal} from './refusal.ts';

/** A question with what a server may know about it. */
export interface Question {
  conversationId: string;
  /** Same for every attempt at this turn; absent when a client that does not know us asks. */
  key?: string;
  attempt: number;
  /** How long its reader waits for the whole answer, in ms since the request was sent; absent means for ever. */
  deadlineMs?: number;
  text: string;
  /** What was said before, oldest first, cut to the prompt limit. */
  history: Said[];
  topics: string[];
  route?: string;
  /** There when the visitor had an answer and wants another one. */
  again?: true;
  /** What a hello or fw-context gave; whether it is still good is for who holds contexts. */
  contextId?: string;
  language?: string;
  /** As the page sent it; whether it is one is for who continues it. */
  traceparent?: string;
  /** The page's own facts, as the page sent them: data, never instructions. */
  page?: unknown;
}

/** The rest of an answer, after an event; `deadlineMs` is how much longer its reader waits. */
export interface ResumeWish {
  key: string;
  lastEventId: string;
  deadlineMs?: number | undefined;
}

/** What a POST can want. */
export type Wish =
  | {kind: 'question'; question: Question}
  | ({kind: 'resume'} & ResumeWish)
  | {kind: 'stop'; key: string}
  | {kind: 'context'; topics: string[]};

type Fields = Record<string, unknown>;

/**
 * Reads what a POST wants from its parsed body: the AI SDK's chat body, with or without our `fw`.
 *
 * @param options.lastEventId - The header of that name; `fw.lastEventId` wins over it.
 * @throws Refusal 400 naming the field that was wrong, 410 for a resume without a key, 413 for a question or page facts
 *   above their limit.
 */
export function readWish(body: unknown, options: {limits: Limits; lastEventId: string | null}): Wish {
  if (!isFields(body)) throw bad('the body is not a JSON object');
  const trigger = body['trigger'] ?? 'submit-message';
  const fw = body['fw'] ?? {};
  if (!isFields(fw)) throw bad('fw is not an object');
  if (fw['v'] !== undefined && fw['v'] !== WIRE_VERSION) throw bad(`fw.v ${quote(fw['v'])} is not ${WIRE_VERSION}`);
  const key = readWord(fw, 'key', 200);
  const lastEventId = readWord(fw, 'lastEventId', 200) ?? options.lastEventId;
  switch (trigger) {
    case 'fw-context':
      return {kind: 'context', topics: readTopics(fw)};
    case 'fw-stop':
      if (key === undefined) throw bad('fw.key is missing; it says which answer to stop');
      return {kind: 'stop', key};
    case 'submit-message':
    case 'regenerate-message':
      // the key says whose answer it is; the messages were read when it began
      if (lastEventId && key !== undefined) return {kind: 'resume', key, lastEventId, deadlineMs: readDeadline(fw)};
      if (lastEventId) throw new Refusal('gone', 'an answer without fw.key cannot be resumed');
      return {
        kind: 'question',
        question: {
          ...readQuestion(body, {fw, key, limits: options.limits}),
          ...(trigger === 'regenerate-message' ? {again: true as const} : {}),
        },
      };
    default:
      throw bad(`trigger ${quote(trigger)} is not known`);
  }
}

function readQuestion(
  body: Fields,
  {fw, key, limits}: {fw: Fields; key: string | undefined; limits: Limits},
): Question {
  const said = readMessages(body['messages']);
  const asked = said.pop();
  if (asked?.role !== 'user') throw bad('the last message is not from the user');
  if (asked.text.trim() === '') throw bad('the last message has no text');
  if (asked.text.length > limits.promptChars) {
    throw new Refusal('too-large', `the question is longer than ${limits.promptChars} characters`);
  }
  const deadlineMs = readDeadline(fw);
  const route = readWord(fw, 'route', 32);
  const language = readLanguage(fw);
  const page = readPage(fw, limits);
  const {traceparent, contextId} = fw;
  return {
    conversationId: readWord(body, 'id', 200) ?? '',
    attempt: readAttempt(fw),
    text: asked.text,
    history: opened(newestSaid([...said, asked], limits.promptChars).slice(0, -1)),
    topics: readTopics(fw),
    ...(key === undefined ? {} : {key}),
    ...(deadlineMs === undefined ? {} : {deadlineMs}),
    ...(route === undefined ? {} : {route}),
    ...(language === undefined ? {} : {language}),
    ...(typeof contextId === 'string' && contextId.length <= 64 ? {contextId} : {}),
    ...(typeof traceparent === 'string' ? {traceparent} : {}),
    ...(page === undefined ? {} : {page}),
  };
}

function readMessages(messages: unknown): Said[] {
  if (!Array.isArray(messages)) throw bad('messages is not a list');
  return messages.map((message: unknown, at) => {
    if (!isFields(message)) throw bad(`messages[${at}] is not an object`);
    const {role, id} = message;
    if (role !== 'user' && role !== 'assistant') {
      throw bad(`messages[${at}].role ${quote(role)} is neither user nor assistant`);
    }
    return {id: typeof id === 'string' ? id : '', role, text: readMessageText(message, at)};
  });
}

/** Other parts than text (sources, reasoning, our own data) are the client's memory of an answer and no prompt. */
function readMessageText({parts, content}: Fields, at: number): string {
  if (parts === undefined) {
    if (typeof content === 'string') return content;
    throw bad(`messages[${at}] has neither parts nor a content string`);
  }
  if (!Array.isArray(parts)) throw bad(`messages[${at}].parts is not a list`);
  let text = '';
  for (const part of parts as unknown[]) {
    if (!isFields(part)) throw bad(`messages[${at}].parts holds something that is not an object`);
    if (part['type'] !== 'text') continue;
    if (typeof part['text'] !== 'string') throw bad(`messages[${at}].parts has a text part without text`);
    text += part['text'];
  }
  return text;
}

/** Leaves out what has no text, and answers before the first question: some models refuse to begin with one. */
function opened(said: readonly Said[]): Said[] {
  const worded = said.filter(({text}) => text.trim() !== '');
  const opening = worded.findIndex(({role}) => role === 'user');
  return opening === -1 ? [] : worded.slice(opening);
}

function readWord(fields: Fields, name: string, maxChars: number): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= maxChars) return value;
  throw bad(`${name} ${quote(value)} is not a text of 1 to ${maxChars} characters`);
}

function readAttempt({attempt = 0}: Fields): number {
  if (typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt >= 0) return attempt;
  throw bad(`fw.attempt ${quote(attempt)} is not a whole number from 0`);
}

function readDeadline({deadlineMs}: Fields): number | undefined {
  if (deadlineMs === undefined || deadlineMs === null) return undefined;
  if (typeof deadlineMs === 'number' && Number.isFinite(deadlineMs) && deadlineMs >= 0) return deadlineMs;
  throw bad(`fw.deadlineMs ${quote(deadlineMs)} is not a time in ms from 0`);
}

function readTopics({topics = []}: Fields): string[] {
  const words = Array.isArray(topics) ? topics.filter((topic) => typeof topic === 'string') : [];
  if (!Array.isArray(topics) || words.length < topics.length) throw bad('fw.topics is not a list of texts');
  return words.slice(0, 8).map((topic) => topic.slice(0, 64));
}

function readLanguage(fw: Fields): string | undefined {
  const language = readWord(fw, 'language', 35);
  // it becomes part of the instructions: letters, digits and hyphens only (BCP 47)
  if (language === undefined || /^[a-z0-9-]+$/i.test(language)) return language;
  throw bad(`fw.language ${quote(language)} is not a language tag`);
}

function readPage({context}: Fields, {contextBytes}: Limits): unknown {
  if (context === undefined || context === null) return undefined;
  if (countBytes(context) <= contextBytes) return context;
  throw new Refusal('too-large', `fw.context is larger than ${contextBytes} bytes`);
}

function countBytes(value: unknown): number {
  try {
    return new TextEncoder().encode(JSON.stringify(value)).byteLength;
  } catch {
    return Number.POSITIVE_INFINITY; // nested deeper than the stack: over any limit
  }
}

function bad(message: string): Refusal {
  return new Refusal('bad-request', message);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

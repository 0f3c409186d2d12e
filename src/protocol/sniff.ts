import type {Protocol} from '../latency/index.ts';
import {parseEvent} from './adapter.ts';
import {type AnswerReader, UnreadableError, type WireEvent} from './events.ts';
import {createAt, word} from './fields.ts';

/** The most events that are kept while nobody knows what they are. */
const MAX_UNKNOWN_COUNT = 100;

/** Types of events, by the protocol whose they are. */
const TYPES: readonly (readonly [type: RegExp, protocol: Protocol])[] = [
  [/^(start|text|reasoning|tool|source|data|finish|abort)\b/, 'ai-sdk'],
  [/^response\./, 'openai-responses'],
  [/^(message|content_block)_/, 'anthropic'],
  [/^(RUN|STEP|TEXT|TOOL)_/, 'ag-ui'],
];

/** Fields that only one protocol's events have. */
const FIELDS: readonly (readonly [field: string, protocol: Protocol])[] = [
  ['errorText', 'ai-sdk'],
  ['choices', 'openai'],
  ['done', 'ollama'],
  ['error.code', 'openai'],
  ['error.type', 'anthropic'],
  ['error', 'ollama'],
];

/**
 * Reads an answer of a protocol that nobody declared: the first event that tells decides, and those before it are read
 * again as what they were.
 *
 * @param create - Makes the reader of the protocol that was found.
 */
export function createSniffingReader(create: (protocol: Protocol) => AnswerReader): AnswerReader {
  const waiting: WireEvent[] = [];
  let found: AnswerReader | undefined;

  function giveUp(): void {
    if (waiting[0]) throw new UnreadableError(waiting[0].data);
  }

  return {
    read(event) {
      if (found) return found.read(event);
      if (event.data === '' || event.data === '[DONE]') return [];
      const protocol = sniff(event);
      waiting.push(event);
      if (!protocol) {
        if (waiting.length >= MAX_UNKNOWN_COUNT) giveUp();
        return [];
      }
      const reader = create(protocol);
      found = reader;
      return waiting.splice(0).flatMap((each) => reader.read(each));
    },
    close() {
      giveUp();
      return found?.close() ?? [];
    },
    protocol: () => found?.protocol(),
    resume: (lastEventId) => found?.resume(lastEventId),
  };
}

/** Tells a protocol by one of its events; undefined where several could have sent it. */
function sniff(event: WireEvent): Protocol | undefined {
  const at = createAt(parseEvent(event));
  if (/^(metadata|messages|updates|values)\b/.test(event.event)) return 'langgraph';
  const type = word(at('type'));
  return (TYPES.find(([sign]) => sign.test(type)) ?? FIELDS.find(([field]) => at(field) !== undefined))?.[1];
}

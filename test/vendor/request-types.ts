// Compiled, never run: our bodies hold nothing that the vendors' types do not know, and what they hold is of their types.
import type {MessageCreateParamsStreaming} from '@anthropic-ai/sdk/resources/messages';
import type {ChatRequest} from 'ollama';
import type {ChatCompletionCreateParamsStreaming} from 'openai/resources/chat/completions';
import type {EasyInputMessage, ResponseCreateParamsStreaming} from 'openai/resources/responses/responses';
import {writeAnthropic, writeOpenAiChat, writeOpenAiResponses} from '../../src/protocol/bodies.ts';
import {QUESTION} from './question.ts';

/** A body with the model that the site names, if it is one of the vendor's and has no field that the vendor's has not. */
type Named<Body, Params> = Exclude<keyof Body, keyof Params> extends never ? Body & {model: string} : never;

const named = <Body extends {model: string | undefined}>(body: Body) => ({...body, model: body.model ?? ''});

const chat = named(writeOpenAiChat(QUESTION));
const responses = named(writeOpenAiResponses(QUESTION));
const messages = named(writeAnthropic(QUESTION));

/** The bodies as their vendors' clients take them. */
export const BODIES: [
  ChatCompletionCreateParamsStreaming,
  ChatRequest,
  ResponseCreateParamsStreaming,
  MessageCreateParamsStreaming,
] = [
  chat satisfies Named<typeof chat, ChatCompletionCreateParamsStreaming>,
  chat satisfies Named<typeof chat, ChatRequest>,
  responses satisfies Named<typeof responses, ResponseCreateParamsStreaming>,
  messages satisfies Named<typeof messages, MessageCreateParamsStreaming>,
];

/** A message of theirs has no field that they do not know. */
export const FIELDS: [Exclude<keyof (typeof chat)['messages'][number], keyof EasyInputMessage>] extends [never]
  ? true
  : never = true;

const native = named({...writeOpenAiChat(QUESTION), fw: QUESTION.fw});

// @ts-expect-error: the vendor's types do not know `fw`; without this line the check above could pass anything
export const UNKNOWN: ChatCompletionCreateParamsStreaming = native satisfies Named<
  typeof native,
  ChatCompletionCreateParamsStreaming
>;

import {jsonSchema, tool} from 'ai';
import {expect, vi} from 'vitest';
import {type AnswerOptions, type AnswerTool, createAnswerHandler, type TurnSpan} from '../../src/server/index.ts';
import {ask, post} from './ask.ts';
import {readAnswer, readEvents} from './events.ts';
import {takeMs} from './take-ms.ts';
import {createToolModel, type MessageStep} from './tool-model.ts';

type Input = Record<string, unknown>;

/** What a test's tool does. */
export type Execute = (input: Input, options: {abortSignal?: AbortSignal; context?: unknown}) => unknown;

/** A tool that takes any object, with its terms. */
export function makeTool(execute: Execute, terms: object = {}): AnswerTool {
  const inputSchema = jsonSchema<Input>({type: 'object'});
  return {...tool({description: 'a tool', inputSchema, execute}), ...terms};
}

/** A tool that takes a time to answer. */
export const makeSlow = (ms: number, terms: object = {}): AnswerTool =>
  makeTool(async () => {
    await takeMs(ms);
    return {ms};
  }, terms);

/** A shop whose model calls tools: each script is one message of it. */
export function openToolShop(messages: readonly (readonly MessageStep[])[], options: Partial<AnswerOptions> = {}) {
  const {model, calls, results} = createToolModel(...messages);
  const spans: TurnSpan[] = [];
  const handler = createAnswerHandler({model, observe: (span) => spans.push(span), ...options});
  const send = (fw: object = {}, headers: Record<string, string> = {}) => handler(ask('Where is it?', {fw, headers}));
  return {
    handler,
    calls,
    results,
    spans,
    ended: (count = 1) => vi.waitFor(() => expect(spans).toHaveLength(count)),
    send,
    /** Asks, and reads the whole answer. */
    answer: async (fw: object = {}, headers: Record<string, string> = {}) => readAnswer(await send(fw, headers)),
    /** Asks, and reads as one likes. */
    open: async (fw: object = {}, headers: Record<string, string> = {}) => readEvents(await send(fw, headers)),
    stop: (key = 'k1') => handler(post({trigger: 'fw-stop', messages: [], fw: {v: 1, key}})),
  };
}

/** The stages that an answer told of, in order and without overhead: `name state`. */
export function stagesOf(parts: readonly Record<string, unknown>[]): string[] {
  return parts
    .flatMap(({type, data}) => (type === 'data-fw-stage' ? [data as {stage: string; state: string}] : [])) // as wire.md says
    .filter(({stage}) => stage !== 'overhead')
    .map(({stage, state}) => `${stage} ${state}`);
}

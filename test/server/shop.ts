import {expect, vi} from 'vitest';
import {type AnswerOptions, createAnswerHandler, type TurnSpan} from '../../src/server/index.ts';
import {ask, post} from './ask.ts';
import {readEvents} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';

/** The refusal of an answer that cannot be resumed. */
export const GONE = {status: 410, code: 'gone', retryable: false};

/** A shop with a model, and what a page may ask of it. */
export function openShop(steps: Parameters<typeof createScriptedModel>[0], options: Partial<AnswerOptions> = {}) {
  const {model, calls} = createScriptedModel(steps);
  const spans: TurnSpan[] = [];
  const handler = createAnswerHandler({model, observe: (span) => spans.push(span), ...options});
  return {
    handler,
    model,
    calls,
    spans,
    /** Waits until so many turns have ended. */
    ended: (count = 1) => vi.waitFor(() => expect(spans).toHaveLength(count), {timeout: 20_000}),
    resume: (lastEventId: string, {headers = {}, ...fw}: {headers?: Record<string, string>; key?: string} = {}) =>
      handler(ask('?', {fw: {attempt: 1, lastEventId, ...fw}, headers})),
    replay: (conversation = 'c1', headers: Record<string, string> = {}) =>
      handler(new Request(`http://shop.test/chat/${conversation}/stream`, {headers})),
    stop: (headers: Record<string, string> = {}) =>
      handler(post({trigger: 'fw-stop', messages: [], fw: {v: 1, key: 'k1'}}, headers)),
  };
}

/** Reads the first events of an answer, and leaves. */
export async function readSome(response: Response, count: number) {
  const events = readEvents(response);
  let sseId = '';
  for (let at = 0; at < count; at++) sseId = (await events.part())?.sseId ?? '';
  const blocks = [...events.blocks];
  await events.cancel();
  return {blocks, sseId};
}

/** Reads a refusal: its status and what its body says. */
export async function readRefusal(response: Response) {
  const {error} = (await response.json()) as {error: {code: string; message: string; retryable: boolean}}; // the body's own contract
  return {status: response.status, ...error};
}

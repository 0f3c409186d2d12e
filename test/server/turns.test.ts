import {describe, expect, it, vi} from 'vitest';
import {createAnswerHandler, type TurnSpan} from '../../src/server/index.ts';
import {ask} from './ask.ts';
import {createGate, readAnswer, readEvents} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';

describe('an answer that nobody waits for', () => {
  it('is aborted with its provider when the reader leaves', async () => {
    const gate = createGate();
    const {model, calls} = createScriptedModel(['a', () => gate.opened, 'b']);
    const spans: TurnSpan[] = [];
    const events = readEvents(await createAnswerHandler({model, observe: (span) => spans.push(span)})(ask('?')));
    await events.until('text-delta');
    await events.cancel();
    await vi.waitFor(() => expect(spans).toMatchObject([{outcome: 'abandoned'}]));
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
    gate.open();
  });

  it('is aborted when the request is', async () => {
    const leaving = new AbortController();
    const {model, calls} = createScriptedModel(['a', () => new Promise(() => {})]);
    const spans: TurnSpan[] = [];
    const handler = createAnswerHandler({model, observe: (span) => spans.push(span)});
    const events = readEvents(await handler(new Request(ask('?'), {signal: leaving.signal})));
    await events.until('text-delta');
    leaving.abort();
    await vi.waitFor(() => expect(spans).toMatchObject([{outcome: 'abandoned'}]));
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
  });

  it('is stopped by its key, in words of the protocol, even when the provider hangs', async () => {
    const {model, calls} = createScriptedModel(['a', () => new Promise(() => {})]);
    const spans: TurnSpan[] = [];
    const handler = createAnswerHandler({model, observe: (span) => spans.push(span)});
    const events = readEvents(await handler(ask('?', {fw: {key: 'k7'}})));
    await events.until('text-delta');
    const stop = () => handler(ask('', {fw: {key: 'k7'}, body: {trigger: 'fw-stop', messages: []}}));
    const response = await stop();
    expect([response.status, await response.json()]).toEqual([200, {stopped: true}]);
    const blocks = await events.rest();
    expect(blocks.at(-1)).toBe('data: [DONE]');
    expect(blocks.at(-2)).toContain('"type":"abort"');
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
    await vi.waitFor(() => expect(spans).toMatchObject([{outcome: 'stopped'}]));
    expect(await (await stop()).json()).toEqual({stopped: false});
  });

  it('does not ask the model when the reader left during retrieval', async () => {
    const {model, calls} = createScriptedModel(['a']);
    const spans: TurnSpan[] = [];
    let aborted: AbortSignal | undefined;
    const handler = createAnswerHandler({
      model,
      retrieve: (_, {signal}) => {
        aborted = signal;
        return new Promise(() => {});
      },
      observe: (span) => spans.push(span),
    });
    const events = readEvents(await handler(ask('?')));
    await events.part();
    await events.cancel();
    await vi.waitFor(() => expect(spans).toMatchObject([{outcome: 'abandoned'}]));
    expect(aborted?.aborted).toBe(true);
    expect(calls.length).toBe(0);
  });
});

describe('a key', () => {
  it('stands for one question while that is answered', async () => {
    const gate = createGate();
    const handler = createAnswerHandler({
      model: createScriptedModel([() => gate.opened, 'Yes']).model,
      observe: () => {},
    });
    const first = readEvents(await handler(ask('one')));
    const again = readEvents(await handler(ask('one', {fw: {attempt: 1}})));
    const refused = await handler(ask('two'));
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      {error: {code: 'key-reused', retryable: false}},
    ]);
    gate.open();
    await Promise.all([first.rest(), again.rest()]);
    expect((await readAnswer(await handler(ask('two')))).text).toBe('Yes');
  });
});

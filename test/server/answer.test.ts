import {parseJsonEventStream, readUIMessageStream, type UIMessageChunk, uiMessageChunkSchema} from 'ai';
import {describe, expect, it, vi} from 'vitest';
import {createUiMessageReader} from '../../src/protocol/index.ts';
import {createAnswerHandler} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {inside, readAnswer, readEvents} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';

const silent = {observe: () => {}};

describe('the events of an answer', () => {
  it('starts with its facts, gives text as it comes and finishes', async () => {
    const {model} = createScriptedModel(['Your', ' order']);
    const response = await createAnswerHandler({model, ...silent})(ask('Where is my order?'));
    const {parts, text, types, blocks} = await readAnswer(response);
    expect(text).toBe('Your order');
    expect(types.filter((type) => type !== 'data-fw-stage')).toEqual([
      'start',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'finish',
    ]);
    const fw = inside(parts[0], 'messageMetadata', 'fw');
    expect(fw).toMatchObject({route: 'fast', model: 'scripted-1', cold: true, cache: {hit: 'none'}});
    expect(String(fw['run'])).toMatch(/^[0-9A-Za-z_-]{1,40}$/);
    const finish = parts.at(-1);
    expect(finish).toMatchObject({
      finishReason: 'stop',
      messageMetadata: {usage: {inputTokens: 40, outputTokens: 7}, fw: {cachedTokens: 30}},
    });
    expect(blocks.at(-1)).toBe('data: [DONE]');
  });

  it('numbers every event without gaps and stamps it with its emission time', async () => {
    const {model} = createScriptedModel(['a', 'b', 'c']);
    const {parts, blocks} = await readAnswer(await createAnswerHandler({model, ...silent})(ask('?')));
    const run = inside(parts[0], 'messageMetadata', 'fw')['run'];
    expect(parts.map(({sseId}) => sseId)).toEqual(parts.map((_, n) => `${run}-${n}`));
    expect(blocks.length).toBe(parts.length + 1);
    const times = parts.map((part) => Number(part['e']));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('is cold once', async () => {
    const {model} = createScriptedModel(['a']);
    const handler = createAnswerHandler({model, ...silent});
    const cold = async () =>
      inside((await readAnswer(await handler(ask('?')))).parts[0], 'messageMetadata', 'fw')['cold'];
    expect([await cold(), await cold()]).toEqual([true, false]);
  });

  it("is read by the AI SDK's own reader", async () => {
    const {model} = createScriptedModel(['Your', ' order', ' left.']);
    const retrieve = () => [{id: 'r', text: 'x', title: 'Returns', url: 'https://shop.test/returns'}];
    const response = await createAnswerHandler({model, retrieve, ...silent})(ask('Where?'));
    if (!response.body) throw new TypeError('no body');
    const wrong: unknown[] = [];
    const chunks = parseJsonEventStream({stream: response.body, schema: uiMessageChunkSchema}).pipeThrough(
      new TransformStream({
        transform(result, controller: TransformStreamDefaultController<UIMessageChunk>) {
          if (result.success) controller.enqueue(result.value);
          else wrong.push(result.error);
        },
      }),
    );
    let last: unknown;
    for await (const message of readUIMessageStream({stream: chunks, onError: (error) => wrong.push(error)}))
      last = message;
    expect(wrong).toEqual([]);
    expect(last).toMatchObject({
      role: 'assistant',
      metadata: {fw: {route: 'fast'}, usage: {inputTokens: 40}},
      parts: [
        {type: 'source-url', url: 'https://shop.test/returns', title: 'Returns'},
        {type: 'text', text: 'Your order left.', state: 'done'},
      ],
    });
  });

  it('is read by our own reader', async () => {
    const {model} = createScriptedModel(['Yes']);
    const {blocks} = await readAnswer(await createAnswerHandler({model, ...silent})(ask('?')));
    const reader = createUiMessageReader();
    const events = blocks.flatMap((block) =>
      reader.read({id: '', event: '', data: block.slice(block.indexOf('data: ') + 6)}),
    );
    expect(events[0]).toMatchObject({kind: 'start', route: 'fast', model: 'scripted-1', cold: true});
    expect(events.at(-1)).toMatchObject({kind: 'end', how: 'finish', cachedTokens: 30});
    expect(events.filter(({kind}) => kind === 'text')).toMatchObject([{text: 'Yes'}]);
  });

  it('shows the first token while the second is not made yet', async () => {
    const gate = createGate();
    const {model, taken} = createScriptedModel(['first', () => gate.opened, 'second']);
    const events = readEvents(await createAnswerHandler({model, ...silent})(ask('?')));
    expect((await events.until('text-delta'))['delta']).toBe('first');
    expect(taken()).toBe(1);
    gate.open();
    expect((await events.until('text-delta'))['delta']).toBe('second');
    await events.rest();
  });

  it('sends its headers and its start while the model has not been reached', async () => {
    const gate = createGate();
    const {model, calls} = createScriptedModel(['late']);
    const response = await createAnswerHandler({model, retrieve: () => gate.opened.then(() => []), ...silent})(
      ask('?'),
    );
    const events = readEvents(response);
    expect((await events.part())?.type).toBe('start');
    expect(calls.length).toBe(0);
    gate.open();
    await events.rest();
    expect(calls.length).toBe(1);
  });

  it('keeps the connection alive with comments while nothing happens', async () => {
    vi.useFakeTimers();
    try {
      const gate = createGate();
      const {model} = createScriptedModel([() => gate.opened, 'late']);
      const events = readEvents(await createAnswerHandler({model, ...silent})(ask('?')));
      await events.until('data-fw-stage');
      const rest = events.rest();
      await vi.advanceTimersByTimeAsync(30_000);
      gate.open();
      const blocks = await rest;
      expect(blocks.filter((block) => block === ': ping')).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('splits huge deltas so that no event is above 64 KiB, and breaks no character', async () => {
    const worst = '\u0001'.repeat(40_000);
    const emoji = '😀'.repeat(30_000);
    const {model} = createScriptedModel([worst, `x${emoji}`]);
    const {blocks, text} = await readAnswer(await createAnswerHandler({model, ...silent})(ask('?')));
    expect(text).toBe(`${worst}x${emoji}`);
    expect(Math.max(...blocks.map((block) => Buffer.byteLength(block)))).toBeLessThan(65_536);
    expect(blocks.join('')).not.toContain('\\ud83d');
  });

  it('does not run ahead of a reader that does not read', async () => {
    const {model, taken} = createScriptedModel(Array.from({length: 3_000}, (_, at) => `w${at} `));
    const events = readEvents(await createAnswerHandler({model, ...silent})(ask('?')));
    await events.part();
    await vi.waitFor(() => expect(taken()).toBeGreaterThan(300));
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken()).toBeLessThan(1_500);
    await events.rest();
    expect(taken()).toBe(3_000);
  });
});

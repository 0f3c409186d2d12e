import {afterEach, expect, it, vi} from 'vitest';
import {createAnswerHandler, openaiCompatible, type TurnSpan} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readEvents} from './events.ts';
import {type ProviderStep, startFakeOpenAI} from './fake-openai.ts';
import type {MessageStep} from './tool-model.ts';
import {type Execute, makeTool, openToolShop} from './tool-shop.ts';

const closes: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closes.splice(0).map((close) => close()));
});

const delta = (index: number, more: object, name?: string): ProviderStep => ({
  tool_calls: [
    {index, ...(name ? {id: `call-${name}`, type: 'function'} : {}), function: {...more, ...(name ? {name} : {})}},
  ],
});

it('a provider of the OpenAI family: a tool starts when its arguments have closed, long before the message ends', async () => {
  const gate = createGate();
  const message: ProviderStep[] = [
    delta(0, {arguments: ''}, 'order'),
    delta(0, {arguments: '{"note":"}'}),
    delta(0, {arguments: '","id":7}'}),
    delta(1, {arguments: '{}'}, 'cancel'),
    () => gate.opened,
  ];
  const fake = await startFakeOpenAI([message, ['It', ' left.']]);
  closes.push(fake.close);
  const order = vi.fn<Execute>(() => ({state: 'sent'}));
  const cancel = vi.fn<Execute>(() => 'cancelled');
  const spans: TurnSpan[] = [];
  const handler = createAnswerHandler({
    model: openaiCompatible({baseURL: fake.baseURL, apiKey: '', model: 'tiny'}),
    tools: {order: makeTool(order), cancel: makeTool(cancel, {sideEffects: true})},
    observe: (span) => spans.push(span),
  });
  const reading = readEvents(await handler(ask('Where is it?'))).rest();
  await vi.waitFor(() => expect(order).toHaveBeenCalledOnce());
  expect(order.mock.calls[0]?.[0]).toEqual({note: '}', id: 7});
  expect(cancel).not.toHaveBeenCalled();
  gate.open();
  const blocks = await reading;
  expect(blocks.join('')).toContain(' left.');
  expect([order.mock.calls.length, cancel.mock.calls.length, fake.asked.length]).toEqual([1, 1, 2]);
  expect(fake.asked[0]?.body).toMatchObject({tools: [{type: 'function', function: {name: 'order'}}, {}]});
  expect(fake.asked[1]?.body['messages']).toMatchObject([
    {role: 'system'},
    {role: 'user'},
    {role: 'assistant', tool_calls: [{id: 'call-order'}, {id: 'call-cancel'}]},
    {role: 'tool', tool_call_id: 'call-order', content: '{"state":"sent"}'},
    {role: 'tool', tool_call_id: 'call-cancel', content: 'cancelled'},
  ]);
  expect(spans[0]?.tools).toMatchObject({callCount: 2, errorCount: 0, sharedCount: 0});
});

const written = (...pieces: readonly string[]): MessageStep => ({
  parts: [
    {type: 'tool-input-start', id: 'x', toolName: 'order'},
    ...pieces.map((piece) => ({type: 'tool-input-delta' as const, id: 'x', delta: piece})),
    {type: 'tool-input-end', id: 'x'},
  ],
});

it('a provider that means other arguments than it seemed to gets the result of those', async () => {
  const order = vi.fn<Execute>(({id}) => `is ${id}`);
  const {answer, results} = openToolShop([[written('{', '}'), {call: 'order', input: {id: 7}, id: 'x'}], ['Done.']], {
    tools: {order: makeTool(order)},
  });
  await answer();
  expect(order.mock.calls.map(([input]) => input)).toEqual([{}, {id: 7}]);
  expect(results(1)).toEqual([['order', {type: 'text', value: 'is 7'}]]);
});

it.each(['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{}}}', '{"a":}'])(
  'arguments that the SDK refuses are not run early: %s',
  async (text) => {
    const order = vi.fn<Execute>(() => 'ok');
    const {answer, spans} = openToolShop([[written(text), {call: 'order', input: text, id: 'x'}], ['Done.']], {
      tools: {order: makeTool(order)},
    });
    expect((await answer()).text).toBe('Done.');
    expect(spans[0]?.tools).toMatchObject({errorCount: 1});
    expect(order).not.toHaveBeenCalled();
  },
);

it('a later message may give the id of an earlier call again', async () => {
  let state = 'ordered';
  const call: MessageStep = {call: 'order', id: 'x'};
  const {answer, results} = openToolShop([[call], [{call: 'change'}], [call], ['Done.']], {
    tools: {
      order: makeTool(() => state),
      change: makeTool(
        () => {
          state = 'changed';
          return 'ok';
        },
        {sideEffects: true},
      ),
    },
  });
  await answer();
  expect(results(3).map(([, output]) => ('value' in output ? output.value : undefined))).toEqual([
    'ordered',
    'ok',
    'changed',
  ]);
});

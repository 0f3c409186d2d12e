import {validateUIMessages} from 'ai';
import {describe, expect, test} from 'vitest';
import {
  type DeclaredProtocol,
  type FwRequest,
  type Said,
  WIRE_VERSION,
  writeQuestion,
  writeStop,
} from '../../src/protocol/index.ts';

const fw: FwRequest = {v: WIRE_VERSION, key: 'ab'.repeat(16), attempt: 0};
const said: Said[] = [
  {id: 'm1', role: 'user', text: 'Where is my order?'},
  {id: 'm2', role: 'assistant', text: 'On its way. 📦'},
  {id: 'm3', role: 'user', text: 'When does it come?\n"Soon"?'},
];

/** The body as it crosses the network. */
const body = (facts: FwRequest = fw) =>
  JSON.parse(JSON.stringify(writeQuestion({protocol: 'auto', conversationId: 'c1', said, fw: facts})));

test('the messages are those that the AI SDK validates', async () => {
  const messages = body().messages;
  await expect(validateUIMessages({messages})).resolves.toHaveLength(3);
});

test('each message has content and parts with the same text, so that other backends read it too', () => {
  const {messages} = body();
  expect(messages).toEqual(said.map(({id, role, text}) => ({id, role, content: text, parts: [{type: 'text', text}]})));
});

test('the body is the chat body of the native protocol', () => {
  expect(body()).toMatchObject({
    id: 'c1',
    trigger: 'submit-message',
    stream: true,
    fw: {v: 1, attempt: 0, key: fw.key},
  });
});

test('what is not set is not written', () => {
  expect(Object.keys(body({...fw, model: undefined, language: undefined, context: undefined})).sort()).toEqual([
    'fw',
    'id',
    'messages',
    'stream',
    'trigger',
  ]);
  expect(Object.keys(body({...fw, model: undefined}).fw).sort()).toEqual(['attempt', 'key', 'v']);
});

test('a model stands where chat completions look for it, and in our own facts', () => {
  const {model, fw: facts} = body({...fw, model: 'small'});
  expect([model, facts.model]).toEqual(['small', 'small']);
});

test('page facts go as they are', () => {
  expect(body({...fw, context: {product: 'sku-1', list: [1, null]}, language: 'de'}).fw).toMatchObject({
    context: {product: 'sku-1', list: [1, null]},
    language: 'de',
  });
});

test('the body of a stop names the answer by its key and holds no word', () => {
  expect(writeStop(fw.key, 'c1')).toEqual({id: 'c1', trigger: 'fw-stop', messages: [], fw});
});

describe('a declared protocol gets what its vendor takes, and nothing else', () => {
  const ask = (protocol: DeclaredProtocol, facts: Partial<FwRequest> = {}) =>
    JSON.parse(JSON.stringify(writeQuestion({protocol, conversationId: 'c1', said, fw: {...fw, ...facts}})));
  const turns = said.map(({role, text}) => ({role, content: text}));

  test('the native body is that of firstword, ai-sdk and text too', () => {
    for (const protocol of ['firstword', 'ai-sdk', 'text'] as const) expect(ask(protocol)).toEqual(body());
  });

  test('openai and ollama', () => {
    for (const protocol of ['openai', 'ollama'] as const) {
      expect(ask(protocol, {model: 'small'})).toEqual({model: 'small', messages: turns, stream: true});
    }
  });

  test('openai-responses', () => {
    expect(ask('openai-responses')).toEqual({input: turns, stream: true});
  });

  test('anthropic', () => {
    expect(ask('anthropic', {model: 'small'})).toEqual({
      model: 'small',
      max_tokens: 1024,
      messages: turns,
      stream: true,
    });
  });

  test('ag-ui, with the page facts as its context', () => {
    expect(ask('ag-ui', {context: {product: 'sku-1'}})).toEqual({
      threadId: 'c1',
      runId: fw.key,
      state: {},
      messages: said.map(({id, role, text}) => ({id, role, content: text})),
      tools: [],
      context: [{description: 'page', value: '{"product":"sku-1"}'}],
      forwardedProps: {},
    });
    expect(ask('ag-ui').context).toEqual([]);
  });

  test('langgraph, whose assistant is the model that the site names', () => {
    expect(ask('langgraph')).toMatchObject({
      assistant_id: 'agent',
      input: {messages: [{id: 'm1', type: 'human'}, {type: 'ai'}, {id: 'm3', type: 'human', content: said[2]?.text}]},
      stream_resumable: true,
    });
    expect(ask('langgraph', {model: 'helper'}).assistant_id).toBe('helper');
  });
});

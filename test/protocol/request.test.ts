import {validateUIMessages} from 'ai';
import {expect, test} from 'vitest';
import {type FwRequest, helloUrl, type Said, WIRE_VERSION, writeQuestion} from '../../src/protocol/index.ts';

const fw: FwRequest = {v: WIRE_VERSION, key: 'ab'.repeat(16), attempt: 0};
const said: Said[] = [
  {id: 'm1', role: 'user', text: 'Where is my order?'},
  {id: 'm2', role: 'assistant', text: 'On its way. 📦'},
  {id: 'm3', role: 'user', text: 'When does it come?\n"Soon"?'},
];

/** The body as it crosses the network. */
const body = (facts: FwRequest = fw) =>
  JSON.parse(JSON.stringify(writeQuestion({conversationId: 'c1', said, fw: facts})));

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

test.each([
  ['https://a.example/chat', 'https://a.example/chat?fw=hello'],
  ['https://a.example/chat?key=1', 'https://a.example/chat?key=1&fw=hello'],
  ['https://a.example/chat?', 'https://a.example/chat?&fw=hello'],
  ['https://a.example/?a=1&b=2', 'https://a.example/?a=1&b=2&fw=hello'],
])('hello to %s is %s', (endpoint, url) => {
  expect(helloUrl(endpoint)).toBe(url);
  expect(new URL(url).searchParams.get('fw')).toBe('hello');
});

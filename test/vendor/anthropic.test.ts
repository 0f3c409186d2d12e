import Anthropic from '@anthropic-ai/sdk';
import {expect, test} from 'vitest';
import {type Bytes, bytesOf, cuts, read, respond, sse} from './answer.ts';

const event = (data: {type: string} & Record<string, unknown>) => ({event: data.type, data});
const START = event({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'small',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {input_tokens: 10, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 4},
  },
});
const PING = event({type: 'ping'});
const STOP = event({type: 'message_stop'});
const end = (reason: string) =>
  event({type: 'message_delta', delta: {stop_reason: reason, stop_sequence: null}, usage: {output_tokens: 9}});
const block = (index: number, content_block: object, ...deltas: object[]) => [
  event({type: 'content_block_start', index, content_block}),
  ...deltas.map((delta) => event({type: 'content_block_delta', index, delta})),
  event({type: 'content_block_stop', index}),
];
const say = (index: number, ...texts: string[]) =>
  block(index, {type: 'text', text: ''}, ...texts.map((text) => ({type: 'text_delta', text})));

/** Reads the same bytes with the vendor's own client. */
async function readByVendor(bytes: Bytes) {
  const client = new Anthropic({apiKey: 'none', maxRetries: 0, fetch: async () => respond(bytes)});
  return client.messages
    .stream({model: 'small', max_tokens: 9, messages: [{role: 'user', content: 'Hi'}]})
    .finalMessage();
}

/** Reads the text of the vendor's final message. */
async function textByVendor(bytes: Bytes): Promise<string[]> {
  const {content} = await readByVendor(bytes);
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
}

test('text, and the usage at its end; a ping says nothing', async () => {
  const bytes = bytesOf(sse(START, PING, ...say(0, 'On ', 'its way. 📦'), end('end_turn'), STOP));
  const {text, events, protocol} = read(bytes);
  expect([text, protocol]).toEqual(['On its way. 📦', 'anthropic']);
  expect(await textByVendor(bytes)).toEqual([text]);
  expect(events[0]).toEqual({kind: 'start', run: 'msg_1', model: 'small'});
  expect(events.at(-1)).toEqual({kind: 'end', how: 'finish', cachedTokens: 4});
  expect(events.map(({kind}) => kind)).toEqual(['start', 'text', 'text', 'end']);
});

test('a tool of the server is a stage until its result, and its sources are told', async () => {
  const citation = {
    type: 'web_search_result_location',
    url: 'https://shop.example/',
    title: 'Shop',
    cited_text: 'x',
    encrypted_index: 'x',
  };
  const bytes = bytesOf(
    sse(
      START,
      ...say(0, 'One moment.'),
      ...block(
        1,
        {type: 'server_tool_use', id: 'c1', name: 'web_search', input: {}},
        {type: 'input_json_delta', partial_json: '{}'},
      ),
      ...block(2, {type: 'web_search_tool_result', tool_use_id: 'c1', content: []}),
      ...block(3, {type: 'text', text: ''}, {type: 'text_delta', text: 'Yes,'}),
      ...block(
        4,
        {type: 'text', text: '', citations: []},
        {type: 'text_delta', text: ' it is.'},
        {type: 'citations_delta', citation},
      ),
      end('end_turn'),
      STOP,
    ),
  );
  const {text, stages, sources} = read(bytes);
  expect(stages).toEqual(['tools start', 'tools end']);
  expect(sources).toEqual(['https://shop.example/']);
  expect(text).toBe('One moment.\n\nYes, it is.');
  expect((await textByVendor(bytes)).join('')).toBe(text.replace('\n\n', ''));
});

test('an error in the middle', async () => {
  const error = event({type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}});
  const bytes = bytesOf(sse(START, ...say(0, 'On '), error));
  expect(read(bytes).events.slice(-2)).toEqual([
    {kind: 'error', code: 'overloaded_error', message: 'Overloaded', retryable: true},
    {kind: 'end', how: 'error'},
  ]);
  await expect(readByVendor(bytes)).rejects.toThrow('Overloaded');
});

test('a refusal without a word is one, with words it is what was said', async () => {
  const wordless = bytesOf(sse(START, end('refusal'), STOP));
  expect((await readByVendor(wordless)).stop_reason).toBe('refusal');
  expect(read(wordless).events).toContainEqual(
    expect.objectContaining({kind: 'error', code: 'refused', retryable: false}),
  );
  const worded = read(bytesOf(sse(START, ...say(0, 'I would rather not.'), end('refusal'), STOP)));
  expect(worded.text).toBe('I would rather not.');
  expect(worded.events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
});

test('an empty answer ends', async () => {
  const bytes = bytesOf(sse(START, end('end_turn'), STOP));
  expect(await textByVendor(bytes)).toEqual([]);
  expect(read(bytes).events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
});

test('a cut anywhere is no end', () => {
  const all = cuts(bytesOf(sse(START, ...say(0, 'On ', 'its way.'), end('end_turn'), STOP)));
  expect(all).toHaveLength(14);
  for (const cut of all) expect(read(cut).events.filter(({kind}) => kind === 'end')).toEqual([]);
});

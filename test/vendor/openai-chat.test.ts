import OpenAI from 'openai';
import {expect, test} from 'vitest';
import {type Bytes, bytesOf, cuts, read, respond, sse} from './answer.ts';

type Delta = Record<string, unknown>;

const chunk = (delta: Delta, reason: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'small',
  choices: [{index: 0, delta, logprobs: null, finish_reason: reason}],
});
const ROLE = chunk({role: 'assistant', content: '', refusal: null});
const STOP = chunk({}, 'stop');
const USAGE = {
  ...chunk({}),
  choices: [],
  usage: {prompt_tokens: 10, completion_tokens: 3, total_tokens: 13, prompt_tokens_details: {cached_tokens: 4}},
};
const DONE = '[DONE]';
const say = (...texts: string[]) => texts.map((content) => chunk({content}));

/** Reads the same bytes with the vendor's own client: what was said, refused and why it stopped. */
async function readByVendor(bytes: Bytes) {
  const client = new OpenAI({apiKey: 'none', maxRetries: 0, fetch: async () => respond(bytes)});
  const stream = await client.chat.completions.create({model: 'small', messages: [], stream: true});
  const said = {text: '', refusal: '', reason: ''};
  for await (const {choices} of stream) {
    said.text += choices[0]?.delta.content ?? '';
    said.refusal += choices[0]?.delta.refusal ?? '';
    said.reason = choices[0]?.finish_reason ?? said.reason;
  }
  return said;
}

test('text, and the usage after its end; the role says nothing', async () => {
  const bytes = bytesOf(sse(ROLE, ...say('On ', 'its way. 📦'), STOP, USAGE, DONE));
  const {text, events, protocol} = read(bytes);
  expect([text, protocol]).toEqual(['On its way. 📦', 'openai']);
  expect((await readByVendor(bytes)).text).toBe(text);
  expect(events).toEqual([
    {kind: 'start', run: 'chatcmpl-1', model: 'small'},
    {kind: 'text', text: 'On '},
    {kind: 'text', text: 'its way. 📦'},
    {kind: 'end', how: 'finish', cachedTokens: 4},
  ]);
});

test('a tool call that a proxy answers is a stage until the model speaks again', async () => {
  const call = (more: Delta) => chunk({tool_calls: [{index: 0, ...more}]});
  const bytes = bytesOf(
    sse(
      ROLE,
      call({id: 'c1', type: 'function', function: {name: 'stock', arguments: ''}}),
      call({function: {arguments: '{}'}}),
      chunk({}, 'tool_calls'),
      ...say('Yes.'),
      STOP,
      DONE,
    ),
  );
  const {text, stages} = read(bytes);
  expect(stages).toEqual(['tools start', 'tools end']);
  expect((await readByVendor(bytes)).text).toBe(text);
});

test('sources that the answer names', () => {
  const annotations = [
    {type: 'url_citation', url_citation: {url: 'https://shop.example/', title: 'Shop', start_index: 0}},
  ];
  expect(read(bytesOf(sse(ROLE, ...say('See.'), chunk({annotations}), STOP, DONE))).sources).toEqual([
    'https://shop.example/',
  ]);
});

test('of several choices the first', () => {
  const second = {...chunk({}), choices: [{index: 1, delta: {content: 'No.'}, finish_reason: null}]};
  expect(read(bytesOf(sse(ROLE, second, ...say('Yes.'), STOP, DONE))).text).toBe('Yes.');
});

test('an error in the middle', async () => {
  const error = {error: {message: 'The server had an error', type: 'server_error', param: null, code: null}};
  const bytes = bytesOf(sse(ROLE, ...say('On '), error));
  expect(read(bytes).events.slice(-2)).toEqual([
    {kind: 'error', code: 'server_error', message: 'The server had an error', retryable: true},
    {kind: 'end', how: 'error'},
  ]);
  await expect(readByVendor(bytes)).rejects.toThrow('The server had an error');
});

test('a refusal is what it says, and one without a word is said so', async () => {
  const worded = bytesOf(sse(ROLE, chunk({refusal: 'I cannot '}), chunk({refusal: 'do that.'}), STOP, DONE));
  expect(read(worded).text).toBe('I cannot do that.');
  expect((await readByVendor(worded)).refusal).toBe('I cannot do that.');
  const filtered = bytesOf(sse(ROLE, chunk({}, 'content_filter'), DONE));
  expect((await readByVendor(filtered)).reason).toBe('content_filter');
  expect(read(filtered).events).toContainEqual(expect.objectContaining({kind: 'error', code: 'refused'}));
});

test('an empty answer ends', async () => {
  const bytes = bytesOf(sse(ROLE, STOP, DONE));
  expect((await readByVendor(bytes)).text).toBe('');
  expect(read(bytes).events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
});

test('a cut anywhere before the reason is no end, not even when a proxy adds one', () => {
  const all = cuts(bytesOf(sse(ROLE, ...say('On ', 'its way.'), STOP)));
  expect(all).toHaveLength(8);
  const ends = (bytes: Bytes) => read(bytes, 'openai').events.filter(({kind}) => kind === 'end');
  for (const cut of all) expect(ends(cut)).toEqual([]);
  for (const cut of all.filter((_, at) => at % 2 === 0))
    expect(ends({...cut, body: `${cut.body}${sse(DONE)}`})).toEqual([]);
});

test('an answer that has said why it stopped and closes is whole', () => {
  expect(read(bytesOf(sse(ROLE, ...say('Yes.'), STOP))).events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
});

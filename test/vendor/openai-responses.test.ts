import OpenAI from 'openai';
import {expect, test} from 'vitest';
import {createReader} from '../../src/protocol/index.ts';
import {type Bytes, bytesOf, cuts, ENDPOINT, read, respond, sse} from './answer.ts';

/** Numbers events as the API does. */
function numbered(...events: ({type: string} & Record<string, unknown>)[]): Bytes {
  return bytesOf(sse(...events.map((each, at) => ({event: each.type, data: {...each, sequence_number: at}}))));
}

const RESPONSE = {id: 'resp_1', object: 'response', model: 'small', status: 'in_progress', output: [], error: null};
const CREATED = {type: 'response.created', response: RESPONSE};
const USAGE = {input_tokens: 10, input_tokens_details: {cached_tokens: 4}, output_tokens: 3, total_tokens: 13};
const COMPLETED = {type: 'response.completed', response: {...RESPONSE, status: 'completed', usage: USAGE}};
const item = (output_index: number, type: string) => ({
  output_index,
  item: {id: `i${output_index}`, type, content: []},
});
const part = (text: string) => ({
  type: 'response.content_part.added',
  item_id: 'i0',
  output_index: 0,
  content_index: 0,
  part: {type: 'output_text', text, annotations: []},
});
const MESSAGE = {type: 'response.output_item.added', ...item(0, 'message')};
const say = (...deltas: string[]) =>
  deltas.map((delta) => ({
    type: 'response.output_text.delta',
    item_id: 'i0',
    output_index: 0,
    content_index: 0,
    delta,
  }));

/** Reads the same bytes with the vendor's own client: each event's type, and all text. */
async function readByVendor(bytes: Bytes) {
  const client = new OpenAI({apiKey: 'none', maxRetries: 0, fetch: async () => respond(bytes)});
  const said = {types: [] as string[], text: ''};
  for await (const event of await client.responses.create({model: 'small', input: 'Hi', stream: true})) {
    said.types.push(event.type);
    if (event.type === 'response.output_text.delta' || event.type === 'response.refusal.delta')
      said.text += event.delta;
  }
  return said;
}

test('text, and the usage at its end', async () => {
  const bytes = numbered(CREATED, MESSAGE, part(''), ...say('On ', 'its way. 📦'), COMPLETED);
  const {text, events, protocol} = read(bytes);
  expect([text, protocol]).toEqual(['On its way. 📦', 'openai-responses']);
  expect((await readByVendor(bytes)).text).toBe(text);
  expect(events[0]).toEqual({kind: 'start', run: 'resp_1', model: 'small'});
  expect(events.at(-1)).toEqual({kind: 'end', how: 'finish', cachedTokens: 4});
});

test('a search is a stage until it is done, and its sources are told', async () => {
  const annotation = {type: 'url_citation', url: 'https://shop.example/', title: 'Shop', start_index: 0, end_index: 3};
  const bytes = numbered(
    CREATED,
    {type: 'response.output_item.added', ...item(0, 'web_search_call')},
    {type: 'response.output_item.done', ...item(0, 'web_search_call')},
    {type: 'response.output_item.added', ...item(1, 'message')},
    ...say('See.'),
    {type: 'response.output_text.annotation.added', output_index: 1, content_index: 0, annotation_index: 0, annotation},
    COMPLETED,
  );
  const {text, stages, sources} = read(bytes);
  expect([text, stages, sources]).toEqual(['See.', ['tools start', 'tools end'], ['https://shop.example/']]);
  expect((await readByVendor(bytes)).text).toBe(text);
});

test('a response that failed in the middle, and an error that is an event of its own', async () => {
  const error = {code: 'rate_limit_exceeded', message: 'Slow down'};
  const failed = numbered(CREATED, ...say('On '), {
    type: 'response.failed',
    response: {...RESPONSE, status: 'failed', error},
  });
  const alone = numbered(CREATED, ...say('On '), {type: 'error', ...error, param: null});
  for (const bytes of [failed, alone]) {
    expect(read(bytes).events.slice(-2)).toEqual([
      {kind: 'error', code: 'rate_limit_exceeded', message: 'Slow down', retryable: true},
      {kind: 'end', how: 'error'},
    ]);
  }
  expect((await readByVendor(failed)).types.at(-1)).toBe('response.failed');
});

test('a refusal is what it says, and one without a word is said so', async () => {
  const worded = numbered(
    CREATED,
    {type: 'response.refusal.delta', item_id: 'i0', output_index: 0, delta: 'No.'},
    COMPLETED,
  );
  expect(read(worded).text).toBe('No.');
  expect((await readByVendor(worded)).text).toBe('No.');
  const incomplete = (reason: string) => ({
    type: 'response.incomplete',
    response: {...RESPONSE, status: 'incomplete', incomplete_details: {reason}},
  });
  expect(read(numbered(CREATED, incomplete('content_filter'))).events).toContainEqual(
    expect.objectContaining({kind: 'error', code: 'refused'}),
  );
  expect(read(numbered(CREATED, ...say('On '), incomplete('max_output_tokens'))).events.at(-1)).toMatchObject({
    how: 'finish',
  });
});

test('an empty answer ends', async () => {
  const bytes = numbered(CREATED, COMPLETED);
  expect((await readByVendor(bytes)).types).toEqual(['response.created', 'response.completed']);
  expect(read(bytes).events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
});

test('a cut anywhere is no end', () => {
  const all = cuts(numbered(CREATED, MESSAGE, ...say('On ', 'its way.'), COMPLETED));
  expect(all).toHaveLength(10);
  for (const cut of all) expect(read(cut).events.filter(({kind}) => kind === 'end')).toEqual([]);
});

test('what runs in the background is read on where its own client would', async () => {
  let asked = '';
  const client = new OpenAI({
    apiKey: 'none',
    baseURL: ENDPOINT,
    async fetch(input) {
      asked = String(input);
      return respond(numbered());
    },
  });
  await client.responses.retrieve('resp_1', {stream: true, starting_after: 7});
  const head = {protocol: 'openai-responses' as const, endpoint: `${ENDPOINT}/responses`, conversationId: 'c1'};
  const reader = createReader({...head, headers: new Headers({'content-type': 'text/event-stream'})});
  const take = (data: object) => reader?.read({id: '', event: '', data: JSON.stringify(data)});
  take({...CREATED, sequence_number: 0});
  expect(reader?.resume('')).toBeUndefined();
  take({...CREATED, response: {...RESPONSE, background: true}, sequence_number: 0});
  take({...say('On ')[0], sequence_number: 7});
  const rest = reader?.resume('');
  expect(rest).toMatchObject({kind: 'get', replays: 'rest'});
  const [ours, theirs] = [rest?.kind === 'get' ? rest.url : '', asked].map((url) => new URL(url));
  expect(ours?.pathname).toBe(theirs?.pathname);
  expect(Object.fromEntries(ours?.searchParams ?? [])).toEqual(Object.fromEntries(theirs?.searchParams ?? []));
});

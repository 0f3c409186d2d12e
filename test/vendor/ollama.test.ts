import {Ollama} from 'ollama';
import {expect, test} from 'vitest';
import {type Bytes, bytesOf, cuts, read, respond} from './answer.ts';

const line = (part: object) => `${JSON.stringify({model: 'small', created_at: '2026-01-01T00:00:00Z', ...part})}\n`;
const say = (content: string, more: object = {}) => line({message: {role: 'assistant', content, ...more}, done: false});
const DONE = line({
  message: {role: 'assistant', content: ''},
  done: true,
  done_reason: 'stop',
  total_duration: 900_000_000,
  load_duration: 100_000_000,
  prompt_eval_count: 26,
  prompt_eval_duration: 200_000_000,
  eval_count: 30,
  eval_duration: 500_000_000,
});
const lines = (...all: string[]) => bytesOf(all.join(''), 'application/x-ndjson');

/** Reads the same bytes with the vendor's own client. */
async function readByVendor(bytes: Bytes): Promise<string> {
  const client = new Ollama({host: 'http://127.0.0.1:9', fetch: async () => respond(bytes)});
  let text = '';
  for await (const {message} of await client.chat({model: 'small', messages: [], stream: true}))
    text += message?.content ?? '';
  return text;
}

test('text, and how long the stages took', async () => {
  const bytes = lines(say('On '), say('its way. 📦'), DONE);
  const {text, events, protocol} = read(bytes);
  expect([text, protocol]).toEqual(['On its way. 📦', 'ollama']);
  expect(await readByVendor(bytes)).toBe(text);
  expect(events[0]).toEqual({kind: 'start', model: 'small'});
  expect(events.slice(-3)).toEqual([
    {kind: 'stage', stage: 'model', state: 'end', ms: 300},
    {kind: 'stage', stage: 'generate', state: 'end', ms: 500},
    {kind: 'end', how: 'finish', totalMs: 900},
  ]);
});

test('its usage tells no cached tokens, and its chat no sources', async () => {
  // answer-types.ts holds that the vendor's types have neither: what it counts are the tokens of question and answer
  const {sources, events} = read(lines(say('Yes.', {images: [], thinking: 'hm'}), DONE));
  expect(sources).toEqual([]);
  expect(events.at(-1)).toEqual({kind: 'end', how: 'finish', totalMs: 900});
});

test('a tool call is a stage until the model speaks again', async () => {
  const call = {tool_calls: [{function: {name: 'stock', arguments: {}}}]};
  const bytes = lines(say('One moment.'), say('', call), say('Yes.'), DONE);
  const {text, stages} = read(bytes);
  expect(stages.slice(0, 2)).toEqual(['tools start', 'tools end']);
  expect(text).toBe('One moment.\n\nYes.');
  expect(await readByVendor(bytes)).toBe(text.replace('\n\n', ''));
});

test('thinking is no answer', async () => {
  expect(read(lines(say('', {thinking: 'hm'}), say('Yes.'), DONE)).text).toBe('Yes.');
});

test('an error in the middle', async () => {
  const bytes = lines(say('On '), '{"error":"model runner has unexpectedly stopped"}\n');
  expect(read(bytes).events.slice(-2)).toEqual([
    {kind: 'error', code: 'server', message: 'model runner has unexpectedly stopped', retryable: false},
    {kind: 'end', how: 'error'},
  ]);
  await expect(readByVendor(bytes)).rejects.toThrow('model runner');
});

test('an empty answer ends', async () => {
  const bytes = lines(DONE);
  expect(await readByVendor(bytes)).toBe('');
  expect(read(bytes).events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
});

test('a cut after any line is no end', () => {
  const whole = lines(say('On '), say('its way.'), DONE);
  // the half of a line that a cut leaves is no JSON, and said to be unreadable
  const all = cuts(whole, '\n').filter((_, at) => at % 2 === 0);
  expect(all).toHaveLength(3);
  for (const cut of all) expect(read(cut).events.filter(({kind}) => kind === 'end')).toEqual([]);
});

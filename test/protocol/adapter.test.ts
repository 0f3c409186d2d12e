import {describe, expect, test} from 'vitest';
import type {Protocol} from '../../src/latency/index.ts';
import {UnreadableError, type WireEvent} from '../../src/protocol/index.ts';
import {FIXTURES} from './fixtures.ts';
import {bare, makeReader, named, readAll, stagesOf, textOf} from './reading.ts';

const WRONG: unknown[] = [
  null,
  true,
  -1,
  1e308,
  'word',
  '',
  [],
  {},
  [[1]],
  [null],
  {a: {b: 1}},
  {toString: 1, valueOf: 1},
];

/** Puts a value in the place of each field of an object, one at a time, as deep as it goes. */
function* spoil(value: unknown, wrong: unknown): Generator<unknown> {
  yield wrong;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    for (const spoilt of spoil(inner, wrong))
      yield Array.isArray(value) ? value.with(Number(name), spoilt) : {...value, [name]: spoilt};
  }
}

describe.each(FIXTURES)('an answer in $protocol', ({protocol, contentType, events, ...expected}) => {
  const reader = (declared: 'auto' | typeof protocol = protocol) => makeReader(declared, {contentType});

  test.each(['declared', 'auto'] as const)('is read, %s', (how) => {
    const mine = reader(how === 'auto' ? 'auto' : protocol);
    const read = readAll(mine, events);
    expect(textOf(read)).toBe(expected.text);
    expect(stagesOf(read)).toEqual(expected.stages);
    expect(read.flatMap((event) => (event.kind === 'source' ? [event.url] : []))).toEqual(expected.sources);
    expect(read[0]).toMatchObject(expected.first);
    expect(read.at(-1)).toMatchObject(expected.last);
    expect(read.filter(({kind}) => kind === 'end')).toHaveLength(1);
    expect(mine?.protocol()).toBe(protocol);
  });

  test('is not ended by a cut, nor by [DONE] after one', () => {
    const whole = readAll(reader(), events);
    const ownEnd = events.findIndex((_, at) =>
      readAll(reader(), events.slice(0, at + 1)).some(({kind}) => kind === 'end'),
    );
    expect(ownEnd).toBeGreaterThan(2);
    for (let count = 0; count < ownEnd; count++) {
      const cut = events.slice(0, count);
      // after a call for a tool a proxy of OpenAI's may close: then the model has said why it stopped
      if (protocol === 'openai' && cut.at(-1)?.data.includes('tool_calls"}')) continue;
      const read = readAll(reader(), [...cut, bare('[DONE]')]);
      expect(
        read.filter(({kind}) => kind === 'end'),
        `after ${count}`,
      ).toEqual([]);
      expect(textOf(whole).startsWith(textOf(read))).toBe(true);
    }
  });

  test('with a field of the wrong shape is read without it', () => {
    let count = 0;
    for (const [at, event] of events.entries()) {
      if (event.data === '[DONE]') continue;
      for (const wrong of WRONG) {
        for (const spoilt of spoil(JSON.parse(event.data), wrong)) {
          const isPart = typeof spoilt === 'object' && spoilt !== null && !Array.isArray(spoilt);
          if (!event.event && !isPart) continue;
          const read = readAll(reader(), events.with(at, {...event, data: JSON.stringify(spoilt)}));
          for (const each of read) if (each.kind === 'text') expect(each.text).toBeTypeOf('string');
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(100);
  });

  test('with unknown events in between is the same', () => {
    const unknown: WireEvent[] = [
      bare(''),
      {id: '', event: 'later', data: '{"type":"later","delta":"no","content":"no","data":{"stage":"tools"}}'},
      bare({}),
      bare({type: '__proto__'}),
    ];
    expect(
      readAll(
        reader(),
        events.flatMap((event) => [event, ...unknown]),
      ),
    ).toEqual(readAll(reader(), events));
    const later = readAll(reader('auto'), [...unknown, ...events]);
    expect(textOf(later)).toBe(expected.text);
  });

  test('is read on a page that has put things on the prototypes', () => {
    const clean = JSON.stringify(readAll(reader(), events));
    const fields = [
      'type',
      'delta',
      'text',
      'content',
      'error',
      'stage',
      'state',
      'url',
      'role',
      'choices',
      'done',
      'ms',
    ];
    try {
      for (const name of fields) {
        Object.defineProperty(Object.prototype, name, {value: 'polluted', configurable: true, writable: true});
        Object.defineProperty(Array.prototype, '0', {value: 'polluted', configurable: true, writable: true});
      }
      expect(JSON.stringify(readAll(reader('auto'), events))).toBe(clean);
    } finally {
      for (const name of fields) Reflect.deleteProperty(Object.prototype, name);
      Reflect.deleteProperty(Array.prototype, '0');
    }
  });

  test.each(['{"type":"text-del', 'Internal Server Error', '<html>'])('breaks at %j, which is no JSON', (data) => {
    const mine = reader();
    expect(() => mine?.read(bare(data))).toThrow(UnreadableError);
  });
});

test.each([
  ['ai-sdk', {type: 'error', errorText: 'sorry'}, {code: 'server', message: 'sorry', retryable: false}],
  ['ag-ui', {type: 'RUN_ERROR', message: 'm', code: 'timeout'}, {code: 'timeout', message: 'm', retryable: true}],
  [
    'openai',
    {error: {message: 'm', type: 'server_error', code: null}},
    {code: 'server_error', message: 'm', retryable: true},
  ],
  ['openai', {error: {message: 'm', code: 429}}, {code: '429', message: 'm', retryable: true}],
  ['openai', {error: 'm'}, {code: 'server', message: 'm', retryable: false}],
  ['openai-responses', {type: 'error', code: 'x', message: 'm'}, {code: 'x', message: 'm', retryable: false}],
  ['openai-responses', {type: 'error', error: {code: 'x', message: 'm'}}, {code: 'x', message: 'm', retryable: false}],
  ['openai-responses', {type: 'response.failed', response: {error: null}}, {code: 'server', retryable: false}],
  [
    'anthropic',
    {type: 'error', error: {type: 'overloaded_error', message: 'm'}},
    {code: 'overloaded_error', retryable: true},
  ],
] as const)('a failure in the middle in %s, %j, ends the answer', (protocol, part, error) => {
  const [told, end, ...more] = readAll(makeReader(protocol), [bare(part)]);
  expect(told).toMatchObject({kind: 'error', ...error});
  expect(end).toMatchObject({kind: 'end', how: 'error'});
  expect(more).toEqual([]);
});

test.each([
  ['openai', {choices: [{delta: {content: 'One moment.', tool_calls: [{index: 0}]}}]}],
  ['ollama', {message: {content: 'One moment.', tool_calls: [{}]}, done: false}],
] as const)('what is said together with a call for a tool in %s comes before it', (protocol, part) => {
  const contentType = protocol === 'ollama' ? 'application/x-ndjson' : 'text/event-stream';
  const read = makeReader(protocol, {contentType})?.read(bare(part));
  expect(read?.slice(-2)).toMatchObject([
    {kind: 'text', text: 'One moment.'},
    {kind: 'stage', state: 'start'},
  ]);
});

/** Reads parts one by one; each with the event's name that its protocol gives it. */
function readParts(protocol: Protocol, ...parts: (object | readonly [event: string, data: unknown])[]) {
  const reader = makeReader(protocol);
  const events = parts.map((part): WireEvent => {
    const [event, data] = Array.isArray(part) ? part : ['', part];
    return named(event, data);
  });
  return {each: events.map((event) => reader?.read(event) ?? []), close: () => reader?.close()};
}

test('a proxy of OpenAI that goes on after a call for a tool has not ended when it closes', () => {
  const chunk = (delta: object, finish_reason?: string) => ({choices: [{index: 0, delta, finish_reason}]});
  const called = [chunk({tool_calls: [{index: 0}]}), chunk({}, 'tool_calls')];
  expect(readParts('openai', ...called).close()).toMatchObject([{kind: 'stage'}, {kind: 'end'}]);
  expect(readParts('openai', ...called, chunk({content: 'Ye'})).close()).toEqual([]);
  expect(readParts('openai', ...called, chunk({tool_calls: [{index: 1}]})).close()).toEqual([]);
});

test('a tool of Anthropic ends with its result, before a word is said, and the last usage counts', () => {
  const {each} = readParts(
    'anthropic',
    {type: 'message_start', message: {usage: {cache_read_input_tokens: 1}}},
    {type: 'content_block_start', content_block: {type: 'server_tool_use', id: 'c1'}},
    {type: 'content_block_start', content_block: {type: 'web_search_tool_result', tool_use_id: 'c1'}},
    {type: 'message_delta', delta: {stop_reason: 'end_turn'}, usage: {cache_read_input_tokens: 9}},
    {type: 'message_stop'},
  );
  expect(each[2]).toMatchObject([{kind: 'stage', stage: 'tools', state: 'end'}]);
  expect(each[4]).toMatchObject([{kind: 'end', cachedTokens: 9}]);
});

test('a second message of AG-UI is a paragraph of its own, with no tool between them', () => {
  const say = (messageId: string, delta: string) => ({type: 'TEXT_MESSAGE_CHUNK', messageId, delta});
  const {each} = readParts('ag-ui', say('m1', 'On '), say('m1', 'its way.'), say('m2', 'Soon.'));
  expect(textOf(each.flat())).toBe('On its way.\n\nSoon.');
});

test('a node of LangGraph that speaks again has not ended when it closes', () => {
  const say = ['messages', [{type: 'ai', id: 'm1', content: 'On '}, {langgraph_node: 'agent'}]] as const;
  const done = ['updates', {agent: {}}] as const;
  expect(readParts('langgraph', say, done).close()).toMatchObject([{kind: 'end', how: 'finish'}]);
  expect(readParts('langgraph', say, done, say).close()).toEqual([]);
  expect(readParts('langgraph', say, ['updates', {other: {}}]).close()).toEqual([]);
});

test('what a tool of the AI SDK gives before its end does not end it', () => {
  const output = {type: 'tool-output-available', toolCallId: 'c1'};
  const {each} = readParts(
    'ai-sdk',
    {type: 'tool-input-start', toolCallId: 'c1'},
    {...output, preliminary: true},
    output,
  );
  expect(each.map((events) => events.length)).toEqual([1, 0, 1]);
});

test('what came before anybody knew the protocol is read in its place', () => {
  const stage = (name: string): [string, object] => ['custom', {stage: name, state: 'end'}];
  const reader = makeReader('auto');
  const take = ([event, data]: readonly [string, object]) => reader?.read(named(event, data));
  expect(take(stage('retrieval'))).toEqual([]);
  expect(take(stage('rerank'))).toEqual([]);
  expect(take(['metadata', {run_id: 'r1'}])).toMatchObject([
    {stage: 'retrieval'},
    {stage: 'rerank'},
    {kind: 'start', run: 'r1'},
  ]);
});

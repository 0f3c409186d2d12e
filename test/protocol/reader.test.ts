import {describe, expect, test} from 'vitest';
import {type DeclaredProtocol, UnreadableError} from '../../src/protocol/index.ts';
import {FIXTURES} from './fixtures.ts';
import {bare, makeReader, readAll, textOf} from './reading.ts';

describe('a body is cut', () => {
  test.each([
    ['auto', 'text/event-stream', 'sse'],
    ['auto', 'Text/Event-Stream; charset=utf-8', 'sse'],
    ['auto', 'application/x-ndjson', 'lines'],
    ['auto', 'application/jsonl', 'lines'],
    ['auto', 'text/plain;charset=UTF-8', 'text'],
    ['firstword', 'text/event-stream', 'sse'],
    ['langgraph', 'text/event-stream', 'sse'],
    ['ollama', 'application/ndjson', 'lines'],
    ['text', 'text/plain', 'text'],
    ['text', 'text/event-stream', 'sse'],
  ] as const)('in %s of %s into %s', (protocol, contentType, framing) => {
    expect(makeReader(protocol, {contentType})?.framing).toBe(framing);
  });

  test.each([
    ['auto', 'text/html'],
    ['auto', 'application/json'],
    ['auto', ''],
    ['auto', 'text/event-streams'],
    ['openai', 'text/plain'],
    ['openai', 'application/x-ndjson'],
    ['ollama', 'text/event-stream'],
    ['text', 'application/x-ndjson'],
  ] as const)('in %s of %s not at all: it is no answer', (protocol, contentType) => {
    expect(makeReader(protocol, {contentType})).toBeUndefined();
  });
});

describe('an answer that nobody declared', () => {
  test.each([
    [{'x-vercel-ai-ui-message-stream': 'v1'}, 'ai-sdk'],
    [{'x-firstword': '1'}, 'firstword'],
  ] as const)('is known by its header %j before the first event', (headers, protocol) => {
    expect(makeReader('auto', {headers})?.protocol()).toBe(protocol);
  });

  test('is known to come from our kit by its start where the header is hidden', () => {
    const reader = makeReader('auto');
    expect(reader?.protocol()).toBeUndefined();
    reader?.read(bare({type: 'start', messageMetadata: {fw: {run: 'r'}}}));
    expect(reader?.protocol()).toBe('firstword');
  });

  test.each([
    [{type: 'error', errorText: 'sorry'}, 'ai-sdk'],
    [{type: 'data-fw-stage', data: {}}, 'ai-sdk'],
    [{choices: [], object: ''}, 'openai'],
    [{error: {message: 'm', code: 'c'}}, 'openai'],
    [{type: 'error', error: {type: 'overloaded_error'}}, 'anthropic'],
    [{type: 'RUN_ERROR', message: 'm'}, 'ag-ui'],
    [{error: 'model not found'}, 'ollama'],
  ])('begins with %j', (part, protocol) => {
    const reader = makeReader('auto');
    reader?.read(bare(part));
    expect(reader?.protocol()).toBe(protocol);
  });

  test('is said to be unreadable when it ends unknown, by its first event', () => {
    const reader = makeReader('auto');
    expect(reader?.read(bare({token: 'Hello'}))).toEqual([]);
    expect(() => reader?.close()).toThrow(expect.objectContaining({kind: 'parse', value: '{"token":"Hello"}'}));
  });

  test('is not kept for ever while it is unknown', () => {
    const reader = makeReader('auto');
    const endless = () => {
      for (let count = 0; count < 101; count++) reader?.read(bare({token: count}));
    };
    expect(endless).toThrow(UnreadableError);
  });

  test('without an event is no end and no fault', () => {
    expect(readAll(makeReader('auto'), [bare(''), bare('[DONE]')])).toEqual([]);
  });
});

describe('plain text', () => {
  test('is what comes, whatever it looks like, until it closes', () => {
    const read = readAll(makeReader('auto', {contentType: 'text/plain'}), [
      bare('On '),
      bare('[DONE]'),
      bare('{"type":"finish"}'),
    ]);
    expect(textOf(read)).toBe('On [DONE]{"type":"finish"}');
    expect(read.at(-1)).toEqual({kind: 'end', how: 'finish'});
  });

  test('in events ends with [DONE] or with the close', () => {
    const text = ['On ', 'its way.'].map(bare);
    for (const events of [text, [...text, bare('[DONE]'), bare('more')]]) {
      const read = readAll(makeReader('text'), events);
      expect(textOf(read)).toBe('On its way.');
      expect(read.at(-1)).toEqual({kind: 'end', how: 'finish'});
    }
  });
});

describe('after a cut', () => {
  const resume = (
    protocol: DeclaredProtocol,
    {lastEventId = '', headers = {}, events = [bare({type: 'start'})]} = {},
  ) => {
    const reader = makeReader(protocol, {headers});
    for (const event of events) reader?.read(event);
    return reader?.resume(lastEventId);
  };

  test('our kit is asked for what follows the last id', () => {
    expect(resume('auto', {headers: {'x-firstword': '1'}, lastEventId: 'r-7'})).toEqual({
      kind: 'post',
      lastEventId: 'r-7',
    });
    expect(resume('ai-sdk', {lastEventId: 'ab-cd-12'})).toEqual({kind: 'post', lastEventId: 'ab-cd-12'});
    expect(resume('firstword')).toBeUndefined();
  });

  test('an AI SDK backend is asked for the whole answer', () => {
    const url = 'https://chat.example/v1/chat/c%2F1/stream?key=1';
    expect(resume('auto')).toEqual({kind: 'get', url, replays: 'all'});
    expect(resume('ai-sdk', {lastEventId: '1718'})).toEqual({kind: 'get', url, replays: 'all'});
  });

  test('a LangGraph server is asked for the rest of the run that it named', () => {
    const named = {'content-location': '/threads/t/runs/r'};
    expect(resume('langgraph', {headers: named, lastEventId: '7', events: []})).toEqual({
      kind: 'get',
      url: '/threads/t/runs/r/stream',
      lastEventId: '7',
      replays: 'rest',
    });
    expect(resume('langgraph', {headers: named, events: []})).toBeUndefined();
    expect(resume('langgraph', {lastEventId: '7', events: []})).toBeUndefined();
  });

  test('a response that runs in the background is read on after its last number', () => {
    const events = [
      bare({type: 'response.created', sequence_number: 0, response: {id: 'resp_1', background: true}}),
      bare({type: 'response.output_text.delta', sequence_number: 4, delta: 'On '}),
    ];
    expect(resume('openai-responses', {events})).toEqual({
      kind: 'get',
      url: 'https://chat.example/v1/chat/resp_1?key=1&stream=true&starting_after=4',
      replays: 'rest',
    });
  });

  test.each(
    FIXTURES.filter(({protocol}) => ['ag-ui', 'openai', 'openai-responses', 'anthropic', 'ollama'].includes(protocol)),
  )('there is nothing to ask for in $protocol', ({protocol, contentType, events}) => {
    const reader = makeReader(protocol, {contentType});
    for (const event of events.slice(0, 3)) reader?.read(event);
    expect(reader?.resume('r-7')).toBeUndefined();
  });
});

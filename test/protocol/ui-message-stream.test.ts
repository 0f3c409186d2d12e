import {uiMessageChunkSchema} from 'ai';
import {describe, expect, test} from 'vitest';
import {type AnswerEvent, createUiMessageReader, UnreadableError} from '../../src/protocol/index.ts';
import {bare} from './reading.ts';

const readText = (data: string): AnswerEvent[] => createUiMessageReader().read({id: 'r-1', event: '', data});
const read = (part: object): AnswerEvent[] => readText(JSON.stringify(part));

/** One of each part that is read, with what it becomes. */
const PARTS: [part: Record<string, unknown>, event: object][] = [
  [
    {
      type: 'start',
      messageId: 'a1',
      e: 1,
      messageMetadata: {
        fw: {
          run: 'run-1',
          route: 'fast',
          model: 'small',
          promptClass: 'order-status',
          contextHit: true,
          cold: true,
          cache: {hit: 'semantic', ageS: 12},
        },
      },
    },
    {
      kind: 'start',
      e: 1,
      run: 'run-1',
      route: 'fast',
      model: 'small',
      promptClass: 'order-status',
      contextHit: true,
      cold: true,
      cacheHit: 'semantic',
      cacheAgeS: 12,
    },
  ],
  [{type: 'start'}, {kind: 'start', contextHit: false, cold: false}],
  [
    {type: 'text-delta', id: 't', delta: 'Your order', e: 412},
    {kind: 'text', text: 'Your order', e: 412},
  ],
  [
    {type: 'source-url', sourceId: 's1', url: 'https://a.example/', title: 'Returns'},
    {kind: 'source', id: 's1', url: 'https://a.example/', title: 'Returns'},
  ],
  [
    {
      type: 'data-fw-stage',
      id: 'retrieval',
      transient: true,
      data: {stage: 'retrieval', state: 'end', ms: 41, budgetMs: 400, hit: true, atMs: 3, label: 'Looking'},
    },
    {kind: 'stage', stage: 'retrieval', state: 'end', ms: 41, budgetMs: 400, hit: true, atMs: 3, label: 'Looking'},
  ],
  [
    {type: 'data-fw-hedge', transient: true, data: {allowed: true, afterMs: 812}},
    {kind: 'hedge', hedge: {allowed: true, afterMs: 812}},
  ],
  [
    {type: 'data-fw-fallback', data: {why: 'overload', kind: 'cached'}},
    {kind: 'fallback', fallback: {why: 'overload', kind: 'cached'}},
  ],
  [
    {type: 'data-fw-error', data: {code: 'overload', retryable: true, retryAfterMs: 500}},
    {kind: 'error', code: 'overload', retryable: true, retryAfterMs: 500},
  ],
  [
    {type: 'data-fw-error', data: {}},
    {kind: 'error', code: 'server', retryable: false},
  ],
  [
    {
      type: 'finish',
      finishReason: 'stop',
      messageMetadata: {usage: {}, fw: {totalMs: 1234, cachedTokens: 3800, route: 'powerful'}},
    },
    {kind: 'end', how: 'finish', totalMs: 1234, cachedTokens: 3800, route: 'powerful'},
  ],
  [{type: 'abort'}, {kind: 'end', how: 'abort'}],
];

test.each(PARTS)('%j is read', (part, event) => {
  const [found, ...more] = read(part);
  expect(found).toEqual(event);
  expect(more).toEqual([]);
});

test.each(PARTS)('%j is a part that the AI SDK takes too', async (part) => {
  const checked = await uiMessageChunkSchema().validate?.(part);
  expect(checked).toMatchObject({success: true});
});

test.each(['', '[DONE]'])('%j says nothing by itself', (data) => {
  expect(readText(data)).toEqual([]);
});

test.each([
  ['half', '{"type":"text-del'],
  ['words', 'Internal Server Error'],
  ['a page', '<html>'],
  ['null', 'null'],
  ['a number', '12'],
  ['a text', '"text-delta"'],
  ['a list', '[{"type":"finish"}]'],
  ['a list of nothing', '[]'],
  ['two parts', '{"type":"abort"}{"type":"abort"}'],
])('%s is no part, and said so with its beginning', (_, data) => {
  const fault = (() => {
    try {
      return readText(data);
    } catch (cause) {
      return cause;
    }
  })();
  expect(fault).toBeInstanceOf(UnreadableError);
  expect(fault).toMatchObject({kind: 'parse', value: data});
});

test('what was unreadable is cut to 80 characters', () => {
  expect(() => readText('x'.repeat(5000))).toThrow(expect.objectContaining({value: 'x'.repeat(80)}));
});

test.each([
  {},
  {type: null},
  {type: ['finish']},
  {type: 'Finish'},
  {type: 'finish-step'}, // of a step that has not begun
  {type: 'text-delta', id: 't', delta: ''},
  {type: 'text-start', id: 't'},
  {type: 'text-end', id: 't'},
  {type: 'reasoning-delta', id: 'r', delta: 'thinking'},
  {type: 'tool-output-available', toolCallId: 'c1', output: {}},
  {type: 'message-metadata', messageMetadata: {}},
  {type: 'data-fw-later', data: {}},
  {type: '__proto__'},
  {type: 'constructor'},
])('%j is not for us and is left alone', (part) => {
  expect(read(part)).toEqual([]);
});

describe('a field of the wrong shape', () => {
  const WRONG = [null, true, 12, 'text', [], {}, [[1]], {a: 1}];

  test('makes its part, or the field, as if it had not been there', () => {
    for (const wrong of WRONG) {
      const said = JSON.stringify(wrong);
      if (typeof wrong !== 'string') {
        expect(read({type: 'text-delta', delta: wrong}), said).toEqual([]);
        expect(read({type: 'source-url', url: wrong}), said).toEqual([]);
        expect(read({type: 'data-fw-stage', data: {stage: wrong, state: 'end'}}), said).toEqual([]);
        expect(read({type: 'data-fw-error', data: {code: wrong}}), said).toEqual([
          {kind: 'error', code: 'server', retryable: false},
        ]);
        expect(read({type: 'start', messageMetadata: {fw: {run: wrong, model: wrong}}}), said).toEqual([
          {kind: 'start', contextHit: false, cold: false},
        ]);
      }
      if (typeof wrong !== 'number') {
        const stage = {stage: 'tools', state: 'end', ms: wrong, atMs: wrong, budgetMs: wrong};
        expect(read({type: 'data-fw-stage', e: wrong, data: stage}), said).toEqual([
          {kind: 'stage', stage: 'tools', state: 'end', hit: false},
        ]);
        expect(read({type: 'finish', messageMetadata: {fw: {totalMs: wrong, cachedTokens: wrong}}}), said).toEqual([
          {kind: 'end', how: 'finish'},
        ]);
      }
      expect(read({type: 'data-fw-stage', data: {stage: 'tools', state: wrong}}), said).toEqual([]);
      expect(read({type: 'data-fw-stage', data: wrong}), said).toEqual([]);
      expect(read({type: 'start', messageMetadata: wrong}), said).toHaveLength(1);
      expect(read({type: 'start', messageMetadata: {fw: wrong}}), said).toHaveLength(1);
      expect(read({type: 'start', messageMetadata: {fw: {cache: wrong}}}), said).toHaveLength(1);
      expect(read({type: 'finish', messageMetadata: wrong}), said).toHaveLength(1);
    }
  });

  test('of a source without an id or a title leaves its address', () => {
    const url = 'https://a.example/';
    expect(read({type: 'source-url', url, title: 7})).toEqual([{kind: 'source', id: url, url}]);
  });

  test('of a stage is any state that is not known', () => {
    for (const state of ['start', 'end', 'timeout', 'error', 'skipped']) {
      expect(read({type: 'data-fw-stage', data: {stage: 'tools', state}})).toMatchObject([{state}]);
    }
    expect(read({type: 'data-fw-stage', data: {stage: 'tools', state: 'done'}})).toEqual([]);
    expect(read({type: 'data-fw-stage', data: {stage: '', state: 'end'}})).toEqual([]);
  });

  test('of a cache is any hit that is not known', () => {
    expect(read({type: 'start', messageMetadata: {fw: {cache: {hit: 'maybe', ageS: 5}}}})).toEqual([
      {kind: 'start', contextHit: false, cold: false, cacheAgeS: 5},
    ]);
  });
});

test('a number that is too large for one is absent', () => {
  const [stage] = readText(
    '{"type":"data-fw-stage","e":1e999,"data":{"stage":"tools","state":"end","ms":-1e999,"atMs":1e308}}',
  );
  expect(stage).toEqual({kind: 'stage', stage: 'tools', state: 'end', hit: false, atMs: 1e308});
});

test('keys that objects have by birth change nothing', () => {
  const polluting =
    '{"type":"text-delta","delta":"a","__proto__":{"kind":"end","polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  expect(readText(polluting)).toEqual([{kind: 'text', text: 'a'}]);
  const stage = '{"type":"data-fw-stage","data":{"__proto__":{"stage":"tools","state":"end"}}}';
  expect(readText(stage)).toEqual([]);
  expect({}).not.toHaveProperty('polluted');
});

test('events keep nothing between them', () => {
  const reader = createUiMessageReader();
  const data = JSON.stringify({type: 'text-delta', id: 't', delta: 'a'});
  const event = {id: 'r-1', event: '', data};
  expect([reader.read(event), reader.read(event)]).toEqual([[{kind: 'text', text: 'a'}], [{kind: 'text', text: 'a'}]]);
});

test('an error says what it knows, once', () => {
  const reader = createUiMessageReader();
  const take = (part: object) => reader.read(bare(part));
  expect(read({type: 'error', errorText: 'sorry'})).toEqual([
    {kind: 'error', code: 'server', message: 'sorry', retryable: false},
    {kind: 'end', how: 'error'},
  ]);
  expect(take({type: 'data-fw-error', data: {code: 'overload'}})).toHaveLength(1);
  expect(take({type: 'error', errorText: 'sorry'})).toEqual([{kind: 'end', how: 'error'}]);
});

test('steps and tools are no stages where the backend tells of its stages itself', () => {
  const reader = createUiMessageReader();
  const take = (part: object) => reader.read(bare(part));
  take({type: 'data-fw-stage', data: {stage: 'retrieval', state: 'start'}});
  expect(take({type: 'start-step'})).toEqual([]);
  expect(take({type: 'text-delta', delta: 'One moment.'})).toEqual([{kind: 'text', text: 'One moment.'}]);
  expect(take({type: 'tool-input-start', toolCallId: 'c1'})).toEqual([]);
  expect(take({type: 'tool-output-available', toolCallId: 'c1'})).toEqual([]);
  expect(take({type: 'text-delta', delta: 'Yes.'})).toEqual([{kind: 'text', text: '\n\nYes.'}]);
  expect(take({type: 'finish-step'})).toEqual([]);
});

test('tool calls at one time are one stage, from the first to the last, and one that failed says so', () => {
  const reader = createUiMessageReader();
  const states = (...types: [type: string, toolCallId: string][]) =>
    types
      .flatMap(([type, toolCallId]) => reader.read(bare({type, toolCallId})))
      .map((event) => (event.kind === 'stage' ? event.state : event.kind));
  expect(states(['tool-input-start', 'a'], ['tool-input-available', 'b'], ['tool-output-available', 'a'])).toEqual([
    'start',
  ]);
  expect(states(['tool-output-error', 'b'], ['tool-output-available', 'b'])).toEqual(['error']);
});

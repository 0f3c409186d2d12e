import {afterEach, expect, test, vi} from 'vitest';
import {judge} from '../../src/chat/index.ts';
import {StreamError} from '../../src/stream/index.ts';

afterEach(() => vi.restoreAllMocks());

test.each([
  [new StreamError('network'), 'network', 'failed', {outcome: 'error', error: 'network'}],
  [new StreamError('blocked', {value: 'connect-src'}), 'blocked', 'failed', {outcome: 'error', error: 'blocked'}],
  [new StreamError('cut'), 'cut', 'cut', {outcome: 'cut', error: 'stream-cut'}],
  [new StreamError('server'), 'server', 'failed', {outcome: 'error', error: 'server'}],
  [new StreamError('http', {status: 400}), 'refused', 'failed', {outcome: 'error', error: 'http-4xx'}],
  [new StreamError('http', {status: 401}), 'refused', 'failed', {outcome: 'error', error: 'http-4xx'}],
  [new StreamError('http', {status: 404}), 'not-found', 'failed', {outcome: 'error', error: 'http-4xx'}],
  [new StreamError('http', {status: 405}), 'not-found', 'failed', {outcome: 'error', error: 'http-4xx'}],
  [new StreamError('http', {status: 429}), 'busy', 'failed', {outcome: 'error', error: 'http-429'}],
  [new StreamError('http', {status: 500}), 'server', 'failed', {outcome: 'error', error: 'http-5xx'}],
  [new StreamError('http', {status: 503}), 'busy', 'failed', {outcome: 'error', error: 'http-5xx'}],
  [new StreamError('http', {status: 501}), 'not-found', 'failed', {outcome: 'error', error: 'http-5xx'}],
  [new StreamError('http', {status: 599}), 'server', 'failed', {outcome: 'error', error: 'http-5xx'}],
  [new StreamError('not-a-stream'), 'not-a-stream', 'failed', {outcome: 'error', error: 'parse'}],
  [new StreamError('empty'), 'empty', 'failed', {outcome: 'error', error: 'parse'}],
  [new StreamError('unreadable'), 'unreadable', 'failed', {outcome: 'error', error: 'parse'}],
  [new StreamError('too-large'), 'too-large', 'failed', {outcome: 'error', error: 'parse'}],
  [new TypeError('a fault of ours'), 'server', 'failed', {outcome: 'error', error: 'other'}],
  ['thrown text', 'server', 'failed', {outcome: 'error', error: 'other'}],
])('%s is judged', (cause, problem, state, ending) => {
  expect(judge(cause)).toMatchObject({problem, state, ending});
});

test('without a network nobody is at fault', () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  expect(judge(new StreamError('network'))).toEqual({
    problem: 'offline',
    state: 'failed',
    ending: {outcome: 'offline'},
  });
  expect(judge(new StreamError('http', {status: 500})).problem).toBe('server');
});

test('facts for the developer go along, cut short', () => {
  expect(judge(new StreamError('http', {status: 418, words: 'no'}))).toMatchObject({status: 418, words: 'no'});
  expect(judge(new StreamError('not-a-stream', {status: 200, value: 'text/html'}))).toMatchObject({
    status: 200,
    value: 'text/html',
  });
  expect(judge(new Error('x'.repeat(500))).value).toHaveLength(80);
  expect(judge(new StreamError('unreadable', {value: 'y'.repeat(500)})).value).toHaveLength(80);
});

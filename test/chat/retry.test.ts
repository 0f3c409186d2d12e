import {describe, expect, test} from 'vitest';
import {MAX_RETRIES, retryDelayMs} from '../../src/chat/retry.ts';
import {StreamError} from '../../src/stream/index.ts';
import type {Answer} from '../stream/answer-server.ts';
import {bodies, createEndpoint, FINISH, gate, START, until, word, write} from '../stream/endpoint.ts';
import {startChat} from './start-chat.ts';

const WHOLE: Answer = {steps: [write(START, word('On its '), word('way.'), FINISH)]};
const first = {retries: 0, leftMs: 10_000, random: 0.5};

describe('a retry', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('follows status %d', (status) => {
    expect(retryDelayMs(new StreamError('http', {status}), first)).toBe(250);
  });

  test.each([400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 501, 505, 511])('never follows status %d', (status) => {
    expect(retryDelayMs(new StreamError('http', {status}), first)).toBeUndefined();
  });

  test('follows a broken connection, not an answer that ended early or wrong', () => {
    const network = new StreamError('network');
    expect(retryDelayMs(network, first)).toBe(250);
    expect(retryDelayMs(new StreamError('cut', {cause: network}), first)).toBe(250);
    for (const kind of ['cut', 'empty', 'unreadable', 'too-large', 'not-a-stream', 'server'] as const) {
      expect(retryDelayMs(new StreamError(kind), first), kind).toBeUndefined();
    }
    expect(retryDelayMs(new TypeError('a fault of ours'), first)).toBeUndefined();
  });

  test('waits a random share of a time that doubles, a few times', () => {
    const network = new StreamError('network');
    const waits = [0, 1, 2, 3].map((retries) => retryDelayMs(network, {...first, retries, random: 1}));
    expect(waits).toEqual([500, 1000, ...Array(4 - MAX_RETRIES).fill(undefined)]);
    expect(retryDelayMs(network, {...first, random: 0})).toBe(0);
  });

  test('waits at least as long as the server asks, and is not made when that is too late', () => {
    const busy = new StreamError('http', {status: 429, retryAfterMs: 3000});
    for (const random of [0, 0.2, 0.9]) {
      expect(retryDelayMs(busy, {...first, random})).toBeGreaterThanOrEqual(3000);
    }
    expect(retryDelayMs(busy, {...first, leftMs: 3000})).toBeUndefined();
    expect(retryDelayMs(new StreamError('network'), {...first, leftMs: -1})).toBeUndefined();
  });
});

describe('a question that got no word', () => {
  test.each([
    ['is refused for now', {status: 503, headers: {}}],
    ['loses its connection', {headers: {'content-type': 'text/event-stream'}, steps: [{kind: 'drop'}]}],
    ['loses its connection amid what is no word', {steps: [write({type: 'start'}), gate('seen'), {kind: 'drop'}]}],
  ] as const)('and %s is asked again, as the next attempt under its key', async (_, answer) => {
    const endpoint = await createEndpoint(answer as Answer, WHOLE);
    const {chat, ended, lastAnswer, kinds} = startChat(endpoint.url);
    chat.send('Hi');
    await until(async () => (await endpoint.seen()).posts.length).toBeGreaterThan(0);
    await endpoint.open('seen');
    const record = await ended();
    expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
    expect(record).toMatchObject({outcome: 'complete', retries: 1});
    expect(kinds()).not.toContain('trouble');
    const asked = (await bodies(endpoint)).map(({fw}) => fw);
    expect(asked.map(({attempt}) => attempt)).toEqual([0, 1]);
    expect(new Set(asked.map(({key}) => key)).size).toBe(1);
  });

  test('is asked again no sooner than the server asked for', async () => {
    const endpoint = await createEndpoint({status: 429, headers: {'retry-after': '1'}}, WHOLE);
    const {chat, ended} = startChat(endpoint.url);
    chat.send('Hi');
    await ended();
    const [once, again] = (await endpoint.seen()).posts.map(({atMs}) => atMs);
    expect((again ?? 0) - (once ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  test('is not asked again when it was stopped meanwhile', async () => {
    const endpoint = await createEndpoint({status: 429, headers: {'retry-after': '1'}}, WHOLE);
    const {chat, ended, lastAnswer} = startChat(endpoint.url);
    chat.send('Hi');
    await until(async () => (await endpoint.seen()).posts.length).toBe(1);
    chat.stop();
    expect(await ended()).toMatchObject({outcome: 'stopped'});
    chat.retry(lastAnswer().id); // a later turn shows that nothing of the earlier one is on its way
    await ended(2);
    const keys = (await bodies(endpoint)).map(({fw}) => fw.key);
    expect(new Set(keys).size).toBe(2);
    expect(keys).toHaveLength(2);
  });
});

test('a question that got a word is never asked again', async () => {
  const endpoint = await createEndpoint({steps: [write(START, word('On ')), gate('seen'), {kind: 'drop'}]}, WHOLE);
  const {chat, ended, lastAnswer, arrived} = startChat(endpoint.url);
  chat.send('Hi');
  await until(() => arrived.size).toBe(1);
  await endpoint.open('seen');
  expect(await ended()).toMatchObject({outcome: 'cut'});
  expect(lastAnswer()).toMatchObject({state: 'cut', text: 'On '});
  expect((await endpoint.seen()).posts).toHaveLength(1);
});

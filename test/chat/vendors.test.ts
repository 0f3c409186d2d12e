import {expect, test, vi} from 'vitest';
import {getVendors} from '../../src/chat/index.ts';
import type {Answer} from '../stream/answer-server.ts';
import {bodies, createEndpoint, FINISH, NATIVE, START, sse, until, word, write} from '../stream/endpoint.ts';
import {answering, startChat} from './start-chat.ts';

const OPENAI: Answer = {
  steps: [
    {kind: 'write', text: sse({choices: [{index: 0, delta: {content: 'On its way.'}}]})},
    {kind: 'write', text: `${sse({choices: [{index: 0, delta: {}, finish_reason: 'stop'}]})}data: [DONE]\n\n`},
  ],
};
const OWN: Answer = {headers: NATIVE, steps: [write(START, word('On its way.'), FINISH)]};

/** Starts a chat and counts how often what reads other vendors' answers is loaded; the first loads fail as told. */
async function start(answer: Answer, more: {protocol?: 'auto' | 'openai'; warm?: boolean; failures?: number} = {}) {
  const {protocol = 'auto', warm = false, failures = 0} = more;
  const endpoint = await createEndpoint(answer);
  const loadVendors = vi.fn(async () => {
    if (loadVendors.mock.calls.length <= failures) throw new Error('blocked');
    return getVendors();
  });
  const chat = startChat(endpoint.url, {
    protocol,
    warm,
    loadAnswering: async () => answering({}, {loadVendors}),
  });
  return {...chat, endpoint, loadVendors};
}

test('an endpoint that speaks our own protocol needs no other', async () => {
  const {chat, ended, lastAnswer, loadVendors} = await start(OWN, {warm: true});
  chat.send('Hi');
  await ended();
  expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
  expect(loadVendors).not.toHaveBeenCalled();
});

test('where nobody says what the endpoint speaks, its answer tells', async () => {
  const {chat, ended, lastAnswer, loadVendors} = await start(OPENAI);
  chat.send('Hi');
  expect(await ended()).toMatchObject({outcome: 'complete', proto: 'openai'});
  expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
  expect(loadVendors).toHaveBeenCalledTimes(1);
});

test('it is there before the question where hello found no server of ours, or where the site names a vendor', async () => {
  const cases = [{warm: true}, {protocol: 'openai'}] as const;
  for (const each of cases) {
    const {chat, loadVendors, endpoint} = await start(OPENAI, each);
    chat.open();
    chat.draft('H');
    await until(() => loadVendors.mock.calls.length).toBe(1);
    expect((await endpoint.seen()).posts).toHaveLength(0);
  }
});

test('a question to a named vendor has its form', async () => {
  const {chat, ended, endpoint} = await start(OPENAI, {protocol: 'openai'});
  chat.send('Hi');
  await ended();
  const [body] = await bodies(endpoint);
  expect(body).toEqual({messages: [{role: 'user', content: 'Hi'}], stream: true});
});

test('an answer that cannot be read for want of it fails with one POST, and the next try reads', async () => {
  const {chat, ended, lastAnswer, endpoint, events} = await start(OPENAI, {failures: 1});
  chat.send('Hi');
  expect(await ended()).toMatchObject({outcome: 'error', error: 'parse'});
  expect(lastAnswer()).toMatchObject({state: 'failed', problem: 'unreadable'});
  expect(events).toContainEqual(expect.objectContaining({kind: 'trouble', value: 'its reader did not load'}));
  expect((await endpoint.seen()).posts).toHaveLength(1);
  chat.retry(lastAnswer().id);
  await ended(2);
  expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
});

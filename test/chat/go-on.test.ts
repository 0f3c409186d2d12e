import {describe, expect, test, vi} from 'vitest';
import type {Answer} from '../stream/answer-server.ts';
import {
  bodies,
  createEndpoint,
  FINISH,
  gate,
  NATIVE,
  numberEvents,
  START,
  type TestEndpoint,
  until,
  word,
} from '../stream/endpoint.ts';
import {startChat} from './start-chat.ts';

const numbered = numberEvents([START, word('On '), word('its '), word('**way**.'), FINISH]);
const answer = (from: number, to?: number): Answer => ({
  headers: NATIVE,
  steps: [{kind: 'write', text: numbered(from, to)}, ...(to === undefined ? [] : [gate('never')])],
});

/** Asks on one page up to an event of the answer, and leaves that page. */
async function leaveAt(endpoint: TestEndpoint, text: string) {
  const before = startChat(endpoint.url);
  before.chat.send('Where?');
  await until(() => [...before.arrived.values()].join('')).toBe(text);
  await until(async () => (await endpoint.seen()).posts.length).toBe(1);
  before.chat.visibility('gone');
  before.chat.visibility('hidden'); // in this order when a page is left in some browsers
  return before;
}

describe('an answer whose page was left', () => {
  test('goes on in the next page with nothing lost or doubled', async () => {
    const endpoint = await createEndpoint(answer(0, 3), answer(3));
    const before = await leaveAt(endpoint, 'On its ');
    expect(before.records()).toMatchObject([{outcome: 'abandoned', left: 'pagehide'}]);
    const after = startChat(endpoint.url);
    after.chat.open();
    expect(after.lastAnswer()).toMatchObject({state: 'streaming', text: 'On its '});
    expect(after.chat.state().busy).toBe(true);
    await until(() => after.lastAnswer().state).toBe('complete');
    expect(after.lastAnswer().text).toBe('On its **way**.');
    const [first, second] = await bodies(endpoint);
    expect(second).toMatchObject({id: first.id, trigger: 'submit-message', messages: first.messages});
    expect(second.fw).toMatchObject({key: first.fw.key, lastEventId: 'run-1-2'});
    // the page that was left has told how it went
    await until(() => after.kinds()).toContain('complete');
    expect(after.records()).toEqual([]);
  });

  test('goes on once: a third page has it whole', async () => {
    const endpoint = await createEndpoint(answer(0, 3), answer(3));
    await leaveAt(endpoint, 'On its ');
    const second = startChat(endpoint.url);
    second.chat.open();
    await until(() => second.lastAnswer().state).toBe('complete');
    second.chat.visibility('gone');
    const third = startChat(endpoint.url);
    third.chat.open();
    expect(third.lastAnswer()).toMatchObject({state: 'complete', text: 'On its **way**.'});
    expect(third.lastAnswer()).not.toHaveProperty('open');
    expect(await bodies(endpoint)).toHaveLength(2);
  });

  test('is cut, with what had come and a way to ask again, where nothing is left of it', async () => {
    const endpoint = await createEndpoint(answer(0, 3), {status: 410}, answer(0));
    await leaveAt(endpoint, 'On its ');
    const after = startChat(endpoint.url);
    after.chat.open();
    await until(() => after.lastAnswer().state).toBe('cut');
    expect(after.lastAnswer()).toMatchObject({text: 'On its ', problem: 'cut'});
    after.chat.retry(after.lastAnswer().id);
    await after.ended();
    expect(after.lastAnswer()).toMatchObject({state: 'complete', text: 'On its **way**.'});
    const keys = (await bodies(endpoint)).map(({fw}) => fw.key);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test('is cut where its question was dropped from what is kept', async () => {
    const endpoint = await createEndpoint(answer(0, 3));
    await leaveAt(endpoint, 'On its ');
    const key = `firstword:${endpoint.url}`;
    const kept = JSON.parse(sessionStorage.getItem(key) ?? '');
    expect(kept.messages.map(({kind}: {kind: string}) => kind)).toEqual(['question', 'answer']);
    sessionStorage.setItem(key, JSON.stringify({...kept, messages: kept.messages.slice(1)}));
    const after = startChat(endpoint.url);
    after.chat.open();
    expect(after.lastAnswer()).toMatchObject({state: 'cut', problem: 'cut', text: 'On its '});
    expect(after.chat.state().busy).toBe(false);
  });

  test('can be stopped in the next page, which tells the server', async () => {
    const endpoint = await createEndpoint(answer(0, 3), answer(3, 4), {status: 200, headers: NATIVE});
    await leaveAt(endpoint, 'On its ');
    const after = startChat(endpoint.url);
    after.chat.open();
    await until(() => [...after.arrived.values()].join('')).toBe('**way**.');
    after.chat.stop();
    await until(async () => (await bodies(endpoint)).map(({trigger}) => trigger)).toEqual([
      'submit-message',
      'submit-message',
      'fw-stop',
    ]);
    expect(after.lastAnswer()).toMatchObject({state: 'stopped', text: 'On its **way**.'});
  });

  test('is not asked for before the chat is opened', async () => {
    const endpoint = await createEndpoint(answer(0, 3), answer(3));
    await leaveAt(endpoint, 'On its ');
    startChat(endpoint.url);
    await endpoint.closed();
    expect(await bodies(endpoint)).toHaveLength(1);
  });
});

describe('whoever stops an answer', () => {
  const stops = async (endpoint: TestEndpoint) =>
    (await bodies(endpoint))
      .filter(({trigger}) => trigger === 'fw-stop')
      .map(({fw, id, messages}) => ({fw, id, messages}));

  test('tells a Firstword server, under the key of the turn', async () => {
    const endpoint = await createEndpoint(answer(0, 3), {status: 200});
    const {chat, arrived, ended} = startChat(endpoint.url);
    chat.send('Where?');
    await until(() => arrived.size).toBe(1);
    chat.stop();
    expect(await ended()).toMatchObject({outcome: 'stopped', left: 'stop'});
    const [question] = await bodies(endpoint);
    await until(() => stops(endpoint)).toMatchObject([{id: question.id, messages: [], fw: {key: question.fw.key}}]);
    await endpoint.closed();
  });

  test('before the head is told to a server that turns out to be one', async () => {
    const endpoint = await createEndpoint({...answer(0, 3), headGate: 'never'}, {status: 200, headers: NATIVE});
    const {chat, ended} = startChat(endpoint.url);
    chat.send('Where?');
    await until(async () => (await endpoint.seen()).open).toBe(1);
    chat.stop();
    await ended();
    await until(async () => (await stops(endpoint)).length).toBe(1);
    await endpoint.closed();
  });

  test('of another backend closes its connection and sends nothing more', async () => {
    const endpoint = await createEndpoint({steps: [{kind: 'write', text: numbered(0, 3)}, gate('never')]});
    const {chat, arrived, ended} = startChat(endpoint.url, {warm: true});
    chat.send('Where?');
    await until(() => arrived.size).toBe(1);
    chat.stop();
    await ended();
    await endpoint.closed();
    expect(await bodies(endpoint)).toHaveLength(1);
  });

  test('by asking something else, or by starting over, tells it too', async () => {
    const endpoint = await createEndpoint(answer(0, 3), answer(0, 3), answer(0, 3), {status: 200});
    const {chat, arrived} = startChat(endpoint.url);
    chat.send('Where?');
    await until(() => arrived.size).toBe(1);
    chat.send('When?');
    await until(async () => (await stops(endpoint)).length).toBe(1);
    chat.forget();
    await until(async () => (await stops(endpoint)).length).toBe(2);
    const questions = (await bodies(endpoint)).filter(({trigger}) => trigger === 'submit-message');
    expect((await stops(endpoint)).map(({fw}) => fw.key)).toEqual(questions.map(({fw}) => fw.key));
  });
});

test('a question breaks off nothing on the server when the page is left: the next page reads on', async () => {
  const endpoint = await createEndpoint(answer(0, 3), answer(3));
  const sent = vi.spyOn(globalThis, 'fetch');
  await leaveAt(endpoint, 'On its ');
  expect(sent.mock.calls.filter(([, init]) => String(init?.body).includes('fw-stop'))).toEqual([]);
  sent.mockRestore();
});

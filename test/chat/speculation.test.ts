import {afterEach, beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import type {ChatOptions} from '../../src/chat/index.ts';
import {createInstant, type InstantOptions} from '../../src/chat/instant.ts';
import type {Hello} from '../../src/protocol/index.ts';
import {bodies, createEndpoint, FINISH, NATIVE, START, until, word, write} from '../stream/endpoint.ts';
import {answering, expectValid, startChat} from './start-chat.ts';

const FAQ = 'https://shop.example/faq.json';
const PACK = {
  version: '2026-11-20',
  language: 'de',
  entries: [
    ['returns', 'How do I return an order?', 'can i send it back', 'i want to return my order', 'return policy'],
    ['delivery', 'When will my parcel arrive?', 'how long does delivery take', 'delivery time', 'when do you deliver'],
    ['sizes', 'Which size fits me?', 'is there a size chart', 'do the boots run small', 'i am between two sizes'],
    ['payment', 'Do you take PayPal?', 'can i pay with paypal', 'which credit cards do you accept', 'pay by invoice'],
    ['gifts', 'Do you wrap presents?', 'gift wrapping', 'can it be a birthday present', 'gift voucher'],
    ['repair', 'Who mends a broken zip?', 'my zip is broken', 'repair service', 'the sole came off'],
  ].map(([topic, question, ...variants]) => ({
    ...{id: topic, topic, question, variants},
    ...(topic === 'sizes' ? {answer: 'See the chart.'} : {}),
  })),
};
const hit = (contextHit: boolean) => ({
  ...START,
  messageMetadata: {fw: {...START.messageMetadata.fw, contextHit}},
});
const ANSWER = {headers: NATIVE, steps: [write(hit(true), word('Yes.'), FINISH)]};
const OPENED: Hello = {contextId: 'ctx-1', ttlMs: 120_000, speculate: true};
const opened = (told: object = OPENED, status = 200) => ({
  status,
  headers: {'content-type': 'application/json', 'x-firstword': '1'},
  steps: [{kind: 'write' as const, text: JSON.stringify(told)}],
});

/** How many answers to requests ahead of a question the page has read. */
let readCount = 0;

beforeEach(() => {
  readCount = 0;
  vi.stubGlobal('indexedDB', undefined); // the pack stays in memory: other tests look at what the browser keeps
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    if (String(input) === FAQ) return Response.json(PACK);
    const head = await real(input, init);
    if (!String(init?.body).includes('"fw-context"')) return head;
    const text = await head.text();
    return Object.assign(new Response(text, head), {
      async text() {
        readCount++;
        return text;
      },
    });
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A chat whose pack has come, with an endpoint that is known to speak Firstword. */
async function start(url: string, level: Partial<InstantOptions> = {}, more: Partial<ChatOptions> = {}) {
  const life = new AbortController();
  onTestFinished(() => life.abort());
  const instant = createInstant({
    ...{faq: FAQ, name: url, language: 'de', context: undefined, consent: 'auto', prefetch: undefined},
    onTrouble: () => undefined,
    signal: life.signal,
    ...level,
  });
  const started = startChat(url, {
    protocol: 'firstword',
    loadAnswering: async () => answering({}, {instant: Promise.resolve(instant)}),
    ...more,
  });
  started.chat.open();
  await started.chat.load();
  await until(() => instant.near('is there a size chart')?.text).toBe('See the chart.');
  await until(() => instant.find('i want to return my order')).toBeDefined();
  return {...started, instant};
}

const asked = async (endpoint: Awaited<ReturnType<typeof createEndpoint>>) =>
  (await bodies(endpoint)).map(({trigger, fw: {topics, contextId}}) => ({trigger, topics, contextId}));
const aheadOf = async (endpoint: Awaited<ReturnType<typeof createEndpoint>>) =>
  (await asked(endpoint)).filter(({trigger}) => trigger === 'fw-context').length;

const RETURN = 'i want to return my order ';

describe('work ahead of a question', () => {
  test('has its topics looked up at the end of a word, and the question takes that along', async () => {
    const endpoint = await createEndpoint(opened(), ANSWER);
    const {chat, ended} = await start(endpoint.url, {}, {context: {product: 'sku-1'}});
    chat.draft(RETURN.trim());
    chat.draft(RETURN);
    await until(() => readCount).toBe(1);
    const [context] = await bodies(endpoint);
    expect(context).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      trigger: 'fw-context',
      messages: [],
      fw: {
        ...{v: 1, attempt: 0, key: expect.stringMatching(/^[0-9a-f]{32}$/), language: 'de'},
        context: {product: 'sku-1'},
        topics: expect.arrayContaining(['returns']),
      },
    });
    expect(context.fw.topics.length).toBeLessThanOrEqual(3);
    chat.send(`${RETURN} today`);
    const record = await ended();
    expect((await asked(endpoint))[1]).toEqual({trigger: 'submit-message', topics: ['returns'], contextId: 'ctx-1'});
    expect(record.prefetch).toEqual({r: 'used', lead: expect.any(Number), count: 1});
    await expectValid(record);
  });

  test('goes at low priority, in the form that needs no preflight', async () => {
    const endpoint = await createEndpoint(opened(), ANSWER);
    const {chat} = await start(endpoint.url);
    chat.draft(RETURN);
    await until(() => readCount).toBe(1);
    const posts = vi.mocked(fetch).mock.calls.filter(([, init]) => init?.method === 'POST');
    expect(posts.map(([, init]) => init?.priority)).toEqual(['low']);
    expect((await endpoint.seen()).preflights).toBe(0);
  });

  test.each(['warm', 'off'] as const)('asks for no topics at level %s', async (prefetch) => {
    const endpoint = await createEndpoint(ANSWER);
    const {chat, ended} = await start(endpoint.url, {prefetch});
    chat.draft(RETURN);
    chat.send(RETURN);
    expect(await ended()).not.toHaveProperty('prefetch.lead');
    expect(await aheadOf(endpoint)).toBe(0);
  });

  test('needs consent where a page asks for it, and begins and ends with it', async () => {
    const endpoint = await createEndpoint(opened(), opened(), ANSWER);
    const {chat, ended} = await start(endpoint.url, {consent: 'required'}, {consent: 'required'});
    chat.draft(RETURN);
    chat.consent('granted');
    // what has a consent told is there a moment later
    await until(() => {
      chat.draft('when do you deliver ');
      return readCount;
    }).toBe(1);
    chat.consent('denied');
    await Promise.resolve();
    chat.draft(RETURN);
    chat.send('And?');
    await ended();
    expect(await aheadOf(endpoint)).toBe(1);
  });

  const connected = (value: object) => () => {
    Object.defineProperty(navigator, 'connection', {configurable: true, value});
    return () => void Reflect.deleteProperty(navigator, 'connection');
  };
  const found = (spy: {mockRestore: () => void}) => () => spy.mockRestore();

  test.each<[string, () => () => void]>([
    ['saves data', connected({saveData: true})],
    ['is slow', connected({effectiveType: 'slow-2g'})],
    ['is offline', () => found(vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false))],
    ['cannot be seen', () => found(vi.spyOn(document, 'hidden', 'get').mockReturnValue(true))],
  ])('is left out where the page %s', async (_, arrange) => {
    const endpoint = await createEndpoint(opened(), ANSWER);
    const {chat} = await start(endpoint.url);
    const restore = arrange();
    onTestFinished(restore);
    chat.draft(RETURN);
    restore();
    expect(await aheadOf(endpoint)).toBe(0);
    chat.draft(`${RETURN} `);
    await until(() => aheadOf(endpoint)).toBe(1);
  });

  test('is left out while the endpoint is left alone', async () => {
    const broken = {status: 500, headers: {'x-firstword': '1'}};
    const endpoint = await createEndpoint(broken);
    const {chat, ended} = await start(endpoint.url);
    for (const turn of [1, 2, 3, 4]) {
      chat.send(`Question ${turn}?`);
      await ended(turn);
    }
    chat.draft(RETURN);
    expect(await aheadOf(endpoint)).toBe(0);
  });

  test('ends when the server says so', async () => {
    const endpoint = await createEndpoint(opened({...OPENED, speculate: false}), ANSWER);
    const {chat, ended} = await start(endpoint.url);
    chat.draft(RETURN);
    await until(() => readCount).toBe(1);
    chat.draft('do you take paypal ');
    chat.send('do you take paypal today');
    expect((await ended()).prefetch).toEqual({r: 'wasted', count: 1});
    chat.draft(RETURN);
    expect(await aheadOf(endpoint)).toBe(1);
  });

  test('is not for a server that said so in its hello', async () => {
    const endpoint = await createEndpoint({...ANSWER, hello: {contextId: 'hello-1', speculate: false}});
    const {chat, ended} = await start(endpoint.url, {}, {warm: true});
    chat.send('Hello?');
    const record = await ended();
    expect(record.prefetch).toEqual({r: 'used', count: 1}); // what hello had looked up serves every question
    chat.draft(RETURN);
    expect(await asked(endpoint)).toEqual([{trigger: 'submit-message', topics: undefined, contextId: 'hello-1'}]);
    await expectValid(record);
  });

  test('was for nothing where the server found that the question is about something else', async () => {
    const endpoint = await createEndpoint(opened(), {...ANSWER, steps: [write(hit(false), word('Yes.'), FINISH)]});
    const {chat, ended} = await start(endpoint.url);
    chat.draft(RETURN);
    await until(() => readCount).toBe(1);
    chat.send(RETURN);
    const record = await ended();
    expect(record.prefetch).toEqual({r: 'wasted', count: 1});
    await expectValid(record);
  });

  test('was for nothing where the page had the answer itself, and is not asked for where it has', async () => {
    const endpoint = await createEndpoint(opened(), ANSWER);
    const {chat, ended} = await start(endpoint.url);
    chat.draft('is there a size chart ');
    expect(await aheadOf(endpoint)).toBe(0);
    chat.draft(RETURN);
    await until(() => readCount).toBe(1);
    chat.send('Is there a size chart?');
    expect(await ended()).toMatchObject({source: 'faq', prefetch: {r: 'wasted', count: 1}});
  });

  test('is dropped when the field is emptied, and with everything that is forgotten', async () => {
    const endpoint = await createEndpoint(opened(), ANSWER);
    const {chat, ended} = await start(endpoint.url);
    chat.draft(RETURN);
    await until(() => aheadOf(endpoint)).toBe(1);
    chat.draft('');
    chat.send(RETURN);
    expect((await ended()).prefetch).toEqual({r: 'cancelled', count: 1});
    const before = readCount;
    chat.draft(RETURN);
    await until(() => readCount).toBeGreaterThan(before);
    chat.forget();
    chat.send(RETURN);
    await ended(2);
    const questions = (await asked(endpoint)).filter(({trigger}) => trigger === 'submit-message');
    expect(questions.map(({contextId}) => contextId)).toEqual([undefined, undefined]);
  });

  test.each([
    ['is refused', opened({}, 503)],
    ['is no context', opened({contextId: 5})],
    ['is not even JSON', {...opened(), steps: [{kind: 'write' as const, text: '<html>'}]}],
  ])('that %s costs the question nothing', async (_, answer) => {
    const endpoint = await createEndpoint(answer, ANSWER);
    const {chat, ended, lastAnswer} = await start(endpoint.url);
    chat.draft(RETURN);
    await until(() => readCount).toBe(1);
    chat.send(RETURN);
    expect((await ended()).prefetch).toMatchObject({r: 'failed', count: 1});
    expect(lastAnswer().text).toBe('Yes.');
  });

  test('is done for a question that is offered when it is about to be chosen', async () => {
    const endpoint = await createEndpoint(opened(), ANSWER);
    const {chat, instant, ended} = await start(endpoint.url);
    instant.point('How do I return an order?');
    await until(() => readCount).toBe(1);
    chat.send('How do I return an order?');
    expect((await ended()).prefetch).toMatchObject({r: 'used', count: 1});
  });
});

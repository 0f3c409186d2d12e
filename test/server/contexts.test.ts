import {afterEach, describe, expect, it, vi} from 'vitest';
import type {Hello} from '../../src/protocol/index.ts';
import {type AnswerOptions, CONTEXT_TTL_MS, createKnowledge, type Retrieve} from '../../src/server/index.ts';
import {FEWEST_WASTE_COUNT, WASTE_MEMORY_MS} from '../../src/server/speculation.ts';
import {WARM_EVERY_MS} from '../../src/server/warming.ts';
import {SHOP} from '../faq/packs.ts';
import {createGate} from '../gate.ts';
import {ask, post} from './ask.ts';
import {inside, readAnswer} from './events.ts';
import {openShop} from './shop.ts';
import {createToolModel} from './tool-model.ts';
import {makeTool} from './tool-shop.ts';

let keyCount = 0;

/** A shop whose facts and passages are counted, and a page that says hello first. */
function open(options: Partial<AnswerOptions> = {}) {
  const context = vi.fn(async (request: Request): Promise<unknown> => ({cart: request.headers.get('cookie')}));
  const retrieve = vi.fn<Retrieve>(async (question, {topics}) => [{id: '1', text: `${question} on ${topics.join()}`}]);
  const shop = openShop(['Yes'], {context, retrieve, ...options});
  const readId = async (response: Response) => ((await response.json()) as {contextId: string}).contextId; // as hello says
  return {
    ...shop,
    context,
    retrieve,
    hello: async (headers: Record<string, string> = {}) =>
      readId(await shop.handler(new Request('http://shop.test/chat?fw=hello', {headers}))),
    prefetch: async (topics: string[], headers: Record<string, string> = {}) =>
      readId(await shop.handler(post({trigger: 'fw-context', messages: [], fw: {v: 1, topics}}, headers))),
    async ask(contextId: string, {id = 'c1', headers = {}, topics = [], text = 'Q'}: AskOptions = {}) {
      const fw = {key: `k${keyCount++}`, contextId, topics};
      const {parts} = await readAnswer(await shop.handler(ask(text, {fw, headers, body: {id}})));
      const retrieval = parts.find((part) => part['id'] === 'retrieval' && inside(part, 'data')['state'] === 'end');
      return {
        contextHit: inside(parts[0], 'messageMetadata', 'fw')['contextHit'],
        isReady: inside(retrieval, 'data')['hit'],
        prompt: String(shop.calls.at(-1)?.prompt[0]?.content),
      };
    },
  };
}

interface AskOptions {
  id?: string;
  headers?: Record<string, string>;
  topics?: string[];
  text?: string;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a context', () => {
  it("holds the visitor's facts from hello for two minutes", async () => {
    vi.useFakeTimers();
    const shop = open();
    const contextId = await shop.hello({cookie: 'c=1'});
    await vi.waitFor(() => expect(shop.context).toHaveBeenCalledOnce());
    const headers = {cookie: 'c=1'};
    const first = await shop.ask(contextId, {headers});
    expect(first).toMatchObject({contextHit: true, prompt: expect.stringContaining('{"cart":"c=1"}')});
    await vi.advanceTimersByTimeAsync(CONTEXT_TTL_MS - 1_000);
    expect((await shop.ask(contextId, {headers})).contextHit).toBe(true);
    expect(shop.context).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(2_000);
    const late = await shop.ask(contextId, {headers});
    expect(late).toMatchObject({contextHit: false, prompt: expect.stringContaining('{"cart":"c=1"}')});
    expect(shop.context).toHaveBeenCalledTimes(2);
  });

  it('is waited for when the question comes first, and looked up once', async () => {
    const gate = createGate();
    const context = vi.fn(() => gate.opened.then(() => ({cart: 'late'})));
    const shop = open({context});
    const contextId = await shop.hello();
    await vi.waitFor(() => expect(context).toHaveBeenCalledOnce());
    const asked = shop.ask(contextId);
    gate.open();
    expect(await asked).toMatchObject({contextHit: true, prompt: expect.stringContaining('"late"')});
    expect(context).toHaveBeenCalledOnce();
  });

  it.each<[string, AskOptions]>([
    ['another conversation', {id: 'c2', headers: {cookie: 'c=1', authorization: 'ann'}}],
    ['another cookie', {headers: {cookie: 'c=2', authorization: 'ann'}}],
    ['another visitor', {headers: {cookie: 'c=1', authorization: 'bob'}}],
  ])('is nothing to %s, whose facts are its own', async (_, other) => {
    const shop = open({authorize: (request) => request.headers.get('authorization')});
    const headers = {cookie: 'c=1', authorization: 'ann'};
    const contextId = await shop.hello(headers);
    await vi.waitFor(() => expect(shop.context).toHaveBeenCalledOnce());
    expect((await shop.ask(contextId, {headers})).contextHit).toBe(true);
    const {contextHit, prompt} = await shop.ask(contextId, other);
    expect(contextHit).toBe(false);
    expect(prompt).toContain(`{"cart":"${other.headers?.['cookie']}"}`);
  });

  it('is not opened for who may not ask, and hello says nothing of it', async () => {
    const shop = open({authorize: () => null});
    expect(await shop.hello()).toMatch(/^[0-9a-f-]{36}$/);
    const planted = new Request('http://shop.test/chat?fw=hello', {headers: {origin: 'https://evil.test'}});
    expect((await open().handler(planted)).status).toBe(200);
    expect(shop.context).not.toHaveBeenCalled();
  });

  it.each(['unknown', '', 'x'.repeat(500)])('that is %s means ordinary work', async (contextId) => {
    const shop = open();
    expect(await shop.ask(contextId)).toMatchObject({contextHit: false, prompt: expect.stringContaining('Q on ')});
    expect(shop.context).toHaveBeenCalledOnce();
  });

  it('whose lookup failed is looked up again with the question', async () => {
    const context = vi.fn(async (): Promise<unknown> => ({cart: 'second'}));
    context.mockRejectedValueOnce(new Error('secret'));
    const shop = open({context});
    const contextId = await shop.hello();
    await vi.waitFor(() => expect(context).toHaveBeenCalledOnce());
    expect((await shop.ask(contextId)).prompt).toContain('"second"');
  });
});

describe('topics', () => {
  it('are looked up while the question is written, by topic alone', async () => {
    const shop = open();
    const contextId = await shop.prefetch(['returns', 'shipping']);
    await vi.waitFor(() => expect(shop.retrieve).toHaveBeenCalledOnce());
    expect(shop.retrieve.mock.calls[0]?.[0]).toBeNull();
    const asked = await shop.ask(contextId, {topics: ['returns']});
    expect(asked).toMatchObject({contextHit: true, isReady: true, prompt: expect.stringContaining('null on returns')});
    expect(shop.retrieve).toHaveBeenCalledOnce();
  });

  it('bring what the question asks for, out of all that there is on them', async () => {
    const about = ['parcels', 'express', 'pallets', 'islands', 'customs'];
    const knowledge = about.map((title) => ({id: title, topic: 'shipping', title, text: `All on ${title}.`}));
    const shop = open({retrieve: createKnowledge(knowledge).retrieve});
    const contextId = await shop.prefetch(['shipping']);
    const asked = await shop.ask(contextId, {topics: ['shipping'], text: 'what about customs?'});
    expect(asked).toMatchObject({contextHit: true, isReady: true, prompt: expect.stringContaining('All on customs.')});
    expect(asked.prompt).not.toContain('All on parcels.');
  });

  it('that turn out to be others are looked up with the question', async () => {
    const shop = open();
    const contextId = await shop.prefetch(['returns']);
    await vi.waitFor(() => expect(shop.retrieve).toHaveBeenCalledOnce());
    const asked = await shop.ask(contextId, {topics: ['warranty']});
    expect(asked).toMatchObject({contextHit: false, isReady: undefined});
    expect(asked.prompt).toContain('Q on warranty');
    expect(asked.prompt).toContain('cart'); // the facts are the visitor's, whatever they ask about
    expect(shop.context).toHaveBeenCalledOnce();
    expect(await shop.ask(contextId)).toMatchObject({contextHit: false, isReady: undefined}); // nobody says what it is about
  });

  it('are dropped where the server is sure that the question is about another one', async () => {
    const shop = open({faq: SHOP});
    const contextId = await shop.prefetch(['returns']);
    const topics = ['returns'];
    const other = await shop.ask(contextId, {topics, text: 'how long does delivery take'});
    expect(other).toMatchObject({contextHit: false, isReady: undefined});
    const same = await shop.ask(contextId, {topics, text: 'what is your return policy'});
    expect(same).toMatchObject({contextHit: true, isReady: true});
    expect((await shop.ask(contextId, {topics, text: 'xyzzy'})).contextHit).toBe(true);
  });

  it('serve an answer for everybody only where the server itself is sure of what the question is about', async () => {
    const ask = {topics: ['returns'], text: 'can i send this back please'};
    for (const [faq, isSure] of [
      [SHOP, true],
      [undefined, false],
    ] as const) {
      const shop = open({...(faq ? {faq} : {}), cache: {isPublic: () => true}});
      const contextId = await shop.prefetch(['returns', 'shipping']);
      await vi.waitFor(() => expect(shop.retrieve).toHaveBeenCalledOnce());
      const asked = await shop.ask(contextId, ask);
      expect(asked).toMatchObject({contextHit: isSure, isReady: isSure ? true : undefined});
      expect(shop.retrieve).toHaveBeenCalledTimes(isSure ? 1 : 2);
    }
  });

  it.each([
    ['failed', () => Promise.reject(new Error('secret'))],
    ['found nothing', async () => []],
  ])('that %s are looked up with the question', async (_, first) => {
    const retrieve = vi.fn<Retrieve>(async (question) => [{id: '1', text: `${question}`}]);
    retrieve.mockImplementationOnce(first);
    const shop = open({retrieve});
    const topics = ['returns'];
    const failed = await shop.prefetch(topics);
    await vi.waitFor(() => expect(retrieve).toHaveBeenCalledOnce());
    await new Promise((resolve) => setImmediate(resolve));
    expect(await shop.ask(failed, {topics})).toMatchObject({contextHit: false, isReady: undefined});
    expect(retrieve).toHaveBeenCalledTimes(2);
  });

  it('are counted, those of visits without a question too, and pages are told to stop when most are for nothing', async () => {
    let nowMs = 0;
    const shop = open({clock: () => nowMs});
    const health = async () => (await shop.handler(new Request('http://shop.test/chat/health'))).json();
    const isWelcome = async () => {
      const told = await shop.handler(new Request('http://shop.test/chat?fw=hello'));
      return ((await told.json()) as Hello).speculate;
    };
    const topics = ['returns'];
    const first = await shop.prefetch(topics);
    for (let at = 1; at < FEWEST_WASTE_COUNT; at++) await shop.prefetch(topics, {'x-visitor': `v${at}`});
    await vi.waitFor(() => expect(shop.retrieve).toHaveBeenCalledTimes(FEWEST_WASTE_COUNT));
    for (let at = 0; at < 2; at++) await shop.ask(first, {topics});
    expect(await health()).toMatchObject({contexts: {issued: 100, used: 1, wasted: 0}});
    expect(await isWelcome()).toBe(true);
    nowMs += CONTEXT_TTL_MS;
    expect(await health()).toMatchObject({contexts: {issued: 100, used: 1, wasted: 99}});
    expect(await isWelcome()).toBe(false);
    nowMs += WASTE_MEMORY_MS;
    expect(await isWelcome()).toBe(true);
  });

  it('are not welcome where nothing is looked up for them', async () => {
    const {handler} = openShop(['Yes']);
    const told = await handler(new Request('http://shop.test/chat?fw=hello'));
    expect(await told.json()).toMatchObject({speculate: false});
  });

  it('are left alone while the handler is busy', async () => {
    const shop = open({limits: {runningCount: 2}, model: openShop([() => new Promise(() => {})]).model});
    await shop.handler(ask('?'));
    await vi.waitFor(() => expect(shop.context).toHaveBeenCalledOnce());
    const contextId = await shop.prefetch(['returns']);
    expect(contextId).toMatch(/^[0-9a-f-]{36}$/);
    await new Promise((resolve) => setImmediate(resolve));
    expect([shop.context.mock.calls.length, shop.retrieve.mock.calls.length]).toEqual([1, 1]);
    await shop.stop();
  });

  it('are left alone for who asks for too many', async () => {
    const shop = open({authorize: () => 'ann', limits: {visitorMinuteCount: 2}});
    for (let at = 0; at < 5; at++) await shop.prefetch(['returns']);
    await vi.waitFor(() => expect(shop.retrieve).toHaveBeenCalledTimes(2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(shop.retrieve).toHaveBeenCalledTimes(2);
  });
});

describe('warming', () => {
  it('happens at hello, at most every four minutes, and again at once when it failed', async () => {
    vi.useFakeTimers();
    const warm = vi.fn(async (): Promise<unknown> => undefined);
    warm.mockRejectedValueOnce(new Error('secret'));
    const shop = open({warm});
    await shop.hello();
    await vi.advanceTimersByTimeAsync(0);
    for (let at = 0; at < 3; at++) await shop.hello();
    expect(warm).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(WARM_EVERY_MS);
    await shop.prefetch([]);
    expect(warm).toHaveBeenCalledTimes(3);
  });

  it('of the prompt has each model read what questions begin with, and does nothing that it asks for', async () => {
    const execute = vi.fn(() => 'sent');
    const fast = createToolModel([{call: 'order'}], ['Yes']);
    const powerful = createToolModel(['Hello'], ['Yes']);
    const shop = open({
      model: {fast: fast.model, powerful: powerful.model},
      ...{warm: 'prompt', tools: {order: makeTool(execute)}, instructions: 'You sell beds.'},
    });
    await shop.hello();
    await vi.waitFor(() => expect([fast.calls.length, powerful.calls.length]).toEqual([1, 1]));
    for (const [at, route] of ['fast', 'powerful'].entries()) {
      await readAnswer(await shop.handler(ask('Q', {fw: {key: `w${at}`, ...(at > 0 ? {route} : {})}})));
    }
    for (const {calls} of [fast, powerful]) {
      const [ahead, asked] = calls;
      expect(ahead).toMatchObject({maxOutputTokens: 1, toolChoice: {type: 'none'}});
      expect(ahead?.tools).toEqual(asked?.tools);
      const [begin, whole] = [ahead, asked].map((call) => String(call?.prompt[0]?.content));
      expect(begin).toMatch(/^You sell beds\./);
      expect(whole?.startsWith(`${begin}`)).toBe(true);
    }
    expect(execute).not.toHaveBeenCalled();
  });

  it.each([
    [true, 1.2],
    [false, Number.POSITIVE_INFINITY],
  ])('(%s) decides what the first turn of a process costs', async (isWarmed, most) => {
    let nowMs = 1;
    let isCold = true;
    const pay = async () => {
      if (isCold) nowMs += 500; // connection and prefix, once
      isCold = false;
    };
    const think = async () => {
      nowMs += 300;
    };
    const shop = openShop([pay, think, 'Yes'], {clock: () => nowMs, ...(isWarmed ? {warm: pay} : {})});
    await shop.handler(new Request('http://shop.test/chat?fw=hello'));
    if (isWarmed) await vi.waitFor(() => expect(isCold).toBe(false));
    for (let at = 1; at <= 2; at++) {
      await readAnswer(await shop.handler(ask('?', {fw: {key: `w${at}`}})));
      await shop.ended(at);
    }
    const [first = 0, later = 1] = shop.spans.map(({firstTokenMs}) => firstTokenMs);
    expect(first / later).toBeLessThanOrEqual(most);
    if (!isWarmed) expect(first / later).toBeGreaterThanOrEqual(2);
  });
});

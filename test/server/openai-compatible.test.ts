import {Hono} from 'hono';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {listen} from '../../demo/listen.ts';
import {createAnswerHandler, openaiCompatible, type TurnSpan} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readAnswer, readEvents} from './events.ts';
import {startFakeOpenAI} from './fake-openai.ts';

const KEY = 'sk-never-to-be-seen';
const closes: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await Promise.all(closes.splice(0).map((close) => close()));
});

/** The three lines that the kit promises, behind Hono, in front of a provider on loopback. */
async function startShop(...provider: Parameters<typeof startFakeOpenAI>) {
  const handler = createAnswerHandler({model: openaiCompatible(), observe: (span) => spans.push(span)});
  const spans: TurnSpan[] = [];
  const fake = await startFakeOpenAI(...provider);
  vi.stubEnv('OPENAI_BASE_URL', fake.baseURL);
  vi.stubEnv('OPENAI_API_KEY', KEY);
  vi.stubEnv('OPENAI_MODEL', 'tiny');
  const app = new Hono();
  const left = vi.fn();
  app.all('/chat/*', (c) => {
    c.req.raw.signal.addEventListener('abort', left);
    return handler(c.req.raw);
  });
  const shop = await listen({fetch: app.fetch, port: 0});
  closes.push(shop.close, fake.close);
  const post = (body: object, init: RequestInit = {}) =>
    fetch(`${shop.url}/chat`, {
      method: 'POST',
      headers: {'content-type': 'text/plain;charset=UTF-8'},
      body: JSON.stringify(body),
      ...init,
    });
  const ask = (init?: RequestInit) => post({messages: [{role: 'user', content: 'Hi?'}], fw: {v: 1, key: 'k'}}, init);
  return {fake, spans, ask, post, left, url: shop.url};
}

describe('a backend of three lines', () => {
  it('answers from the endpoint that the environment names', async () => {
    const {fake, ask} = await startShop(['Hel', 'lo']);
    const response = await ask();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const {text, parts} = await readAnswer(response);
    expect(text).toBe('Hello');
    expect(parts[0]).toMatchObject({messageMetadata: {fw: {model: 'tiny', route: 'fast'}}});
    expect(parts.at(-1)).toMatchObject({type: 'finish', messageMetadata: {usage: {inputTokens: 9, outputTokens: 3}}});
    expect(fake.asked).toMatchObject([{authorization: `Bearer ${KEY}`, body: {model: 'tiny', stream: true}}]);
  });

  it('opens the connection to its provider at hello, once, and asks nothing that is paid for', async () => {
    const {fake, url} = await startShop(['Hello']);
    for (let at = 0; at < 3; at++) await (await fetch(`${url}/chat/?fw=hello`)).text();
    await vi.waitFor(() => expect(fake.listed).toEqual([`Bearer ${KEY}`]));
    expect(fake.asked).toEqual([]);
  });

  it('puts each token on the wire before the provider makes the next', async () => {
    const gates = [createGate(), createGate()] as const;
    const {ask} = await startShop([() => gates[0].opened, 'one', () => gates[1].opened, 'two']);
    const events = readEvents(await ask());
    expect((await events.part())?.type).toBe('start');
    gates[0].open();
    expect((await events.until('text-delta'))['delta']).toBe('one');
    gates[1].open();
    expect((await events.until('text-delta'))['delta']).toBe('two');
    await events.rest();
  });

  it('goes on when the visitor leaves', async () => {
    const gate = createGate();
    const {ask, post, left, fake, spans} = await startShop(['one', () => gate.opened, ' two']);
    const leaving = new AbortController();
    const events = readEvents(await ask({signal: leaving.signal}));
    const lastEventId = (await events.until('text-delta')).sseId;
    leaving.abort();
    await vi.waitFor(() => expect(left).toHaveBeenCalledOnce());
    gate.open();
    await vi.waitFor(() => expect(spans).toMatchObject([{outcome: 'complete', unread: true}]));
    const {text} = await readAnswer(await post({messages: [], fw: {v: 1, key: 'k', lastEventId}}));
    expect([text, fake.left()]).toEqual([' two', 0]);
  });

  it('leaves the provider when the visitor stops', async () => {
    const {ask, post, fake} = await startShop(['one', () => new Promise(() => {})]);
    const events = readEvents(await ask());
    await events.until('text-delta');
    expect(await (await post({trigger: 'fw-stop', messages: [], fw: {v: 1, key: 'k'}})).json()).toEqual({
      stopped: true,
    });
    await events.until('abort');
    await vi.waitFor(() => expect(fake.left()).toBe(1));
  });

  it.each<[string, Parameters<typeof startFakeOpenAI>, string]>([
    ['refuses it', [[], {status: 401}], 'model-unauthorized'],
    ['fails', [[], {status: 500}], 'model-failed'],
    ['fails after text', [['Hel', 'cut']], 'model-failed'],
  ])('never shows its key when a provider that quotes it %s', async (_, provider, code) => {
    const lines: unknown[][] = [];
    for (const method of ['log', 'warn', 'error', 'info', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation((...line) => void lines.push(line));
    }
    const {ask, spans, fake} = await startShop(...provider);
    const response = await ask();
    const {blocks, parts} = await readAnswer(response);
    expect(parts.at(-2)).toMatchObject({type: 'data-fw-error', data: {code}});
    expect(fake.asked).toHaveLength(1);
    const seen = JSON.stringify([blocks, [...response.headers], spans, lines]);
    expect(seen).not.toContain(KEY);
    expect(seen).not.toContain('bad Bearer');
    await vi.waitFor(() => expect(spans).toHaveLength(1));
  });

  it('says that the provider cannot be reached', async () => {
    const {ask, fake} = await startShop([]);
    await fake.close();
    closes.pop();
    const {parts} = await readAnswer(await ask());
    expect(parts.at(-2)).toMatchObject({data: {code: 'model-unreachable', retryable: true}});
  });

  it('gives refusals, hello and health their headers behind the adapter', async () => {
    const {url} = await startShop([]);
    const statuses = await Promise.all(
      [
        fetch(`${url}/chat`, {method: 'PUT'}),
        fetch(`${url}/chat`, {method: 'POST', body: '{'}),
        fetch(`${url}/chat?fw=hello`),
        fetch(`${url}/chat/health`),
      ].map(async (sent) => {
        const response = await sent;
        expect(response.headers.get('x-firstword')).toBe('1');
        await response.arrayBuffer();
        return response.status;
      }),
    );
    expect(statuses).toEqual([405, 400, 200, 200]);
  });
});

describe('what is not configured', () => {
  it.each<[Record<string, string | undefined>, string]>([
    [{}, 'no model is configured: OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL are not set'],
    [{OPENAI_BASE_URL: 'http://x.test', OPENAI_MODEL: 'm'}, 'no model is configured: OPENAI_API_KEY is not set'],
    [
      {OPENAI_BASE_URL: 'secret', OPENAI_API_KEY: KEY, OPENAI_MODEL: 'm'},
      'no model is configured: OPENAI_BASE_URL is not an http or https address',
    ],
  ])('is named and never shown: %o', async (environment, words) => {
    for (const name of ['OPENAI_BASE_URL', 'OPENAI_API_KEY', 'OPENAI_MODEL']) vi.stubEnv(name, environment[name]);
    const model = openaiCompatible();
    expect(model.problem()).toBe(words);
    expect(model.modelId).toBe('not-configured');
    await expect(model.doStream({prompt: []})).rejects.toThrow(words);
  });

  it('can be given in code, a key that is not needed as an empty text', () => {
    for (const name of ['OPENAI_BASE_URL', 'OPENAI_API_KEY', 'OPENAI_MODEL']) vi.stubEnv(name, undefined);
    const model = openaiCompatible({baseURL: 'http://127.0.0.1:1/v1', apiKey: '', model: 'm'});
    expect([model.problem(), model.modelId]).toEqual([undefined, 'm']);
  });

  it('is refused with its names by the handler, once in the log', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const name of ['OPENAI_BASE_URL', 'OPENAI_API_KEY', 'OPENAI_MODEL']) vi.stubEnv(name, undefined);
    const handler = createAnswerHandler({model: openaiCompatible()});
    for (const _ of [1, 2]) {
      const refused = await handler(ask('?'));
      expect(refused.status).toBe(503);
      expect(await refused.json()).toEqual({
        error: {
          code: 'not-configured',
          message: 'no model is configured: OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL are not set',
          retryable: false,
        },
      });
    }
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^\[firstword\] no model is configured/)]]);
    expect(await (await handler(new Request('http://shop.test/chat/health'))).json()).toMatchObject({ok: false});
  });
});

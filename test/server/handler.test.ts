import {DefaultChatTransport} from 'ai';
import {describe, expect, it, vi} from 'vitest';
import {type AnswerOptions, createAnswerHandler, type ModelOption} from '../../src/server/index.ts';
import {ask, post} from './ask.ts';
import {inside, readAnswer} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';
import {openShop, readRefusal} from './shop.ts';

const create = (options?: Partial<AnswerOptions>) => openShop(['Yes'], options).handler;

const get = (path: string, headers: Record<string, string> = {}) => new Request(`http://shop.test${path}`, {headers});

describe('a question', () => {
  it('is answered with the headers of the native protocol', async () => {
    const response = await create()(ask('?'));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-firstword': '1',
      'x-vercel-ai-ui-message-stream': 'v1',
      'server-timing': expect.stringMatching(/^overhead;dur=\d+\.\d, classify;dur=\d+\.\d$/),
      'timing-allow-origin': 'http://shop.test',
      'access-control-expose-headers': 'Server-Timing, x-firstword',
      vary: 'Origin',
    });
    await response.body?.cancel();
  });

  it.each(['application/json', 'text/plain;charset=UTF-8', 'Application/JSON; charset=utf-8'])(
    'is read as %s',
    async (type) => {
      const {text} = await readAnswer(await create()(ask('?', {headers: {'content-type': type}})));
      expect(text).toBe('Yes');
    },
  );

  it('is taken from a stock AI SDK client, which sends no fw and resends its own parts', async () => {
    const {model, calls} = createScriptedModel(['Yes']);
    const {text} = await readAnswer(
      await create({model})(
        post({
          id: 'abc',
          trigger: 'regenerate-message',
          messageId: 'm3',
          messages: [
            {id: 'm1', role: 'user', parts: [{type: 'text', text: 'Hi'}]},
            {
              id: 'm2',
              role: 'assistant',
              metadata: {fw: {}},
              parts: [{type: 'step-start'}, {type: 'text', text: 'Hello', state: 'done'}],
            },
            {
              id: 'm3',
              role: 'user',
              parts: [
                {type: 'file', url: 'data:,'},
                {type: 'text', text: 'Well?'},
              ],
            },
          ],
        }),
      ),
    );
    expect(text).toBe('Yes');
    expect(calls[0]?.prompt).toHaveLength(4);
  });

  it("is sent and read by the AI SDK's own transport", async () => {
    const handler = create();
    const transport = new DefaultChatTransport({
      api: 'http://shop.test/chat',
      fetch: (input, init) => handler(new Request(input, init)),
    });
    const message = {id: 'm1', role: 'user' as const, parts: [{type: 'text' as const, text: 'Hi?'}]};
    const chunks: string[] = [];
    const stream = await transport.sendMessages({
      chatId: 'c1',
      trigger: 'submit-message',
      messageId: undefined,
      messages: [message],
      abortSignal: undefined,
    });
    for await (const chunk of stream) chunks.push(chunk.type);
    expect([chunks[0], chunks.at(-1)]).toEqual(['start', 'finish']);
  });

  it('takes the wanted route where there is a model for it', async () => {
    const fast = createScriptedModel(['fast']).model;
    const powerful = createScriptedModel(['powerful']).model;
    const route = async (model: ModelOption, wanted: string) => {
      const {text, parts} = await readAnswer(await create({model})(ask('?', {fw: {route: wanted}})));
      return [text, inside(parts[0], 'messageMetadata', 'fw')['route']];
    };
    expect(await route({fast, powerful}, 'powerful')).toEqual(['powerful', 'powerful']);
    expect(await route({fast}, 'powerful')).toEqual(['fast', 'fast']);
    expect(await route({fast, powerful}, 'other')).toEqual(['fast', 'fast']);
  });

  it('keeps of a long history what fits, the newest', async () => {
    const {model, calls} = createScriptedModel(['Yes']);
    const messages = ['old', 'older answer', 'x'.repeat(30), 'y'.repeat(30), 'now'].map((content, at) => ({
      role: at % 2 ? 'assistant' : 'user',
      content,
    }));
    await readAnswer(await create({model, limits: {promptChars: 70}})(post({messages})));
    expect(calls[0]?.prompt.map(({role}) => role)).toEqual(['system', 'user', 'assistant', 'user']);
  });
});

describe('a refusal', () => {
  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD'])('answers %s with 405 and what is allowed', async (method) => {
    const response = await create()(new Request('http://shop.test/chat', {method}));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST, OPTIONS');
  });

  it('leaves it to authorize who may ask', async () => {
    const authorize = vi.fn((request: Request): unknown => {
      if (request.headers.get('authorization') === 'Bearer x') return {id: 'visitor'};
      return request.headers.has('authorization') ? Response.json({error: {code: 'blocked'}}, {status: 403}) : null;
    });
    const handler = create({authorize});
    expect(await readRefusal(await handler(ask('?')))).toMatchObject({status: 401, code: 'unauthorized'});
    const blocked = await handler(ask('?', {headers: {authorization: 'Bearer y'}}));
    expect([blocked.status, blocked.headers.get('x-firstword')]).toEqual([403, '1']);
    expect((await readAnswer(await handler(ask('?', {headers: {authorization: 'Bearer x'}})))).text).toBe('Yes');
    expect((await handler(post({trigger: 'fw-context', messages: []}))).status).toBe(401);
    expect((await handler(get('/chat?fw=hello'))).status).toBe(200);
  });

  it('refuses for now when authorize fails, without its words', async () => {
    const handler = create({authorize: () => Promise.reject(new Error('secret'))});
    const response = await handler(ask('?'));
    expect(response.headers.get('retry-after')).toBe('1');
    const refused = await readRefusal(response);
    expect(refused).toMatchObject({status: 503, code: 'unavailable', retryable: true});
    expect(refused.message).not.toContain('secret');
  });
});

describe('hello', () => {
  it('tells what the widget may rely on', async () => {
    const response = await create({budget: 'first-token=800ms complete=4s retrieval=400ms'})(get('/chat?x=1&fw=hello'));
    expect(response.headers.get('x-firstword')).toBe('1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      contextId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ttlMs: 120_000,
      hedge: {allowed: true},
      budget: {'first-token': 800, complete: 4000, retrieval: 400, model: 400, tools: 213, overhead: 80},
      speculate: false,
    });
  });

  it('is what fw-context answers, with another context each time', async () => {
    const handler = create();
    const read = async () => (await handler(post({trigger: 'fw-context', messages: [], fw: {v: 1}}))).json();
    const [one, two] = [await read(), await read()] as [{contextId: string}, {contextId: string}]; // as written
    expect(one).toMatchObject({ttlMs: 120_000, budget: {'first-token': 3000}});
    expect(one.contextId).not.toBe(two.contextId);
  });
});

describe('other GETs', () => {
  it('report health', async () => {
    const handler = create();
    await readAnswer(await handler(ask('?')));
    const report = async () => (await handler(get('/chat/health'))).json();
    await vi.waitFor(async () =>
      expect(await report()).toEqual({ok: true, version: expect.any(String), routes: {fast: {count: 1}}}),
    );
  });

  it('tell an AI SDK client that there is nothing to resume', async () => {
    expect((await create()(get('/chat/c1/stream'))).status).toBe(204);
  });

  it('are not found', async () => {
    expect(await readRefusal(await create()(get('/chat')))).toMatchObject({status: 404, code: 'not-found'});
  });
});

describe('a handler', () => {
  it('needs a model object', () => {
    expect(() => createAnswerHandler({} as AnswerOptions)).toThrow(TypeError); // what plain JavaScript can do
    expect(() => createAnswerHandler({model: 'gpt' as unknown as ModelOption})).toThrow(/language model/); // as above
  });

  it('says in one line what setting fell back', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const handler = create({
      budget: 'first-token=1s model=2s',
      limits: {bodyBytes: -1},
      origins: ['*', 'https://a.test/'],
      hedge: 'no' as unknown as boolean, // what plain JavaScript can do
    });
    expect(warn.mock.calls.map(([line]) => String(line).slice(0, 32))).toEqual([
      '[firstword] budget: model 2000 m',
      '[firstword] limits.bodyBytes is ',
      '[firstword] origins: "*" is not ',
      '[firstword] origins: "https://a.',
      '[firstword] hedge is neither tru',
    ]);
    expect(await (await handler(get('/chat?fw=hello'))).json()).toMatchObject({budget: {'first-token': 3000}});
    warn.mockRestore();
  });

  it('answers although its observer throws', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const handler = create({
      observe: () => {
        throw new Error('x');
      },
    });
    expect((await readAnswer(await handler(ask('?')))).text).toBe('Yes');
    await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce());
    warn.mockRestore();
  });

  it('logs a turn as one line of JSON without any text of it', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const handler = createAnswerHandler({model: createScriptedModel(['The answer']).model});
    await readAnswer(await handler(ask('The question')));
    await vi.waitFor(() => expect(log).toHaveBeenCalledOnce());
    const line = String(log.mock.calls[0]?.[0]);
    expect(JSON.parse(line)).toMatchObject({log: 'firstword', kind: 'turn', outcome: 'complete', model: 'scripted-1'});
    expect(line).not.toMatch(/question|answer|\n/i);
    log.mockRestore();
  });
});

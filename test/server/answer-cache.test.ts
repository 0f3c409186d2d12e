import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {BREAKER_OPEN_MS} from '../../src/latency/index.ts';
import {createUiMessageReader, readTerms} from '../../src/protocol/index.ts';
import {EMBED_WAIT_MS} from '../../src/server/answer-cache.ts';
import {BREAKER_FEWEST_COUNT} from '../../src/server/breakers.ts';
import {type AnswerEmbedding, type AnswerOptions, type CacheOptions, DEFAULT_CACHE} from '../../src/server/index.ts';
import {SHOP} from '../faq/packs.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {inside, readAnswer, readEvents} from './events.ts';
import {openShop, readRefusal} from './shop.ts';

const forAll: CacheOptions = {isPublic: () => true};

let keyCount = 0;
const newKey = () => `key-${keyCount++}`;

/** A shop that keeps answers, and what a visitor reads there. */
function open(cache: Partial<CacheOptions> = {}, {steps = ['Within ', 'a day.'], ...options}: Shop = {}) {
  const shop = openShop(steps, {cache: {...forAll, ...cache}, ...options});
  const request = (text: string, fw: object = {}, more: Parameters<typeof ask>[1] = {}) =>
    ask(text, {...more, fw: {key: newKey(), ...fw}});
  const read = async (response: Response) => {
    const answer = await readAnswer(response);
    const terms = answer.parts.find(({type}) => type === 'data-fw-cache');
    return {
      ...answer,
      response,
      start: inside(answer.parts[0], 'messageMetadata', 'fw'),
      ...(terms ? {terms: inside(terms, 'data')} : {}),
    };
  };
  return {
    ...shop,
    request,
    read,
    say: async (...given: Parameters<typeof request>) => read(await shop.handler(request(...given))),
    drop: (query: string, headers: Record<string, string> = {}) =>
      shop.handler(new Request(`http://shop.test/chat?${query}`, {method: 'DELETE', headers})),
  };
}
type Shop = Partial<AnswerOptions> & {steps?: Parameters<typeof openShop>[0]};

beforeEach(() => {
  vi.useFakeTimers({toFake: ['Date']});
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a question that was answered for everybody', () => {
  it('is answered at once from what is kept, with its age, its terms and no model', async () => {
    const {say, calls, spans} = open({version: '7', ttlMs: 60_000}, {faq: SHOP});
    const first = await say('When do you ship?');
    expect(first).toMatchObject({
      start: {cache: {hit: 'none'}},
      terms: {cacheable: true, ttlMs: 60_000, version: '7', scope: 'public', tags: ['shipping']},
    });
    vi.advanceTimersByTime(20_500);
    const again = await say('when do you ship');
    expect(again).toMatchObject({
      text: 'Within a day.',
      start: {cache: {hit: 'exact', ageS: 20}, route: 'fast', model: 'scripted-1', promptClass: 'shipping'},
      terms: {ttlMs: 39_500},
    });
    expect(again.types.at(-1)).toBe('finish');
    expect(calls).toHaveLength(1);
    expect(spans[1]).toMatchObject({cache: 'exact', outcome: 'complete', promptClass: 'shipping'});
    expect(spans[1]).not.toHaveProperty('inputTokenCount');
  });

  it('tells the cache as a stage: in Server-Timing, since it ended before the headers, and as a hit', async () => {
    const {say} = open();
    await say('When do you ship?');
    const {response, parts} = await say('When do you ship?');
    expect(response.headers.get('server-timing')).toMatch(
      /^overhead;dur=[\d.]+, classify;dur=[\d.]+, cache;dur=[\d.]+$/,
    );
    const stages = parts.filter(({type}) => type === 'data-fw-stage').map((part) => inside(part, 'data'));
    expect(stages.find(({stage}) => stage === 'cache')).toMatchObject({state: 'end', hit: true});
    expect(stages.map(({stage}) => stage)).not.toContain('model');
  });

  it('is read by our own reader as what the server kept, on the terms of the part', async () => {
    const {say} = open({}, {faq: SHOP});
    await say('When do you ship?');
    vi.advanceTimersByTime(2_000);
    const {blocks} = await say('how long does delivery take');
    const reader = createUiMessageReader();
    const events = blocks.flatMap((block) =>
      reader.read({id: '', event: '', data: block.slice(block.indexOf('data: ') + 6)}),
    );
    expect(events[0]).toMatchObject({kind: 'start', promptClass: 'shipping', cacheHit: 'semantic', cacheAgeS: 2});
    const terms = events.flatMap((event) => (event.kind === 'cacheable' ? [readTerms(event.terms)] : []));
    expect(terms).toMatchObject([{scope: 'public', ttlMs: DEFAULT_CACHE.ttlMs - 2_000}]);
    expect(events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
  });

  it('keeps its sources', async () => {
    const retrieve = () => [{id: 'r', text: 'x', title: 'Shipping', url: 'https://shop.test/shipping'}];
    const {say} = open({}, {retrieve});
    await say('When do you ship?');
    const {parts} = await say('When do you ship?');
    expect(parts.find(({type}) => type === 'source-url')).toMatchObject({
      url: 'https://shop.test/shipping',
      title: 'Shipping',
    });
  });

  it('is found in another phrasing that the pack knows for the same', async () => {
    const {say, calls} = open({}, {faq: SHOP});
    await say('how long does delivery take');
    expect((await say('What is the delivery time?')).start).toMatchObject({cache: {hit: 'semantic'}});
    expect((await say('what is your return policy')).start).toMatchObject({cache: {hit: 'none'}});
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['do you ship to Norway', 'do you ship to Sweden'],
    ['is a bag of 20 kg too heavy', 'is a bag of 30 kg too heavy'],
    ['can I wash the cover', 'can I not wash the cover'],
    ['when can I bring a parcel to the shop in town', 'where can I bring a parcel to the shop in town'],
    ['do you move beds from Rome to Oslo', 'do you move beds from Oslo to Rome'],
    ['is C# there', 'is C++ there'],
  ])('is not found by one that asks for something else: %j, %j', async (one, other) => {
    const {say} = open({}, {faq: SHOP});
    await say(one);
    expect((await say(other)).start).toMatchObject({cache: {hit: 'none'}});
  });

  it('needs the same words without a pack', async () => {
    const {say} = open();
    await say('do you ship parcels to Norway');
    expect((await say('do you ship a parcel to Norway')).start).toMatchObject({cache: {hit: 'none'}});
    expect((await say('Do you ship parcels to Norway??')).start).toMatchObject({cache: {hit: 'exact'}});
  });

  it('is found in no other shop, language or page', async () => {
    const {say, calls} = open({tenant: ({headers}) => headers.get('x-shop') ?? ''});
    const shop = (name: string) => ({headers: {'x-shop': name}});
    await say('When do you ship?', {language: 'de', context: {product: 'a'}}, shop('one'));
    const hit = async (fw: object, name: string) =>
      inside((await say('When do you ship?', fw, shop(name))).start, 'cache')['hit'];
    expect(await hit({language: 'de', context: {product: 'a'}}, 'two')).toBe('none');
    expect(await hit({language: 'en', context: {product: 'a'}}, 'one')).toBe('none');
    expect(await hit({language: 'de', context: {product: 'b'}}, 'one')).toBe('none');
    expect(await hit({language: 'de'}, 'one')).toBe('none');
    expect(await hit({language: 'de', context: {product: 'a'}}, 'one')).toBe('exact');
    expect(calls).toHaveLength(5);
  });

  it('cannot be moved into another scope by what a page says', async () => {
    const {say} = open();
    await say('When do you ship?', {context: 'x","y'});
    expect((await say('When do you ship?', {context: ['x', 'y']})).start).toMatchObject({cache: {hit: 'none'}});
  });

  it('is forgotten when its time is over, and with its version', async () => {
    let version = '1';
    const {say} = open({ttlMs: 1_000, staleMs: 0, version: () => version});
    await say('When do you ship?');
    vi.advanceTimersByTime(1_000);
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'none'}});
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'exact'}});
    version = '2';
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'none'}});
  });

  it('is made anew for the visitor who wants another answer', async () => {
    const {say, calls} = open();
    await say('When do you ship?');
    const again = await say('When do you ship?', {}, {body: {trigger: 'regenerate-message'}});
    expect(again.start).toMatchObject({cache: {hit: 'none'}});
    expect(calls).toHaveLength(2);
  });

  it('forgets what was unused for longest beyond the limit', async () => {
    const {say} = open({entryCount: 2});
    await say('one thing');
    await say('two things');
    await say('one thing');
    await say('three things');
    const hit = async (text: string) => inside((await say(text)).start, 'cache')['hit'];
    expect(await hit('one thing')).toBe('exact');
    expect(await hit('two things')).toBe('none');
  });
});

describe('an answer that is not for everybody', () => {
  const question = 'When do you ship?';
  const messages = [
    {id: '1', role: 'user', content: 'I am Ada'},
    {id: '2', role: 'assistant', content: 'Hello Ada'},
    {id: '3', role: 'user', content: question},
  ];

  it.each<[string, Partial<CacheOptions>, Shop, string, Parameters<typeof ask>[1]]>([
    ['whose question the shop does not mark', {isPublic: () => false}, {}, question, {}],
    ['that the shop does not mark once it reads it', {isPublic: ({answer}) => answer === undefined}, {}, question, {}],
    [
      'where the mark fails',
      {
        isPublic: () => {
          throw new Error('secret');
        },
      },
      {},
      question,
      {},
    ],
    [
      'where the tags fail',
      {
        tags: () => {
          throw new Error('secret');
        },
      },
      {},
      question,
      {},
    ],
    [
      'where the tenant fails',
      {
        tenant: () => {
          throw new Error('secret');
        },
      },
      {},
      question,
      {},
    ],
    ['with facts about the visitor in its prompt', {}, {context: () => ({cart: 1})}, question, {}],
    ['whose facts could not be read', {}, {context: () => Promise.reject(new Error('secret'))}, question, {}],
    [
      'that was made without passages that should be there',
      {},
      {retrieve: () => Promise.reject(new Error('x'))},
      question,
      {},
    ],
    ['after earlier messages', {}, {}, question, {body: {messages}}],
    ['to a question with a number of an order', {}, {}, 'where is order 12345', {}],
    ['to a question with an address', {}, {}, 'did you write to ada@example.com', {}],
    ['to a question without words', {}, {}, '👍', {}],
    ['to a question of which only the beginning is compared', {}, {}, `${'long '.repeat(80)}end`, {}],
    ['that was cut by its limit', {}, {steps: ['Within', {finish: 'length'}]}, question, {}],
    ['that failed', {}, {steps: ['Within', new Error('secret')]}, question, {}],
  ])('is neither kept nor said to be: one %s', async (_, cache, options, text, more) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const {say, calls} = open(cache, options);
    const first = await say(text, {}, more);
    expect(first).not.toHaveProperty('terms');
    expect((await say(text, {}, more)).start).toMatchObject({cache: {hit: 'none'}});
    expect(calls).toHaveLength(2);
    expect(JSON.stringify([first.blocks, warn.mock.calls])).not.toContain('secret');
    warn.mockRestore();
  });

  it('is given from what is kept where its question is public: after earlier messages only one of the pack', async () => {
    const {say} = open({}, {faq: SHOP});
    await say(question);
    await say('hello bed');
    const later = (text: string) => ({
      body: {messages: [...messages.slice(0, 2), {id: '3', role: 'user', content: text}]},
    });
    expect((await say(question, {}, later(question))).start).toMatchObject({cache: {hit: 'exact'}});
    expect((await say('hello bed', {}, later('hello bed'))).start).toMatchObject({cache: {hit: 'none'}});
  });

  it('is nothing that a handler without a cache keeps', async () => {
    const {handler, calls} = openShop(['a']);
    for (const key of ['a', 'b']) await readAnswer(await handler(ask('When do you ship?', {fw: {key}})));
    expect(calls).toHaveLength(2);
  });

  it('has limits that fall back with one line', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const {say} = open({ttlMs: -1, entryCount: 0.5, minLikeness: 2, staleMs: Number.NaN});
    expect((await say('When do you ship?')).terms).toMatchObject({ttlMs: DEFAULT_CACHE.ttlMs});
    expect(warn).toHaveBeenCalledTimes(4);
    warn.mockRestore();
  });
});

describe('a stale answer', () => {
  it('is given at once as stale, without terms, while one new one is made for nobody', async () => {
    const gate = createGate();
    let isFirst = true;
    const wait = () => (isFirst ? Promise.resolve() : gate.opened);
    const context = vi.fn();
    const {say, calls, spans, ended} = open(
      {ttlMs: 1_000, staleMs: 5_000},
      {steps: [wait, 'Text'], context, faq: SHOP},
    );
    await say('When do you ship?');
    isFirst = false;
    vi.advanceTimersByTime(3_000);
    for (const text of ['When do you ship?', 'how long does delivery take']) {
      const stale = await say(text);
      expect(stale).toMatchObject({text: 'Text', start: {cache: {hit: 'stale', ageS: 3}}});
      expect(stale).not.toHaveProperty('terms');
    }
    expect(calls).toHaveLength(2);
    gate.open();
    await ended(4);
    expect(spans.filter(({renewal}) => renewal)).toMatchObject([{outcome: 'complete', unread: true}]);
    expect(context).toHaveBeenCalledTimes(1); // a stale answer needs no facts, and a new one for nobody has none
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'exact', ageS: 0}});
  });

  it('stays while a new one fails, until it is too old', async () => {
    let fails = false;
    const {say, ended} = open(
      {ttlMs: 1_000, staleMs: 5_000},
      {
        steps: [
          async () => {
            if (fails) throw new Error('down');
          },
          'Text',
        ],
      },
    );
    await say('When do you ship?');
    fails = true;
    vi.advanceTimersByTime(2_000);
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'stale'}});
    await ended(3);
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'stale'}});
    vi.advanceTimersByTime(4_000);
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'none'}});
  });
});

describe('identical questions at once', () => {
  it('have a stream each and ask the model once', async () => {
    const gate = createGate();
    const {handler, request, read, calls, spans, ended} = open({}, {steps: ['Within ', () => gate.opened, 'a day.']});
    const responses = await Promise.all(Array.from({length: 20}, () => handler(request('When do you ship?'))));
    const late = await handler(request('when do you SHIP'));
    gate.open();
    const answers = await Promise.all([...responses, late].map(read));
    expect(new Set(answers.map(({text}) => text))).toEqual(new Set(['Within a day.']));
    expect(new Set(answers.map(({start}) => start['run'])).size).toBe(21);
    expect(calls).toHaveLength(1);
    await ended(21);
    expect(spans.filter(({shared}) => shared)).toHaveLength(20);
    expect(spans.filter(({inputTokenCount}) => inputTokenCount !== undefined)).toHaveLength(1);
  });

  it('see the first word while the second is not made yet, whoever asked first', async () => {
    const gate = createGate();
    const {handler, request} = open({}, {steps: ['Within ', () => gate.opened, 'a day.']});
    const one = readEvents(await handler(request('When do you ship?')));
    const two = readEvents(await handler(request('When do you ship?')));
    expect((await two.until('text-delta'))['delta']).toBe('Within ');
    expect((await one.until('text-delta'))['delta']).toBe('Within ');
    gate.open();
    expect((await two.until('text-delta'))['delta']).toBe('a day.');
    await Promise.all([one.rest(), two.rest()]);
  });

  it('go on when the first one is stopped, and the model ends with the last', async () => {
    const gate = createGate();
    const {handler, request, read, calls, stop} = open({}, {steps: ['Within ', () => gate.opened, 'a day.']});
    const first = readEvents(await handler(request('When do you ship?', {key: 'k1'})));
    await first.until('text-delta');
    const second = await handler(request('When do you ship?'));
    await stop();
    expect((await first.rest()).join('')).toContain('"type":"abort"');
    expect(calls[0]?.abortSignal?.aborted).toBe(false);
    gate.open();
    expect(await read(second)).toMatchObject({text: 'Within a day.', terms: {scope: 'public'}});
    expect(calls).toHaveLength(1);
  });

  it('end the model when all are stopped', async () => {
    const {handler, request, calls, stop} = open({}, {steps: ['Within ', () => new Promise(() => {})]});
    const first = readEvents(await handler(request('When do you ship?', {key: 'k1'})));
    await first.until('text-delta');
    await stop();
    await first.rest();
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
  });

  it('are answered anew, once, when the first is stopped before it reached the model', async () => {
    const gates = [createGate(), createGate()];
    let at = 0;
    const retrieve = () => gates[Math.min(at++, 1)]?.opened.then(() => []) ?? [];
    const {handler, request, read, calls, stop} = open({}, {retrieve});
    const first = await handler(request('When do you ship?', {key: 'k1'}));
    const others = await Promise.all([1, 2, 3].map(() => handler(request('When do you ship?'))));
    await stop();
    gates[1]?.open();
    const texts = (await Promise.all(others.map(read))).map(({text}) => text);
    expect(texts).toEqual(Array(3).fill('Within a day.'));
    expect(calls).toHaveLength(1);
    expect((await read(first)).types.at(-1)).toBe('abort');
  });

  it('share a failure, and ask again after it', async () => {
    const gate = createGate();
    const {handler, request, read, say, calls} = open({}, {steps: [() => gate.opened, new Error('secret')]});
    const responses = await Promise.all([1, 2].map(() => handler(request('When do you ship?'))));
    gate.open();
    for (const {types, blocks} of await Promise.all(responses.map(read))) {
      expect(types.at(-1)).toBe('error');
      expect(blocks.join('')).not.toContain('secret');
    }
    await say('When do you ship?');
    expect(calls).toHaveLength(2);
  });

  it('are asked apart where a visitor has facts: nobody reads of them', async () => {
    const gate = createGate();
    const context = ({headers}: Request) => headers.get('x-cart') ?? undefined;
    const {handler, request, read, calls} = open({}, {steps: [() => gate.opened, 'Text'], context});
    const ask = (cart?: string) => handler(request('When do you ship?', {}, {headers: cart ? {'x-cart': cart} : {}}));
    const responses = await Promise.all([ask('bed'), ask(), ask('lamp'), ask()]);
    gate.open();
    const answers = await Promise.all(responses.map(read));
    expect(calls).toHaveLength(3);
    const prompts = calls.map(({prompt}) => JSON.stringify(prompt));
    expect(prompts.filter((prompt) => prompt.includes('bed'))).toHaveLength(1);
    expect(prompts.filter((prompt) => prompt.includes('lamp'))).toHaveLength(1);
    expect(answers.map(({terms}) => terms !== undefined)).toEqual([false, true, false, true]);
  });

  it('do not hold back a second attempt or another route: those are asked for because the first is slow', async () => {
    const {handler, request, calls} = open({}, {steps: [() => new Promise(() => {})]});
    await handler(request('When do you ship?', {key: 'h1'}));
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    await handler(request('When do you ship?', {key: 'h1', attempt: 1}));
    await handler(request('When do you ship?', {route: 'powerful'}));
    await vi.waitFor(() => expect(calls).toHaveLength(3));
  });
});

describe('dropping answers by tag', () => {
  const authorize = ({headers}: Request) => {
    const key = headers.get('authorization');
    if (key === null) return null;
    if (key === 'broken') throw new Error('secret');
    return key === 'teapot' ? new Response('no', {status: 418}) : key === 'right';
  };
  const right = {authorization: 'right'};

  it('forgets them, and says how many', async () => {
    const {say, drop} = open({authorize}, {faq: SHOP});
    await say('When do you ship?');
    await say('How can I pay?');
    expect(await (await drop('tag=shipping&tag=nothing', right)).json()).toEqual({dropped: 1});
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'none'}});
    expect((await say('How can I pay?')).start).toMatchObject({cache: {hit: 'exact'}});
  });

  it('forgets also what is being made from what is no longer true, and lets nobody join it', async () => {
    const gate = createGate();
    const {handler, request, read, say, drop, calls} = open(
      {authorize},
      {steps: [() => gate.opened, 'Text'], faq: SHOP},
    );
    const old = await handler(request('When do you ship?'));
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    await drop('tag=shipping', right);
    const fresh = await handler(request('When do you ship?'));
    gate.open();
    expect(await read(old)).not.toHaveProperty('terms');
    expect(await read(fresh)).toHaveProperty('terms');
    expect(calls).toHaveLength(2);
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'exact'}});
  });

  it.each([
    ['nobody', {}, 401, 'unauthorized'],
    ['somebody else', {authorization: 'wrong'}, 403, 'forbidden'],
    ['a check that fails', {authorization: 'broken'}, 503, 'unavailable'],
    ['another page', {authorization: 'right', origin: 'https://evil.test'}, 403, 'origin'],
  ])('is refused to %s', async (_, headers, status, code) => {
    const {drop, say} = open({authorize});
    await say('When do you ship?');
    const refused = await drop('tag=other', headers);
    expect(refused.headers.get('x-firstword')).toBe('1');
    const refusal = await readRefusal(refused);
    expect(refusal).toMatchObject({status, code});
    expect(refusal.message).not.toContain('secret');
    expect((await say('When do you ship?')).start).toMatchObject({cache: {hit: 'exact'}});
  });

  it("is refused in the shop's own words, and without a tag", async () => {
    const {drop} = open({authorize});
    expect((await drop('tag=a', {authorization: 'teapot'})).status).toBe(418);
    for (const query of ['', 'tag=', Array.from({length: 101}, (_, at) => `tag=${at}`).join('&')]) {
      expect(await readRefusal(await drop(query, right))).toMatchObject({status: 400, code: 'bad-request'});
    }
  });

  it('is no method of a handler that does not say who may', async () => {
    for (const shop of [open(), open({authorize}, {}), openShop(['a'])]) {
      const response = await shop.handler(new Request('http://shop.test/chat', {method: 'DELETE', headers: right}));
      const isOpen = 'say' in shop && response.status !== 405;
      expect([400, 405]).toContain(response.status);
      expect(response.headers.get('allow') ?? '').toBe(isOpen ? '' : 'GET, POST, OPTIONS');
    }
  });
});

describe('questions that mean the same to an embedding model', () => {
  /** An embedding model with a few meanings. */
  const createEmbedding = (meanings: Readonly<Record<string, number[] | Error>>, gate?: Promise<unknown>) => {
    const asked: string[] = [];
    const model: AnswerEmbedding = {
      specificationVersion: 'v4',
      provider: 'scripted',
      modelId: 'meanings',
      maxEmbeddingsPerCall: 1,
      supportsParallelCalls: true,
      async doEmbed({values: [value = '']}) {
        asked.push(value);
        await gate;
        const meaning = meanings[value] ?? [0, 0, 1];
        if (meaning instanceof Error) throw meaning;
        return {embeddings: [meaning], warnings: []};
      },
    };
    return {model, asked};
  };
  const MEANINGS = {
    'When do you ship?': [1, 0, 0],
    'Do parcels leave soon?': [0.99, 0.05, 0],
    'Do 20 parcels leave soon?': [1, 0, 0],
    'Is it soft?': [0.6, 0.8, 0],
  };

  it('find its answer where they are near enough, and have the same numbers', async () => {
    const {model, asked} = createEmbedding(MEANINGS);
    const {say, calls} = open({}, {embedding: model});
    await say('When do you ship?');
    const near = await say('Do parcels leave soon?');
    expect(near).toMatchObject({text: 'Within a day.', start: {cache: {hit: 'semantic'}}});
    expect(near.types[0]).toBe('start');
    expect((await say('Is it soft?')).start).toMatchObject({cache: {hit: 'none'}});
    expect((await say('Do 20 parcels leave soon?')).start).toMatchObject({cache: {hit: 'none'}});
    expect(calls).toHaveLength(3);
    await say('when do you ship');
    expect(asked).toHaveLength(4); // the same words need no model
  });

  it('go on without it when it fails, which the stage and the span say', async () => {
    const {model} = createEmbedding({'When do you ship?': new Error('secret')});
    const {say, spans} = open({}, {embedding: model});
    const {text, types, parts, blocks} = await say('When do you ship?');
    expect(text).toBe('Within a day.');
    expect(types[0]).toBe('start');
    const stages = parts.filter(({type}) => type === 'data-fw-stage').map((part) => inside(part, 'data'));
    expect(stages.filter(({stage}) => stage === 'cache').map(({state}) => state)).toEqual(['start', 'error']);
    expect(spans).toMatchObject([{failed: ['embedding'], outcome: 'complete'}]);
    expect(blocks.join('')).not.toContain('secret');
  });

  it('go on by their words alone for a moment where it keeps failing', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const often = BREAKER_FEWEST_COUNT + 2;
    const questions = Array.from({length: often + 1}, (_, at) => `Which is number ${at}?`);
    const {model, asked} = createEmbedding(Object.fromEntries(questions.map((each) => [each, new Error('down')])));
    const {say, spans} = open({}, {embedding: model});
    for (const question of questions.slice(0, often)) await say(question);
    expect(asked).toHaveLength(BREAKER_FEWEST_COUNT);
    expect(spans.map(({failed}) => failed)).toEqual(Array(often).fill(['embedding']));
    expect((await say(questions[0] ?? '')).start).toMatchObject({cache: {hit: 'exact'}});
    vi.advanceTimersByTime(BREAKER_OPEN_MS);
    await say(questions[often] ?? '');
    expect(asked).toHaveLength(BREAKER_FEWEST_COUNT + 1);
    expect(warn.mock.calls.flat()).toEqual([expect.stringMatching(/the embedding model fails, and is left alone/)]);
    warn.mockRestore();
  });

  it('go on without it when it is late', async () => {
    const {model} = createEmbedding({}, new Promise(() => {}));
    const {say, spans} = open({}, {embedding: model});
    vi.useFakeTimers();
    const said = say('When do you ship?');
    await vi.advanceTimersByTimeAsync(EMBED_WAIT_MS - 1);
    expect(spans).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect((await said).text).toBe('Within a day.');
    expect(spans).toMatchObject([{failed: ['embedding']}]);
  });

  it('can be stopped while it is asked: the answer still has a start and an end', async () => {
    const {model, asked} = createEmbedding({}, new Promise(() => {}));
    const {handler, request, read, stop, calls} = open({}, {embedding: model});
    const response = await handler(request('When do you ship?', {key: 'k1'}));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await stop();
    const {types} = await read(response);
    expect([types[0], types.at(-1)]).toEqual(['start', 'abort']);
    expect(calls).toHaveLength(0);
  });
});

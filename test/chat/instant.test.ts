import {afterEach, beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import type {Answer, Message, PackTrouble} from '../../src/chat/index.ts';
import {createInstant, type Home, type InstantOptions} from '../../src/chat/instant.ts';
import type {PlainPack} from '../../src/faq/index.ts';
import {createGate} from '../gate.ts';
import {until} from '../stream/endpoint.ts';

const FAQ = 'https://shop.example/faq.json';
const PUBLIC = {cacheable: true, scope: 'public', ttlMs: 60_000, version: '1', tags: ['care']};
const PACK: PlainPack = {
  version: '2026-11-20',
  language: 'en',
  entries: [
    {
      id: 'returns',
      question: 'How long do I have to return an item?',
      variants: [
        'what is your return policy',
        'can i send it back',
        'how many days for a return',
        'return period',
        'until when may i return things',
      ],
      answer: 'Thirty days.',
      links: [{url: '/returns', title: 'Returns'}],
    },
    {id: 'basket', question: 'How do I change my basket?', answer: 'With the arrows.', context: {page: ['checkout']}},
    {id: 'sale', question: 'When does the sale end?', answer: 'Soon.', expiresAt: '2020-01-01'},
    {id: 'empty', question: 'Who are you?', tags: ['care']},
  ],
  negatives: ['Where is my return?'],
};

let pack: PlainPack;
let troubles: PackTrouble[];

beforeEach(async () => {
  pack = PACK;
  troubles = [];
  for (const {name = ''} of await indexedDB.databases()) indexedDB.deleteDatabase(name);
  await until(async () => (await indexedDB.databases()).length).toBe(0);
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () =>
    Response.json(pack, {headers: {etag: JSON.stringify(pack.version)}}),
  );
});
afterEach(() => void vi.restoreAllMocks());

/** Of a chat what an instant path looks at. */
const homeOf = (chat: Pick<Home, 'signal' | 'foresee'>) => chat as Home;

/** Starts with a pack that has come and was learned. */
async function start(more: Partial<InstantOptions> = {}) {
  const life = new AbortController();
  onTestFinished(() => life.abort());
  const instant = createInstant({
    faq: FAQ,
    name: 'https://shop.example/chat',
    language: 'en',
    context: undefined,
    consent: 'auto',
    prefetch: 'off',
    onTrouble: (trouble) => troubles.push(trouble),
    signal: life.signal,
    ...more,
  });
  const hasCome = new Promise<void>((foresee) => instant.join(homeOf({signal: life.signal, foresee})));
  return {instant, hasCome};
}

async function ready(more: Partial<InstantOptions> = {}) {
  const {instant, hasCome} = await start(more);
  await hasCome;
  await until(() => instant.find('can i send it back')).toBeDefined();
  return instant;
}

const said = (question: string, answer: string, more: Message[] = []): Message[] => [
  {kind: 'question', id: 'q', text: question, at: 0},
  {
    ...({turnId: 't', state: 'complete', source: 'model', sources: []} as const),
    kind: 'answer',
    id: 'a',
    text: answer,
    at: 0,
  },
  ...more,
];
const asker = {userToken: undefined};

/** The answer that a question gets at once. */
const given = (instant: Awaited<ReturnType<typeof ready>>, question: string) =>
  (instant.find(question) as Partial<Answer> | undefined)?.text;

describe('what is known at once', () => {
  test('is a question of the pack in any case and spacing, with its links and the date of the pack', async () => {
    const instant = await ready();
    expect(instant.find('  how long do I have to RETURN an item ')).toEqual({
      text: 'Thirty days.',
      state: 'complete',
      source: 'faq',
      sources: [{id: '/returns', url: '/returns', title: 'Returns'}],
      stored: {at: Date.parse('2026-11-20'), hit: 'exact'},
    });
  });

  test('is nothing for a negative, an entry that expired, one without an answer, and one for another page', async () => {
    const instant = await ready();
    for (const question of [
      'Where is my return?',
      'When does the sale end?',
      'Who are you?',
      'How do I change my basket?',
    ])
      expect(given(instant, question), question).toBeUndefined();
    instant.setContext({page: 'checkout', cart: {total: 5}});
    expect(instant.find('How do I change my basket?')).toMatchObject({text: 'With the arrows.'});
    instant.setContext('nonsense');
    expect(given(instant, 'How do I change my basket?')).toBeUndefined();
  });

  test('is near to a question where it is likely to be meant, and then names what it answers', async () => {
    const instant = await ready();
    await until(() => instant.near('what return period is there for things')).toEqual({
      question: 'How long do I have to return an item?',
      text: 'Thirty days.',
      sources: [{id: '/returns', url: '/returns', title: 'Returns'}],
    });
    // one without an answer answers nothing, and neither does another one for it
    for (const question of ['Who are you?', 'xyz']) expect(instant.near(question), question).toBeUndefined();
  });

  test('is dated by when it came where the pack’s version is no date', async () => {
    pack = {...PACK, version: '1'};
    const from = Date.now();
    const found = (await ready()).find('return period') as Pick<Answer, 'stored'>;
    expect(found.stored?.at).toBeGreaterThanOrEqual(from);
  });

  test('is what a draft may become, from three letters on, and nothing that is like everything', async () => {
    const instant = await ready();
    expect(instant.foresee('re')).toEqual([]);
    expect(instant.foresee('return')).toEqual([{id: 'returns', question: PACK.entries[0]?.question}]);
    expect(instant.foresee('zzz')).toEqual([]);
  });

  test('is nothing of a pack in another language, and that is told', async () => {
    const {instant} = await start({language: 'de-AT'});
    await until(() => troubles.length).toBeGreaterThan(0);
    expect(troubles).toEqual([{problem: 'language', value: 'en'}]);
    expect(given(instant, 'return period')).toBeUndefined();
  });

  test.each<[string, () => Response, PackTrouble]>([
    ['refused', () => new Response('no', {status: 404}), {problem: 'http', status: 404}],
    ['no pack', () => Response.json({hello: 1}), expect.objectContaining({problem: 'unreadable'})],
    ['a page of a login', () => new Response('<!doctype html>'), expect.objectContaining({problem: 'unreadable'})],
  ])('is nothing where the pack is %s, and that is told', async (_, answer, trouble) => {
    vi.mocked(fetch).mockImplementation(async () => answer());
    const {instant} = await start();
    await until(() => troubles.length).toBeGreaterThan(0);
    expect(troubles).toEqual([trouble]);
    expect([instant.find('return period'), instant.foresee('return')]).toEqual([undefined, []]);
  });
});

test('a pack that was on its way when all was forgotten answers, and is kept nowhere', async () => {
  const gate = createGate();
  vi.mocked(fetch).mockImplementation(async () => {
    await gate.opened;
    return Response.json(pack, {headers: {etag: '"1"'}});
  });
  const {instant, hasCome} = await start({consent: 'granted'});
  await until(() => vi.mocked(fetch).mock.calls.length).toBe(1);
  instant.forget();
  gate.open();
  await hasCome;
  await until(() => given(instant, 'can i send it back')).toBeDefined();
  await until(async () => (await indexedDB.databases()).map(({name}) => name)).not.toContain('firstword-faq');
});

describe('an answer that was not what was asked', () => {
  test('is not given again to the question, nor to what says the same', async () => {
    const instant = await ready();
    instant.reject('What is your return policy?');
    expect(given(instant, 'what is your return policy')).toBeUndefined();
    expect(given(instant, 'your return policy, what is it')).toBeUndefined();
    expect(instant.find('can i send it back')).toBeDefined();
  });
});

describe('an answer of the model', () => {
  test('is learned where its terms let everybody have it, and given to the same question', async () => {
    const instant = await ready();
    instant.learn(said('Is it vegan?', 'It is.'), PUBLIC, asker);
    expect(instant.find('is it VEGAN')).toMatchObject({
      text: 'It is.',
      source: 'cache',
      state: 'complete',
      stored: {hit: 'learned', at: expect.any(Number)},
    });
    expect(given(instant, 'is it vegan or not')).toBeUndefined();
  });

  test.each<[string, Parameters<Awaited<ReturnType<typeof ready>>['learn']>]>([
    ['without terms', [said('Is it vegan?', 'It is.'), undefined, asker]],
    ['for a session only', [said('Is it vegan?', 'It is.'), {...PUBLIC, scope: 'session'}, asker]],
    ['that is not cacheable', [said('Is it vegan?', 'It is.'), {...PUBLIC, cacheable: false}, asker]],
    ['that says yes in words', [said('Is it vegan?', 'It is.'), {...PUBLIC, cacheable: 'true'}, asker]],
    ['without a time', [said('Is it vegan?', 'It is.'), {...PUBLIC, ttlMs: undefined}, asker]],
    ['of a signed visitor', [said('Is it vegan?', 'It is.'), PUBLIC, {userToken: 'signed'}]],
    ['for an order’s number', [said('Where is order A-4711?', 'On its way.'), PUBLIC, asker]],
    ['for an address', [said('Did you write to me@shop.example?', 'Yes.'), PUBLIC, asker]],
    ['that came later in a conversation', [said('Is it vegan?', 'It is.', said('And now?', 'No.')), PUBLIC, asker]],
  ])('is not learned %s', async (_, [messages, terms, who]) => {
    const instant = await ready();
    instant.learn(messages, terms, who);
    for (const message of messages) expect(given(instant, message.text)).toBeUndefined();
  });

  test('goes when one of another version is learned, and when it is forgotten', async () => {
    const instant = await ready();
    instant.learn(said('Is it vegan?', 'It is.'), PUBLIC, asker);
    instant.learn(said('Is it warm?', 'It is.'), {...PUBLIC, version: '2'}, asker);
    expect([given(instant, 'is it vegan'), given(instant, 'is it warm')]).toEqual([undefined, 'It is.']);
    instant.forget();
    await until(() => given(instant, 'is it warm')).toBeUndefined();
  });

  test('is neither kept nor given after a refusal', async () => {
    const instant = await ready({consent: 'granted'});
    instant.learn(said('Is it vegan?', 'It is.'), PUBLIC, asker);
    instant.consent('denied');
    instant.learn(said('Is it vegan?', 'It is.'), PUBLIC, asker);
    expect(given(instant, 'is it vegan')).toBeUndefined();
    await until(async () => (await indexedDB.databases()).length).toBe(0);
    expect(instant.find('return period')).toBeDefined(); // the pack is there for this page
  });
});

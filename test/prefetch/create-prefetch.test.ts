import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {
  createPrefetch,
  type Guess,
  MESSAGE_COUNT,
  type OpenedContext,
  PAGE_COUNT,
  PAUSE_MS,
} from '../../src/prefetch/index.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Guesses of texts that begin so: what the likeliest three have between them, and topics in their order. */
type Guesses = Record<string, [share: number, ...topics: string[]]>;

/** How the likeliest three divide what they have. */
const PARTS = [0.6, 0.25, 0.15];

function create(guesses: Guesses = {}) {
  const asked: {topics: readonly string[]; signal: AbortSignal}[] = [];
  const answers: PromiseWithResolvers<OpenedContext | undefined>[] = [];
  let isAllowed = true;
  const guess = vi.fn((text: string): Guess[] => {
    const [share = 0, ...topics] = Object.entries(guesses).findLast(([start]) => text.startsWith(start))?.[1] ?? [];
    const whole = PARTS.slice(0, topics.length).reduce((sum, part) => sum + part, 0);
    const rest = (1 - share) / Math.max(1, topics.length - PARTS.length);
    return topics.map((topic, at) => ({topic, probability: PARTS[at] ? (share * PARTS[at]) / whole : rest}));
  });
  const prefetch = createPrefetch({
    guess,
    isKnown: (text) => text.includes('known'),
    isAllowed: () => isAllowed,
    request(topics, signal) {
      asked.push({topics, signal});
      const answer = Promise.withResolvers<OpenedContext | undefined>();
      answers.push(answer);
      return answer.promise;
    },
    now: () => Date.now(),
  });
  return {
    prefetch,
    guess,
    asked,
    topics: () => asked.map(({topics}) => topics.join(' ')),
    /** The server's answer to a request, by default a context. */
    async answer(at: number, opened: OpenedContext | null = {contextId: `c${at}`}) {
      answers[at]?.resolve(opened ?? undefined);
      await vi.advanceTimersByTimeAsync(0);
    },
    async fail(at: number) {
      answers[at]?.reject(new TypeError('no network'));
      await vi.advanceTimersByTimeAsync(0);
    },
    allow(allowed: boolean) {
      isAllowed = allowed;
    },
    /** Types a text key by key, 100 ms each. */
    type(text: string, before = '') {
      for (let end = 1; end <= text.length; end++) {
        prefetch.draft(before + text.slice(0, end));
        vi.advanceTimersByTime(100);
      }
    },
  };
}

const SURE: Guesses = {'how do i return': [0.95, 'returns', 'refunds', 'shipping']};

describe('what is asked ahead', () => {
  it('waits for the end of the word that makes it sure', () => {
    const {type, topics, guess} = create(SURE);
    type('how do i return');
    expect(topics()).toEqual([]);
    type(' ', 'how do i return');
    expect(topics()).toEqual(['returns refunds shipping']);
    expect(new Set(guess.mock.calls.map(([text]) => text))).toEqual(
      new Set(['how ', 'how do ', 'how do i ', 'how do i return ']),
    );
  });

  it('is asked for when nothing is typed for a while, where it is likelier than not', () => {
    const {type, topics} = create({'where is': [0.6, 'order'], what: [0.4, 'returns']});
    type('where is');
    vi.advanceTimersByTime(PAUSE_MS - 101);
    expect(topics()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(topics()).toEqual(['order']);
    type('what');
    vi.advanceTimersByTime(10 * PAUSE_MS);
    expect(topics()).toEqual(['order']);
  });

  it('is asked for again only when most of the likelihood is elsewhere, and then for topics that are new', () => {
    const {type, topics} = create({
      'how do i return': [0.95, 'returns', 'refunds', 'shipping'],
      'how do i return my money': [0.99, 'refunds', 'returns', 'payment'],
      'how do i return my money in euros': [0.99, 'currency', 'refunds', 'payment', 'banks', 'taxes', 'prices'],
    });
    type('how do i return my money in euros please ');
    expect(topics()).toEqual(['returns refunds shipping', 'currency payment banks']);
  });

  it(`is asked for ${MESSAGE_COUNT} times a message and ${PAGE_COUNT} times a page at most`, () => {
    const topics = Array.from({length: 20}, (_, at) => `t${at}`);
    const own = create(Object.fromEntries(topics.map((topic) => [topic, [1, topic]])));
    for (const topic of topics.slice(0, 5)) own.type(`${topic} `);
    expect(own.topics()).toEqual(['t0', 't1']);
    for (const topic of topics.slice(5)) {
      own.prefetch.take('something else', Date.now());
      own.type(`${topic} `);
    }
    expect(own.topics()).toEqual(['t0', 't1', 't5', 't6', 't7', 't8']);
  });

  it('is nothing while it is not allowed, also when that ends a pause', () => {
    const {type, allow, topics} = create(SURE);
    allow(false);
    type('how do i return ');
    allow(true);
    type('how do i return', '');
    allow(false);
    vi.advanceTimersByTime(PAUSE_MS);
    expect(topics()).toEqual([]);
  });

  it('is nothing after the question was sent, and nothing for what the page answers itself', () => {
    const {type, prefetch, topics} = create(SURE);
    type('how do i return');
    prefetch.take('how do i return', Date.now());
    vi.advanceTimersByTime(PAUSE_MS);
    expect(topics()).toEqual([]);
    type('known: ');
    prefetch.point('how do i return what is known');
    vi.advanceTimersByTime(PAUSE_MS);
    expect(topics()).toEqual([]);
  });

  it('is asked for when a question that is offered is pointed at', () => {
    const {prefetch, topics} = create(SURE);
    prefetch.point('how do i return this');
    prefetch.point('how do i return this');
    prefetch.point('who are you');
    expect(topics()).toEqual(['returns refunds shipping']);
  });

  it.each(['', '   ', '\n'])('is dropped with a draft that becomes %j', async (empty) => {
    const {type, prefetch, asked, answer} = create(SURE);
    type('how do i return ');
    prefetch.draft(empty);
    expect(asked[0]?.signal.aborted).toBe(true);
    await answer(0);
    expect(prefetch.take('how do i return this', Date.now())).toEqual({outcome: {r: 'cancelled', count: 1}});
  });
});

describe('a question', () => {
  it('takes the newest context that fits it, with how long before it was asked for', async () => {
    const own = create(SURE);
    own.type('how do i return ');
    await own.answer(0, {contextId: 'c0', ttlMs: 5_000});
    vi.advanceTimersByTime(5_000); // it is good no more
    own.type('how do i return ');
    await own.answer(1);
    expect(own.prefetch.take('how do i return this', Date.now())).toEqual({
      facts: {contextId: 'c1', topics: ['returns']},
      outcome: {r: 'used', lead: 100, count: 2},
    });
  });

  it('takes nothing that is about something else, and says that it was asked for in vain', async () => {
    const {type, prefetch, answer} = create({...SURE, where: [0.9, 'order']});
    type('how do i return ');
    await answer(0);
    expect(prefetch.take('where is it', Date.now())).toEqual({outcome: {r: 'wasted', count: 1}});
    expect(prefetch.take('nothing at all', Date.now())).toBeUndefined();
  });

  it('may take what was asked for ahead of an earlier one, as long as that is good', async () => {
    const {type, prefetch, answer} = create({...SURE, where: [0.9, 'order']});
    type('how do i return ');
    await answer(0, {contextId: 'c0', ttlMs: 10_000});
    prefetch.take('where is it', Date.now());
    expect(prefetch.take('how do i return it', Date.now())?.facts?.contextId).toBe('c0');
    vi.advanceTimersByTime(10_000);
    expect(prefetch.take('how do i return it', Date.now())).toBeUndefined();
  });

  it('does not wait for one that is on its way, and gives it up', () => {
    const {type, prefetch, asked} = create(SURE);
    type('how do i return ');
    expect(prefetch.take('how do i return it', Date.now())).toEqual({outcome: {r: 'late', count: 1}});
    expect(asked[0]?.signal.aborted).toBe(true);
  });

  it.each(['fail', 'answer'] as const)('says that all requests failed (%s)', async (how) => {
    const {type, prefetch, ...own} = create(SURE);
    type('how do i return ');
    if (how === 'fail') await own.fail(0);
    else await own.answer(0, null);
    expect(prefetch.take('how do i return it', Date.now())).toEqual({outcome: {r: 'failed', count: 1}});
  });

  it('has nothing that was dropped, nor what comes after that', async () => {
    const {type, prefetch, answer} = create(SURE);
    type('how do i return ');
    prefetch.drop();
    await answer(0);
    expect(prefetch.take('how do i return it', Date.now())?.facts).toBeUndefined();
  });
});

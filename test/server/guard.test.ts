import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {type AnswerOptions, createMemoryStore, type Store} from '../../src/server/index.ts';
import {QUEUE_WAIT_MS} from '../../src/server/slots.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readAnswer, readEvents} from './events.ts';
import {openShop, readRefusal} from './shop.ts';

let keyCount = 0;
const question = (body: object = {}, headers: Record<string, string> = {}) =>
  ask('?', {fw: {key: `k${keyCount++}`}, body, headers});

/** Asks one after the other, and gives what became of each. */
async function statuses(options: Partial<AnswerOptions>, questions: (() => Request)[]) {
  const {handler} = openShop(['Yes'], options);
  const found: number[] = [];
  for (const write of questions) {
    const response = await handler(write());
    found.push(response.status);
    await response.text();
  }
  return found;
}

describe('questions in a short time', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are refused above the limit with the time to wait, after which there is one again', async () => {
    const {handler} = openShop(['Yes'], {limits: {conversationMinuteCount: 3}});
    for (let at = 0; at < 3; at++) expect((await readAnswer(await handler(question()))).text).toBe('Yes');
    const refused = await handler(question());
    expect(refused.headers.get('retry-after')).toBe('20');
    expect(await readRefusal(refused)).toMatchObject({status: 429, code: 'rate-limited', retryable: true});
    expect((await readAnswer(await handler(question({id: 'c2'})))).text).toBe('Yes');
    await vi.advanceTimersByTimeAsync(20_000);
    expect([(await handler(question())).status, (await handler(question())).status]).toEqual([200, 429]);
  });

  it('get no more through by coming at once', async () => {
    const {handler} = openShop(['Yes'], {limits: {conversationMinuteCount: 3}});
    const all = await Promise.all(Array.from({length: 20}, () => handler(question())));
    expect(all.filter(({status}) => status === 200)).toHaveLength(3);
  });

  it('are counted by visitor, and one takes nothing from another', async () => {
    const as = (name: string, id: string) => () => question({id}, {authorization: name});
    const options = {
      authorize: (request: Request) => request.headers.get('authorization'),
      limits: {visitorMinuteCount: 2, minuteCount: 4},
    };
    const asked = [as('ann', '1'), as('ann', '2'), as('ann', '3'), as('ann', '4'), as('bob', '1'), as('bob', '2')];
    expect(await statuses(options, asked)).toEqual([200, 200, 429, 429, 200, 200]);
  });

  it('are counted by the address that the shop names, never by a header that anybody writes', async () => {
    const from = (address: string, forwarded: string) => () =>
      question({id: forwarded}, {'x-real': address, 'x-forwarded-for': forwarded});
    const asked = [from('a', '1'), from('a', '2'), from('b', '3')];
    const limits = {addressMinuteCount: 1};
    const address = (request: Request) => request.headers.get('x-real') ?? '';
    expect(await statuses({limits, address}, asked)).toEqual([200, 429, 200]);
    expect(await statuses({limits}, asked)).toEqual([200, 200, 200]);
  });

  it('share a bucket where the address cannot be told, which the console says once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const address = () => {
      throw new Error('10.0.0.7');
    };
    const asked = [() => question({id: '1'}), () => question({id: '2'}), () => question({id: '3'})];
    expect(await statuses({limits: {addressMinuteCount: 2}, address}, asked)).toEqual([200, 200, 429]);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^\[firstword\] address gave no text/)]]);
    warn.mockRestore();
  });

  it('are counted together by handlers that share a store', async () => {
    const store = createMemoryStore();
    const [one, two] = [1, 2].map(() => openShop(['Yes'], {store, limits: {conversationMinuteCount: 1}}).handler);
    expect([(await one?.(question()))?.status, (await two?.(question()))?.status]).toEqual([200, 429]);
  });

  it('are still counted while the store fails, without its words', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const broken = () => Promise.reject(new Error('redis://secret'));
    const store: Store = {...createMemoryStore(), get: broken, set: broken};
    const asked = [() => question(), () => question()];
    expect(await statuses({store, limits: {conversationMinuteCount: 1}}, asked)).toEqual([200, 429]);
    expect(warn).toHaveBeenCalledOnce();
    expect(String(warn.mock.calls[0]?.[0])).not.toContain('secret');
    warn.mockRestore();
  });

  it('have room for what a shop asks that sets nothing', async () => {
    const asked = Array.from({length: 31}, () => () => question());
    expect((await statuses({}, asked)).filter((status) => status === 429)).toHaveLength(1);
  });
});

describe('more answers than there are places', () => {
  const limits = {runningCount: 1, queuedCount: 1};

  it('wait in line, and say how long', async () => {
    const gate = createGate();
    const {handler, spans, ended} = openShop([() => gate.opened, 'Yes'], {limits});
    const first = readEvents(await handler(question()));
    const second = handler(question());
    const third = await handler(question());
    expect(third.headers.get('retry-after')).toBe('2');
    expect(await readRefusal(third)).toMatchObject({status: 503, code: 'busy', retryable: true});
    gate.open();
    await first.rest();
    const {text, parts} = await readAnswer(await second);
    expect(text).toBe('Yes');
    const waited = parts.filter((part) => part['id'] === 'queue').map(({data}) => data);
    expect(waited).toMatchObject([{state: 'start'}, {state: 'end', ms: expect.any(Number)}]);
    await ended(2);
    expect(spans[0]?.stages).not.toHaveProperty('queue');
    expect(spans[1]?.stages).toHaveProperty('queue');
  });

  it('are left by who does not wait any longer', async () => {
    const {handler, stop} = openShop([() => new Promise(() => {})], {limits});
    await (await handler(ask('?'))).body?.cancel();
    const leaving = new AbortController();
    const left = handler(new Request(question(), {signal: leaving.signal}));
    leaving.abort();
    expect((await left).status).toBe(503);
    const next = handler(question());
    await stop();
    expect((await next).status).toBe(200);
  });

  it('wait five seconds at most, and no longer than their deadline', async () => {
    vi.useFakeTimers();
    const {handler, stop} = openShop([() => new Promise(() => {})], {limits});
    await handler(ask('?'));
    const seen: number[] = [];
    const waiting = handler(question()).then(({status}) => seen.push(status));
    await vi.advanceTimersByTimeAsync(QUEUE_WAIT_MS - 1);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    const hurried = handler(ask('?', {fw: {key: 'x', deadlineMs: 300}})).then(({status}) => seen.push(status));
    await vi.advanceTimersByTimeAsync(300);
    await hurried;
    expect(seen).toEqual([503, 503]);
    await stop();
    vi.useRealTimers();
  });

  it('do not come from questions that were refused', async () => {
    const {handler, ended} = openShop(['Yes'], {limits});
    await readAnswer(await handler(ask('?')));
    await ended();
    for (let at = 0; at < 3; at++) expect((await handler(ask('another'))).status).toBe(409);
    expect((await handler(question())).status).toBe(200);
  });
});

describe('what is said of a request that fails', () => {
  it('holds no word of it, nor of what failed', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const request = ask('planted question');
    Object.defineProperty(request, 'body', {
      get: () => {
        throw new TypeError('planted words');
      },
    });
    const response = await openShop(['Yes']).handler(request);
    const told = await response.text();
    expect([response.status, JSON.parse(told)]).toMatchObject([500, {error: {code: 'server'}}]);
    const logged = String(error.mock.calls);
    expect(logged).toMatch(/^\[firstword\] a request failed unexpectedly: TypeError\n\s+at .*guard\.test/);
    expect(told + logged).not.toContain('planted');
    error.mockRestore();
  });
});

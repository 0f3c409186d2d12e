import {afterEach, describe, expect, it, vi} from 'vitest';
import type {AnswerOptions} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readAnswer, readEvents, type WirePart} from './events.ts';
import {GONE, openShop, readRefusal} from './shop.ts';

const DENIED = {status: 429, code: 'hedge-denied', retryable: true};
const ids = (run: WirePart) => run.sseId.replace(/-\d+$/, '');

/** A shop whose model says nothing until the gate of that attempt is opened, and ends when it may. */
function openGated(options: Partial<AnswerOptions> = {}) {
  const gates = Array.from({length: 4}, createGate);
  const end = createGate();
  let askedCount = 0;
  const first = () => gates[askedCount++]?.opened ?? Promise.resolve();
  const shop = openShop([first, 'Your', () => end.opened, ' order'], options);
  const attempt = async (at: number, fw: object = {}) => {
    const events = readEvents(await shop.handler(ask('?', {fw: {attempt: at, ...fw}})));
    const start = await events.part();
    if (!start) throw new Error('an answer without a start');
    await vi.waitFor(() => expect(shop.calls).toHaveLength(at + 1)); // its gate is the one of its number
    return {...events, start};
  };
  return {
    ...shop,
    attempt,
    open: (at: number) => gates[at]?.open(),
    finish: () => end.open(),
    isAborted: (at: number) => shop.calls[at]?.abortSignal?.aborted,
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('of two attempts at a turn', () => {
  it.each([
    {loser: 0, winner: 1},
    {loser: 1, winner: 0},
  ])('number $loser ends with its model when its reader leaves for the other', async ({loser, winner}) => {
    const {attempt, open, finish, isAborted, ended, spans} = openGated();
    const attempts = [await attempt(0), await attempt(1)];
    open(winner);
    await attempts[winner]?.until('text-delta');
    expect([isAborted(0), isAborted(1), spans]).toEqual([false, false, []]);
    await attempts[loser]?.cancel();
    await ended(1);
    expect(spans).toMatchObject([{outcome: 'abandoned', unread: true, attempt: loser}]);
    expect([isAborted(loser), isAborted(winner)]).toEqual([true, false]);
    finish();
    expect((await attempts[winner]?.rest())?.at(-1)).toBe('data: [DONE]');
    await ended(2);
    expect(spans[1]).toMatchObject({outcome: 'complete', attempt: winner});
    expect(spans.map(({attempt: at, hedge}) => [at, hedge])).toContainEqual([1, true]);
    expect(spans.map(({attempt: at, hedge}) => [at, hedge])).toContainEqual([0, undefined]);
  });

  it('the first text of one ends neither', async () => {
    const {attempt, open, finish, isAborted, ended, spans} = openGated();
    const [one, two] = [await attempt(0), await attempt(1)];
    open(1);
    finish();
    await two.rest();
    await ended(1);
    expect(isAborted(0)).toBe(false);
    open(0);
    await one.rest();
    await ended(2);
    expect(spans.map(({outcome}) => outcome)).toEqual(['complete', 'complete']);
  });

  it('one that is left when the other was read to its end is ended at once', async () => {
    const {attempt, open, finish, isAborted, ended, spans} = openGated();
    const [one, two] = [await attempt(0), await attempt(1)];
    open(1);
    finish();
    await two.rest();
    await one.cancel();
    await ended(2);
    expect(spans).toMatchObject([{outcome: 'complete'}, {outcome: 'abandoned'}]);
    expect(isAborted(0)).toBe(true);
  });

  it('the winner is the one that is replayed, and resumed when its reader leaves in turn', async () => {
    const {attempt, open, finish, isAborted, ended, resume, replay} = openGated();
    const [one, two] = [await attempt(0), await attempt(1)];
    open(0);
    const {sseId} = await one.until('text-delta');
    await two.cancel();
    await ended(1);
    await one.cancel();
    expect(isAborted(0)).toBe(false);
    expect(await readRefusal(await resume(two.start.sseId))).toMatchObject(GONE);
    finish();
    const [rest, whole] = [await readAnswer(await resume(sseId)), await readAnswer(await replay())];
    expect([rest.text, whole.text]).toEqual([' order', 'Your order']);
    expect(whole.parts[0] && ids(whole.parts[0])).toBe(ids(one.start));
  });

  it('the last that is left goes on by itself', async () => {
    const {attempt, open, finish, isAborted, ended, resume, spans} = openGated();
    const [one, two] = [await attempt(0), await attempt(1)];
    await one.cancel();
    await two.cancel();
    await ended(1);
    expect([isAborted(0), isAborted(1)]).toEqual([true, false]);
    open(1);
    finish();
    expect((await readAnswer(await resume(two.start.sseId))).text).toBe('Your order');
    expect(spans).toMatchObject([{outcome: 'abandoned'}, {outcome: 'complete'}]);
  });

  it('both end when the visitor stops', async () => {
    const {attempt, isAborted, stop, ended, spans} = openGated();
    const [one, two] = [await attempt(0), await attempt(1)];
    expect(await (await stop()).json()).toEqual({stopped: true});
    for (const blocks of [await one.rest(), await two.rest()]) expect(blocks.at(-2)).toContain('"type":"abort"');
    await ended(2);
    expect([isAborted(0), isAborted(1)]).toEqual([true, true]);
    expect(spans.map(({outcome}) => outcome)).toEqual(['stopped', 'stopped']);
  });
});

describe('a second attempt', () => {
  it('is admitted for the first turn, and for no third', async () => {
    const {handler, attempt, stop} = openGated();
    await attempt(0);
    await attempt(1);
    const response = await handler(ask('?', {fw: {attempt: 2}}));
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await readRefusal(response)).toMatchObject(DENIED);
    await stop();
  });

  it('is refused where it would be more than one of twenty turns', async () => {
    const {handler, attempt, stop, calls} = openGated();
    await attempt(0);
    await attempt(1);
    await stop();
    const next = readEvents(await handler(ask('?', {fw: {key: 'k2'}})));
    await vi.waitFor(() => expect(calls).toHaveLength(3));
    expect(await readRefusal(await handler(ask('?', {fw: {key: 'k2', attempt: 1}})))).toMatchObject(DENIED);
    expect(calls[2]?.abortSignal?.aborted).toBe(false);
    await next.cancel();
  });

  it('is refused, and pages are told, where answers have side effects', async () => {
    const {handler, attempt, stop} = openGated({hedge: false});
    const hello = await handler(new Request('http://shop.test/chat?fw=hello'));
    expect(await hello.json()).toMatchObject({hedge: {allowed: false}});
    const one = await attempt(0);
    expect(await one.part()).toMatchObject({type: 'data-fw-hedge', transient: true, data: {allowed: false}});
    expect(await readRefusal(await handler(ask('?', {fw: {attempt: 1}})))).toMatchObject(DENIED);
    await stop();
  });

  it('is another try where the reader of the first has left, and takes its place', async () => {
    const {attempt, open, finish, isAborted, ended, spans} = openGated({hedge: false});
    await (await attempt(0)).cancel();
    expect(isAborted(0)).toBe(false);
    const again = await attempt(1);
    await ended(1);
    expect([spans[0]?.outcome, isAborted(0), isAborted(1)]).toEqual(['abandoned', true, false]);
    open(1);
    finish();
    await again.rest();
    await ended(2);
    expect(spans[1]).not.toHaveProperty('hedge');
  });

  it('that is left goes on where nobody read the first, which is whole', async () => {
    const {attempt, open, finish, ended, resume, isAborted} = openGated();
    const one = await attempt(0);
    await one.cancel();
    open(0);
    finish();
    await ended(1);
    const two = await attempt(1);
    await two.cancel();
    expect(isAborted(1)).toBe(false);
    open(1);
    finish();
    expect((await readAnswer(await resume(two.start.sseId))).text).toBe('Your order');
  });

  it('of another visitor is a turn of its own', async () => {
    const authorize = (request: Request) => request.headers.get('authorization');
    const {handler, calls, ended, spans} = openGated({authorize, hedge: false});
    const attempts = ['a', 'b'].map((name) => handler(ask('?', {headers: {authorization: name}})));
    const [one, two] = (await Promise.all(attempts)).map(readEvents);
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    await one?.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    expect(spans).toEqual([]);
    await two?.cancel();
    await handler(
      new Request('http://shop.test/chat', {
        method: 'POST',
        headers: {'content-type': 'application/json', authorization: 'a'},
        body: JSON.stringify({trigger: 'fw-stop', messages: [], fw: {v: 1, key: 'k1'}}),
      }),
    );
    await ended(1);
    expect(spans).toMatchObject([{outcome: 'stopped'}]);
  });
});

describe('a turn with a deadline', () => {
  const endless = () => new Promise(() => {});
  const FELL = {type: 'data-fw-error', data: {code: 'deadline', retryable: true}};

  it('ends then where no word has come, with its model', async () => {
    vi.useFakeTimers();
    const {handler, calls, spans} = openShop([endless]);
    const reading = readAnswer(await handler(ask('?', {fw: {deadlineMs: 8_000}})));
    await vi.advanceTimersByTimeAsync(7_999);
    expect([spans, calls[0]?.abortSignal?.aborted]).toEqual([[], false]);
    await vi.advanceTimersByTimeAsync(1);
    const {types, parts, blocks} = await reading;
    expect([types.slice(-2), blocks.at(-1)]).toEqual([['data-fw-error', 'error'], 'data: [DONE]']);
    expect(parts.at(-2)).toMatchObject(FELL);
    expect(spans).toMatchObject([{outcome: 'error', code: 'deadline', totalMs: 8_000}]);
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
  });

  it('goes on where words have come, for a reader who comes back for the rest', async () => {
    vi.useFakeTimers();
    const gate = createGate();
    const {handler, spans} = openShop(['Your', () => gate.opened, ' order']);
    const first = readEvents(await handler(ask('?', {fw: {deadlineMs: 8_000}})));
    const {sseId} = await first.until('text-delta');
    await vi.advanceTimersByTimeAsync(8_000);
    await first.cancel();
    await vi.advanceTimersByTimeAsync(5_000);
    const rest = readAnswer(await handler(ask('?', {fw: {lastEventId: sseId, deadlineMs: 8_000}})));
    gate.open();
    await vi.advanceTimersByTimeAsync(0);
    expect((await rest).text).toBe(' order');
    expect(spans).toMatchObject([{outcome: 'complete'}]);
  });

  it('says which stage it was in when nothing had come', async () => {
    vi.useFakeTimers();
    const {handler} = openShop([endless]);
    const reading = readAnswer(await handler(ask('?', {fw: {deadlineMs: 300}})));
    await vi.advanceTimersByTimeAsync(300);
    const {parts} = await reading;
    expect(parts.findLast(({type}) => type === 'data-fw-stage')).toMatchObject({
      data: {stage: 'model', state: 'timeout'},
    });
  });

  it('ends also when nobody reads it, and leaves no timer where it was in time', async () => {
    vi.useFakeTimers();
    const {handler, spans} = openShop([endless]);
    const events = readEvents(await handler(ask('?', {fw: {deadlineMs: 8_000}})));
    await events.until('start');
    await events.cancel();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(spans).toMatchObject([{outcome: 'error', code: 'deadline', unread: true}]);
    await vi.advanceTimersByTimeAsync(60_000);
    await readAnswer(await openShop(['Yes']).handler(ask('?', {fw: {deadlineMs: 8_000}})));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes as long as a reader that goes on still waits, never less', async () => {
    vi.useFakeTimers();
    const gate = createGate();
    const {handler, spans} = openShop(['Your', () => gate.opened, ' order']);
    const first = readEvents(await handler(ask('?', {fw: {deadlineMs: 8_000}})));
    const {sseId} = await first.until('text-delta');
    await first.cancel();
    await vi.advanceTimersByTimeAsync(7_000);
    const resume = (deadlineMs?: number) => handler(ask('?', {fw: {lastEventId: sseId, deadlineMs}}));
    const reading = [await resume(5_000), await resume(100), await resume()].map(readAnswer);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(spans).toEqual([]);
    gate.open();
    await vi.advanceTimersByTimeAsync(0);
    for (const {text} of await Promise.all(reading)) expect(text).toBe(' order');
    expect(spans).toMatchObject([{outcome: 'complete'}]);
  });

  it('gets none from a reader of an answer that had none', async () => {
    vi.useFakeTimers();
    const {handler, spans, stop} = openShop(['Your', endless]);
    const events = readEvents(await handler(ask('?')));
    const {sseId} = await events.until('text-delta');
    const again = readEvents(await handler(ask('?', {fw: {lastEventId: sseId, deadlineMs: 10}})));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(spans).toEqual([]);
    await stop();
    await again.rest();
  });
});

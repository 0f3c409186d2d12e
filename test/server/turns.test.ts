import {afterEach, describe, expect, it, vi} from 'vitest';
import {KEPT_MS} from '../../src/server/runs.ts';
import {createGate} from '../gate.ts';
import {ask, post} from './ask.ts';
import {readAnswer, readEvents} from './events.ts';
import {GONE, openShop, readRefusal, readSome} from './shop.ts';

const TEXT = 'Your order left today.';
const EVENT_COUNT = 15; // of the answer below, by a clock that goes on with each reading
const pause = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => {
  vi.useRealTimers();
});

describe('an answer whose reader left', () => {
  it.each(Array.from({length: EVENT_COUNT}, (_, at) => at + 1))(
    'goes on after its event %i with the same bytes, whole',
    async (count) => {
      let nowMs = 0;
      const {handler, resume, replay} = openShop([pause, 'Your', pause, ' order', pause, ' left today.'], {
        clock: () => nowMs++,
      });
      const {blocks, sseId} = await readSome(await handler(ask('?')), count);
      const rest = await readAnswer(await resume(sseId));
      const whole = await readAnswer(await replay());
      expect([...blocks, ...rest.blocks]).toEqual(whole.blocks);
      expect(whole.text).toBe(TEXT);
      const run = sseId.slice(0, sseId.lastIndexOf('-'));
      expect(whole.parts.map((part) => part.sseId)).toEqual(whole.parts.map((_, n) => `${run}-${n}`));
      expect(whole.parts.length).toBe(EVENT_COUNT);
    },
  );

  it('can be gone on with while it is still being made', async () => {
    const gate = createGate();
    const {handler, resume, spans} = openShop(['Your', ' order', () => gate.opened, ' left', ' today.']);
    const first = readEvents(await handler(ask('?')));
    const {sseId} = await first.until('text-delta');
    const read = [...first.blocks];
    await first.cancel();
    const second = readEvents(await resume(sseId));
    expect((await second.part())?.['delta']).toBe(' order');
    expect(spans).toEqual([]);
    gate.open();
    const blocks = [...read, ...(await second.rest())];
    expect(blocks.at(-1)).toBe('data: [DONE]');
    const ids = blocks.flatMap((block) => /^id: \w+-(\d+)/.exec(block)?.[1] ?? []).map(Number);
    expect(ids).toEqual(ids.map((_, n) => n));
    expect(
      blocks
        .join('')
        .match(/(?<="delta":")[^"]*/g)
        ?.join(''),
    ).toBe(TEXT);
    await vi.waitFor(() => expect(spans).toMatchObject([{outcome: 'complete'}]));
    expect(spans[0]).not.toHaveProperty('unread');
  });

  it('is made to its end, which its span says', async () => {
    const gate = createGate();
    const {handler, ended, spans, calls} = openShop(['a', () => gate.opened, 'b']);
    await readSome(await handler(ask('?')), 1);
    gate.open();
    await ended();
    expect(spans).toMatchObject([{outcome: 'complete', unread: true}]);
    expect(calls[0]?.abortSignal?.aborted).toBe(false);
  });

  it('can be read by several at once, while the old connection still hangs', async () => {
    const gate = createGate();
    const {handler, resume, replay} = openShop(['a', () => gate.opened, ...Array<string>(2_000).fill('b')]);
    const hanging = readEvents(await handler(ask('?')));
    const {sseId} = await hanging.until('text-delta');
    const [one, two] = await Promise.all([resume(sseId), replay()]);
    const reading = [readAnswer(one), readAnswer(two)] as const;
    gate.open();
    const [rest, whole] = await Promise.all(reading);
    expect(rest.text).toBe('b'.repeat(2_000));
    expect(whole.text).toBe(`a${rest.text}`);
    expect((await hanging.rest()).join('')).toBe(whole.blocks.join(''));
  });

  it('is resumed by header when the body has the key; the body wins', async () => {
    const {handler, ended, resume} = openShop(['a', 'b']);
    const {sseId} = await readSome(await handler(ask('?')), 2);
    const run = sseId.slice(0, -1);
    await ended();
    const byHeader = await readAnswer(await handler(ask('?', {headers: {'last-event-id': `${run}1`}})));
    expect(byHeader.parts[0]?.sseId).toBe(`${run}2`);
    const both = await readAnswer(await resume(`${run}3`, {headers: {'last-event-id': `${run}1`}}));
    expect(both.parts[0]?.sseId).toBe(`${run}4`);
  });

  it('needs no messages to be resumed, and has the headers of any answer', async () => {
    const {handler, ended} = openShop(['a']);
    const {sseId} = await readSome(await handler(ask('?')), 1);
    await ended();
    const response = await handler(post({messages: [], fw: {v: 1, key: 'k1', lastEventId: sseId}}));
    expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect((await readAnswer(response)).text).toBe('a');
  });

  it('is gone under another key, after an event that it never had, and when it is unknown', async () => {
    const {handler, ended, resume} = openShop(['a']);
    const {sseId} = await readSome(await handler(ask('?')), 1);
    await ended();
    expect(await readRefusal(await resume(sseId, {key: 'k2'}))).toMatchObject(GONE);
    expect(await readRefusal(await resume(`${sseId}99`))).toMatchObject(GONE);
    expect(await readRefusal(await resume('someone-0'))).toMatchObject(GONE);
    expect(await readRefusal(await resume('nonsense'))).toMatchObject(GONE);
  });
});

describe('the time of a run', () => {
  it('ends a minute after its last event', async () => {
    vi.useFakeTimers();
    const {handler, resume, replay} = openShop(['a']);
    const {parts} = await readAnswer(await handler(ask('?')));
    const first = String(parts[0]?.sseId);
    await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
    expect((await readAnswer(await resume(first))).text).toBe('a');
    await vi.advanceTimersByTimeAsync(1);
    expect(await readRefusal(await resume(first))).toMatchObject(GONE);
    expect((await replay()).status).toBe(204);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up what nobody reads for a minute, and its provider', async () => {
    vi.useFakeTimers();
    const {handler, spans, calls, resume} = openShop(['a', () => new Promise(() => {})]);
    const events = readEvents(await handler(ask('?')));
    const {sseId} = await events.until('text-delta');
    await events.cancel();
    await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
    expect([spans, calls[0]?.abortSignal?.aborted]).toEqual([[], false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(spans).toMatchObject([{outcome: 'abandoned', unread: true}]);
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
    const {types} = await readAnswer(await resume(sseId));
    expect(types.at(-1)).toBe('abort');
    await vi.advanceTimersByTimeAsync(KEPT_MS);
    expect(await readRefusal(await resume(sseId))).toMatchObject(GONE);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('begins anew each time that a reader leaves, and does not run while there is one', async () => {
    vi.useFakeTimers();
    const gate = createGate();
    const {handler, spans, resume} = openShop(['a', () => gate.opened, 'b']);
    const events = readEvents(await handler(ask('?')));
    const {sseId} = await events.until('text-delta');
    await events.cancel();
    await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
    const again = readEvents(await resume(sseId));
    const read = again.part();
    await vi.advanceTimersByTimeAsync(KEPT_MS * 3);
    expect(spans).toEqual([]);
    await again.cancel();
    await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
    expect(spans).toEqual([]);
    gate.open();
    await vi.advanceTimersByTimeAsync(0);
    expect([spans[0]?.outcome, await read]).toEqual(['complete', undefined]);
  });

  it('gives up during retrieval too, before the model was asked', async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    const {handler, spans, calls} = openShop(['a'], {
      retrieve(_, facts) {
        ({signal} = facts);
        return new Promise(() => {});
      },
    });
    await readSome(await handler(ask('?')), 1);
    await vi.advanceTimersByTimeAsync(KEPT_MS);
    expect(spans).toMatchObject([{outcome: 'abandoned'}]);
    expect([signal?.aborted, calls.length]).toEqual([true, 0]);
  });

  it('keeps a key for its question, also while that is being answered', async () => {
    const gate = createGate();
    const {handler} = openShop([() => gate.opened, 'Yes']);
    const first = readEvents(await handler(ask('one')));
    const again = readEvents(await handler(ask('one', {fw: {attempt: 1}})));
    expect(await readRefusal(await handler(ask('two')))).toMatchObject({
      status: 409,
      code: 'key-reused',
      retryable: false,
    });
    gate.open();
    await Promise.all([first.rest(), again.rest()]);
  });

  it('keeps a key for its question until it ends', async () => {
    vi.useFakeTimers();
    const {handler} = openShop(['Yes']);
    await readAnswer(await handler(ask('one')));
    expect(await readRefusal(await handler(ask('two')))).toMatchObject({
      status: 409,
      code: 'key-reused',
      retryable: false,
    });
    expect((await readAnswer(await handler(ask('one', {fw: {attempt: 1}})))).text).toBe('Yes');
    await vi.advanceTimersByTimeAsync(KEPT_MS);
    expect((await readAnswer(await handler(ask('two')))).text).toBe('Yes');
  });
});

describe('an answer that is longer than what is held', () => {
  const words = Array.from({length: 4_000}, (_, at) => `word${at} `);

  it('is whole for a reader that stays', async () => {
    const {handler} = openShop(words);
    expect((await readAnswer(await handler(ask('?')))).text).toBe(words.join(''));
  });

  it('is gone for who comes back after too little of it, and no replay shows a part', async () => {
    const {handler, ended, resume, replay} = openShop(words);
    const {sseId} = await readSome(await handler(ask('?')), 20);
    await ended();
    expect(await readRefusal(await resume(sseId))).toMatchObject(GONE);
    expect((await replay()).status).toBe(204);
    const late = await readAnswer(await resume(sseId.replace(/\d+$/, '3500')));
    expect(late.text.endsWith('word3999 ')).toBe(true);
    expect(late.parts[0]?.sseId).toBe(sseId.replace(/\d+$/, '3501'));
  });
});

describe('stop', () => {
  it('ends an answer for every reader and stays so for who comes back', async () => {
    const {handler, replay, resume, stop, calls, spans} = openShop(['a', () => new Promise(() => {})]);
    const one = readEvents(await handler(ask('?')));
    const two = readEvents(await replay());
    const {sseId} = await one.until('text-delta');
    await two.until('text-delta');
    expect(await (await stop()).json()).toEqual({stopped: true});
    const [blocks, others] = await Promise.all([one.rest(), two.rest()]);
    expect(blocks.at(-1)).toBe('data: [DONE]');
    expect(blocks.at(-2)).toContain('"type":"abort"');
    expect(others).toEqual(blocks);
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
    expect(spans).toMatchObject([{outcome: 'stopped'}]);
    expect((await readAnswer(await resume(sseId))).types.at(-1)).toBe('abort');
    expect(await (await stop()).json()).toEqual({stopped: false});
  });

  it('ends an answer that nobody reads at once', async () => {
    const {handler, stop, ended, calls, spans} = openShop(['a', () => new Promise(() => {})]);
    const events = readEvents(await handler(ask('?')));
    await events.until('text-delta');
    await events.cancel();
    await stop();
    await ended();
    expect(spans).toMatchObject([{outcome: 'stopped', unread: true}]);
    expect(calls[0]?.abortSignal?.aborted).toBe(true);
  });
});

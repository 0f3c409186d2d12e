import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {type AnswerOptions, createAnswerHandler, type TurnSpan} from '../../src/server/index.ts';
import {ask, post} from './ask.ts';
import {inside, readAnswer} from './events.ts';
import {createFlakyModel, refuse} from './flaky-model.ts';
import {makeTool, openToolShop, stagesOf} from './tool-shop.ts';

let random = vi.spyOn(Math, 'random');

beforeEach(() => {
  random = vi.spyOn(Math, 'random').mockReturnValue(0);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function open(options: Partial<AnswerOptions> = {}) {
  const flaky = createFlakyModel(['ok']);
  const spans: TurnSpan[] = [];
  const observe = (span: TurnSpan) => void spans.push(span);
  const handler = createAnswerHandler({model: flaky.model, retries: 1, observe, ...options});
  const send = (fw: object = {}) => handler(ask('Is it?', {fw: {key: crypto.randomUUID(), ...fw}}));
  return {...flaky, handler, spans, send, say: async (fw: object = {}) => readAnswer(await send(fw))};
}

const refusedWith = (status: number): [string, Error] => [`it was refused with ${status}`, refuse(status)];

describe('a call of the model that failed before its first text', () => {
  it('is made again, and the wait is a stage like any other', async () => {
    const {say, failNext, spans} = open();
    failNext(refuse(429));
    const {text, parts} = await say();
    expect(text).toBe('ok');
    expect(stagesOf(parts).filter((stage) => !stage.startsWith('classify'))).toEqual([
      ...['model start', 'model error', 'retry start', 'retry end', 'model start', 'model end'],
      ...['generate start', 'generate end'],
    ]);
    expect(spans).toMatchObject([{outcome: 'complete', retryCount: 1}]);
    const fw = inside(parts.at(-1), 'messageMetadata', 'fw') as {totalMs: number; stages: Record<string, number>}; // as wire.md says
    const sumMs = Object.values(fw.stages).reduce((sum, ms) => sum + ms, 0) + (spans[0]?.unattributedMs ?? 0);
    expect(Math.abs(sumMs - fw.totalMs)).toBeLessThanOrEqual(1);
    await say();
    expect(spans[1]).not.toHaveProperty('retryCount');
  });

  it.each<[string, Error]>([
    ['there was no connection', refuse()],
    ['fetch failed', new TypeError('fetch failed')],
    ...[408, 425, 429, 500, 502, 503, 504, 529].map(refusedWith),
  ])('is made again where %s', async (_, error) => {
    const {say, failNext, callCount} = open();
    failNext(error);
    expect((await say()).text).toBe('ok');
    expect(callCount()).toBe(2);
  });

  it.each<[string, Error]>([
    ...[400, 401, 403, 404, 409, 413, 422].map(refusedWith),
    ['nobody knows why', new Error('secret')],
  ])('is not where %s', async (_, error) => {
    const {say, failNext, callCount} = open();
    failNext(error);
    expect((await say()).types.at(-1)).toBe('error');
    expect(callCount()).toBe(1);
  });

  it('is made as often as it may, and no more', async () => {
    const {say, fail, callCount, spans} = open({retries: 2});
    fail(refuse(429));
    expect((await say()).parts.at(-2)).toMatchObject({data: {code: 'model-overloaded'}});
    expect(callCount()).toBe(3);
    expect(spans).toMatchObject([{outcome: 'error', providerStatus: 429, retryCount: 2}]);
  });

  it('is not made again when the model is left alone by then', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const {say, fail, callCount, spans} = open({retries: 5});
    fail(refuse(500));
    await say();
    expect(callCount()).toBe(5);
    expect(spans).toMatchObject([{code: 'model-failed', retryCount: 4}]);
  });

  it('is never made again unless the handler says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const given of [undefined, 0, 1.5, -1, 6, '2']) {
      const options = given === undefined ? {} : {retries: JSON.parse(JSON.stringify(given))};
      const flaky = createFlakyModel(['ok']);
      flaky.failNext(refuse(429));
      await readAnswer(await createAnswerHandler({model: flaky.model, observe: () => {}, ...options})(ask('?')));
      expect(flaky.callCount()).toBe(1);
    }
    expect(warn.mock.calls).toHaveLength(4);
  });

  it('is made again as well when the connection was lost in the stream, not once text has come', async () => {
    const lost = openToolShop([[new TypeError('lost')], ['ok']], {retries: 3});
    expect((await lost.answer()).text).toBe('ok');
    const cut = openToolShop([['Hal', new TypeError('lost')], ['ok']], {retries: 3});
    const {text, parts} = await cut.answer();
    expect([text, cut.calls.length]).toEqual(['Hal', 1]);
    expect(parts.at(-2)).toMatchObject({data: {code: 'model-cut'}});
  });

  it('has no tool run again that was run for it', async () => {
    const refund = vi.fn(() => 'paid');
    const shop = openToolShop([[{call: 'refund'}], [refuse(503)], ['Done.']], {
      ...{retries: 1, tools: {refund: makeTool(refund, {sideEffects: true})}},
    });
    expect((await shop.answer()).text).toBe('Done.');
    expect([refund.mock.calls.length, shop.calls.length]).toEqual([1, 3]);
  });

  it('is made once for all who asked the same', async () => {
    const {send, failNext, callCount} = open({cache: {isPublic: () => true}});
    failNext(refuse(429));
    const answers = await Promise.all((await Promise.all([send(), send()])).map(readAnswer));
    expect(answers.map(({text}) => text)).toEqual(['ok', 'ok']);
    expect(callCount()).toBe(2);
  });
});

describe('the wait before a call is made again', () => {
  /** Asks with faked time, and says after how many ms the second call was made. */
  async function measure(options: Partial<AnswerOptions>, ...errors: Error[]) {
    vi.useFakeTimers({now: Date.UTC(2026, 0, 1)});
    const shop = open(options);
    shop.failNext(...errors);
    const said = shop.say();
    while (shop.callCount() === 0) await vi.advanceTimersByTimeAsync(0);
    const waitsMs: number[] = [];
    let waitedMs = 0;
    for (let count = 1; count <= errors.length; count++) {
      for (waitedMs = 0; shop.callCount() === count && waitedMs < 5_000; waitedMs++) {
        await vi.advanceTimersByTimeAsync(1);
      }
      waitsMs.push(waitedMs);
    }
    return {waitsMs, answer: await said};
  }

  it('is random, below a bound that doubles', async () => {
    random.mockReturnValue(0.5);
    const {waitsMs} = await measure({retries: 3}, refuse(429), refuse(429), refuse(429));
    expect(waitsMs).toEqual([250, 500, 1_000]);
    random.mockReturnValue(0);
    expect((await measure({}, refuse(429))).waitsMs[0]).toBeLessThanOrEqual(1);
  });

  it.each([
    ['in seconds', {'retry-after': '2'}],
    ['in ms', {'retry-after-ms': '2000', 'retry-after': '7'}],
    ['as a date', {'retry-after': new Date(Date.UTC(2026, 0, 1, 0, 0, 2)).toUTCString()}],
  ])('is no shorter than the provider asks for %s', async (_, headers) => {
    random.mockReturnValue(0.1);
    const {waitsMs, answer} = await measure({}, refuse(429, headers));
    expect(waitsMs).toEqual([2_050]);
    expect(answer.text).toBe('ok');
  });

  it.each([
    ['a deadline', {deadlineMs: 1_500}, '2'],
    ['what anybody waits for', {}, '11'],
  ])('is left out where it does not fit %s: the answer fails at once', async (_, fw, after) => {
    const {say, failNext, callCount} = open();
    failNext(refuse(429, {'retry-after': after}));
    const {parts} = await say(fw);
    expect(parts.at(-2)).toMatchObject({data: {code: 'model-overloaded', retryAfterMs: Number(after) * 1_000}});
    expect(stagesOf(parts)).not.toContain('retry start');
    expect(callCount()).toBe(1);
  });

  it('ends with the answer', async () => {
    random.mockReturnValue(0.9);
    const {send, handler, failNext, callCount, spans} = open();
    failNext(refuse(429, {'retry-after': '9'}));
    const read = readAnswer(await send({key: 'k9'}));
    await vi.waitFor(() => expect(callCount()).toBe(1));
    await handler(post({trigger: 'fw-stop', messages: [], fw: {v: 1, key: 'k9'}}));
    const {parts} = await read;
    expect(stagesOf(parts).slice(-2)).toEqual(['retry start', 'retry skipped']);
    expect(spans).toMatchObject([{outcome: 'stopped', retryCount: 1}]);
    expect(callCount()).toBe(1);
  });
});

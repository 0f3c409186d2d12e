import {afterEach, describe, expect, it, vi} from 'vitest';
import {BREAKER_OPEN_MS} from '../../src/latency/index.ts';
import {BREAKER_FEWEST_COUNT} from '../../src/server/breakers.ts';
import {MODEL_PATIENCE_MS} from '../../src/server/guarded-model.ts';
import {type AnswerOptions, createAnswerHandler, type TurnSpan} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask, post} from './ask.ts';
import {inside, readAnswer} from './events.ts';
import {createFlakyModel, refuse} from './flaky-model.ts';
import {createScriptedModel} from './scripted-model.ts';
import {readRefusal} from './shop.ts';
import type {MessageStep} from './tool-model.ts';
import {makeTool, openToolShop} from './tool-shop.ts';

const BUSY = {status: 503, code: 'busy', retryable: true};

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function open(options: Partial<AnswerOptions> = {}, steps: Parameters<typeof createScriptedModel>[0] = ['ok']) {
  vi.useFakeTimers({toFake: ['Date']});
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const fast = createFlakyModel(steps, 'small-1');
  const powerful = createFlakyModel(['thorough'], 'large-1');
  const spans: TurnSpan[] = [];
  const handler = createAnswerHandler({model: fast.model, observe: (span) => spans.push(span), ...options});
  const send = (fw: object = {}, text = 'Is it?') =>
    handler(ask(text, {fw: {key: crypto.randomUUID(), ...fw}, body: {id: crypto.randomUUID()}}));
  const say = async (fw: object = {}, text = 'Is it?') => readAnswer(await send(fw, text));
  const repeat = async (count: number, fw: object = {}) => {
    for (let at = 0; at < count; at++) await say(fw);
  };
  return {handler, send, say, repeat, fast, powerful, spans, warn};
}

/** A shop with a model for each route. */
function openTwo() {
  const {fast, powerful} = open();
  return {...open({model: {fast: fast.model, powerful: powerful.model}}), fast, powerful};
}

/** A shop whose model has failed often enough to be left alone. */
async function openBroken(options: Partial<AnswerOptions> = {}, steps?: Parameters<typeof open>[1]) {
  const shop = open(options, steps);
  shop.fast.fail(refuse(500));
  await shop.repeat(BREAKER_FEWEST_COUNT);
  return shop;
}

describe('a model that fails', () => {
  it('is left alone, and questions are refused at once, before anything is done for them', async () => {
    const retrieve = vi.fn(() => []);
    const {send, fast, warn, spans} = await openBroken({retrieve});
    retrieve.mockClear();
    const response = await send();
    expect(response.headers.get('retry-after')).toBe('10');
    expect(await readRefusal(response)).toMatchObject(BUSY);
    expect([fast.callCount(), retrieve.mock.calls.length]).toEqual([BREAKER_FEWEST_COUNT, 0]);
    expect(warn.mock.calls).toEqual([['[firstword] the model small-1 fails, and is left alone for a moment']]);
    expect(spans).toHaveLength(BREAKER_FEWEST_COUNT);
  });

  it('is tried by one question once its time is over, the others are refused until that has its first text', async () => {
    const gate = createGate();
    const {send, fast} = await openBroken({}, [() => gate.opened, 'ok']);
    fast.fail(undefined);
    vi.setSystemTime(Date.now() + BREAKER_OPEN_MS - 1);
    expect((await send()).status).toBe(503);
    vi.setSystemTime(Date.now() + 1);
    const trial = await send();
    await vi.waitFor(() => expect(fast.calls).toHaveLength(1));
    const refused = await Promise.all([send(), send()]);
    expect(refused.map(({status, headers}) => [status, headers.get('retry-after')])).toEqual([
      [503, '2'],
      [503, '2'],
    ]);
    gate.open();
    expect((await readAnswer(trial)).text).toBe('ok');
    const after = await Promise.all([send(), send()]);
    expect(after.map(({status}) => status)).toEqual([200, 200]);
  });

  it('is left alone for twice as long when the trial fails', async () => {
    const {send, say, fast} = await openBroken();
    vi.setSystemTime(Date.now() + BREAKER_OPEN_MS);
    await say();
    expect(fast.callCount()).toBe(BREAKER_FEWEST_COUNT + 1);
    expect((await send()).headers.get('retry-after')).toBe('20');
  });

  it('is tried by the next one when the trial was stopped', async () => {
    const gate = createGate();
    const {handler, send, fast, spans} = await openBroken({}, [() => gate.opened, 'ok']);
    fast.fail(undefined);
    vi.setSystemTime(Date.now() + BREAKER_OPEN_MS);
    const trial = await send({key: 'trial'});
    await vi.waitFor(() => expect(fast.calls).toHaveLength(1));
    await handler(post({trigger: 'fw-stop', messages: [], fw: {v: 1, key: 'trial'}}));
    await readAnswer(trial);
    await vi.waitFor(() => expect(spans.at(-1)?.outcome).toBe('stopped'));
    gate.open();
    expect((await readAnswer(await send())).text).toBe('ok');
  });

  it('is one that says nothing for too long', async () => {
    vi.useFakeTimers();
    const {model} = createScriptedModel([() => new Promise(() => {}), 'ok']);
    const handler = createAnswerHandler({model, observe: () => {}});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const send = () => handler(ask('?', {fw: {key: crypto.randomUUID()}}));
    for (let at = 0; at < BREAKER_FEWEST_COUNT; at++) expect((await send()).status).toBe(200);
    await vi.advanceTimersByTimeAsync(MODEL_PATIENCE_MS);
    expect((await send()).status).toBe(503);
  });

  it('is no other handler’s', async () => {
    const {fast} = await openBroken();
    fast.fail(undefined);
    expect((await open({model: fast.model}).say()).text).toBe('ok');
  });
});

describe('a model is asked on', () => {
  const often = 2 * BREAKER_FEWEST_COUNT;

  it.each([400, 401, 404, 422])('that refuses what it is asked with %i', async (status) => {
    const {repeat, say, fast} = open();
    fast.fail(refuse(status));
    await repeat(often);
    fast.fail(undefined);
    expect((await say()).text).toBe('ok');
  });

  it('whose answers break off', async () => {
    const {repeat, send, fast} = open({}, ['Hal', new TypeError('lost')]);
    await repeat(often);
    expect((await send()).status).toBe(200);
    expect(fast.callCount()).toBeGreaterThanOrEqual(often);
  });

  it('for which pages have no patience', async () => {
    const {repeat, send} = open({}, [() => new Promise(() => {}), 'ok']);
    await repeat(often, {deadlineMs: 1});
    expect((await send()).status).toBe(200);
  });

  it('that fails no more often than it answers', async () => {
    const {repeat, send, fast} = open();
    for (let at = 0; at < often; at++) {
      fast.fail(at % 2 ? refuse(500) : undefined);
      await repeat(1);
    }
    expect((await send()).status).toBe(200);
  });
});

describe('where a route’s model is left alone', () => {
  it('the other one answers, and the page is told', async () => {
    const {say, repeat, fast, powerful, spans} = openTwo();
    fast.fail(refuse(503));
    await repeat(BREAKER_FEWEST_COUNT);
    for (const fw of [{}, {route: 'fast'}]) {
      const {text, parts} = await say(fw);
      expect(text).toBe('thorough');
      expect(inside(parts[0], 'messageMetadata', 'fw')).toMatchObject({route: 'fast', model: 'small-1'});
      const told = parts.filter(({type}) => type === 'data-fw-fallback').map(({data}) => data);
      expect(told).toEqual([{why: 'breaker', kind: 'route'}]);
      expect(inside(parts.at(-1), 'messageMetadata', 'fw')).toMatchObject({route: 'powerful'});
      expect(spans.at(-1)).toMatchObject({
        ...{route: 'powerful', model: 'large-1', outcome: 'complete'},
        fallback: {why: 'breaker', kind: 'route', from: 'small-1'},
      });
    }
    expect(fast.callCount()).toBe(BREAKER_FEWEST_COUNT);
    expect(powerful.calls.map(({tools}) => tools)).toEqual([undefined, undefined]);
  });

  it('the fast one answers for the powerful one, and has nobody to hand over to', async () => {
    const {say, send, repeat, fast, powerful} = openTwo();
    powerful.fail(refuse(429));
    await repeat(BREAKER_FEWEST_COUNT, {route: 'powerful'});
    expect((await say({route: 'powerful'})).text).toBe('ok');
    expect((await say()).text).toBe('ok');
    expect(fast.calls.map(({tools}) => tools)).toEqual([undefined, undefined]);
    fast.fail(refuse(500));
    await repeat(BREAKER_FEWEST_COUNT + 2);
    expect(await readRefusal(await send())).toMatchObject(BUSY);
  });

  it('a kept answer is given, and another question is told at once that it has to wait', async () => {
    const retrieve = vi.fn(() => []);
    const {say, fast} = open({cache: {isPublic: () => true}, retrieve});
    await say({}, 'Is it kept?');
    fast.fail(refuse(500));
    for (let at = 0; at < BREAKER_FEWEST_COUNT + 1; at++) await say({}, `Is it number ${'abcdefgh'[at]}?`);
    expect((await say({}, 'Is it kept?')).text).toBe('ok');
    const callCount = fast.callCount();
    retrieve.mockClear();
    const {parts} = await say({}, 'Is it another?');
    expect(parts.at(-2)).toMatchObject({type: 'data-fw-error', data: {code: 'model-overloaded', retryable: true}});
    expect(inside(parts.at(-2), 'data')['retryAfterMs']).toBeGreaterThan(0);
    expect([fast.callCount(), retrieve.mock.calls.length]).toEqual([callCount, 0]);
  });
});

describe('a tool that fails', () => {
  const turns = (count: number, ...calls: string[]): MessageStep[][] =>
    Array.from({length: count}, () => [calls.map((call) => ({call})), ['Done.']] as MessageStep[][]).flat();
  const fresh = (fw: object = {}) => ({key: crypto.randomUUID(), ...fw});

  it('is left alone, whoever asks, and costs no other its result', async () => {
    vi.useFakeTimers({toFake: ['Date']});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    let isDown = true;
    const order = vi.fn(() => (isDown ? Promise.reject(new Error('down')) : 'sent'));
    const price = vi.fn(() => 7);
    const count = BREAKER_FEWEST_COUNT + 2;
    const tools = {order: makeTool(order), price: makeTool(price)};
    const shop = openToolShop(turns(count, 'order', 'price'), {tools});
    for (let at = 0; at < BREAKER_FEWEST_COUNT; at++) await shop.answer(fresh());
    isDown = false;
    expect((await shop.answer(fresh())).text).toBe('Done.');
    expect(order).toHaveBeenCalledTimes(BREAKER_FEWEST_COUNT);
    expect(price).toHaveBeenCalledTimes(BREAKER_FEWEST_COUNT + 1);
    const told = JSON.stringify(shop.results(2 * BREAKER_FEWEST_COUNT + 1));
    expect(told).toContain('The tool order fails at the moment and is not used.');
    expect(shop.spans.at(-1)).toMatchObject({failed: ['tools'], tools: {callCount: 2, errorCount: 1}});
    vi.setSystemTime(Date.now() + BREAKER_OPEN_MS);
    await shop.answer(fresh());
    expect(order).toHaveBeenCalledTimes(BREAKER_FEWEST_COUNT + 1);
    expect(shop.spans.at(-1)?.tools).toMatchObject({callCount: 2, errorCount: 0});
  });

  it('is one that is late by its own time, not by that of an answer', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const often = BREAKER_FEWEST_COUNT + 1;
    const slow = vi.fn(() => new Promise(() => {}));
    const hurried = openToolShop([[{call: 'slow'}]], {tools: {slow: makeTool(slow, {timeoutMs: 5_000})}});
    for (let at = 0; at < often; at++) await hurried.answer(fresh({deadlineMs: 250}));
    // the model may have been asked on, and have called it again, before the answer was over
    expect(slow.mock.calls.length).toBeGreaterThanOrEqual(often);
    slow.mockClear();
    const late = openToolShop(turns(often, 'slow'), {tools: {slow: makeTool(slow, {timeoutMs: 10})}});
    for (let at = 0; at < often; at++) await late.answer(fresh());
    expect(slow).toHaveBeenCalledTimes(BREAKER_FEWEST_COUNT);
  });

  it('that has side effects is not used up by a call that was refused', async () => {
    vi.useFakeTimers({toFake: ['Date']});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    let isDown = true;
    const refund = vi.fn(() => (isDown ? Promise.reject(new Error('down')) : 'paid'));
    const wait: MessageStep = () => Promise.resolve(vi.setSystemTime(Date.now() + BREAKER_OPEN_MS));
    const script: MessageStep[][] = [
      ...turns(BREAKER_FEWEST_COUNT, 'refund'),
      [{call: 'refund'}],
      [wait, {call: 'refund'}],
      ['Done.'],
    ];
    const shop = openToolShop(script, {tools: {refund: makeTool(refund, {sideEffects: true})}});
    for (let at = 0; at < BREAKER_FEWEST_COUNT; at++) await shop.answer(fresh());
    isDown = false;
    await shop.answer(fresh());
    expect(refund).toHaveBeenCalledTimes(BREAKER_FEWEST_COUNT + 1);
    expect(JSON.stringify(shop.results(script.length - 1))).toContain('paid');
  });
});

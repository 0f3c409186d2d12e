import {afterEach, describe, expect, it, vi} from 'vitest';
import {createGate} from '../gate.ts';
import {readRefusal} from './shop.ts';
import type {MessageStep} from './tool-model.ts';
import {makeTool, openToolShop} from './tool-shop.ts';

const order: MessageStep = {call: 'order', input: {id: 7, by: {mail: true, name: false}}};
const authorize = (request: Request) => request.headers.get('authorization') ?? 'nobody';

afterEach(() => {
  vi.useRealTimers();
});

describe('two attempts at a turn', () => {
  it('share what tools and retrieval find, however the model orders the fields', async () => {
    const [found, looked] = [createGate(), createGate()];
    const retrieve = vi.fn(() => found.opened.then(() => [{id: 'r', text: 'Parcels take two days.'}]));
    const execute = vi.fn(() => looked.opened.then(() => 'sent'));
    const again: MessageStep = {call: 'order', input: {by: {name: false, mail: true}, id: 7}};
    const {open, spans, ended, calls} = openToolShop([[order], [again], ['Done.']], {
      tools: {order: makeTool(execute)},
      retrieve,
    });
    const attempts = [await open(), await open({attempt: 1})];
    const reading = Promise.all(attempts.map(({rest}) => rest()));
    found.open();
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    looked.open();
    await reading;
    await ended(2);
    expect([retrieve.mock.calls.length, execute.mock.calls.length]).toEqual([1, 1]);
    expect(calls.map(({prompt}) => JSON.stringify(prompt).includes('two days'))).toEqual([true, true, true, true]);
    expect(spans.map(({tools}) => tools?.sharedCount).sort()).toEqual([0, 1]);
  });

  it('go on with what one began when its reader has left, and end it when both have', async () => {
    const looked = createGate();
    const signals: (AbortSignal | undefined)[] = [];
    const tools = {
      order: makeTool((_, {abortSignal}) => {
        signals.push(abortSignal);
        return looked.opened.then(() => 'sent');
      }),
    };
    const {open, ended, calls} = openToolShop([[order], [order], ['Done.']], {tools});
    const one = await open();
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    const two = await open({attempt: 1});
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    await one.cancel();
    await ended(1);
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
    looked.open();
    expect((await two.rest()).join('')).toContain('Done.');
    expect(signals).toHaveLength(1);

    const never = createGate();
    const hung: (AbortSignal | undefined)[] = [];
    const wait = makeTool((_, {abortSignal}) => {
      hung.push(abortSignal);
      return never.opened;
    });
    const shop = openToolShop([[order]], {tools: {order: wait}});
    await shop.open();
    await shop.open({attempt: 1});
    await vi.waitFor(() => expect(shop.calls).toHaveLength(2));
    await vi.waitFor(() => expect(hung).toHaveLength(1));
    await shop.stop();
    await shop.ended(2);
    expect(hung[0]?.aborted).toBe(true);
  });

  it('find again what failed for the first', async () => {
    const execute = vi
      .fn(() => 'sent')
      .mockImplementationOnce(() => {
        throw new Error('down');
      });
    const {answer, results} = openToolShop([[order], ['Sorry.'], [order], ['Done.']], {
      tools: {order: makeTool(execute)},
    });
    await answer();
    await answer({attempt: 1});
    expect([results(1), results(3)].map(([first]) => first?.[1].type)).toEqual(['error-text', 'text']);
  });

  it('share nothing with another turn, or the turn of another visitor under the same key', async () => {
    const execute = vi.fn(() => 'sent');
    const {answer, results} = openToolShop([[order], ['Done.'], [order], ['Done.'], [order], ['Done.']], {
      tools: {order: makeTool((_, {context}) => [execute(), context].join(' for '))},
      context: authorize,
      authorize,
    });
    await answer({}, {authorization: 'ann'});
    await answer({}, {authorization: 'bob'});
    await answer({key: 'k2'}, {authorization: 'ann'});
    expect(execute).toHaveBeenCalledTimes(3);
    expect([1, 3, 5].map((message) => results(message)[0]?.[1])).toEqual([
      {type: 'text', value: 'sent for ann'},
      {type: 'text', value: 'sent for bob'},
      {type: 'text', value: 'sent for ann'},
    ]);
  });

  it('share nothing where the client names no turn', async () => {
    const execute = vi.fn(() => 'sent');
    const {answer} = openToolShop([[order], ['Done.'], [order], ['Done.']], {tools: {order: makeTool(execute)}});
    await answer({key: undefined});
    await answer({key: undefined});
    expect(execute).toHaveBeenCalledTimes(2);
  });
});

describe('a tool with side effects', () => {
  const refund: MessageStep = {call: 'refund', input: {order: 7}};
  const open = (messages: readonly (readonly MessageStep[])[], execute: () => unknown) =>
    openToolShop(messages, {
      tools: {refund: makeTool(execute, {sideEffects: true, timeoutMs: 1_000}), order: makeTool(execute)},
    });

  it('runs once for a turn, however often it is attempted', async () => {
    let count = 0;
    const {answer, results} = open([[refund], ['Done.'], [refund], ['Done.']], () => ++count);
    await answer();
    await answer({attempt: 1});
    expect(count).toBe(1);
    expect(results(3)).toEqual(results(1));
    await answer({key: 'k2'});
    expect(count).toBe(1); // the last message of the script repeats: no call
  });

  it('is not run by another attempt with another input, and is by the same one', async () => {
    const inputs: unknown[] = [];
    const messages: MessageStep[][] = [
      [refund, {call: 'refund', input: {order: 8}}, refund],
      ['Done.'],
      [
        {call: 'refund', input: {order: 7, note: 'late'}},
        {call: 'refund', input: {order: 8}},
      ],
      ['Done.'],
    ];
    const {answer, results, spans} = openToolShop(messages, {
      tools: {refund: makeTool((input) => inputs.push(input), {sideEffects: true})},
    });
    await answer();
    await answer({attempt: 1});
    expect(inputs).toEqual([{order: 7}, {order: 8}]);
    expect(results(3).map(([, output]) => output)).toEqual([
      {type: 'error-text', value: 'Error: The tool refund was already used for this question and is not used again.'},
      {type: 'json', value: 2},
    ]);
    expect(spans.map(({tools}) => [tools?.callCount, tools?.errorCount, tools?.sharedCount])).toEqual([
      [3, 0, 1],
      [2, 1, 1],
    ]);
  });

  it('is not run again when it failed: it may have been done', async () => {
    let count = 0;
    const {answer, results} = open([[refund], ['Sorry.'], [refund], ['Sorry.']], () => {
      count++;
      throw new Error('after the money had gone');
    });
    await answer();
    await answer({attempt: 1});
    expect(count).toBe(1);
    expect(JSON.stringify(results(3))).toContain('The tool refund failed.');
    expect(JSON.stringify(results(3))).not.toContain('money');
  });

  it('goes on when the visitor stops, up to its own time, and says that nobody knows when that is up', async () => {
    vi.useFakeTimers();
    const signals: (AbortSignal | undefined)[] = [];
    const shop = openToolShop([[refund], [refund], ['Sorry.']], {
      tools: {
        refund: makeTool(
          (_, {abortSignal}) => {
            signals.push(abortSignal);
            return new Promise(() => {});
          },
          {sideEffects: true, timeoutMs: 1_000},
        ),
      },
    });
    const events = await shop.open();
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    await shop.stop();
    await events.rest();
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(signals[0]?.aborted).toBe(true);
    await shop.answer({attempt: 1});
    expect(signals).toHaveLength(1);
    expect(JSON.stringify(shop.results(2))).toContain('whether it was done is not known');
    expect(shop.spans[1]?.tools).toMatchObject({timeoutCount: 1, calls: [{tool: 'refund', state: 'timeout'}]});
    await vi.advanceTimersByTimeAsync(600_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('makes what was read before it be read again', async () => {
    const states = ['ordered', 'refunded'];
    const tools = {
      order: makeTool(() => states[0]),
      refund: makeTool(() => states.shift(), {sideEffects: true}),
    };
    const {answer, results} = openToolShop([[order], [order], [refund], [order], ['Done.']], {tools});
    await answer();
    expect(results(4).map(([name, output]) => [name, output])).toEqual([
      ['order', {type: 'text', value: 'ordered'}],
      ['order', {type: 'text', value: 'ordered'}],
      ['refund', {type: 'text', value: 'ordered'}],
      ['order', {type: 'text', value: 'refunded'}],
    ]);
  });

  it('makes pages be told that second attempts are not welcome, and refuses one', async () => {
    const gate = createGate();
    const {handler, open: ask, send, stop} = open([[() => gate.opened]], () => 'ok');
    const hello = await handler(new Request('http://shop.test/chat?fw=hello'));
    expect(await hello.json()).toMatchObject({hedge: {allowed: false}});
    const events = await ask();
    expect(await events.until('data-fw-hedge')).toMatchObject({transient: true, data: {allowed: false}});
    expect(await readRefusal(await send({attempt: 1}))).toMatchObject({status: 429, code: 'hedge-denied'});
    await stop();
    const reading = openToolShop([['Done.']], {tools: {order: makeTool(() => 'ok')}});
    expect((await reading.answer()).types).not.toContain('data-fw-hedge');
  });
});

import {afterEach, describe, expect, it, vi} from 'vitest';
import {createKnowledge} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {SHOP} from './shop-knowledge.ts';
import {takeMs} from './take-ms.ts';
import type {MessageStep} from './tool-model.ts';
import {type Execute, makeTool, openToolShop} from './tool-shop.ts';

const passages: MessageStep = {call: 'passages'};
const early = (execute: Execute, terms: object = {}) => makeTool(execute, {speculative: true, ...terms});
const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a speculative tool', () => {
  it('runs with the question, and its result is the one that the model gets', async () => {
    const gate = createGate();
    const {retrieve} = createKnowledge(SHOP);
    const execute = vi.fn<Execute>(() => retrieve('How long does shipping take?'));
    const {open, calls, results, spans} = openToolShop([[() => gate.opened, passages], ['Two days.']], {
      tools: {passages: early(execute)},
    });
    const reading = (await open()).rest();
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    expect(execute).toHaveBeenCalledOnce();
    gate.open();
    await reading;
    expect(execute).toHaveBeenCalledOnce();
    expect(results(1)[0]?.[1]).toMatchObject({type: 'json', value: await retrieve('How long does shipping take?')});
    expect(spans[0]?.tools).toMatchObject({
      ...{callCount: 1, sharedCount: 0, speculatedCount: 1, discardedCount: 0},
      calls: [{tool: 'passages', state: 'end', early: true}],
    });
  });

  it('saves at least its own median where the model wants it', async () => {
    vi.useFakeTimers();
    const tookMs = [120, 410, 90, 260, 900, 180, 330, 150, 220];
    const measure = async (speculative: boolean) => {
      const left = [...tookMs];
      const message: MessageStep[] = [() => takeMs(500), passages];
      const script = tookMs.flatMap((): MessageStep[][] => [message, ['Done.']]);
      const {answer, spans} = openToolShop(script, {
        tools: {passages: makeTool(() => takeMs(left.shift() ?? 0), {speculative})},
      });
      for (const at of tookMs.keys()) {
        const reading = answer({key: `k${at}`});
        await vi.advanceTimersByTimeAsync(2_000);
        await reading;
      }
      return spans.map(({totalMs}) => totalMs);
    };
    const plainMs = await measure(false);
    const earlyMs = await measure(true);
    expect(plainMs).toEqual(tookMs.map((ms) => 500 + ms));
    const savedMs = plainMs.map((ms, at) => ms - (earlyMs[at] ?? ms));
    expect(median(savedMs)).toBeGreaterThanOrEqual(median(tookMs));
    expect(savedMs).toEqual(tookMs.map((ms) => Math.min(ms, 500)));
  });

  it('says its input from the question, the page and the visitor, whatever the order of its fields', async () => {
    const asked: unknown[] = [];
    const inputs: unknown[] = [];
    const call: MessageStep = {call: 'order', input: {user: 'ann', id: 7}};
    const {answer, spans} = openToolShop([[call], ['Done.']], {
      tools: {
        order: early((input) => inputs.push(input), {
          speculate: (...given: unknown[]) => {
            asked.push(given);
            return {id: 7, user: 'ann'};
          },
        }),
      },
      context: () => ({user: 'ann'}),
    });
    await answer({topics: ['order-status'], language: 'en', context: {order: 7}});
    const facts = {topics: ['order-status'], language: 'en', page: {order: 7}, visitor: {user: 'ann'}};
    expect(asked).toEqual([['Where is it?', facts]]);
    expect(inputs).toEqual([{id: 7, user: 'ann'}]);
    expect(spans[0]?.tools?.calls[0]).toMatchObject({early: true});
  });

  it('runs again with what the model gives where that is another input, and is discarded', async () => {
    const inputs: unknown[] = [];
    const {answer, spans} = openToolShop([[{call: 'order', input: {id: 8}}], ['Done.']], {
      tools: {order: early((input) => inputs.push(input), {speculate: () => ({id: 7})})},
    });
    await answer();
    expect(inputs).toEqual([{id: 7}, {id: 8}]);
    expect(spans[0]?.tools).toMatchObject({callCount: 1, speculatedCount: 1, discardedCount: 1});
    expect(spans[0]?.tools?.calls[0]).not.toHaveProperty('early');
  });

  it('is ended with the answer that did not want it', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const {answer, spans} = openToolShop([['Hello.']], {
      tools: {
        order: early((_, {abortSignal}) => {
          signals.push(abortSignal);
          return new Promise(() => {});
        }),
      },
    });
    expect((await answer()).text).toBe('Hello.');
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
    expect(spans).toMatchObject([{tools: {calls: [], callCount: 0, speculatedCount: 1, discardedCount: 1}}]);
    expect(spans[0]?.stages).not.toHaveProperty('tools');
  });

  it('that fails early is run again when the model asks, and costs nothing where it does not', async () => {
    const execute = vi.fn<Execute>(() => 'found').mockImplementationOnce(() => Promise.reject(new Error('down')));
    const gate = createGate();
    const {open, results, spans} = openToolShop([[() => gate.opened, passages, passages], ['Done.']], {
      tools: {passages: early(execute)},
    });
    const reading = (await open()).rest();
    await vi.waitFor(() => expect(execute).toHaveBeenCalledOnce());
    gate.open();
    await reading;
    expect(execute).toHaveBeenCalledTimes(2);
    expect(results(1).map(([, output]) => output)).toEqual([
      {type: 'text', value: 'found'},
      {type: 'text', value: 'found'},
    ]);
    expect(spans[0]).not.toHaveProperty('failed');
    expect(spans[0]?.tools).toMatchObject({errorCount: 0, sharedCount: 1, speculatedCount: 1, discardedCount: 1});
  });

  it('that hangs keeps the model no longer than its own time', async () => {
    vi.useFakeTimers();
    const {answer, spans} = openToolShop([[() => takeMs(300), passages], ['Done.']], {
      tools: {passages: early(() => new Promise(() => {}), {timeoutMs: 800})},
    });
    const reading = answer();
    await vi.advanceTimersByTimeAsync(1_100);
    expect((await reading).text).toBe('Done.');
    expect(spans[0]?.totalMs).toBeLessThanOrEqual(1_100);
    expect(spans[0]?.tools).toMatchObject({timeoutCount: 1, calls: [{state: 'timeout'}]});
  });

  it.each([
    ['it does not know', () => undefined],
    [
      'it throws',
      () => {
        throw new Error('no');
      },
    ],
  ])('waits for the model where %s', async (_, speculate) => {
    const execute = vi.fn<Execute>(() => 'ok');
    const {answer, spans} = openToolShop([['Hello.']], {tools: {order: early(execute, {speculate})}});
    await answer();
    expect(execute).not.toHaveBeenCalled();
    expect(spans[0]).not.toHaveProperty('tools');
  });

  it('with side effects waits for the model', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const execute = vi.fn<Execute>(() => 'ok');
    const {answer} = openToolShop([['Hello.']], {tools: {order: early(execute, {sideEffects: true})}});
    await answer();
    expect(execute).not.toHaveBeenCalled();
  });

  it('begins beside retrieval, and once for two attempts', async () => {
    const found = createGate();
    const execute = vi.fn<Execute>(() => 'ok');
    const {open, calls, spans, ended} = openToolShop([['Hello.']], {
      tools: {order: early(execute)},
      retrieve: () => found.opened.then(() => []),
    });
    const reading = Promise.all([await open(), await open({attempt: 1})].map(({rest}) => rest()));
    await vi.waitFor(() => expect(execute).toHaveBeenCalledOnce());
    expect(calls).toHaveLength(0);
    found.open();
    await reading;
    await ended(2);
    expect(execute).toHaveBeenCalledOnce();
    expect(spans.map(({tools}) => tools?.speculatedCount ?? 0).sort()).toEqual([0, 1]);
  });
});

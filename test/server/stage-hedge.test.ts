import {afterEach, describe, expect, it, vi} from 'vitest';
import type {Chunk, Retrieve} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readAnswer} from './events.ts';
import {openShop} from './shop.ts';
import {makeTool, openToolShop} from './tool-shop.ts';

const found: Chunk[] = [{id: 'r', text: 'Returns take 30 days.', url: '/returns'}];

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A shop whose retrieval takes what each call is given, in order; the last repeats. */
function open(steps: readonly (() => Promise<Chunk[]> | Chunk[])[], hedgeRetrievalMs?: number) {
  const signals: AbortSignal[] = [];
  const retrieve: Retrieve = (_, {signal}) => {
    signals.push(signal);
    return (steps[Math.min(signals.length, steps.length) - 1] ?? (() => []))();
  };
  const shop = openShop(['Yes.'], {retrieve, ...(hedgeRetrievalMs === undefined ? {} : {hedgeRetrievalMs})});
  const say = async (fw: object = {}) => {
    const question = ask('?', {fw: {key: crypto.randomUUID(), ...fw}});
    return readAnswer(await shop.handler(question));
  };
  return {...shop, signals, say};
}

const never = () => new Promise<Chunk[]>(() => {});

describe('retrieval that is slow', () => {
  it('is run a second time, and what is there first is used', async () => {
    const {say, signals, spans, calls} = open([never, () => found], 5);
    const {types} = await say();
    expect(types).toContain('source-url');
    expect(JSON.stringify(calls[0]?.prompt)).toContain('30 days');
    expect(signals.map(({aborted}) => aborted)).toEqual([true, false]);
    expect(spans).toMatchObject([{outcome: 'complete', retrievalHedge: 'hedge'}]);
    expect(spans[0]).not.toHaveProperty('failed');
  });

  it('is not for more turns than are spared: the next one waits for its only attempt', async () => {
    vi.useFakeTimers();
    const gate = createGate();
    const slow = () => gate.opened.then(() => found);
    const {say, signals, spans} = open([never, () => found, slow], 5);
    const first = say();
    await vi.advanceTimersByTimeAsync(50);
    await first;
    const second = say();
    await vi.advanceTimersByTimeAsync(100);
    gate.open();
    expect((await second).types).toContain('source-url');
    expect(signals).toHaveLength(3);
    expect(spans.map(({retrievalHedge}) => retrievalHedge)).toEqual(['hedge', 'denied']);
  });

  it('is run once where nothing says otherwise, or what says so is no time', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const afterMs of [undefined, -1, Number.NaN]) {
      const gate = createGate();
      const {say, signals, spans} = open([() => gate.opened.then(() => found)], afterMs);
      const said = say();
      await vi.waitFor(() => expect(signals).toHaveLength(1));
      gate.open();
      await said;
      expect(signals).toHaveLength(1);
      expect(spans[0]).not.toHaveProperty('retrievalHedge');
    }
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('ends with the deadline of its answer, both attempts', async () => {
    const {say, signals, spans} = open([never], 5);
    expect((await say({deadlineMs: 60})).parts.at(-2)).toMatchObject({data: {code: 'deadline'}});
    expect(signals.map(({aborted}) => aborted)).toEqual([true, true]);
    expect(spans).toMatchObject([{outcome: 'error', code: 'deadline'}]);
  });
});

describe('retrieval that is in time', () => {
  it.each([
    ['finds', () => found, undefined],
    ['fails', () => Promise.reject(new Error('down')), ['retrieval']],
  ])('is run once where it %s', async (_, step, failed) => {
    const {say, signals, spans} = open([step], 1_000);
    await say();
    expect(signals).toHaveLength(1);
    expect(spans[0]).not.toHaveProperty('retrievalHedge');
    expect(spans[0]?.failed).toEqual(failed);
  });
});

describe('a tool that is slow', () => {
  /** A shop with a tool whose calls take what each is given, in order. */
  const openTool = (steps: readonly (() => unknown)[], terms: object) => {
    const signals: (AbortSignal | undefined)[] = [];
    const execute = (_: unknown, {abortSignal}: {abortSignal?: AbortSignal}) => {
      signals.push(abortSignal);
      return (steps[signals.length - 1] ?? (() => 'sent'))();
    };
    return {...openToolShop([[{call: 'order'}], ['Done.']], {tools: {order: makeTool(execute, terms)}}), signals};
  };

  it('is called a second time, and what is there first is used', async () => {
    const {answer, signals, results, spans} = openTool([never, () => 'sent'], {hedgeMs: 5});
    expect((await answer()).text).toBe('Done.');
    expect(results(1)).toMatchObject([['order', {value: 'sent'}]]);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
    expect(spans[0]?.tools).toMatchObject({callCount: 1, errorCount: 0, calls: [{state: 'end', hedge: 'hedge'}]});
  });

  it.each([
    ['nothing says otherwise', {}, 0],
    ['it has side effects', {hedgeMs: 5, sideEffects: true}, 1],
    ['what says so is no time', {hedgeMs: -5}, 1],
  ])('is called once where %s', async (_, terms, lineCount) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const gate = createGate();
    const {answer, signals, spans} = openTool([() => gate.opened], terms);
    const answered = answer();
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    gate.open();
    await answered;
    expect(signals).toHaveLength(1);
    expect(spans[0]?.tools?.calls[0]).not.toHaveProperty('hedge');
    expect(warn).toHaveBeenCalledTimes(lineCount);
  });
});

import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {
  createTimed,
  DEFAULT_BUDGET,
  exclusiveTimes,
  readBudget,
  type TimedOptions,
  type TimedSpan,
  UnknownStageError,
} from '../../src/latency/index.ts';

let clockMs = 0;

beforeEach(() => {
  clockMs = 70_000;
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Makes a timer on a clock that only moves when the work says so, and notes what it tells. */
function start(given: Partial<TimedOptions> = {}) {
  const budget = readBudget('retrieval=400ms rerank=50ms model=1500ms');
  if (typeof budget === 'string') throw new Error(budget);
  const spans: TimedSpan[] = [];
  const lines: string[] = [];
  const timed = createTimed({
    budget,
    now: () => clockMs,
    warn: (line) => lines.push(line),
    onSpan: (span) => spans.push(span),
    ...given,
  });
  return {timed, spans, lines};
}

/** Lets the clock go on. */
const takes = (ms: number) => {
  clockMs += ms;
};

describe('a timed stage', () => {
  test('hands through what sync work returns, and is told as a span', () => {
    const {timed, spans, lines} = start();
    takes(100);
    const found: string[] = timed('retrieval', () => {
      takes(41.26);
      return ['entry'];
    });
    expect(found).toEqual(['entry']);
    expect(spans).toEqual([{stage: 'retrieval', atMs: 100, ms: 41.3, ok: true}]);
    expect(lines).toEqual([]);
  });

  test('lasts until what async work promised is there', async () => {
    const {timed, spans} = start();
    const {promise, resolve} = Promise.withResolvers<number>();
    const work: Promise<number> = timed('model', () => promise);
    takes(700);
    expect(spans).toEqual([]);
    resolve(7);
    expect(await work).toBe(7);
    expect(spans).toEqual([{stage: 'model', atMs: 0, ms: 700, ok: true}]);
  });

  test('waits for a promise of any make, once', async () => {
    const {timed, spans} = start();
    const then = vi.fn((hear: (value: string) => void) => hear('rows'));
    // database clients return such things, which run at each `then`
    expect(await timed('retrieval', () => ({then}) as unknown as PromiseLike<string>)).toBe('rows');
    expect(then).toHaveBeenCalledOnce();
    expect(spans.length).toBe(1);
  });

  test('is told when its work throws, too', () => {
    const {timed, spans, lines} = start();
    const cause = new Error('no index');
    const work = () =>
      timed('retrieval', () => {
        takes(500);
        throw cause;
      });
    expect(work).toThrow(cause);
    expect(spans).toEqual([{stage: 'retrieval', atMs: 0, ms: 500, ok: false}]);
    expect(lines).toEqual(['[retrieval] over budget: 500 > 400 ms']);
  });

  test('is told when what its work promised fails, too', async () => {
    const {timed, spans} = start();
    const cause = new Error('no model');
    await expect(timed('model', () => Promise.reject(cause))).rejects.toBe(cause);
    expect(spans).toEqual([{stage: 'model', atMs: 0, ms: 0, ok: false}]);
  });

  test('that takes longer than its budget is warned of, each time, in one form', () => {
    const {timed, lines} = start();
    for (const ms of [400, 812, 400.1]) timed('retrieval', () => takes(ms));
    expect(lines).toEqual(['[retrieval] over budget: 812 > 400 ms', '[retrieval] over budget: 400.1 > 400 ms']);
  });

  test('without a budget of its own is never too long', () => {
    const {timed, spans, lines} = start();
    timed('generate', () => takes(60_000));
    expect([spans.length, lines]).toEqual([1, []]);
  });

  test('that nobody declared is an error before any work is done', () => {
    const {timed, spans} = start();
    const work = vi.fn();
    const call = () => timed('retreival', work);
    expect(call).toThrow(UnknownStageError);
    expect(call).toThrow(
      '"retreival" is no stage of the budget; there are retrieval, model, tools, overhead, rerank, network, generate',
    );
    expect(() => timed('constructor', work)).toThrow(expect.objectContaining({stage: 'constructor'}));
    expect([work.mock.calls.length, spans.length]).toEqual([0, 0]);
  });
});

test('spans of one turn can be divided', async () => {
  const {timed, spans} = start();
  timed('retrieval', () => takes(300));
  const {promise, resolve} = Promise.withResolvers<void>();
  const model = timed('model', () => promise);
  timed('rerank', () => takes(40));
  takes(60);
  resolve();
  await model;
  expect(exclusiveTimes(spans, 420)).toEqual({retrieval: 300, model: 100, unattributed: 20});
});

test('without a clock and a listener, the machine’s clock counts and the console hears', () => {
  const budget = readBudget(DEFAULT_BUDGET);
  if (typeof budget === 'string') throw new Error(budget);
  const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(10).mockReturnValueOnce(822);
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  createTimed({budget})('retrieval', () => {});
  expect(clock).toHaveBeenCalledTimes(3);
  expect(warn.mock.calls).toEqual([['[firstword] [retrieval] over budget: 812 > 400 ms']]);
});

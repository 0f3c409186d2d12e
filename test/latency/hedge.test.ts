import {getEventListeners} from 'node:events';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {
  createHedgeBudget,
  HEDGE_SAVED_COUNT,
  HEDGE_SHARE,
  type HedgeEnd,
  type HedgeOptions,
  type Lane,
  withHedge,
} from '../../src/latency/index.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount(), 'a timer was left behind').toBe(0);
  vi.useRealTimers();
});

/** Starts an answer whose attempts end when the test says so, or when they are aborted. */
function race(given: Partial<HedgeOptions> = {}) {
  const parent = new AbortController();
  const ends: HedgeEnd[] = [];
  const lanes: (Lane & {resolve(value: string): void; reject(cause: unknown): void})[] = [];
  const startedAt = Date.now();
  const answer = withHedge<string>(
    (lane) => {
      const {promise, resolve, reject} = Promise.withResolvers<string>();
      lanes.push({...lane, resolve, reject});
      lane.signal.addEventListener('abort', () => reject(lane.signal.reason), {once: true});
      return promise;
    },
    {
      afterMs: 500,
      signal: parent.signal,
      allow: () => true,
      onEnd: (end) => ends.push(end),
      now: () => Date.now() - startedAt,
      ...given,
    },
  );
  answer.catch(() => {}); // a test that is about it looks itself
  const lane = (attempt: 0 | 1) => {
    const found = lanes[attempt];
    if (!found) throw new Error(`attempt ${attempt} has not begun`);
    return found;
  };
  const listenerCount = () => getEventListeners(parent.signal, 'abort').length;
  return {answer, lanes, lane, ends, parent, listenerCount};
}

describe('without a need for it', () => {
  test('there is one attempt, at once, and nothing is told', async () => {
    const {answer, lanes, lane, ends, listenerCount} = race();
    expect(lanes.map(({attempt}) => attempt)).toEqual([0]);
    await vi.advanceTimersByTimeAsync(499);
    lane(0).claim();
    await vi.advanceTimersByTimeAsync(5000);
    lane(0).claim();
    lane(0).resolve('hello');
    expect(await answer).toBe('hello');
    expect([lanes.length, ends, listenerCount()]).toEqual([1, [], 0]);
  });

  test.each([[undefined], [() => undefined], [2 ** 40]])('nor with a delay of %s', async (afterMs) => {
    const {answer, lanes, lane} = race({afterMs});
    await vi.advanceTimersByTimeAsync(100_000);
    lane(0).resolve('late');
    expect([await answer, lanes.length]).toEqual(['late', 1]);
  });

  test('an answer without a token is one all the same', async () => {
    const {answer, lane, lanes} = race();
    lane(0).resolve('');
    expect(await answer).toBe('');
    await vi.advanceTimersByTimeAsync(1000);
    expect(lanes.length).toBe(1);
  });

  test('an attempt that fails before the delay is the outcome', async () => {
    const {answer, lane, lanes, ends, listenerCount} = race();
    const cause = new Error('refused');
    lane(0).reject(cause);
    await expect(answer).rejects.toBe(cause);
    await vi.advanceTimersByTimeAsync(1000);
    expect([lanes.length, ends, listenerCount()]).toEqual([1, [], 0]);
  });

  test('an attempt that throws as it begins is a failed one, one that claims as it begins wins', async () => {
    const options = {afterMs: 500, signal: new AbortController().signal, allow: () => true, now: () => 0};
    const broken = withHedge(() => {
      throw new Error('broken');
    }, options);
    await expect(broken).rejects.toThrow('broken');
    const startCount = vi.fn();
    const {promise, resolve} = Promise.withResolvers<string>();
    const ready = withHedge(({claim}) => {
      startCount();
      claim();
      return promise;
    }, options);
    await vi.advanceTimersByTimeAsync(1000);
    resolve('ready');
    expect(await ready).toBe('ready');
    expect(startCount).toHaveBeenCalledOnce();
  });
});

describe('the second attempt', () => {
  test('begins when nobody has claimed after the delay, which is asked for once', async () => {
    const afterMs = vi.fn(() => 700);
    const {answer, lanes, lane, ends} = race({afterMs});
    await vi.advanceTimersByTimeAsync(699);
    expect(lanes.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(lanes.map(({attempt}) => attempt)).toEqual([0, 1]);
    expect(afterMs).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lanes.length, 'there is no third').toBe(2);
    lane(1).claim();
    lane(1).resolve('second');
    expect(await answer).toBe('second');
    expect(ends).toEqual([{won: 'hedge', atMs: 700}]);
  });

  test('loses when the first claims first: it is aborted, and its own claim throws', async () => {
    const {answer, lane, ends, listenerCount} = race();
    await vi.advanceTimersByTimeAsync(500);
    lane(0).claim();
    expect(ends, 'known at the first token').toEqual([{won: 'primary', atMs: 500}]);
    expect([lane(0).signal.aborted, lane(1).signal.aborted]).toEqual([false, true]);
    expect(lane(1).signal.reason).toMatchObject({name: 'AbortError'});
    expect(() => lane(1).claim()).toThrow(lane(1).signal.reason);
    lane(0).resolve('first');
    expect(await answer).toBe('first');
    expect([ends.length, listenerCount()]).toEqual([1, 0]);
  });

  test('wins when it claims first, and what the loser does is nobody’s concern', async () => {
    const {answer, lane} = race();
    await vi.advanceTimersByTimeAsync(500);
    lane(1).claim();
    expect(lane(0).signal.aborted).toBe(true);
    expect(() => lane(0).claim()).toThrow(lane(0).signal.reason);
    lane(0).resolve('too late');
    await vi.advanceTimersByTimeAsync(100);
    lane(1).resolve('second');
    expect(await answer).toBe('second');
  });

  test('that was cut after its claim is the outcome', async () => {
    const {answer, lane, ends} = race();
    await vi.advanceTimersByTimeAsync(500);
    lane(1).claim();
    lane(1).reject(new Error('cut'));
    await expect(answer).rejects.toThrow('cut');
    expect(ends).toEqual([{won: 'hedge', atMs: 500}]);
  });

  test('decides when the first fails beside it', async () => {
    const {answer, lane, ends} = race();
    await vi.advanceTimersByTimeAsync(500);
    lane(0).reject(new Error('refused'));
    await vi.advanceTimersByTimeAsync(100);
    lane(1).resolve('second');
    expect(await answer).toBe('second');
    expect(ends).toEqual([{won: 'hedge', atMs: 500}]);
  });

  test.each([
    [429, 'denied'],
    [503, 'primary'],
  ])('that is refused with %d is silent, and told as %s', async (status, won) => {
    const {answer, lane, ends} = race();
    await vi.advanceTimersByTimeAsync(500);
    lane(1).reject(Object.assign(new Error('refused'), {status}));
    await vi.advanceTimersByTimeAsync(100);
    expect(lane(0).signal.aborted).toBe(false);
    lane(0).resolve('first');
    expect(await answer).toBe('first');
    expect(ends).toEqual([{won, atMs: 500}]);
  });

  test.each([
    [0, 1],
    [1, 0],
  ] as const)('that fails as the first does leaves its failure, whichever failed earlier (%d)', async (early, late) => {
    const {answer, lane, ends, listenerCount} = race();
    await vi.advanceTimersByTimeAsync(500);
    lane(early).reject(new Error(`attempt ${early}`));
    await vi.advanceTimersByTimeAsync(100);
    lane(late).reject(new Error(`attempt ${late}`));
    await expect(answer).rejects.toThrow('attempt 0');
    expect(ends).toEqual([{won: 'none', atMs: 500}]);
    expect(listenerCount()).toBe(0);
  });

  test('is denied by what was asked right at the delay', async () => {
    let isAllowed = true;
    const {answer, lanes, lane, ends} = race({allow: () => isAllowed});
    await vi.advanceTimersByTimeAsync(400);
    isAllowed = false; // the backend said so meanwhile
    await vi.advanceTimersByTimeAsync(100);
    expect(ends).toEqual([{won: 'denied', atMs: 500}]);
    lane(0).claim();
    lane(0).resolve('first');
    expect([await answer, lanes.length, ends.length]).toEqual(['first', 1, 1]);
  });
});

describe('whoever waits', () => {
  test('aborts both attempts, with the same reason', async () => {
    const {answer, lanes, ends, parent, listenerCount} = race();
    await vi.advanceTimersByTimeAsync(500);
    const reason = new Error('stopped');
    parent.abort(reason);
    expect(lanes.map(({signal}) => signal.reason)).toEqual([reason, reason]);
    await expect(answer).rejects.toBe(reason);
    expect(ends).toEqual([{won: 'none', atMs: 500}]);
    expect(listenerCount()).toBe(0);
  });

  test('aborts a single one, and then there is no second', async () => {
    const {answer, lanes, ends, parent} = race();
    parent.abort();
    await vi.advanceTimersByTimeAsync(1000);
    await expect(answer).rejects.toMatchObject({name: 'AbortError'});
    expect(() => lanes[0]?.claim()).toThrow();
    expect([lanes.length, ends]).toEqual([1, []]);
  });

  test('aborts a winner too', async () => {
    const {answer, lane, parent} = race();
    lane(0).claim();
    parent.abort(new Error('stopped'));
    await expect(answer).rejects.toThrow('stopped');
  });

  test('gets no second one when the first begins by ending it all', async () => {
    const parent = new AbortController();
    const start = vi.fn(async () => parent.abort(new Error('gone')));
    await withHedge(start, {afterMs: 500, signal: parent.signal, allow: () => true, now: () => 0});
    await vi.advanceTimersByTimeAsync(1000);
    expect(start).toHaveBeenCalledOnce();
  });

  test('gets no attempt when it was aborted before', async () => {
    const {answer, lanes, listenerCount} = race({signal: AbortSignal.abort(new Error('gone'))});
    await expect(answer).rejects.toThrow('gone');
    expect([lanes.length, listenerCount()]).toEqual([0, 0]);
  });
});

describe('the budget', () => {
  test('begins with one attempt, and earns one with twenty turns in time', () => {
    const budget = createHedgeBudget();
    expect([budget.ask(), budget.ask()]).toEqual([true, false]);
    for (let at = 1; at < 1 / HEDGE_SHARE; at++) budget.earn();
    expect(budget.ask()).toBe(false);
    budget.earn();
    expect([budget.ask(), budget.ask()]).toEqual([true, false]);
  });

  test('saves up three', () => {
    const budget = createHedgeBudget();
    for (let at = 0; at < 1000; at++) budget.earn();
    const allowed = Array.from({length: 5}, budget.ask).filter(Boolean).length;
    expect(allowed).toBe(HEDGE_SAVED_COUNT);
  });

  test('allows at most its share, and nothing more in an outage', () => {
    const budget = createHedgeBudget();
    let hedgeCount = 0;
    for (let turn = 0; turn < 4000; turn++) {
      if (turn % 10 === 0) hedgeCount += Number(budget.ask());
      else budget.earn();
    }
    expect(hedgeCount / 4000).toBeGreaterThan(0.9 * HEDGE_SHARE * 0.9);
    expect(hedgeCount / 4000).toBeLessThanOrEqual(HEDGE_SHARE);
    const inOutage = Array.from({length: 1000}, budget.ask).filter(Boolean).length;
    expect(inOutage).toBeLessThanOrEqual(HEDGE_SAVED_COUNT);
  });
});

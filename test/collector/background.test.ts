import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {BACKGROUND_PATIENCE_MS, BACKGROUND_REST_MS, createBackground} from '../../src/collector/background.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work of so many ms; each time it gives the number of the time. */
function workOf(tookMs: number) {
  const state = {startedCount: 0, runningCount: 0, mostCount: 0};
  function work(): Promise<number> {
    state.startedCount += 1;
    state.runningCount += 1;
    state.mostCount = Math.max(state.mostCount, state.runningCount);
    const number = state.startedCount;
    const {promise, resolve} = Promise.withResolvers<number>();
    setTimeout(() => {
      state.runningCount -= 1;
      resolve(number);
    }, tookMs);
    return promise;
  }
  return {work, state};
}

const failures: unknown[] = [];
const create = (restRatio = 4) => createBackground({restRatio, onFailed: (error) => failures.push(error)});

describe('what takes long', () => {
  it('is waited for where it is quick, and then kept for a while', async () => {
    const {ask} = create();
    const {work, state} = workOf(100);
    const first = ask('a', work);
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toBe(1);
    expect(await ask('a', work)).toBe(1);
    await vi.advanceTimersByTimeAsync(BACKGROUND_REST_MS);
    const second = ask('a', work);
    await vi.advanceTimersByTimeAsync(100);
    expect(await second).toBe(2);
    expect(state.startedCount).toBe(2);
  });

  it('is not there yet for whoever asks first, then the last one, while a new one is made', async () => {
    const {ask} = create();
    const {work, state} = workOf(20_000);
    const first = ask('a', work);
    await vi.advanceTimersByTimeAsync(BACKGROUND_PATIENCE_MS);
    expect(await first).toBeUndefined();
    const again = ask('a', work);
    await vi.advanceTimersByTimeAsync(BACKGROUND_PATIENCE_MS);
    expect(await again).toBeUndefined();
    expect(state.startedCount).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await ask('a', work)).toBe(1);
    await vi.advanceTimersByTimeAsync(4 * 20_000 + 1);
    const stale = ask('a', work);
    await vi.advanceTimersByTimeAsync(BACKGROUND_PATIENCE_MS);
    expect(await stale).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await ask('a', work)).toBe(2);
  });

  it('is made one after the other', async () => {
    const {ask} = create();
    const {work, state} = workOf(1000);
    const asked = ['a', 'b', 'c'].map((key) => ask(key, work));
    await vi.advanceTimersByTimeAsync(3000);
    expect(await Promise.all(asked)).toEqual([1, undefined, undefined]);
    expect(await ask('c', work)).toBe(3);
    expect(state).toMatchObject({startedCount: 3, mostCount: 1});
  });

  it('that fails tells those who wait and the operator, and holds nobody up', async () => {
    const {ask} = create();
    const failing = ask('a', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(failures).toEqual([new Error('no')]);
    const {work} = workOf(10);
    const next = ask('a', work);
    await vi.advanceTimersByTimeAsync(10);
    expect(await next).toBe(1);
  });

  it('is made anew each time where nothing is to be kept', async () => {
    const {ask} = create(0);
    const {work} = workOf(5000);
    for (const number of [1, 2]) {
      const asked = ask('a', work);
      await vi.advanceTimersByTimeAsync(5000);
      expect(await asked).toBe(number);
    }
  });

  it('is not kept without end, and not started for a crowd', async () => {
    const {ask} = create();
    const {work, state} = workOf(1);
    const crowd = Array.from({length: 60}, (_, at) => ask(`key ${at}`, work));
    await vi.advanceTimersByTimeAsync(100);
    expect((await Promise.all(crowd)).filter((answer) => answer !== undefined).length).toBe(40);
    expect(state.startedCount).toBe(40);
    const late = ask('key 50', work);
    await vi.advanceTimersByTimeAsync(10);
    expect(await late).toBe(41);
    const gone = ask('key 0', work);
    await vi.advanceTimersByTimeAsync(10);
    expect(await gone).toBe(42);
  });
});

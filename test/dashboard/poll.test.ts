import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {
  createPoller,
  LoadError,
  loadAnswer,
  POLL_MAX_MS,
  POLL_MS,
  type PollState,
  STALE_MS,
} from '../../src/dashboard/index.ts';
import type {Summary} from '../../src/protocol/index.ts';

const summaryAt = (computedAt: number) => ({v: 1, computedAt}) as Summary; // the poller looks no further

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function start(options: {visible?: boolean} = {}) {
  const states: PollState<Summary>[] = [];
  const signals: AbortSignal[] = [];
  const answers: (() => Promise<Summary>)[] = [];
  let computedAt = 0;
  const load = (signal: AbortSignal) => {
    signals.push(signal);
    computedAt += 1;
    const answer = answers.shift();
    return answer ? answer() : Promise.resolve(summaryAt(computedAt));
  };
  const poller = createPoller({load, visible: options.visible ?? true, onState: (state) => states.push(state)});
  return {poller, states, signals, answers};
}

const fail = (problem: LoadError['problem']) => () => Promise.reject(new LoadError(problem));

describe('the poller', () => {
  it('asks at once and then every two seconds', async () => {
    const {states, poller} = start();
    await vi.advanceTimersByTimeAsync(3 * POLL_MS);
    expect(states).toEqual([1, 2, 3, 4].map((at) => ({kind: 'live', answer: summaryAt(at)})));
    poller.stop();
  });

  it('asks nothing while nobody looks, and at once when somebody looks again', async () => {
    const {poller, states, signals} = start({visible: false});
    await vi.advanceTimersByTimeAsync(10 * POLL_MS);
    expect(signals).toHaveLength(0);
    poller.visibility({visible: true});
    await vi.advanceTimersByTimeAsync(0);
    expect(signals).toHaveLength(1);
    poller.visibility({visible: false});
    await vi.advanceTimersByTimeAsync(10 * POLL_MS);
    expect(signals).toHaveLength(1);
    poller.visibility({visible: true});
    expect(states.at(-1)).toMatchObject({kind: 'stale', why: 'paused'});
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toMatchObject({kind: 'live', answer: {computedAt: 2}});
    poller.stop();
  });

  it('does not call a summary stale that is only moments old', async () => {
    const {poller, states} = start();
    await vi.advanceTimersByTimeAsync(0);
    poller.visibility({visible: false});
    await vi.advanceTimersByTimeAsync(STALE_MS - 1);
    poller.visibility({visible: true});
    await vi.advanceTimersByTimeAsync(0);
    expect(states.map(({kind}) => kind)).toEqual(['live', 'live']);
    poller.stop();
  });

  it('gives up a request under way when the page hides or the poller stops', async () => {
    const {poller, signals, answers, states} = start({visible: false});
    const never = () => new Promise<Summary>(() => undefined);
    answers.push(never, never);
    poller.visibility({visible: true});
    poller.visibility({visible: false});
    expect(signals[0]?.aborted).toBe(true);
    poller.visibility({visible: true});
    poller.stop();
    expect(signals[1]?.aborted).toBe(true);
    poller.refresh();
    poller.visibility({visible: false});
    poller.visibility({visible: true});
    await vi.advanceTimersByTimeAsync(POLL_MAX_MS);
    expect(signals).toHaveLength(2);
    expect(states).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the last summary through failures, says why, and recovers', async () => {
    const {poller, states, answers} = start();
    await vi.advanceTimersByTimeAsync(0);
    answers.push(fail('offline'), fail('refused'));
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(states.at(-1)).toEqual({kind: 'stale', answer: summaryAt(1), why: 'offline'});
    await vi.advanceTimersByTimeAsync(2 * POLL_MS);
    expect(states.at(-1)).toMatchObject({kind: 'stale', why: 'refused'});
    await vi.advanceTimersByTimeAsync(4 * POLL_MS);
    expect(states.at(-1)).toMatchObject({kind: 'live', answer: {computedAt: 4}});
    poller.stop();
  });

  it('does not call a summary live that ages while the next one is awaited', async () => {
    const {poller, states, answers} = start();
    await vi.advanceTimersByTimeAsync(0);
    answers.push(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(STALE_MS - 1);
    expect(states.at(-1)?.kind).toBe('live');
    await vi.advanceTimersByTimeAsync(1);
    expect(states.at(-1)).toEqual({kind: 'stale', answer: summaryAt(1), why: 'slow'});
    poller.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits ever longer for a collector that is away, but tries at once when asked', async () => {
    const {poller, states, signals, answers} = start({visible: false});
    answers.push(...Array.from({length: 40}, () => fail('offline')));
    poller.visibility({visible: true});
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(states.at(-1)).toEqual({kind: 'unavailable', why: 'offline'});
    expect(signals.length).toBeLessThan(15);
    answers.length = 0;
    poller.refresh();
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toMatchObject({kind: 'live'});
    poller.stop();
  });

  it('ignores an answer that a later request has overtaken', async () => {
    const {poller, states, answers} = start({visible: false});
    let finish: (summary: Summary) => void = () => undefined;
    answers.push(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    poller.visibility({visible: true});
    poller.refresh();
    await vi.advanceTimersByTimeAsync(0);
    finish(summaryAt(99));
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toEqual([{kind: 'live', answer: summaryAt(2)}]);
    poller.stop();
  });
});

describe('loading a summary', () => {
  const url = 'http://127.0.0.1/v1/summary';
  const load = (fetchUrl: typeof fetch, signal = new AbortController().signal) =>
    loadAnswer<Summary>({url, version: 1, signal, fetchUrl});

  it('takes one of its own version', async () => {
    expect(await load(async () => Response.json({v: 1, computedAt: 5}))).toEqual({v: 1, computedAt: 5});
  });

  it.each([
    ['offline', async () => Promise.reject(new TypeError('Failed to fetch'))],
    ['refused', async () => Response.json({error: {code: 'store'}}, {status: 503})],
    ['unreadable', async () => new Response('<!doctype html>')],
    ['unreadable', async () => Response.json({v: 2})],
    ['unreadable', async () => Response.json(null)],
  ] as const)('says that it is %s', async (problem, fetchUrl) => {
    await expect(load(fetchUrl)).rejects.toMatchObject({name: 'LoadError', problem});
  });

  it('rejects with the reason of whoever gave up', async () => {
    const giveUp = new AbortController();
    giveUp.abort(new Error('enough'));
    const fetchUrl: typeof fetch = async (_url, init) => Promise.reject(init?.signal?.reason);
    await expect(load(fetchUrl, giveUp.signal)).rejects.toThrow('enough');
  });
});

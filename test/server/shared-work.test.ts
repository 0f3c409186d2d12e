import {afterEach, expect, it, vi} from 'vitest';
import {createSharedWork} from '../../src/server/shared-work.ts';
import {createGate} from '../gate.ts';

const create = (more: Partial<Parameters<typeof createSharedWork>[0]> = {}) =>
  createSharedWork({keptMs: 1_000, entryCount: 2, ...more});
const waiting = () => new AbortController();

afterEach(() => {
  vi.useRealTimers();
});

it('begins once while it runs and for a time after', async () => {
  vi.useFakeTimers();
  const {share} = create();
  const work = vi.fn(() => 'a');
  const {signal} = waiting();
  expect(share('k', {signal, work}).isNew).toBe(true);
  const again = share('k', {signal, work});
  expect([again.isNew, await again.result, work.mock.calls.length]).toEqual([false, 'a', 1]);
  vi.advanceTimersByTime(999);
  expect(share('k', {signal, work}).isNew).toBe(false);
  vi.advanceTimersByTime(1);
  expect(share('k', {signal, work}).isNew).toBe(true);
});

it('ends when the last who waited has left, and begins anew for the next', async () => {
  const {share} = create();
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const [one, two] = [waiting(), waiting()];
  const results = [one, two].map(({signal}) => share('k', {signal, work}).result);
  one.abort(new Error('one'));
  await expect(results[0]).rejects.toThrow('one');
  expect(signals.map(({aborted}) => aborted)).toEqual([false]);
  two.abort(new Error('two'));
  await expect(results[1]).rejects.toThrow('two');
  expect(signals[0]?.reason).toMatchObject({message: 'two'});
  expect(share('k', {signal: waiting().signal, work}).isNew).toBe(true);
});

it('is not begun for who has left already', async () => {
  const work = vi.fn();
  const {result} = create().share('k', {signal: AbortSignal.abort(new Error('left')), work});
  await expect(result).rejects.toThrow('left');
  expect(work).not.toHaveBeenCalled();
});

it('is forgotten when it fails, also at once', async () => {
  const {share} = create();
  const {signal} = waiting();
  const fail = () => {
    throw new Error('no');
  };
  await expect(share('k', {signal, work: fail}).result).rejects.toThrow('no');
  await expect(share('k', {signal, work: () => 'yes'}).result).resolves.toBe('yes');
});

it('keeps the failures it is told to, and goes on alone, where it must not run twice', async () => {
  const gate = createGate();
  const {share} = create({keepsFailure: (error) => (error as Error).message === 'kept'});
  const left = waiting();
  const work = vi.fn(async (signal: AbortSignal) => {
    await gate.opened;
    throw new Error(signal.aborted ? 'ended' : 'kept');
  });
  const {result} = share('k', {signal: left.signal, work});
  left.abort(new Error('left'));
  await expect(result).rejects.toThrow('left');
  gate.open();
  await expect(share('k', {signal: waiting().signal, work}).result).rejects.toThrow('kept');
  await expect(share('k', {signal: waiting().signal, work}).result).rejects.toThrow('kept');
  expect(work).toHaveBeenCalledOnce();
});

it('forgets the oldest that has settled beyond its count, none that runs', async () => {
  vi.useFakeTimers();
  const {share} = create();
  const {signal} = waiting();
  const never = () => new Promise(() => {});
  share('running', {signal, work: never});
  await share('old', {signal, work: () => 1}).result;
  await share('new', {signal, work: () => 2}).result;
  expect(['running', 'new'].map((key) => share(key, {signal, work: never}).isNew)).toEqual([false, false]);
  expect(share('old', {signal, work: never}).isNew).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(vi.getTimerCount()).toBe(0);
});

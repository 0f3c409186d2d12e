import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {createDeadline} from '../../src/server/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('falls once, at the latest time that it was put to', () => {
  const onFall = vi.fn();
  const deadline = createDeadline(onFall);
  deadline.put(1_000);
  vi.advanceTimersByTime(900);
  deadline.put(500);
  deadline.put(50);
  vi.advanceTimersByTime(499);
  expect(onFall).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onFall).toHaveBeenCalledOnce();
  deadline.put(1);
  vi.advanceTimersByTime(10_000);
  expect(onFall).toHaveBeenCalledOnce();
});

it.each([0, -5])('falls at once when %i ms are left', (leftMs) => {
  const onFall = vi.fn();
  createDeadline(onFall).put(leftMs);
  vi.advanceTimersByTime(0);
  expect(onFall).toHaveBeenCalledOnce();
});

it('falls never when it is stopped, and not at once when it is further away than timers go', () => {
  const onFall = vi.fn();
  const far = createDeadline(onFall);
  far.put(Number.MAX_VALUE);
  vi.advanceTimersByTime(3_600_000);
  far.stop();
  const deadline = createDeadline(onFall);
  deadline.put(1);
  deadline.stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(onFall).not.toHaveBeenCalled();
});

import {afterEach, expect, test, vi} from 'vitest';
import {createSchedule, LONGEST_WAIT_MS, PAINT_SHARE} from '../../src/markdown/schedule.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs one frame whose work and painting take so long, and waits until that is known. */
async function frameOf(costMs: number) {
  let nowMs = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const close = vi.spyOn(MessagePort.prototype, 'close');
  const painted = vi.fn(() => {
    nowMs += costMs;
  });
  const schedule = createSchedule(painted);
  schedule.request();
  await expect.poll(() => close.mock.calls.length).toBe(1);
  expect(painted).toHaveBeenCalledTimes(1);
  return {
    schedule,
    painted,
    wait: vi.spyOn(globalThis, 'setTimeout'),
    frame: vi.spyOn(globalThis, 'requestAnimationFrame'),
  };
}

test('a cheap frame is followed by the next one', async () => {
  const {schedule, wait, frame} = await frameOf(0.5);
  schedule.request();
  expect(frame).toHaveBeenCalledTimes(1);
  expect(wait).not.toHaveBeenCalled();
  schedule.cancel();
});

test('a dear frame is followed by a wait that keeps its share', async () => {
  const {schedule, wait, frame} = await frameOf(3);
  schedule.request();
  schedule.request();
  expect(frame).not.toHaveBeenCalled();
  expect(wait).toHaveBeenCalledTimes(1);
  const waitMs = wait.mock.calls[0]?.[1] ?? 0;
  expect(waitMs).toBeGreaterThan(3 / PAINT_SHARE - 3 - 16);
  expect(waitMs).toBeLessThan(3 / PAINT_SHARE);
  schedule.cancel();
});

test('no frame is so dear that the reader waits longer than the limit', async () => {
  const {schedule, wait} = await frameOf(60);
  schedule.request();
  const waitMs = wait.mock.calls[0]?.[1] ?? Number.NaN;
  expect(waitMs).toBeLessThanOrEqual(LONGEST_WAIT_MS - 60);
  schedule.cancel();
});

test('what is taken back is not painted', async () => {
  const painted = vi.fn();
  const schedule = createSchedule(painted);
  schedule.request();
  schedule.cancel();
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  expect(painted).not.toHaveBeenCalled();
  schedule.request();
  await expect.poll(() => painted.mock.calls.length).toBe(1);
});

import {expect, test} from 'vitest';
import {createPace} from '../../src/markdown/pace.ts';

const FRAME_MS = 1000 / 60;
const PACE_MS = 80;

/** Feeds arrivals to a pace that is asked once a frame; gives what each frame took, and how late the latest text was. */
function play(arrivals: readonly {atMs: number; charCount: number}[], paceMs = PACE_MS) {
  const pace = createPace(paceMs);
  const waiting: {atMs: number; left: number}[] = [];
  const frames: number[] = [];
  let latestMs = 0;
  let next = 0;
  const endMs = (arrivals.at(-1)?.atMs ?? 0) + 500;
  for (let nowMs = 0; nowMs < endMs; nowMs += FRAME_MS) {
    for (let arrival = arrivals[next]; arrival && arrival.atMs <= nowMs; arrival = arrivals[++next]) {
      pace.add(arrival.charCount, arrival.atMs);
      waiting.push({atMs: arrival.atMs, left: arrival.charCount});
    }
    const waitingCount = waiting.reduce((sum, {left}) => sum + left, 0);
    if (waitingCount === 0) continue;
    let taken = pace.take(waitingCount, nowMs);
    frames.push(taken);
    for (const each of waiting) {
      const part = Math.min(each.left, taken);
      each.left -= part;
      taken -= part;
      if (part > 0) latestMs = Math.max(latestMs, nowMs - each.atMs);
    }
  }
  return {frames, latestMs, leftCount: waiting.reduce((sum, {left}) => sum + left, 0)};
}

test('a burst is spread over several frames and is out in time', () => {
  const {frames, latestMs, leftCount} = play([{atMs: 0, charCount: 2000}]);
  expect(frames.length).toBeGreaterThan(3);
  expect(Math.max(...frames)).toBeLessThanOrEqual(500);
  expect(latestMs).toBeLessThanOrEqual(PACE_MS);
  expect(leftCount).toBe(0);
});

test.each([
  ['slow', 50, 4],
  ['usual', 20, 5],
  ['fast', 2, 4],
])('a %s stream of tokens waits for nothing but its frame', (_, gapMs, charCount) => {
  const arrivals = Array.from({length: 200}, (_, at) => ({atMs: at * gapMs, charCount}));
  expect(play(arrivals).latestMs).toBeLessThan(FRAME_MS);
});

test('one burst after another is out in time, each of them', () => {
  const arrivals = Array.from({length: 20}, (_, at) => ({atMs: at * 130, charCount: 300 + (at % 3) * 400}));
  const {latestMs, leftCount} = play(arrivals);
  expect(latestMs).toBeLessThanOrEqual(PACE_MS);
  expect(leftCount).toBe(0);
});

test('a frame never takes more than there is, and always something', () => {
  const pace = createPace(PACE_MS);
  pace.add(3, 0);
  expect(pace.take(3, 5)).toBe(3);
  pace.add(1, 10);
  expect(pace.take(1, 1e6)).toBe(1);
});

test('when frames are rare, everything goes with the next', () => {
  const pace = createPace(PACE_MS);
  pace.add(1000, 0);
  pace.take(1000, 0);
  pace.add(4000, 1);
  expect(pace.take(4750, 100)).toBe(4750);
});

test('a pace longer than the window keeps to its time', () => {
  const {frames, latestMs} = play([{atMs: 0, charCount: 8000}], 400);
  expect(frames.length).toBeGreaterThan(10);
  expect(latestMs).toBeLessThanOrEqual(400);
});

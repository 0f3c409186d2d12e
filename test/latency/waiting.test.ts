import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {createWaiting, type Deadlines, type Sign, WORDS_AFTER_MS, WORDS_GAP_MS} from '../../src/latency/index.ts';

const DEADLINES: Deadlines = {softMs: 1500, firstMs: 6000, completeMs: 12_000};
const RETRIEVAL = {stage: 'retrieval', label: undefined};
const TOOLS = {stage: 'tools', label: undefined};

let clockMs = 0;
const now = () => clockMs;

beforeEach(() => {
  clockMs = 5000; // a turn does not begin when the page does
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount(), 'a timer was left behind').toBe(0);
  vi.useRealTimers();
});

/** Lets time pass, a millisecond at a time, so that the clock and the timers agree. */
function pass(ms: number): void {
  for (let at = 0; at < ms; at++) {
    clockMs++;
    vi.advanceTimersByTime(1);
  }
}

/** Starts a wait and notes what is heard, with the time since its start. */
function wait(deadlines: Partial<Deadlines> = {}, startedMs = clockMs) {
  const heard: [number, Sign][] = [];
  const waiting = createWaiting({
    deadlines: {...DEADLINES, ...deadlines},
    startedMs,
    now,
    hear: (sign) => heard.push([clockMs - startedMs, sign]),
  });
  return {waiting, heard, kinds: () => heard.map(([ms, {kind}]) => [ms, kind])};
}

const words = (doing?: unknown, waitedS?: number) => ({
  kind: 'words',
  doing,
  ...(waitedS === undefined ? {} : {waitedS}),
});

describe('words', () => {
  test('say what the backend does, not before a second has passed', () => {
    const {waiting, heard} = wait();
    pass(200);
    waiting.doing(RETRIEVAL);
    pass(WORDS_AFTER_MS);
    expect(heard).toEqual([[WORDS_AFTER_MS, words(RETRIEVAL)]]);
    waiting.stop();
  });

  test('change once a second at most, to what is newest then', () => {
    const {waiting, heard} = wait();
    pass(1100);
    waiting.doing(RETRIEVAL);
    pass(100);
    waiting.doing(TOOLS);
    pass(100);
    waiting.doing('model');
    pass(1000);
    waiting.stop();
    expect(heard).toEqual([
      [1101, words(RETRIEVAL)],
      [1101 + WORDS_GAP_MS, words('model')],
    ]);
  });

  test('do not change when the same is done, or done again before it was said that it was not', () => {
    const {waiting, kinds} = wait({softMs: 6000});
    pass(1000);
    waiting.doing(RETRIEVAL);
    pass(100);
    waiting.doing({...RETRIEVAL});
    waiting.doing(TOOLS);
    waiting.doing({...RETRIEVAL});
    pass(3000);
    waiting.stop();
    expect(kinds()).toEqual([[1001, 'words']]);
  });

  test('come at the soft deadline when nothing else did, and again as long as nothing does', () => {
    const {waiting, heard} = wait();
    pass(5000);
    waiting.stop();
    expect(heard).toEqual([
      [1500, words(undefined, 2)],
      [3000, words(undefined, 3)],
      [4500, words(undefined, 5)],
    ]);
  });

  test('of a long wait still say what is being done', () => {
    const {waiting, heard} = wait();
    waiting.doing(RETRIEVAL);
    pass(4200);
    waiting.stop();
    expect(heard).toEqual([
      [1000, words(RETRIEVAL)],
      [2500, words(RETRIEVAL, 3)],
      [4000, words(RETRIEVAL, 4)],
    ]);
  });

  test('of a soft deadline below a second come by it, and never twice within a second', () => {
    const {waiting, kinds} = wait({softMs: 300});
    waiting.doing(RETRIEVAL);
    pass(2500);
    waiting.stop();
    expect(kinds()).toEqual([
      [300, 'words'],
      [1300, 'words'],
      [2300, 'words'],
    ]);
  });

  test('are not needed while text is shown, and come when it stalls', () => {
    const {waiting, heard} = wait();
    waiting.answered();
    for (let at = 0; at < 20; at++) {
      pass(200);
      waiting.progress(clockMs);
    }
    expect(heard).toEqual([]);
    pass(2000);
    waiting.stop();
    expect(heard).toEqual([[5500, words(undefined, 6)]]);
  });

  test('say nothing of what was done before the text, and say it when it is done again', () => {
    const {waiting, heard} = wait();
    waiting.doing(RETRIEVAL);
    pass(900);
    waiting.answered();
    waiting.progress(clockMs);
    pass(1600);
    waiting.doing(RETRIEVAL);
    pass(1000);
    waiting.stop();
    expect(heard).toEqual([
      [2400, words(undefined, 2)],
      [3400, words(RETRIEVAL)],
    ]);
  });

  test('are never more than the soft deadline apart from what was seen last, whatever happens', () => {
    const {waiting, heard} = wait({firstMs: 60_000, completeMs: 60_000});
    const startedMs = clockMs;
    const seenMs = [0];
    for (let at = 0; at < 30_000; at += 50) {
      const draw = (at * 7919) % 101;
      if (draw < 4) waiting.doing(draw);
      if (draw > 96) {
        waiting.progress(clockMs);
        seenMs.push(clockMs - startedMs);
      }
      pass(50);
    }
    waiting.stop();
    const all = [...seenMs, ...heard.map(([ms]) => ms)].sort((a, b) => a - b);
    expect(Math.max(...all.map((ms, at) => ms - (all[at - 1] ?? 0)))).toBeLessThanOrEqual(DEADLINES.softMs + 1);
    const gaps = heard.slice(1).map(([ms], at) => ms - (heard[at]?.[0] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(WORDS_GAP_MS);
    expect(heard.length).toBeGreaterThan(10);
  });
});

describe('the first deadline', () => {
  test('falls once, and there are no words after it', () => {
    const {waiting, kinds} = wait({softMs: 4000});
    pass(6500);
    waiting.doing(RETRIEVAL);
    pass(3000);
    waiting.stop();
    expect(kinds()).toEqual([
      [4000, 'words'],
      [6000, 'first'],
    ]);
  });

  test('does not fall when there was a token', () => {
    const {waiting, kinds} = wait({softMs: 5000});
    pass(5900);
    waiting.answered();
    waiting.progress(clockMs);
    pass(6500);
    expect(kinds()).toEqual([
      [5000, 'words'],
      [10_900, 'words'],
      [12_000, 'complete'],
    ]);
  });
});

describe('the complete deadline', () => {
  test('falls once, and ends the wait', () => {
    const {waiting, kinds} = wait({softMs: 6000});
    pass(20_000);
    waiting.doing(RETRIEVAL);
    waiting.progress(clockMs);
    pass(20_000);
    expect(kinds()).toEqual([
      [6000, 'first'],
      [12_000, 'complete'],
    ]);
  });
});

describe('a wait', () => {
  test('is over when it is stopped, also by what hears of it', () => {
    const heard: string[] = [];
    const waiting = createWaiting({
      deadlines: DEADLINES,
      startedMs: clockMs,
      now,
      hear({kind}) {
        heard.push(kind);
        waiting.stop();
      },
    });
    pass(30_000);
    waiting.stop();
    expect(heard).toEqual(['words']);
  });

  test('whose listener throws goes on', () => {
    const heard: string[] = [];
    const waiting = createWaiting({
      deadlines: DEADLINES,
      startedMs: clockMs,
      now,
      hear({kind}) {
        heard.push(kind);
        if (heard.length === 1) throw new Error('broken');
      },
    });
    expect(() => pass(1500)).toThrow('broken');
    pass(1500);
    waiting.stop();
    expect(heard).toEqual(['words', 'words']);
  });

  test.each([
    [2000, [[2000, 'words']]],
    [7000, [[7000, 'first']]],
    [
      99_000,
      [
        [99_000, 'first'],
        [99_000, 'complete'],
      ],
    ],
  ])('that is watched only after %d ms hears what is due, once, in the next task', (lateMs, due) => {
    const {waiting, kinds} = wait({}, clockMs - lateMs);
    expect(kinds()).toEqual([]);
    vi.advanceTimersByTime(1);
    vi.advanceTimersByTime(1);
    expect(kinds()).toEqual(due);
    pass(500);
    expect(kinds()).toEqual(due);
    waiting.stop();
  });

  test('over which the machine slept hears what is due, once', () => {
    const {waiting, heard} = wait({firstMs: 60_000, completeMs: 90_000});
    waiting.doing(RETRIEVAL);
    pass(100);
    clockMs += 30_000; // timers stood still
    pass(900);
    expect(heard).toEqual([[31_000, words(RETRIEVAL, 31)]]);
    clockMs += 70_000;
    pass(1600);
    waiting.stop();
    expect(heard.slice(1).map(([, {kind}]) => kind)).toEqual(['first', 'complete']);
  });

  test('does not take an early timer for time that has passed', () => {
    const {waiting, kinds} = wait();
    vi.advanceTimersByTime(1500); // the clock stands still
    expect(kinds()).toEqual([]);
    pass(1500);
    expect(kinds()).toEqual([[1500, 'words']]);
    waiting.stop();
  });
});

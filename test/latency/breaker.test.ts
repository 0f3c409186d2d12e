import {beforeEach, describe, expect, test} from 'vitest';
import {
  BREAKER_MAX_OPEN_MS,
  BREAKER_OPEN_MS,
  BREAKER_ROW_COUNT,
  BREAKER_WINDOW_COUNT,
  BREAKER_WINDOW_MS,
  type Breaker,
  type BreakerState,
  createBreaker,
} from '../../src/latency/index.ts';

let clockMs = 0;
const now = () => clockMs;

beforeEach(() => {
  clockMs = 1_000_000;
});

function fail(breaker: Breaker, count = BREAKER_ROW_COUNT): void {
  for (let at = 0; at < count; at++) breaker.fail();
}

/** Makes a breaker that has just opened. */
function opened(onChange?: (state: BreakerState) => void): Breaker {
  const breaker = createBreaker({now, ...(onChange ? {onChange} : {})});
  fail(breaker);
  return breaker;
}

describe('a closed breaker', () => {
  test('admits everybody', () => {
    const breaker = createBreaker({now});
    expect([breaker.admit(), breaker.admit()]).toEqual([true, true]);
    expect(breaker.state()).toEqual({openMs: 0, remainingMs: 0});
  });

  test('opens at the third failure in a row, however far apart', () => {
    const breaker = createBreaker({now});
    fail(breaker, BREAKER_ROW_COUNT - 1);
    expect(breaker.admit()).toBe(true);
    clockMs += 2 * BREAKER_WINDOW_MS;
    breaker.fail();
    expect(breaker.admit()).toBe(false);
    expect(breaker.state()).toEqual({openMs: BREAKER_OPEN_MS, remainingMs: BREAKER_OPEN_MS});
  });

  test('does not open while every third one answers', () => {
    const breaker = createBreaker({now});
    for (let at = 0; at < 20; at++) {
      clockMs += BREAKER_WINDOW_MS / 3; // too few in a window for their share to count
      if (at % 3 === 2) breaker.succeed();
      else breaker.fail();
      expect(breaker.admit()).toBe(true);
    }
  });

  test('opens when half of five within the window failed', () => {
    const breaker = createBreaker({now});
    for (const outcome of ['succeed', 'fail', 'succeed', 'fail'] as const) breaker[outcome]();
    expect(breaker.admit(), 'four are too few').toBe(true);
    breaker.fail();
    expect(breaker.admit()).toBe(false);
  });

  test('does not open when fewer than half failed, or when they are long past', () => {
    const breaker = createBreaker({now});
    for (const outcome of ['succeed', 'succeed', 'succeed', 'fail', 'fail'] as const) breaker[outcome]();
    expect(breaker.admit(), '2 of 5').toBe(true);
    clockMs += BREAKER_WINDOW_MS;
    breaker.succeed();
    fail(breaker, 2);
    expect(breaker.admit(), '2 of 3 within the window').toBe(true);
    expect(BREAKER_WINDOW_COUNT).toBeGreaterThan(3);
  });
});

describe('an open breaker', () => {
  test('admits nobody until its time is over, then one', () => {
    const breaker = opened();
    clockMs += BREAKER_OPEN_MS - 1;
    expect([breaker.admit(), breaker.state().remainingMs]).toEqual([false, 1]);
    clockMs += 1;
    expect([breaker.admit(), breaker.admit(), breaker.admit()]).toEqual([true, false, false]);
  });

  test('closes when the probe succeeded, and forgets', () => {
    const breaker = opened();
    clockMs += BREAKER_OPEN_MS;
    breaker.admit();
    breaker.succeed();
    expect([breaker.admit(), breaker.admit()]).toEqual([true, true]);
    fail(breaker, BREAKER_ROW_COUNT - 1);
    expect(breaker.admit(), 'earlier failures do not count').toBe(true);
    breaker.fail();
    expect(breaker.state().openMs, 'no longer than at first').toBe(BREAKER_OPEN_MS);
  });

  test('opens for twice as long with each failed probe, up to two minutes', () => {
    const breaker = opened();
    const lengths: number[] = [];
    for (let at = 0; at < 6; at++) {
      clockMs += breaker.state().remainingMs;
      expect(breaker.admit()).toBe(true);
      breaker.fail();
      lengths.push(breaker.state().openMs);
      expect(breaker.admit()).toBe(false);
    }
    expect(lengths).toEqual([20_000, 40_000, 80_000, 120_000, 120_000, 120_000]);
    expect(lengths.at(-1)).toBe(BREAKER_MAX_OPEN_MS);
  });

  test('lets another probe through when the first was never heard of again', () => {
    const breaker = opened();
    clockMs += BREAKER_OPEN_MS;
    expect(breaker.admit()).toBe(true);
    clockMs += BREAKER_OPEN_MS - 1;
    expect(breaker.admit()).toBe(false);
    clockMs += 1;
    expect(breaker.admit()).toBe(true);
  });

  test('is not opened further by those who asked before', () => {
    const breaker = opened();
    clockMs += 100;
    fail(breaker, 10);
    expect(breaker.state()).toEqual({openMs: BREAKER_OPEN_MS, remainingMs: BREAKER_OPEN_MS - 100});
  });

  test('closes when one who asked before is answered after all', () => {
    const breaker = opened();
    breaker.succeed();
    expect(breaker.admit()).toBe(true);
  });
});

describe('what breakers tell each other', () => {
  test('is told at each change, and at nothing else', () => {
    const told: BreakerState[] = [];
    const breaker = opened((state) => told.push(state));
    expect(told).toEqual([{openMs: 10_000, remainingMs: 10_000}]);
    breaker.fail();
    breaker.admit();
    expect(told.length).toBe(1);
    clockMs += 10_000;
    breaker.admit(); // the probe: others need not send one
    breaker.fail();
    clockMs += 20_000;
    breaker.admit();
    breaker.succeed();
    breaker.succeed();
    expect(told.slice(1)).toEqual([
      {openMs: 10_000, remainingMs: 10_000},
      {openMs: 20_000, remainingMs: 20_000},
      {openMs: 20_000, remainingMs: 20_000},
      {openMs: 0, remainingMs: 0},
    ]);
  });

  test('survives JSON and another clock, and is not told on', () => {
    const breaker = opened();
    clockMs += 4000;
    const told: BreakerState[] = [];
    let otherMs = 7;
    const other = createBreaker({now: () => otherMs, onChange: (state) => told.push(state)});
    other.adopt(JSON.parse(JSON.stringify(breaker.state())));
    expect(other.state()).toEqual({openMs: 10_000, remainingMs: 6000});
    otherMs += 5999;
    expect(other.admit()).toBe(false);
    other.adopt({openMs: 0, remainingMs: 0});
    expect(other.admit()).toBe(true);
    expect(told).toEqual([]);
  });

  test('lets one of them probe at a time', () => {
    const [one, other] = [opened(), opened()];
    clockMs += BREAKER_OPEN_MS;
    expect(one.admit()).toBe(true);
    other.adopt(one.state());
    expect(other.admit()).toBe(false);
    one.fail();
    other.adopt(one.state());
    clockMs += 2 * BREAKER_OPEN_MS;
    expect(other.admit(), 'its own turn to probe').toBe(true);
  });
});

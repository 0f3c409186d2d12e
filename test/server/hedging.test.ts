import {expect, it} from 'vitest';
import {
  createHedging,
  HEDGE_FLOOR_MS,
  HEDGE_TURN_COUNT,
  type HedgedSpan,
  type Hedging,
} from '../../src/server/hedging.ts';

const span: HedgedSpan = {outcome: 'complete', totalMs: 90_000};

/** Begins turns, each of which wants a second attempt when `wants` says so, and counts those that were admitted. */
function turns(hedging: Hedging, count: number, wants = true): number {
  let admittedCount = 0;
  for (let at = 0; at < count; at++) {
    hedging.begin();
    if (wants && hedging.admit()) admittedCount++;
  }
  return admittedCount;
}

it('admits the very first second attempt, then one for twenty turns', () => {
  const hedging = createHedging({isAllowed: true});
  expect(hedging.report()).toEqual({allowed: true});
  expect(turns(hedging, 1)).toBe(1);
  expect(hedging.report()).toEqual({allowed: false});
  expect(turns(hedging, 38)).toBe(0);
  expect(turns(hedging, 1)).toBe(1);
  expect(turns(hedging, 960)).toBe(48);
});

it('admits five of a hundred at most, of any thousand turns, however many want one', () => {
  const hedging = createHedging({isAllowed: true});
  turns(hedging, 10 * HEDGE_TURN_COUNT);
  for (let at = 0; at < 5; at++) {
    const admitted = turns(hedging, HEDGE_TURN_COUNT);
    expect(admitted).toBeGreaterThan(0.04 * HEDGE_TURN_COUNT);
    expect(admitted).toBeLessThanOrEqual(0.05 * HEDGE_TURN_COUNT);
  }
});

it('admits them again when a thousand turns had none', () => {
  const hedging = createHedging({isAllowed: true});
  turns(hedging, HEDGE_TURN_COUNT);
  expect(hedging.admit()).toBe(false);
  turns(hedging, HEDGE_TURN_COUNT, false);
  expect(turns(hedging, 50)).toBe(50);
  expect(hedging.admit()).toBe(false);
});

it('admits none where they are forbidden, and none without a turn', () => {
  const forbidden = createHedging({isAllowed: false});
  expect([turns(forbidden, 100), forbidden.report()]).toEqual([0, {allowed: false}]);
  expect(createHedging({isAllowed: true}).admit()).toBe(false);
});

it('tells the 95th percentile once there are enough turns', () => {
  const hedging = createHedging({isAllowed: true});
  for (let at = 1; at <= 71; at++) hedging.note({...span, firstTokenMs: at * 100});
  expect(hedging.report()).toEqual({allowed: true});
  hedging.note({...span, firstTokenMs: 7_200});
  expect(hedging.report().afterMs).toBeCloseTo(6_845, 0);
  for (let at = 0; at < HEDGE_TURN_COUNT; at++) hedging.note({...span, firstTokenMs: 900});
  expect(hedging.report()).toEqual({allowed: true, afterMs: 900});
});

it('tells no time below the floor', () => {
  const hedging = createHedging({isAllowed: true});
  for (let at = 0; at < 100; at++) hedging.note({...span, firstTokenMs: 60});
  expect(hedging.report().afterMs).toBe(HEDGE_FLOOR_MS);
});

it('is not led to shorter and shorter times by attempts that lost before their first token', () => {
  const hedging = createHedging({isAllowed: true});
  for (let at = 0; at < 1_000; at++) {
    const slow = at % 12 === 0;
    hedging.note(slow ? {...span, outcome: 'abandoned', totalMs: 2_100} : {...span, firstTokenMs: 500 + (at % 7) * 10});
    hedging.note({...span, hedge: true, firstTokenMs: 5});
    hedging.note({...span, outcome: 'stopped', totalMs: 30});
    hedging.note({...span, outcome: 'error', code: 'model-failed', totalMs: 3});
  }
  expect(hedging.report().afterMs).toBe(2_100);
});

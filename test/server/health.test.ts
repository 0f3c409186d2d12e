import {expect, it} from 'vitest';
import {createHealth, HEALTH_TURN_COUNT} from '../../src/server/health.ts';
import type {TurnSpan} from '../../src/server/index.ts';

const turn = (firstTokenMs?: number): TurnSpan => ({
  kind: 'turn',
  run: 'r',
  route: 'fast',
  model: 'm',
  outcome: 'complete',
  attempt: 0,
  cold: false,
  totalMs: 1,
  stages: {},
  unattributedMs: 0,
  timeline: [],
  ...(firstTokenMs === undefined ? {} : {firstTokenMs}),
});

it('shows a percentile only when there are enough turns, of the latest thousand', () => {
  const health = createHealth();
  health.note(turn());
  expect(health.report({ok: true}).routes).toEqual({});
  for (let at = 1; at <= 71; at++) health.note(turn(at));
  expect(health.report({ok: true}).routes).toEqual({fast: {count: 71}});
  health.note(turn(72));
  expect(health.report({ok: true}).routes['fast']?.p95Ms).toBeCloseTo(68.5, 0);
  for (let at = 0; at < HEALTH_TURN_COUNT; at++) health.note(turn(5));
  expect(health.report({ok: false})).toMatchObject({ok: false, routes: {fast: {count: HEALTH_TURN_COUNT, p95Ms: 5}}});
});

it('says what keeping answers brings, and leaves kept ones out of the time of a route', () => {
  const health = createHealth();
  expect(health.report({ok: true})).not.toHaveProperty('cache');
  for (let at = 0; at < 6; at++) {
    health.note({...turn(900), cache: 'none', totalMs: 1_000});
    health.note({...turn(1), cache: at % 2 ? 'exact' : 'stale', totalMs: 20});
  }
  health.note({...turn(1), cache: 'none', outcome: 'stopped', totalMs: 5});
  health.note({...turn(1), renewal: true, totalMs: 5});
  const {cache, routes} = health.report({ok: true});
  expect(cache).toEqual({count: 12, hitShare: 0.5, hitP50Ms: 20, missP50Ms: 1_000, lessShare: 0.98});
  expect(routes['fast']?.count).toBe(7);
});

import {describe, expect, it} from 'vitest';
import {burningSince, countsIn, heldRule} from '../../src/collector/burn.ts';
import type {BurnBin, Objective, StoredAlert} from '../../src/collector/index.ts';
import {judgeAlerts} from '../../src/collector/judge-alerts.ts';
import {createDraw} from './fixtures.ts';
import {createTimeline, type SimulatedTurn} from './timeline.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const FIRST: Objective = {kind: 'milestone', name: 'first-token', targetShare: 0.95};
const MODEL: Objective = {kind: 'stage', name: 'model', targetShare: 0.95};
const START = 1_800_000_000_000;

/** Turns at even times from one moment to before another, bad as often as `badShare` says, by a seed. */
function traffic(options: {
  from: number;
  to: number;
  perMinute: number;
  badShare?: number;
  seed?: number;
  place?: Pick<SimulatedTurn, 'site' | 'pageRoute' | 'route'>;
}): SimulatedTurn[] {
  const {from, to, perMinute, badShare = 0, seed = 7, place = {pageRoute: '/checkout'}} = options;
  const draw = createDraw(seed);
  const turns: SimulatedTurn[] = [];
  for (let at = from; at < to; at += MINUTE / perMinute) turns.push({at, bad: draw() < badShare, ...place});
  return turns;
}

/** The bins of one place as a store would read them. */
function binsAt(turns: readonly SimulatedTurn[], nowAt: number): readonly BurnBin[] {
  return createTimeline({turns, startAt: START - 48 * HOUR, objective: FIRST})(nowAt)[0]?.bins ?? [];
}

/** Looks every minute as a collector does, and tells what began and what was over. */
function watch(
  turns: readonly SimulatedTurn[],
  {from, to, objective = FIRST}: {from: number; to: number; objective?: Objective},
): {began: StoredAlert[]; over: StoredAlert[]; firing: StoredAlert[]} {
  const groupsAt = createTimeline({turns, startAt: START - 48 * HOUR, objective});
  const known = new Map<string, StoredAlert>();
  const began: StoredAlert[] = [];
  const over: StoredAlert[] = [];
  for (let nowAt = from; nowAt <= to; nowAt += MINUTE) {
    const firing = [...known.values()].filter(({state}) => state === 'firing');
    for (const alert of judgeAlerts({firing, groups: groupsAt(nowAt), nowAt})) {
      if (!known.has(alert.id)) began.push(alert);
      if (alert.state === 'cleared') over.push(alert);
      known.set(alert.id, alert);
    }
  }
  return {began, over, firing: [...known.values()].filter(({state}) => state === 'firing')};
}

describe('burn', () => {
  it('is the bad share over the share that may be, in windows that end now', () => {
    const turns = [
      ...traffic({from: START - 5 * MINUTE + 1, to: START, perMinute: 2, badShare: 1}),
      ...traffic({from: START - HOUR + 1, to: START - 5 * MINUTE + 1, perMinute: 2}),
    ];
    const bins = binsAt(turns, START);
    // by hand: 10 bad of 10 in five minutes; 10 of 120 in the hour
    expect(countsIn(bins, 5 * MINUTE)).toEqual({badCount: 10, badWeight: 10, validWeight: 10});
    expect(countsIn(bins, HOUR)).toEqual({badCount: 10, badWeight: 10, validWeight: 120});
    // 10 / 120 / 0.05 = 1.67 in every window that reaches further
    expect(heldRule({bins, objective: FIRST})).toMatchObject({longWindow: '3d', shortWindow: '6h'});
    expect(heldRule({bins, objective: FIRST})?.longBurn).toBeCloseTo(5 / 3, 10);
    // at P99 ten times as fast as that at P90: 8.3 > 6 needs the half hour too, which has 10 of 60 bad: 16.7
    expect(heldRule({bins, objective: {...FIRST, targetShare: 0.99}})).toMatchObject({longWindow: '6h', badCount: 10});
    expect(heldRule({bins, objective: {...FIRST, targetShare: 0.9}})).toBeUndefined();
  });

  it.each([
    [9, undefined],
    [10, '1h'],
  ])('of %i bad turns and nothing else raises %s', (count, longWindow) => {
    const turns = traffic({from: START - MINUTE, to: START, perMinute: count, badShare: 1});
    expect(heldRule({bins: binsAt(turns, START), objective: FIRST})?.longWindow).toBe(longWindow);
  });

  it('must exceed a threshold, in both windows', () => {
    const exactly = (badCount: number, validCount: number) => ({
      bins: [{bin: 0, badCount, badWeight: badCount, validWeight: validCount}],
      objective: {...FIRST, targetShare: 0.5},
    });
    expect(heldRule(exactly(20, 40))).toBeUndefined();
    expect(heldRule(exactly(21, 40))?.longBurn).toBeCloseTo(1.05, 10);
    // over since half an hour, but not in the last six minutes
    const turns = [
      ...traffic({from: START - HOUR, to: START - 6 * MINUTE, perMinute: 5, badShare: 1}),
      ...traffic({from: START - 6 * MINUTE, to: START, perMinute: 5}),
    ];
    expect(heldRule({bins: binsAt(turns, START), objective: FIRST})?.longWindow).toBe('6h');
  });

  it('respects weights: what was sampled stands for the turns that were not sent', () => {
    const bins = [{bin: 0, badCount: 12, badWeight: 12, validWeight: 12 + 100 * 20}];
    expect(heldRule({bins, objective: FIRST})).toBeUndefined();
    expect(
      heldRule({bins: [{...bins[0], bin: 0, badCount: 12, badWeight: 12, validWeight: 112}], objective: FIRST}),
    ).toBeDefined();
  });

  it.each([3, 11, 29])('is dated to when it began, within a bin (seed %i)', (seed) => {
    const began = START + 26 * HOUR;
    const turns = [
      ...traffic({from: START, to: began, perMinute: 4, badShare: 0.02, seed}),
      ...traffic({from: began, to: began + HOUR, perMinute: 4, badShare: 0.8, seed: seed + 1}),
    ];
    const bins = binsAt(turns, began + HOUR);
    expect(Math.abs((burningSince(bins, FIRST) ?? 0) - began)).toBeLessThanOrEqual(5 * MINUTE);
  });

  it('is not dated where no more is used up than may be', () => {
    const turns = traffic({from: START, to: START + HOUR, perMinute: 4});
    expect(burningSince(binsAt(turns, START + HOUR), FIRST)).toBeUndefined();
  });
});

describe('an incident', () => {
  const fails = START + 30 * HOUR;
  const works = fails + 2 * HOUR;
  const incident = (
    place: SimulatedTurn['pageRoute'] extends infer _ ? Pick<SimulatedTurn, 'pageRoute' | 'route'> : never,
  ) => [
    ...traffic({from: START, to: fails, perMinute: 3, badShare: 0.01, seed: 3, place}),
    ...traffic({from: fails, to: works, perMinute: 3, badShare: 0.95, seed: 5, place}),
    ...traffic({from: works, to: works + 12 * HOUR, perMinute: 3, badShare: 0.01, seed: 9, place}),
  ];

  it('is told once when it begins and once when it is over, with what, where and since when', () => {
    const turns = incident({pageRoute: '/checkout', route: 'powerful'});
    const {began, over, firing} = watch(turns, {from: START + 24 * HOUR, to: works + 11 * HOUR, objective: MODEL});
    expect(began).toHaveLength(1);
    expect(over).toHaveLength(1);
    expect(firing).toEqual([]);
    const [alert] = began;
    expect(alert).toMatchObject({kind: 'stage', name: 'model', route: 'powerful', budgetMs: 3000, state: 'firing'});
    expect(alert?.worst).toMatchObject({pageRoute: '/checkout', route: 'powerful'});
    expect(Math.abs((alert?.sinceAt ?? 0) - fails)).toBeLessThanOrEqual(5 * MINUTE);
    expect(over[0]).toMatchObject({id: alert?.id, state: 'cleared'});
    // the hour must be bad enough, 43 minutes of it at least; three days and six hours are after some twenty
    expect((alert?.firedAt ?? 0) - fails).toBeLessThan(HOUR);
    expect(over[0]?.clearedAt).toBeGreaterThan(works);
    expect(over[0]?.clearedAt).toBeLessThan(works + 7 * HOUR);
  });

  it('of a milestone is told by the page, whose route is known also of turns that never reached the backend', () => {
    const turns = incident({pageRoute: '/checkout'}).map((turn) => ({...turn, ...(turn.bad ? {} : {route: 'fast'})}));
    const {began, over} = watch(turns, {from: START + 24 * HOUR, to: works + 11 * HOUR});
    expect(began.map(({route, worst}) => [route, worst?.route])).toEqual([['/checkout', undefined]]);
    expect(over).toHaveLength(1);
  });

  it('on one route leaves the others alone, and is not told for all together as well', () => {
    const healthy = traffic({
      ...{from: START, to: works + 12 * HOUR, perMinute: 3, badShare: 0.01, seed: 21},
      place: {pageRoute: '/pricing'},
    });
    const {began, over} = watch([...incident({pageRoute: '/checkout'}), ...healthy], {
      from: START + 24 * HOUR,
      to: works + 11 * HOUR,
    });
    expect(began.map(({route}) => route)).toEqual(['/checkout']);
    expect(over.map(({route}) => route)).toEqual(['/checkout']);
  });

  it('on one site is not lost in the traffic of another with the same routes, or with none', () => {
    for (const place of [{pageRoute: '/checkout'}, {}]) {
      const healthy = traffic({
        ...{from: START, to: works + 12 * HOUR, perMinute: 12, badShare: 0.01, seed: 21},
        place: {...place, site: 'shop-us'},
      });
      const {began, over} = watch([...incident(place), ...healthy], {from: START + 29 * HOUR, to: works + 9 * HOUR});
      expect(began.map(({site, route}) => [site, route])).toEqual([['shop-eu', place.pageRoute]]);
      expect(over).toHaveLength(1);
    }
  });

  it('that is spread over many routes, too thin for each, is told for all together', () => {
    const turns = Array.from({length: 40}, (_, at): SimulatedTurn[] =>
      Array.from({length: 4}, (_, turn) => ({at: START + (at * 4 + turn) * 10_000, bad: true, pageRoute: `/p/${at}`})),
    ).flat();
    const {began, over} = watch(turns, {from: START, to: START + 8 * HOUR});
    expect(began).toHaveLength(1);
    expect(began[0]).not.toHaveProperty('route');
    expect(began[0]).not.toHaveProperty('site');
    expect(over).toHaveLength(1);
  });

  it('never begins below ten bad turns', () => {
    const nine = Array.from({length: 9}, (_, at) => ({at: START + at * MINUTE, bad: true, pageRoute: '/checkout'}));
    const turns = [...nine, ...traffic({from: START, to: START + 2 * HOUR, perMinute: 1, badShare: 0})];
    expect(watch(turns, {from: START, to: START + 8 * HOUR}).began).toEqual([]);
  });

  it.each([2, 8])('that comes and goes around a threshold does not ring on and off (seed %i)', (seed) => {
    // 4 to 6 % of turns bad, where 5 % may be
    const turns = traffic({from: START, to: START + 24 * HOUR, perMinute: 6, badShare: 0.055, seed});
    const {began, over} = watch(turns, {from: START + 6 * HOUR, to: START + 24 * HOUR});
    expect(began.length).toBeLessThanOrEqual(1);
    expect(over.length).toBeLessThanOrEqual(1);
  });

  it('of a budget that is declared no more is over', () => {
    const turns = traffic({from: START, to: START + HOUR, perMinute: 1, badShare: 1});
    const [alert] = watch(turns, {from: START, to: START + HOUR}).firing;
    expect(alert).toBeDefined();
    const firing = alert ? [alert] : [];
    const quiet = judgeAlerts({firing, groups: [], nowAt: START + 2 * HOUR});
    expect(judgeAlerts({firing: quiet, groups: [], nowAt: START + 2 * HOUR + 5 * MINUTE})).toMatchObject([
      {state: 'cleared', id: alert?.id},
    ]);
  });
});

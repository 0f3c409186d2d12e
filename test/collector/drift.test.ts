import {describe, expect, it} from 'vitest';
import type {DriftKind} from '../../src/collector/index.ts';
import {discoveries, driftOf, splitChange} from '../../src/collector/report-drift.ts';
import {type Chance, columnsOf, createChance, type Row} from './simulated.ts';

const TIMES = {fromAt: 7, untilAt: 8, beforeAt: 0};
const KIND: DriftKind = {
  recent: false,
  route: null,
  page_route: null,
  class: null,
  model: null,
  device: null,
  net: null,
  hit: false,
};

/** Turns of pages of their own: 300 now and 700 before, of each route. */
function simulate(chance: Chance, medianMs: (kind: DriftKind) => number, routes: readonly string[]): Row<DriftKind>[] {
  let page = 0;
  return routes.flatMap((route) =>
    Array.from({length: 1000}, (_, at): Row<DriftKind> => {
      const kind = {...KIND, recent: at < 300, route, class: chance.share() < 0.5 ? 'order' : 'faq'};
      return {page: page++, ms: chance.time(medianMs(kind), 0.5), kind};
    }),
  );
}

const drift = (rows: readonly Row<DriftKind>[], drawCount = 400) =>
  driftOf({rows: columnsOf(rows), ...TIMES, drawCount}).rows;

describe('drift', () => {
  it('is found in the route that became slower, and nowhere else', () => {
    const slower = ({recent, route}: DriftKind) => (recent && route === 'fast' ? 1000 : 700);
    const rows = drift(simulate(createChance(3), slower, ['fast', 'powerful', 'order']));
    expect(rows[0]).toMatchObject({by: 'route', name: 'fast', state: 'slower'});
    const others = rows.slice(1).filter(({by}) => by === 'route');
    expect(others.map(({state}) => state)).toEqual(['steady', 'steady']);
    const {change, before} = rows[0] ?? {};
    if (change?.state !== 'known' || !before || !('valueMs' in before)) throw new Error('there is no change');
    // P95 of the simulated times is their median times e to the 0.5 * 1.645
    const trueMs = 300 * Math.exp(0.5 * 1.6449);
    expect(change.lowMs).toBeLessThan(trueMs);
    expect(change.highMs).toBeGreaterThan(trueMs);
  });

  it('is told as faster where it is', () => {
    const faster = ({recent}: DriftKind) => (recent ? 400 : 700);
    const rows = drift(simulate(createChance(5), faster, ['fast']));
    expect(rows.map(({state}) => state)).toEqual(['faster', 'faster']);
  });

  it('is chance in few of many routes without any', () => {
    const routes = Array.from({length: 20}, (_, at) => `route-${at}`);
    let found = 0;
    for (let repeat = 0; repeat < 6; repeat++) {
      const rows = drift(
        simulate(createChance(20 + repeat), () => 700, routes),
        200,
      );
      found += rows.filter(({state}) => state === 'slower' || state === 'faster').length > 0 ? 1 : 0;
    }
    // each of the six has a chance of 5 % at most: two or more happen in 3.3 % of such tests
    expect(found).toBeLessThanOrEqual(1);
  });

  it('needs turns enough now and before, 10 % and 50 ms', () => {
    const double = ({recent}: DriftKind) => (recent ? 1400 : 700);
    const few = simulate(createChance(9), double, ['fast']).filter(({page}) => page < 199 || page >= 300);
    expect(drift(few).map(({state}) => state)).toEqual(['few', 'few']);
    // twice as long, yet 23 ms at P95
    const tiny = simulate(createChance(9), ({recent}) => (recent ? 20 : 10), ['fast']);
    expect(drift(tiny).map(({state}) => state)).toEqual(['steady', 'steady']);
    expect(drift([])).toEqual([]);
  });

  it('is explained by other turns than before, or by the same ones that became slower', () => {
    const chance = createChance(12);
    const slowClass = (kind: DriftKind) => (kind.class === 'order' ? 2000 : 400);
    const mixed = simulate(chance, slowClass, ['fast']).filter(
      ({kind}) => kind.recent || kind.class === 'faq' || chance.share() < 0.03,
    );
    const byMix = drift(mixed)[0]?.causes?.[0];
    expect(byMix).toMatchObject({by: 'class', groups: [{name: 'order'}, {name: 'faq'}]});
    expect(byMix?.mixShare).toBeGreaterThan(0.9 * ((byMix?.mixShare ?? 0) + (byMix?.withinShare ?? 0)));

    const slower = (kind: DriftKind) => (kind.recent && kind.class === 'order' ? 1500 : 500);
    const within = drift(simulate(createChance(13), slower, ['fast']))[0]?.causes?.[0];
    expect(within).toMatchObject({by: 'class', groups: [{name: 'order'}, {name: 'faq'}]});
    expect(within?.withinShare).toBeGreaterThan(0.9 * ((within?.mixShare ?? 0) + (within?.withinShare ?? 0)));
  });
});

describe('many findings', () => {
  it('are sorted out as in the paper that says how', () => {
    // Benjamini and Hochberg, 1995, section 4: of these 15 the four smallest stand
    const chances = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(discoveries(chances)).toEqual(chances.map((_, at) => at < 4));
    expect(discoveries([1, undefined, 0.0001])).toEqual([false, false, true]);
    expect(discoveries([])).toEqual([]);
  });
});

describe('a change of a share', () => {
  it('is split by hand', () => {
    const before = new Map([
      ['a', {slow: 1, whole: 80}],
      ['b', {slow: 4, whole: 20}],
    ]);
    const recent = new Map([
      ['a', {slow: 2, whole: 50}],
      ['b', {slow: 15, whole: 50}],
    ]);
    // 5 % became 17 %. Mix: a -0.3 * (0.0125 + 0.04) / 2, b 0.3 * (0.2 + 0.3) / 2. Within: a 0.0275 * 0.65, b 0.1 * 0.35
    const {mixShare, withinShare, groups} = splitChange(before, recent);
    expect(mixShare).toBeCloseTo(-0.3 * 0.02625 + 0.3 * 0.25, 10);
    expect(withinShare).toBeCloseTo(0.0275 * 0.65 + 0.1 * 0.35, 10);
    expect(mixShare + withinShare).toBeCloseTo(0.12, 10);
    expect(groups.map(({name}) => name)).toEqual(['b', 'a']);
    expect(groups.reduce((sum, {addsShare}) => sum + addsShare, 0)).toBeCloseTo(0.12, 10);
    expect(groups[0]).toMatchObject({partBeforeShare: 0.2, partShare: 0.5, slowBeforeShare: 0.2, slowShare: 0.3});
  });

  it('by what was not there before is mix', () => {
    const before = new Map([['a', {slow: 5, whole: 100}]]);
    const recent = new Map([
      ['a', {slow: 5, whole: 100}],
      ['new', {slow: 50, whole: 100}],
    ]);
    const {mixShare, withinShare} = splitChange(before, recent);
    expect(withinShare).toBeCloseTo(0, 10);
    expect(mixShare).toBeCloseTo(0.225, 10);
  });
});

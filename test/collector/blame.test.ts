import {expect, it} from 'vitest';
import type {BlameReading} from '../../src/collector/blame-reading.ts';
import {blameOf} from '../../src/collector/report-blame.ts';
import type {StoredTurn} from '../../src/collector/store.ts';
import {createDimensionLimit, toStoredTurn} from '../../src/collector/stored-turn.ts';
import {BEACON_VERSION, type BeaconBatch, type BlameVerdict} from '../../src/protocol/index.ts';
import {openCollector, reportOf, turnOf} from './fixtures.ts';
import {readByHand} from './tail-reference.ts';
import {type Planted, type SimulatedTurn, simulateTail} from './tail-truth.ts';

const NOW = 1_800_000_000_000;
const WINDOW_MS = 86_000_000;
const BIN_MS = 900_000;
const LIMIT = createDimensionLimit();

function storedOf({turn, page}: SimulatedTurn): StoredTurn {
  const batch: BeaconBatch = {v: BEACON_VERSION, site: 'shop', page, turns: [turn]};
  return toStoredTurn({turn, batch, receivedAt: NOW, limit: LIMIT});
}

const batchOf = (turns: readonly StoredTurn[]) => ({site: 'shop', receivedAt: NOW, droppedCount: 0, turns});

/** Simulates turns and judges them as a reference lays them out: no database, so that many can be judged. */
function judge(options: {seed: number; count?: number; budgetMs?: number; planted?: Planted}): BlameVerdict {
  const {count = 1000, ...others} = options;
  const turns = simulateTail({...others, count, windowMs: WINDOW_MS}).map(storedOf);
  return blameOf(readByHand(turns, BIN_MS)).verdict;
}

const culpritOf = (verdict: BlameVerdict) => (verdict.kind === 'culprit' ? verdict.name : verdict.kind);

/** Makes a reading comparable: maps as objects, lists in one order, numbers as they are told apart. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(9));
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(plain).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, plain(field)]));
}

it.each([
  ['of equal weights', {oddShare: 0, dayCount: 1}],
  ['of sampled pages, with those who left, hid the page or saw no answer', {oddShare: 0.4, dayCount: 1}],
  ['of ten days', {oddShare: 0, dayCount: 10}],
])('reads turns %s as they are laid out by hand', async (_, {oddShare, dayCount}) => {
  const planted = {kind: 'stage', stage: 'tools', share: 0.2, ms: 4000, fromShare: 0.5} as const;
  const turns = simulateTail({seed: 11, count: 2000, windowMs: WINDOW_MS, planted}).map((simulated, index) => {
    const {turn, page} = simulated;
    const odd = (index % 10) / 10 < oddShare ? index % 10 : undefined;
    if (odd === 0) return {page, turn: {...turn, w: 1 + (index % 7)}};
    if (odd === 1) return {page: {...page, id: '00000000000000aa'}, turn: {...turn, w: 10}};
    if (odd === 2)
      return {page, turn: {...turn, outcome: 'abandoned' as const, waited: 100 * (index % 80), t: {sent: 2}}};
    if (odd === 3) return {page, turn: {...turn, hidden: 20, hid: 5, cold: true}};
    return simulated;
  });
  const stored = turns.map(storedOf).map((turn) => ({...turn, turnAt: NOW - dayCount * (NOW - turn.turnAt)}));
  const {store} = await openCollector();
  await store.append(batchOf(stored));
  const window = {fromAt: NOW - 20 * WINDOW_MS, untilAt: NOW, nowAt: NOW};
  const reading: BlameReading = await store.read('blame', window);
  expect(reading.all.slow?.parts.length).toBeGreaterThan(50);
  const binMs = dayCount > 1 ? 12 * BIN_MS : BIN_MS;
  expect(plain(reading)).toEqual(plain(readByHand(stored, binMs)));
});

it('tells contributions, the excess and its shares as worked by hand', () => {
  // 1,000 turns: 940 take 100 + 400 ms and a rank less than a millisecond; 60 take 100 + 400 ms and 3,000 ms of tools
  const turns = Array.from({length: 1000}, (_, index) => {
    const isSlow = index >= 940;
    const model = 400 + index / 1000;
    const stages = [
      {s: 'network', at: 0, ms: 100},
      ...(isSlow ? [{s: 'tools', at: 100, ms: 3000, b: 800}] : []),
      {s: 'model', at: isSlow ? 3100 : 100, ms: model},
    ];
    const paint = (isSlow ? 3100 : 100) + model;
    const turn = turnOf(index, {
      t: {paint, done: 6000},
      budget: {token: 3000, done: 8000},
      stages,
      route: isSlow ? 'powerful' : index % 4 === 0 ? 'powerful' : 'fast',
      over: isSlow ? ['first-token', 'tools'] : index < 47 ? ['tools'] : [],
    });
    return storedOf({turn, page: {id: `${index}`.padStart(16, '0'), device: 'mobile', net: '4g', route: '/checkout'}});
  });
  const report = blameOf(readByHand(turns, BIN_MS));

  // P95 is at rank 950, and 50 ranks on either side are turns 900 to 1,000: 40 or 41 fast ones and the slow ones
  expect(report.p95).toMatchObject({state: 'known', count: 101});
  expect(report.p99).toEqual({state: 'hidden', words: 'n too small (n=1000, needs 10000)'});
  const parts = Object.fromEntries(report.contributions.map((one) => [one.stage, one]));
  const totalMs = 1000 * 100 + 60 * 3000 + 1000 * 400 + 499.5;
  expect(parts['tools']?.totalShare).toBeCloseTo(180_000 / totalMs, 9);
  expect(parts['model']?.totalShare).toBeCloseTo(400_499.5 / totalMs, 9);
  expect(parts['network']?.totalShare).toBeCloseTo(100_000 / totalMs, 9);
  expect(parts['tools']?.p95Ms).toBeCloseTo((60 * 3000) / 101, 6);
  expect(parts['network']?.p95Ms).toBeCloseTo(100, 9);

  // of 1,000 turns 10 are beyond P99 and 50 beyond P95: turns 950 to 999; the middle is turns 450 to 549
  const {all} = report.tail;
  if (all.state !== 'known') throw new Error('there are 50 slow turns');
  expect(all).toMatchObject({share: 0.95, count: 50, middleCount: 100});
  const modelMs = (950 + 999) / 2 / 1000 - (450 + 549) / 2 / 1000;
  expect(all.excessMs).toBeCloseTo(3000 + modelMs, 6);
  expect(all.stages.map(({stage}) => stage)).toEqual(['tools', 'model', 'network']);
  const [tools, model] = all.stages;
  expect(tools?.excessShare).toBeCloseTo(3000 / (3000 + modelMs), 9);
  expect(tools).toMatchObject({slowShare: 1, over: {slowShare: 1, otherShare: 57 / 950}});
  expect(model?.excessMs).toBeCloseTo(modelMs, 6);
  expect(model).toMatchObject({slowShare: 0});
  expect(report.splits.find(({by, name}) => by === 'route' && name === 'powerful')).toEqual({
    by: 'route',
    name: 'powerful',
    slowShare: 1,
    allShare: 0.295,
    clear: true,
  });
  expect(
    report.splits.every(({by}) => by === 'route' || by === 'hour'),
    'splits of one value',
  ).toBe(true);
  expect(report.verdict).toMatchObject({kind: 'culprit', name: 'tools', tail: 'over', slowShare: 1});
  expect(report.verdict).toMatchObject({who: {by: 'route', name: 'powerful'}});
  expect(report.verdict).not.toHaveProperty('since');
});

it('says how many turns it takes', async () => {
  const {collector, store} = await openCollector({clock: () => NOW});
  const empty = await reportOf(collector, 'blame');
  expect(empty.verdict).toEqual({kind: 'hidden', words: 'n too small (n=0, needs 600)'});
  expect(empty).toMatchObject({count: 0, contributions: [], splits: [], p95: {state: 'hidden'}});
  await store.append(batchOf(simulateTail({seed: 1, count: 500, windowMs: WINDOW_MS}).map(storedOf)));
  const few = await reportOf(collector, 'blame');
  expect(few.verdict).toEqual({kind: 'hidden', words: 'n too small (n=500, needs 600)'});
  expect(few.tail.misses).toMatchObject({state: 'hidden'});
  expect((await reportOf(collector, 'trend')).bins.length).toBeGreaterThan(20);
});

it.each(['network', 'retrieval', 'tools', 'model'] as const)(
  'names %s where it was planted, and for how much',
  (stage) => {
    for (let seed = 1; seed <= 5; seed++) {
      const verdict = judge({seed, planted: {kind: 'stage', stage, share: 0.12, ms: 4000}});
      expect(culpritOf(verdict), `seed ${seed}`).toBe(stage);
      expect(verdict, `seed ${seed}`).toMatchObject({tail: 'over'});
      if (verdict.kind !== 'culprit') throw new Error('it is one');
      expect(verdict.excessShare).toBeGreaterThan(0.85);
      expect(verdict.lowShare).toBeLessThan(verdict.excessShare);
      expect(verdict.slowShare).toBeGreaterThan(0.95);
      expect(verdict.who).toBeUndefined();
    }
  },
);

it.each(['buffering-proxy', 'cold-starts'] as const)('names %s and not the stage in which the time went', (kind) => {
  for (let seed = 1; seed <= 5; seed++) {
    const verdict = judge({seed, planted: {kind, share: 0.12, ms: 4000}});
    expect(culpritOf(verdict), `seed ${seed}`).toBe(kind);
    expect('stage' in verdict ? verdict.stage : undefined).toBe(kind === 'cold-starts' ? 'model' : undefined);
  }
});

it('does not blame cold starts that are no slower than others', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const turns = simulateTail({
      seed,
      count: 1000,
      windowMs: WINDOW_MS,
      planted: {kind: 'stage', stage: 'tools', share: 0.12, ms: 4000},
    }).map(({turn, page}, index) => storedOf({page, turn: {...turn, cold: index % 2 === 0}}));
    expect(culpritOf(blameOf(readByHand(turns, BIN_MS)).verdict)).toBe('tools');
  }
});

it('says since when and for whom, within one bin of time', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const fromShare = 0.5 + seed / 30;
    const planted = {kind: 'stage', stage: 'tools', share: 0.9, ms: 4000, route: 'powerful', fromShare} as const;
    const verdict = judge({seed, count: 3000, planted});
    if (verdict.kind !== 'culprit') throw new Error(`seed ${seed} has a culprit`);
    const beganAt = NOW - (1 - fromShare) * WINDOW_MS;
    expect(Math.abs((verdict.since?.fromAt ?? 0) + BIN_MS / 2 - beganAt), `seed ${seed}`).toBeLessThanOrEqual(
      1.5 * BIN_MS,
    );
    expect(verdict.since, `seed ${seed}`).not.toHaveProperty('untilAt');
    expect(verdict.who, `seed ${seed}`).toMatchObject({by: 'route', name: 'powerful', slowShare: 1});
  }
});

it('says when it was over', () => {
  const planted = {kind: 'stage', stage: 'retrieval', share: 0.9, ms: 4000, fromShare: 0.4, untilShare: 0.6} as const;
  const verdict = judge({seed: 2, count: 3000, planted});
  if (verdict.kind !== 'culprit' || !verdict.since) throw new Error('it has a beginning');
  const endedAt = NOW - 0.4 * WINDOW_MS;
  expect(Math.abs((verdict.since.untilAt ?? 0) - BIN_MS / 2 - endedAt)).toBeLessThanOrEqual(1.5 * BIN_MS);
});

it('names who made the tail longer within budget too, but only since there was a change', () => {
  const planted = {kind: 'stage', stage: 'retrieval', share: 0.5, ms: 1500} as const;
  expect(judge({seed: 4, budgetMs: 6000, planted})).toEqual({kind: 'nothing', tail: 'within'});
  const later = judge({seed: 4, budgetMs: 6000, planted: {...planted, fromShare: 0.8}});
  expect(later).toMatchObject({kind: 'culprit', name: 'retrieval', tail: 'within'});
});

it('names nobody where nothing was planted, in at least 38 of 40 windows', () => {
  const named = Array.from({length: 40}, (_, index) => judge({seed: 100 + index, count: 700})).filter(
    ({kind}) => kind === 'culprit',
  );
  expect(named.length).toBeLessThanOrEqual(2);
});

it('names nobody where the tail is over budget and no stage is most of it', () => {
  // every stage grows alike in the slow turns
  const turns = Array.from({length: 1000}, (_, index) => {
    const ms = index >= 940 ? 1000 : 100;
    const stages = ['network', 'retrieval', 'tools', 'model'].map((s, place) => ({s, at: place * ms, ms}));
    const turn = turnOf(index, {t: {paint: 4 * ms, done: 6000}, stages});
    return storedOf({turn, page: {id: `${index}`.padStart(16, '0'), device: 'mobile', net: '4g', route: '/checkout'}});
  });
  expect(blameOf(readByHand(turns, BIN_MS)).verdict).toEqual({kind: 'nothing', tail: 'over'});
});

it('takes a page with many slow turns for little more than one', () => {
  const planted = {kind: 'stage', stage: 'tools', share: 0.5, ms: 1500, fromShare: 0.9} as const;
  const simulated = simulateTail({seed: 6, count: 1000, windowMs: WINDOW_MS, budgetMs: 6000, planted});
  const apart = blameOf(readByHand(simulated.map(storedOf), BIN_MS)).verdict;
  expect(apart).toMatchObject({kind: 'culprit', name: 'tools'});
  const onePage = simulated.map(({turn, page}) => storedOf({turn, page: {...page, id: '00000000000000aa'}}));
  expect(blameOf(readByHand(onePage, BIN_MS)).verdict).toEqual({kind: 'nothing', tail: 'within'});
});

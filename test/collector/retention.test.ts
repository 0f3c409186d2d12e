import {afterEach, describe, expect, it, vi} from 'vitest';
import type {CollectorEvent} from '../../src/collector/index.ts';
import {PRUNE_EVERY_MS, RETENTION} from '../../src/collector/retention.ts';
import {percentile, type TurnRecord} from '../../src/latency/index.ts';
import {createDraw, HOME, openCollector, reportOf, summaryOf, turnOf} from './fixtures.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const START_AT = Date.UTC(2027, 0, 4, 12, 30);

afterEach(() => {
  vi.useRealTimers();
});

const answered = (number: number, ms: number, change: Partial<TurnRecord> = {}) =>
  turnOf(number, {t: {token: ms, paint: ms, done: 3 * ms}, ...change});

/** A collector whose clock a test moves, and what has its store forget all that is older than a time. */
async function open(nowAt = START_AT) {
  const clock = {nowAt};
  const opened = await openCollector({clock: () => clock.nowAt, retention: 'off'});
  const prune = (turnsBeforeAt: number, rollupsBeforeAt = 0) =>
    opened.store.prune({nowAt: clock.nowAt, turnsBeforeAt, rollupsBeforeAt});
  const day = async (query = '') => (await reportOf(opened.collector, 'history', query)).days;
  const metrics = async () => (await opened.collector.handle(new Request(`${HOME}/metrics`))).text();
  return {...opened, clock, prune, day, metrics};
}

const valuesOf = (figures: readonly object[]) =>
  figures.map((figure) => ('valueMs' in figure ? Number(figure.valueMs) : undefined));

describe('pruning', () => {
  it('rolls whole hours up, once, and keeps every count', async () => {
    const {collector, clock, send, prune, day, metrics} = await open();
    await send([answered(1, 100, {age: 2 * HOUR_MS}), answered(2, 200, {age: 1.5 * HOUR_MS}), answered(3, 300)]);
    const before = {days: await day(), metrics: await metrics()};
    expect(before.days.map(({count, isRolled}) => [count, isRolled])).toEqual([[3, false]]);
    // the hour from 11:00 is not over at 11:30, so one that began at 11:00 stays
    expect(await prune(clock.nowAt - HOUR_MS)).toBe(1);
    expect(await prune(clock.nowAt - HOUR_MS)).toBe(0);
    expect((await summaryOf(collector)).turns.count).toBe(2);
    expect((await day()).map(({count, isRolled}) => [count, isRolled])).toEqual([[3, true]]);
    expect(await prune(clock.nowAt)).toBe(1);
    expect((await summaryOf(collector)).turns.count).toBe(1);
    const after = await day();
    expect(after[0]?.count).toBe(3);
    expect(await metrics()).toContain('firstword_turns_total{outcome="complete",source="model"} 3\n');
    expect(await metrics()).toContain('firstword_ttft_seconds_sum 0.6\n');
    expect(valuesOf(after[0]?.firstToken.all ?? [])).toEqual(valuesOf(before.days[0]?.firstToken.all ?? []));
  });

  it('doubles no turn that is sent again, and takes one that comes late', async () => {
    const {clock, send, prune, day, metrics} = await open();
    const early = answered(1, 100, {age: 5 * HOUR_MS});
    await send([early]);
    expect(await prune(clock.nowAt)).toBe(1);
    await send([early, {...early, rev: 2, fb: 'up'}, answered(2, 120, {age: 5 * HOUR_MS})]);
    expect((await day())[0]?.count).toBe(2);
    expect(await prune(clock.nowAt)).toBe(1);
    await send([early, answered(2, 120, {age: 5 * HOUR_MS})]);
    expect(await prune(clock.nowAt)).toBe(0);
    expect((await day())[0]?.count).toBe(2);
    expect(await metrics()).toContain('firstword_turns_total{outcome="complete",source="model"} 2\n');
  });

  it('leaves an open turn until it is given up, and then counts it as gone', async () => {
    const {clock, send, prune, day} = await open();
    const opened = turnOf(1, {final: false, outcome: 'open', waited: 900, age: 5 * HOUR_MS, t: {sent: 2}});
    await send([opened]);
    expect(await prune(clock.nowAt)).toBe(0);
    clock.nowAt += 31 * 60_000;
    expect(await prune(clock.nowAt)).toBe(1);
    await send([{...opened, rev: 2, final: true, outcome: 'complete', source: 'model', t: {paint: 5, done: 9}}]);
    expect((await day()).map(({count}) => count)).toEqual([1]);
  });

  it('counts the losses that it forgets', async () => {
    const {clock, store, prune, metrics} = await open();
    await store.append({site: 'shop-eu', receivedAt: clock.nowAt - DAY_MS, droppedCount: 4, turns: []});
    await prune(clock.nowAt, clock.nowAt);
    await prune(clock.nowAt, clock.nowAt);
    expect(await metrics()).toContain('firstword_dropped_turns_total 4\n');
  });

  it('forgets rollups too, in the end', async () => {
    const {clock, send, prune, day} = await open();
    await send([answered(1, 100, {age: DAY_MS})]);
    await prune(clock.nowAt);
    await prune(clock.nowAt, clock.nowAt - 2 * DAY_MS);
    expect(await day()).toHaveLength(1);
    await prune(clock.nowAt, clock.nowAt);
    expect(await day()).toEqual([]);
  });
});

describe('a history', () => {
  it('reads rolled days within 1 % of what their turns were, hits and misses apart, with weights', async () => {
    const {clock, send, prune, day} = await open();
    const draw = createDraw(7);
    const values = Array.from({length: 2000}, () => Math.round(3000 * draw() ** 3 * 10) / 10 + 20);
    await send(values.map((ms, index) => answered(index, ms, {w: 2, source: index % 4 ? 'model' : 'cache'})));
    clock.nowAt += 40 * DAY_MS;
    expect(await prune(clock.nowAt - RETENTION.turnsKeptMs)).toBe(2000);
    const [rolled] = await day();
    expect(rolled).toMatchObject({count: 2000, isRolled: true, dayAt: Date.UTC(2027, 0, 4)});
    const misses = values.filter((_, index) => index % 4);
    // a wait's percentile is the first value that reaches the share, an answer's lies between two
    const reached = (sorted: readonly number[], share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    const between = (sorted: readonly number[], share: number) => 3 * (percentile(sorted, share) ?? 0);
    for (const [figures, kept, exact] of [
      [rolled?.firstToken.all, values, reached],
      [rolled?.firstToken.misses, misses, reached],
      [rolled?.complete, values, between],
    ] as const) {
      const sorted = kept.toSorted((a, b) => a - b);
      [0.5, 0.9, 0.95, 0.99].forEach((share, index) => {
        const [valueMs = 0] = valuesOf([figures?.[index] ?? {}]);
        const error = Math.abs(valueMs / exact(sorted, share) - 1);
        expect(error, `${share} of ${kept.length}`).toBeLessThanOrEqual(0.01);
      });
    }
  });

  it('counts those who left as still waiting', async () => {
    const {send, prune, clock, day} = await open();
    const left = (number: number) =>
      turnOf(number, {outcome: 'abandoned', left: 'pagehide', waited: 400, t: {sent: 1}});
    await send([
      ...Array.from({length: 60}, (_, index) => answered(index, 100 + 10 * index)),
      ...[70, 71, 72].map(left),
    ]);
    const before = await day();
    clock.nowAt += DAY_MS;
    await prune(clock.nowAt);
    const after = await day();
    expect(after[0]?.count).toBe(63);
    expect(after[0]?.firstToken).toEqual(before[0]?.firstToken);
    const [p50 = 0] = valuesOf(after[0]?.firstToken.all ?? []);
    expect(p50).toBeGreaterThan(397);
    expect(p50).toBeLessThan(415);
  });

  it('can be narrowed to what rollups know, and says where it cannot', async () => {
    const {collector, send, prune, clock} = await open();
    await send([answered(1, 100, {class: 'a', route: 'fast'}), answered(2, 200, {class: 'b', route: 'fast'})]);
    clock.nowAt += DAY_MS;
    await prune(clock.nowAt);
    const counts = async (query: string) => {
      const {isCut, days} = await reportOf(collector, 'history', query);
      return [isCut, ...days.map(({count}) => count)];
    };
    expect(await counts('class=a')).toEqual([false, 1]);
    expect(await counts('route=fast')).toEqual([false, 2]);
    expect(await counts('route=/checkout')).toEqual([false, 2]);
    expect(await counts('site=shop-us')).toEqual([false]);
    expect(await counts('device=mobile')).toEqual([true]);
    expect(await counts(`until=${START_AT - 10 * DAY_MS}`)).toEqual([false]);
  });
});

describe('a collector', () => {
  it('prunes with the first post and then every hour, until it is closed', async () => {
    const clock = {nowAt: START_AT};
    const pruned: number[] = [];
    vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
    const {collector, store, send} = await openCollector({clock: () => clock.nowAt});
    const {prune} = store;
    store.prune = (limits) => {
      pruned.push(clock.nowAt - limits.turnsBeforeAt, clock.nowAt - limits.rollupsBeforeAt);
      return prune(limits);
    };
    await vi.advanceTimersByTimeAsync(2 * PRUNE_EVERY_MS);
    expect(pruned).toEqual([]);
    await send([answered(1, 100)]);
    await send([answered(2, 100)]);
    expect(pruned).toEqual([30 * DAY_MS, 396 * DAY_MS]);
    await vi.advanceTimersByTimeAsync(PRUNE_EVERY_MS);
    expect(pruned).toHaveLength(4);
    await collector.close();
    await vi.advanceTimersByTimeAsync(3 * PRUNE_EVERY_MS);
    expect(pruned).toHaveLength(4);
  });

  it('tells of pruning that failed, and tries again', async () => {
    const events: CollectorEvent[] = [];
    vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
    const {store, send} = await openCollector({observe: (event) => events.push(event)});
    store.prune = () => Promise.reject(new Error('no'));
    await send([answered(1, 100)]);
    await vi.advanceTimersByTimeAsync(PRUNE_EVERY_MS);
    expect(events.filter(({kind}) => kind === 'failed')).toHaveLength(2);
  });
});

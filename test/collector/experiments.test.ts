import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {describe, expect, it, onTestFinished} from 'vitest';
import {
  createDuckDbStore,
  type ReadRows,
  type Store,
  type StoredBatch,
  type StoredTurn,
} from '../../src/collector/index.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import {beaconOf, HOME, openCollector, openMemoryStore, postOf, reportOf, storedOf, turnOf} from './fixtures.ts';
import {createChance} from './simulated.ts';

const NOW_AT = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

/** Lays turns out, each on a page of its own, so many ms ago. */
function pagesOf(turns: readonly (Partial<TurnRecord> & {ago?: number})[]): StoredBatch {
  const records = turns.map(({ago = 1000, ...change}, at) => turnOf(at, {age: ago, ...change}));
  const batch = storedOf(records, NOW_AT);
  return {...batch, turns: batch.turns.map((turn, at): StoredTurn => ({...turn, pageId: `page-${at}`}))};
}

/** A fast and a slow arm, of `count` turns each, evenly over the last hours. */
function armsOf(count: number, change: Partial<TurnRecord> = {}) {
  const chance = createChance(17);
  return Array.from({length: 2 * count}, (_, at) => {
    const arm = at % 2 ? 'on' : 'off';
    const paint = chance.time(arm === 'on' ? 500 : 900, 0.4);
    return {
      ago: HOUR_MS + at * 1000,
      arms: {prefetch: arm, hedge: at % 4 < 2 ? 'on' : 'off'},
      task: 1,
      t: {sent: 1, token: paint, paint, done: paint + 500},
      ...change,
    };
  });
}

describe('experiments', () => {
  it('are all found in what pages send, with what was planned for them', async () => {
    const plan = {fromAt: 0, end: {kind: 'turns', turnCount: 500}, arms: {on: 0.5, off: 0.5}} as const;
    const {collector, store} = await openCollector({clock: () => NOW_AT, experiments: {prefetch: plan}});
    await store.append(pagesOf(armsOf(300)));
    const {experiments} = await reportOf(collector, 'arms');
    expect(experiments.map(({name, reference}) => [name, reference])).toEqual([
      ['hedge', 'off'],
      ['prefetch', 'off'],
    ]);
    const [hedge, prefetch] = experiments;
    expect(hedge).toMatchObject({
      decision: {state: 'undecided'},
      split: {state: 'fits', against: 'equal'},
      arms: [{turnCount: 300}, {turnCount: 300}],
    });
    expect(prefetch).toMatchObject({
      decision: {state: 'decided', words: 'decided as planned'},
      split: {state: 'fits', against: 'declared'},
      // of the 600 turns only the first 500 that were asked count: whoever looks later sees the same
      arms: [{turnCount: 250}, {turnCount: 250}],
      comparisons: [{arm: 'on', verdict: {firstToken: 'faster', task: 'faster', overall: 'better'}}],
    });
    expect(hedge?.comparisons[0]).not.toHaveProperty('verdict');
  });

  it('that were planned are told from their own beginning, whatever time is looked at', async () => {
    const plan = {fromAt: NOW_AT - 2 * HOUR_MS, end: {kind: 'time', at: NOW_AT + 1}} as const;
    const {collector, store} = await openCollector({clock: () => NOW_AT, experiments: {prefetch: plan}});
    await store.append(pagesOf([...armsOf(20), ...armsOf(30).map((turn) => ({...turn, ago: 5 * HOUR_MS}))]));
    const {experiments} = await reportOf(collector, 'arms', 'since=1h');
    const prefetch = experiments.find(({name}) => name === 'prefetch');
    expect(prefetch).toMatchObject({
      fromAt: NOW_AT - 2 * HOUR_MS,
      untilAt: NOW_AT,
      arms: [{turnCount: 20}, {turnCount: 20}],
      decision: {words: expect.stringContaining('planned until')},
    });
  });

  it('are not decided by a part of the turns', async () => {
    const plan = {fromAt: 0, end: {kind: 'turns', turnCount: 40}} as const;
    const {collector, store} = await openCollector({clock: () => NOW_AT, experiments: {prefetch: plan}});
    await store.append(pagesOf(armsOf(30, {class: 'shipping'})));
    const [, prefetch] = (await reportOf(collector, 'arms', 'class=shipping')).experiments;
    expect(prefetch?.decision).toEqual({
      state: 'undecided',
      words: 'not decided yet: this is only a part of the turns',
    });
  });
});

describe('a report that takes long', () => {
  it('is said to be computed, and is there later', async () => {
    const inner = await openMemoryStore();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const store: Store = {
      ...inner,
      async read(name, window) {
        await released;
        return inner.read(name, window);
      },
    };
    const {collector} = await openCollector({store, summaryRestRatio: 4});
    const ask = () => collector.handle(new Request(`${HOME}/v1/reports/tasks`));
    const early = await ask();
    expect(early.status).toBe(202);
    expect(await early.json()).toEqual({v: 1, name: 'tasks', state: 'computing'});
    release();
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({name: 'tasks', report: {rows: []}});
  });

  it('that fails is refused as any other', async () => {
    const inner = await openMemoryStore();
    const events: unknown[] = [];
    const store: Store = {...inner, read: () => Promise.reject(new Error('no store'))};
    const {collector} = await openCollector({store, observe: (event) => events.push(event)});
    expect((await collector.handle(new Request(`${HOME}/v1/reports/drift`))).status).toBe(503);
    expect(events).toContainEqual({kind: 'failed', error: new Error('no store')});
  });
});

it('a file of an older version tells of arms, tasks and cold starts what its records tell', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firstword-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const path = join(folder, 'turns.duckdb');
  const window = {fromAt: 0, untilAt: NOW_AT, nowAt: NOW_AT};
  // the database promises no order
  const inOrder = ({kinds, pageCount, pages, waitsMs, shown, weights, kindIndexes}: ReadRows) => ({
    kinds,
    pageCount,
    rows: [...pages].map((page, at) => `${[page, waitsMs[at], shown[at], weights[at], kindIndexes[at]]}`).sort(),
  });
  const readAll = async (store: Store) => {
    const arms = await store.read('arms', window);
    const tasks = await store.read('tasks', window);
    const cold = await store.read('cold', window);
    return [arms.turns, arms.tasks, tasks.tasks, tasks.turns, cold].map(inOrder);
  };
  const first = await createDuckDbStore({path, commitWaitMs: 1});
  await first.append(pagesOf([...armsOf(5, {cold: true, cached_tokens: 7}), {task: 2}, {}]));
  const before = await readAll(first);
  await first.close();
  expect(before.at(-1)?.kinds).toContainEqual({first: null, cold: true, cache: null, kept: true, hit: false});
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const column of ['task', 'arms', 'cold', 'cached_tokens']) {
    await connection.run(`ALTER TABLE turns DROP COLUMN ${column}`);
  }
  connection.closeSync();
  instance.closeSync();
  const upgraded = await createDuckDbStore({path, commitWaitMs: 1});
  onTestFinished(() => upgraded.close());
  expect(await readAll(upgraded)).toEqual(before);
});

it('drift looks at the last day of a window and the seven days before it', async () => {
  const {collector, store} = await openCollector({clock: () => NOW_AT});
  const chance = createChance(21);
  const turns = Array.from({length: 900}, (_, at) => {
    const isRecent = at < 300;
    const paint = chance.time(isRecent ? 1500 : 700, 0.4);
    const hoursAgo = isRecent ? 1 : 25 + (at % 160);
    return {ago: hoursAgo * HOUR_MS, route: 'fast', t: {sent: 1, token: paint, paint, done: 9000}};
  });
  // one that is too old for anybody
  await store.append(agedOf([...turns, {ago: 200 * HOUR_MS, route: 'old', t: {paint: 9, done: 10}}]));
  const report = await reportOf(collector, 'drift', 'since=1h');
  expect(report).toMatchObject({fromAt: NOW_AT - 24 * HOUR_MS, untilAt: NOW_AT, beforeAt: NOW_AT - 192 * HOUR_MS});
  expect(report.rows.map(({by, name, state}) => [by, name, state])).toEqual([
    ['all', 'all', 'slower'],
    ['route', 'fast', 'slower'],
    ['page', '/checkout', 'slower'],
  ]);
  expect(report.rows[0]).toMatchObject({recent: {count: 300}, before: {count: 600}});
});

/** As `pagesOf`, but older than a record can be when it is sent. */
function agedOf(turns: Parameters<typeof pagesOf>[0]): StoredBatch {
  const batch = pagesOf(turns.map(({ago: _, ...turn}) => turn));
  return {...batch, turns: batch.turns.map((turn, at) => ({...turn, turnAt: NOW_AT - (turns[at]?.ago ?? 0)}))};
}

it('one that a visitor sends is compared with its page', async () => {
  const {collector} = await openCollector({clock: () => NOW_AT});
  const post = (page: string, number: number) =>
    collector.handle(
      postOf(
        beaconOf(
          [1, 2].map((n) =>
            turnOf(2 * number + n, {n, task: 1, age: 9000 - n, arms: {hedge: page === '1' ? 'on' : 'off'}}),
          ),
          {page: {id: page.padStart(16, '0')}},
        ),
      ),
    );
  await Promise.all([post('1', 1), post('2', 2)]);
  const [hedge] = (await reportOf(collector, 'arms')).experiments;
  expect(hedge?.arms).toMatchObject([
    {arm: 'off', pageCount: 1, turnCount: 2, tasks: {count: 1, turnsPerTask: 2}},
    {arm: 'on', pageCount: 1, turnCount: 2, tasks: {count: 1, turnsPerTask: 2}},
  ]);
});

import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {DuckDBInstance} from '@duckdb/node-api';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createDuckDbStore, type Store} from '../../src/collector/index.ts';
import {createDimensionLimit, toStoredTurn} from '../../src/collector/stored-turn.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import type {BeaconBatch} from '../../src/protocol/index.ts';
import {turnOf} from './fixtures.ts';

let folder = '';
const children: ChildProcess[] = [];
const stores: Store[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firstword-store-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await rm(folder, {recursive: true, force: true});
});

async function open(name = 'turns.duckdb'): Promise<Store> {
  const store = await createDuckDbStore({path: join(folder, name), commitWaitMs: 1});
  stores.push(store);
  return store;
}

function batchOf(turns: readonly TurnRecord[], droppedCount = 0) {
  const page = {id: '9f3c1a5b7d2e4f60', route: '/checkout'};
  const batch: BeaconBatch = {v: 1, site: 'shop-eu', page, turns: [...turns]};
  const limit = createDimensionLimit();
  const receivedAt = 1_800_000_000_000;
  const stored = turns.map((turn) => toStoredTurn({turn, batch, receivedAt, limit}));
  return {site: 'shop-eu', receivedAt, droppedCount, turns: stored};
}

const EVERYTHING = {fromAt: 0, untilAt: 1_800_000_000_000, nowAt: 1_800_000_000_000};

/** Starts the process that stores turns until it is killed, and reads what it says. */
function startWriter(path: string) {
  const script = fileURLToPath(new URL('./endless-writer.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path], {stdio: ['ignore', 'pipe', 'inherit']});
  children.push(child);
  return {child, lines: createInterface({input: child.stdout})};
}

describe('of one turn', () => {
  const open_ = (rev: number) => turnOf(1, {rev, final: false, outcome: 'open', waited: 100 * rev, t: {sent: 2}});
  const end = (rev: number) => turnOf(1, {rev, t: {paint: 10 * rev, done: 1000}});

  it.each([
    ['a repetition changes nothing', [end(1), end(1)], 'complete', 10],
    ['a higher rev wins', [open_(1), end(2)], 'complete', 20],
    ['a lower rev that comes late loses', [end(3), open_(2), end(1)], 'complete', 30],
    ['the end beats a snapshot of the same rev', [open_(2), end(2)], 'complete', 20],
    ['a snapshot of the same rev does not reopen it', [end(2), open_(2)], 'complete', 20],
    ['a second end of the same rev changes nothing', [end(2), turnOf(1, {rev: 2, t: {done: 5}})], 'complete', 20],
    ['a higher snapshot reopens it', [end(1), open_(2)], 'open', undefined],
  ] as const)('%s', async (_name, records, outcome, firstTokenMs) => {
    const apart = await open('apart.duckdb');
    for (const record of records) await apart.append(batchOf([record]));
    const together = await open('together.duckdb');
    await Promise.all(records.map((record) => together.append(batchOf([record]))));
    const atOnce = await open('at-once.duckdb');
    await atOnce.append(batchOf(records));
    for (const store of [apart, together, atOnce]) {
      const {turnCount, recent} = await store.read('summary', EVERYTHING);
      expect(turnCount).toBe(1);
      expect(recent[0]?.outcome).toBe(outcome);
      expect(recent[0]?.firstTokenMs).toBe(firstTokenMs);
    }
  });
});

describe('a store', () => {
  it('makes its folders, keeps its turns and takes hostile text as text', async () => {
    const hostile = `'); DROP TABLE turns; -- "\\\u0000 $1 {} \u2028`;
    const first = await open('deep/down/turns.duckdb');
    const batch = batchOf([turnOf(1), turnOf(2)], 3);
    const [turn] = batch.turns;
    if (!turn) throw new Error('there are two turns');
    await first.append({...batch, site: hostile, turns: [{...turn, site: hostile, route: hostile, class: hostile}]});
    await first.append(batch);
    const window = {...EVERYTHING, site: 'shop-eu', route: `' OR '1'='1`};
    expect((await first.read('summary', window)).turnCount).toBe(0);
    await first.close();
    const again = await open('deep/down/turns.duckdb');
    const reading = await again.read('summary', EVERYTHING);
    expect(reading.turnCount).toBe(2);
    expect(reading.choices.site).toContain(hostile);
    expect((await again.read('summary', {...EVERYTHING, site: hostile})).turnCount).toBe(1);
    expect((await again.totals()).droppedCount).toBe(6);
  });

  it('shares one commit among posts that come together', async () => {
    const store = await open();
    const ends: number[] = [];
    const posts = Array.from({length: 250}, (_, index) =>
      store.append(batchOf([turnOf(index)])).then(() => ends.push(index)),
    );
    await Promise.all(posts);
    expect(ends).toEqual(Array.from({length: 250}, (_, index) => index));
    expect((await store.read('summary', EVERYTHING)).turnCount).toBe(250);
  });

  it('stores what waits when it is closed, and then takes no more', async () => {
    const store = await open();
    const post = store.append(batchOf([turnOf(1)]));
    await Promise.all([store.close(), store.close(), post]);
    await expect(store.append(batchOf([turnOf(2)]))).rejects.toMatchObject({name: 'StoreError', kind: 'closed'});
    await expect(store.read('summary', EVERYTHING)).rejects.toMatchObject({kind: 'closed'});
    expect((await (await open()).read('summary', EVERYTHING)).turnCount).toBe(1);
  });

  it('takes no more than it can hold, and recovers', async () => {
    const store = await open();
    const turns = Array.from({length: 5000}, (_, index) => turnOf(index));
    const full = store.append(batchOf(turns));
    await expect(store.append(batchOf([turnOf(6000)]))).rejects.toMatchObject({kind: 'busy'});
    await full;
    await store.append(batchOf([turnOf(6000)]));
    expect((await store.read('summary', EVERYTHING)).turnCount).toBe(5001);
  });

  const newest = ['prefetch', 'prefetch_count', 'prefetch_lead_ms', 'prefetch_arm', 'hedge_won'];
  it.each([
    ['what its records tell of waste', newest],
    [
      'what its records tell of the FAQ and of waste',
      ['ordinal', 'again', 'verdict', 'cache_hit', 'cache_at', ...newest],
    ],
  ])('reads a file of an older version, with %s', async (_, columns) => {
    const first = await open();
    const asked = (number: number, change: Partial<TurnRecord>) =>
      turnOf(number, {n: number, source: 'faq', cache: {hit: 'exact', at: 'browser', ms: 2}, ...change});
    await first.append(batchOf([asked(1, {}), asked(2, {fb: 'wrong'}), asked(3, {again: 'rephrase'}), turnOf(9)]));
    await first.append(
      batchOf([
        asked(4, {cache: {hit: 'semantic', at: 'browser'}}),
        turnOf(5, {n: 5, again: 'rejected', prefetch: {r: 'used', lead: 900, count: 2}, hedge: {won: 'hedge'}}),
      ]),
    );
    const before = await first.read('summary', EVERYTHING);
    await first.close();
    const instance = await DuckDBInstance.create(join(folder, 'turns.duckdb'));
    const connection = await instance.connect();
    for (const column of columns) {
      await connection.run(`ALTER TABLE turns DROP COLUMN ${column}`);
    }
    connection.closeSync();
    instance.closeSync();

    const upgraded = await open();
    expect(await upgraded.read('summary', EVERYTHING)).toEqual(before);
    expect(before.instant).toMatchObject({count: 4, exact: {partWeight: 3}, right: {partWeight: 2}});
    expect(before.waste).toMatchObject({aheadCount: 1, requestCount: 2, leadMs: 900, attemptCount: 1});
    await upgraded.append(batchOf([asked(6, {})]));
    await upgraded.close();
    expect((await (await open()).read('summary', EVERYTHING)).instant.count).toBe(5);
  });

  it('fails the posts of a commit that cannot be made, and goes on', async () => {
    const store = await open();
    const batch = batchOf([turnOf(1)]);
    const [turn] = batch.turns;
    if (!turn) throw new Error('there is one turn');
    const broken = {...batch, turns: [{...turn, id: 'not an id'}]};
    await expect(store.append(broken)).rejects.toMatchObject({kind: 'failed'});
    await store.append(batch);
    expect((await store.read('summary', EVERYTHING)).turnCount).toBe(1);
  });
});

describe('opening', () => {
  it('says that the file is in use, in this process and in another', async () => {
    await open();
    const expected = {kind: 'locked', message: expect.stringContaining('in use by another collector')};
    await expect(createDuckDbStore({path: join(folder, 'turns.duckdb')})).rejects.toMatchObject(expected);
    const other = join(folder, 'other.duckdb');
    const {lines} = startWriter(other);
    await once(lines, 'line');
    await expect(createDuckDbStore({path: other})).rejects.toMatchObject(expected);
  });

  it('says that a file cannot be used', async () => {
    await writeFile(join(folder, 'text.duckdb'), 'this is no database'.repeat(1000));
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'folder'));
    for (const name of ['text.duckdb', 'file/turns.duckdb', 'folder']) {
      const opening = createDuckDbStore({path: join(folder, name)});
      await expect(opening, name).rejects.toMatchObject({name: 'StoreError', kind: 'unwritable'});
    }
    await rm(join(folder, 'text.duckdb'));
    await open('text.duckdb');
  });
});

describe('a killed process', () => {
  it('has lost nothing that it acknowledged', async () => {
    const path = join(folder, 'turns.duckdb');
    const acknowledged = new Set<string>();
    for (const [round, least] of [40, 120, 300].entries()) {
      const {child, lines} = startWriter(path);
      const exited = once(child, 'exit');
      for await (const line of lines) {
        acknowledged.add(line);
        if (acknowledged.size >= least && !child.killed) child.kill('SIGKILL');
      }
      expect((await exited)[1], `round ${round}`).toBe('SIGKILL');
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(300);
    await (await open()).close();
    const instance = await DuckDBInstance.create(path);
    const stored = await (await instance.connect()).runAndReadAll('SELECT route FROM turns');
    const routes = new Set(stored.getRows().map(([route]) => route));
    instance.closeSync();
    expect([...acknowledged].filter((number) => !routes.has(`r-${number}`))).toEqual([]);
  }, 60_000);
});

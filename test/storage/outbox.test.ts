import {promisifyRequest} from 'idb-keyval';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {createOutbox, OUTBOX_HOURS, type Shelf} from '../../src/storage/index.ts';
import {databaseNames, patientShelf, putForeign} from './databases.ts';

const NAME = 'firstword-test-outbox';
const DAY_MS = OUTBOX_HOURS * 3_600_000;
let shelf: Shelf;

beforeEach(() => {
  shelf = patientShelf(NAME);
});
afterEach(() => shelf.clear());

const open = (on: Shelf = shelf) => createOutbox(on);
const idOf = (number: number) => number.toString(16).padStart(32, '0');
const record = (number: number, more: Partial<TurnRecord> = {}): TurnRecord => ({
  ...{id: idOf(number), rev: 1, final: true, age: 100, outcome: 'complete', t: {done: 100}},
  ...more,
});
const read = async (nowAt = 1000) => {
  const {kept, dropped} = await open().read(nowAt);
  return {ids: kept.map(({record: {id}}) => Number.parseInt(id, 16)), dropped};
};

test('records come back the oldest first, the newest of each turn', async () => {
  const box = open();
  await box.write({at: 2, record: record(1)});
  await box.write({at: 1, record: record(2)});
  await box.write({at: 3, record: record(1, {rev: 2})});
  const {kept} = await open(patientShelf(NAME)).read(1000);
  expect(kept).toEqual([
    {at: 1, record: record(2)},
    {at: 3, record: record(1, {rev: 2})},
  ]);
});

test('a page that closes as it replaces a record leaves one of them: WebKit drops what such a page puts', async () => {
  const closing: Shelf = {
    ...shelf,
    use: (mode, work) =>
      shelf.use(mode, (store) => {
        store.put = () => store.get('');
        return work(store);
      }),
  };
  await open().write({at: 1, record: record(1, {final: false})});
  void open(closing).write({at: 2, record: record(1)});
  expect(await read()).toEqual({ids: [1], dropped: 0});
});

test('of a record and the one that it replaces, the newer is read', async () => {
  await open().write({at: 2, record: record(1, {rev: 2})});
  await shelf.write(`${idOf(1)}1010`, {at: 1, record: record(1, {final: false})});
  expect((await open().read(1000)).kept).toEqual([{at: 2, record: record(1, {rev: 2})}]);
});

test('a turn that is too old counts once, however many of its records are there', async () => {
  await open().write({at: 1, record: record(1, {final: false})});
  await open().write({at: 2, record: record(1)});
  expect(await read(2 * DAY_MS)).toEqual({ids: [], dropped: 1});
  expect((await shelf.use('readonly', (store) => promisifyRequest(store.getAllKeys()))).length).toBe(1); // the count
});

test('tabs that write at once lose nothing of each other', async () => {
  const tabs = [open(), open(patientShelf(NAME)), open(patientShelf(NAME))];
  const written = tabs.flatMap((tab, at) =>
    [0, 1, 2, 3].map((each) => tab.write({at: each, record: record(10 * at + each)})),
  );
  await Promise.all(written);
  expect((await read()).ids).toHaveLength(12);
});

describe('what the collector has is taken away', () => {
  test.each([
    ['at the rev that it has', record(1), {rev: 1, final: true}, []],
    ['at a lower one', record(1, {rev: 2}), {rev: 3, final: true}, []],
    ['but not what is newer', record(1, {rev: 3}), {rev: 2, final: true}, [1]],
    ['a snapshot at the same rev', record(1, {final: false}), {rev: 1, final: false}, []],
    ['but not the end of a turn of which it has a snapshot', record(1), {rev: 1, final: false}, [1]],
  ])('%s', async (_, kept, acknowledged, left) => {
    const box = open();
    await box.write({at: 1, record: kept});
    await box.remove([{id: kept.id, ...acknowledged}], 0);
    expect((await read()).ids).toEqual(left);
  });

  test('by two pages at once', async () => {
    for (const number of [1, 2, 3]) await open().write({at: number, record: record(number)});
    const all = [1, 2, 3].map((number) => record(number));
    await Promise.all([open().remove(all, 0), open(patientShelf(NAME)).remove(all.slice(1), 0)]);
    expect(await read()).toEqual({ids: [], dropped: 0});
  });
});

describe('what is too old is erased and counted', () => {
  test('by the age of the question, not by when it was kept', async () => {
    const box = open();
    await box.write({at: 1000, record: record(1, {age: 100})});
    await box.write({at: 1000, record: record(2, {age: 200})});
    for (let times = 0; times < 2; times++) {
      expect(await read(1000 + DAY_MS - 150)).toEqual({ids: [1], dropped: 1});
    }
    expect(await read(1000 + DAY_MS)).toEqual({ids: [], dropped: 2});
  });

  test('a clock that was put back makes nothing old', async () => {
    await open().write({at: DAY_MS, record: record(1)});
    expect(await read(0)).toEqual({ids: [1], dropped: 0});
  });

  test('once, however many pages find it', async () => {
    await open().write({at: 0, record: record(1)});
    await open().write({at: 0, record: record(2)});
    await Promise.all([read(DAY_MS), open(patientShelf(NAME)).read(DAY_MS), read(DAY_MS)]);
    expect(await read(DAY_MS)).toEqual({ids: [], dropped: 2});
  });

  test('and the count goes down by what was told', async () => {
    const box = open();
    await box.remove([], 5);
    expect((await read()).dropped).toBe(5);
    await box.remove([], -3);
    expect((await read()).dropped).toBe(2);
    await box.remove([record(1)], -2);
    expect((await read()).dropped).toBe(0);
  });
});

test('what is none of its records is not read', async () => {
  await open().write({at: 1, record: record(1)});
  for (const [at, value] of [null, 7, 'text', {at: 'now', record: {}}, {at: 1}, [1], {record: 1}].entries()) {
    await putForeign(NAME, {key: `foreign ${at}`, value});
  }
  expect((await read()).ids).toEqual([1]);
});

test('clearing takes the database away, also while another tab has it open', async () => {
  const other = open(patientShelf(NAME));
  await other.write({at: 1, record: record(1)});
  await open().clear();
  expect(await databaseNames()).not.toContain(NAME);
});

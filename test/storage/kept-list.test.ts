import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {createKeptList, type KeptEntry, type Shelf} from '../../src/storage/index.ts';
import {createGate} from '../gate.ts';
import {databaseNames, patientShelf, putForeign} from './databases.ts';

interface Note extends KeptEntry {
  text: string;
}

const NAME = 'firstword-test-list';
const LIMIT = 5;
let shelf: Shelf;

beforeEach(() => {
  shelf = patientShelf(NAME);
});
afterEach(() => shelf.clear());

const open = (on: Shelf = patientShelf(NAME), name = 'a') =>
  createKeptList<Note>({
    shelf: on,
    name,
    sample: {key: '', usedAt: 0, text: ''},
    trim: (entries) => entries.slice(0, LIMIT),
  });
const note = (key: string, usedAt: number, text = key): Note => ({key, usedAt, text});
const add = (entry: Note) => (entries: readonly Note[]) => [...entries, entry];
const keysOf = (list: ReturnType<typeof open>) => list.entries().map(({key}) => key);

/** Opens the list as the next page does, with the visitor's agreement. */
async function entriesOnNextPage(): Promise<readonly Note[]> {
  const list = open();
  await list.agree('granted');
  return list.entries();
}
const nextPage = async () => (await entriesOnNextPage()).map(({key}) => key);

test.each(['auto', 'required'] as const)('with %s it is in memory only', async (agreement) => {
  const list = open();
  await list.agree(agreement);
  list.change(add(note('one', 1)));
  expect(keysOf(list)).toEqual(['one']);
  expect(await databaseNames()).not.toContain(NAME);
});

test('once it is granted what is in memory is kept, beside what was kept before', async () => {
  const earlier = open();
  await earlier.agree('granted');
  earlier.change(add(note('one', 1)));
  await expect.poll(nextPage).toEqual(['one']);
  const list = open();
  await list.agree('required');
  list.change(add(note('two', 2)));
  expect(keysOf(list)).toEqual(['two']);
  await list.agree('granted');
  expect(keysOf(list)).toEqual(['two', 'one']);
  expect(await nextPage()).toEqual(['two', 'one']);
});

test.each(['auto', 'required', 'granted'] as const)(
  'a refusal after %s erases it and takes nothing more',
  async (agreement) => {
    const list = open();
    await list.agree('granted');
    list.change(add(note('one', 1)));
    await list.agree(agreement);
    list.change(add(note('two', 2)));
    await list.agree('denied');
    expect(keysOf(list)).toEqual([]);
    expect(await databaseNames()).not.toContain(NAME);
    list.change(add(note('three', 3)));
    expect(keysOf(list)).toEqual([]);
    await list.agree('granted');
    expect(keysOf(list)).toEqual([]);
    expect(await nextPage()).toEqual([]);
  },
);

test('a refusal before the page came erases what earlier ones kept', async () => {
  const earlier = open();
  earlier.change(add(note('one', 1)));
  await earlier.agree('granted');
  await open().agree('denied');
  expect(await databaseNames()).not.toContain(NAME);
});

test.each(['auto', 'granted'] as const)('forgetting erases what any page kept, with %s', async (agreement) => {
  const earlier = open();
  earlier.change(add(note('one', 1)));
  await earlier.agree('granted');
  const list = open();
  await list.agree(agreement);
  list.change(add(note('two', 2)));
  await list.forget();
  expect(keysOf(list)).toEqual([]);
  expect(await databaseNames()).not.toContain(NAME);
  list.change(add(note('three', 3)));
  await expect.poll(nextPage).toEqual(agreement === 'granted' ? ['three'] : []);
});

test('what two tabs change at once is all there', async () => {
  const tabs = [open(), open()];
  for (const tab of tabs) await tab.agree('granted');
  tabs.forEach((tab, at) => {
    tab.change(add(note(`tab ${at}`, at)));
    tab.change(add(note(`more of ${at}`, 10 + at)));
  });
  await expect.poll(nextPage).toEqual(['more of 1', 'more of 0', 'tab 1', 'tab 0']);
});

test('of two entries with one key the one used last stands, and the others are in that order', async () => {
  const list = open();
  await list.agree('granted');
  for (const [key, usedAt, text] of [
    ['a', 3, 'old'],
    ['b', 4, 'b'],
    ['a', 5, 'new'],
    ['b', 2, 'older'],
  ] as const)
    list.change(add(note(key, usedAt, text)));
  expect(list.entries()).toEqual([note('a', 5, 'new'), note('b', 4, 'b')]);
  await expect.poll(entriesOnNextPage).toEqual(list.entries());
});

test('what is too much goes, in memory and where it is kept', async () => {
  const list = open();
  await list.agree('granted');
  for (let at = 0; at < LIMIT + 2; at++) list.change(add(note(`${at}`, at)));
  expect(keysOf(list)).toEqual(['6', '5', '4', '3', '2']);
  await expect.poll(nextPage).toEqual(['6', '5', '4', '3', '2']);
});

test('lists of one shelf are told apart by name', async () => {
  const other = open(shelf, 'b');
  other.change(add(note('other', 1)));
  await other.agree('granted');
  expect(await nextPage()).toEqual([]);
});

test.each([
  ['text', 'entries'],
  ['a number', 1],
  ['a list', [note('one', 1)]],
  ['null', null],
  ['of a later version', {v: 2, entries: [note('one', 1)]}],
  ['of no version', {entries: [note('one', 1)]}],
  ['without a list', {v: 1, entries: {0: note('one', 1)}}],
])('what is kept but is %s is as if nothing were, and is replaced', async (_, value) => {
  await putForeign(NAME, {key: 'a', value});
  expect(await nextPage()).toEqual([]);
  const list = open();
  list.change(add(note('two', 2)));
  await list.agree('granted');
  expect(await nextPage()).toEqual(['two']);
});

test('damaged entries are left out, the others stay', async () => {
  const entries = [
    null,
    5,
    'a',
    [],
    {},
    {...note('a', 1), key: 1},
    {...note('b', 1), usedAt: '1'},
    {key: 'c', usedAt: 1},
    note('d', 1),
  ];
  await putForeign(NAME, {key: 'a', value: {v: 1, entries}});
  expect(await nextPage()).toEqual(['d']);
});

describe('a shelf that is slow', () => {
  /** A shelf that holds two entries and gives them when it may, after its limit. */
  function slowShelf() {
    const {opened, open: letThrough} = createGate();
    const updates: unknown[] = [];
    const kept = {v: 1, entries: [note('one', 1), note('two', 2)]};
    const slow: Shelf = {
      async read(_, onValue) {
        void opened.then(() => onValue?.(kept));
        return undefined;
      },
      write: async () => false,
      async update(_, next) {
        void opened.then(() => updates.push(next(kept)));
        return false;
      },
      erase: async () => false,
      clear: async () => false,
    };
    return {slow, updates, letThrough};
  }

  test('is not waited for, and what comes late is taken as if it had been changed here', async () => {
    const {slow, updates, letThrough} = slowShelf();
    const list = open(slow);
    await list.agree('granted');
    expect(keysOf(list)).toEqual([]);
    list.change((entries) => entries.filter(({key}) => key !== 'one'));
    list.change(add(note('three', 3)));
    expect(keysOf(list)).toEqual(['three']);
    letThrough();
    await expect.poll(() => keysOf(list)).toEqual(['three', 'two']);
    await expect.poll(() => updates).toHaveLength(2);
  });

  test('gives nothing back of what was forgotten or refused meanwhile', async () => {
    for (const leave of ['forget', 'denied'] as const) {
      const {slow, updates, letThrough} = slowShelf();
      const list = open(slow);
      await list.agree('granted');
      if (leave === 'forget') await list.forget();
      else await list.agree('denied');
      await list.agree('auto');
      list.change(add(note('three', 3)));
      letThrough();
      await new Promise((done) => setTimeout(done));
      expect(keysOf(list)).toEqual(['three']);
      expect(updates).toEqual([]);
    }
  });
});

import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {CHECK_EVERY_MS, createPackStore, MAX_PACKS, type Shelf, type Snapshot} from '../../src/storage/index.ts';
import {databaseNames, patientShelf, putForeign} from './databases.ts';

const NAME = 'firstword-test-faq';
const URL = 'https://shop.example/faq.json';
let shelf: Shelf;

beforeEach(() => {
  shelf = patientShelf(NAME);
});
afterEach(() => shelf.clear());

const open = (url = URL) => createPackStore(url, shelf);
const snapshot = (id: string): Snapshot => ({validator: `"${id}"`, currentAt: 5, pack: {entries: [{id}]}});

async function read(packs = open()): Promise<Snapshot | undefined> {
  let found: Snapshot | undefined;
  await packs.read((each) => {
    found = each;
  });
  return found;
}

test('a snapshot is there for the next page, whole, and replaced as a whole', async () => {
  expect(await read()).toBeUndefined();
  await open().write(snapshot('one'));
  expect(await read()).toMatchObject(snapshot('one'));
  await open().write(snapshot('two'));
  expect(await read()).toMatchObject(snapshot('two'));
});

test('what is still being read does not take the place of what came meanwhile', async () => {
  await open().write(snapshot('one'));
  const packs = open();
  const reading = read(packs);
  await packs.write(snapshot('two'));
  expect(await reading).toMatchObject(snapshot('two'));
});

test('packs of one origin do not get in each other’s way', async () => {
  await open().write(snapshot('one'));
  await open('https://shop.example/de/faq.json').write(snapshot('eins'));
  expect(await read()).toMatchObject(snapshot('one'));
  expect(await read(open('https://shop.example/de/faq.json'))).toMatchObject(snapshot('eins'));
});

test.each([
  ['text', 'pack'],
  ['null', null],
  ['of a later version', {v: 2, ...snapshot('one')}],
  ['of no version', snapshot('one')],
  ['without a pack', {v: 1, validator: '', currentAt: 1}],
  ['with a pack that is text', {v: 1, ...snapshot('one'), pack: '{}'}],
  ['with a time that is none', {v: 1, ...snapshot('one'), currentAt: '1'}],
  ['without a validator', {v: 1, ...snapshot('one'), validator: undefined}],
])('what is kept but is %s is as if nothing were, and is replaced', async (_, value) => {
  await putForeign(NAME, {key: URL, value});
  expect(await read()).toBeUndefined();
  await open().write(snapshot('two'));
  expect(await read()).toMatchObject(snapshot('two'));
});

describe('asking for a newer one', () => {
  test.each([
    [CHECK_EVERY_MS - 1, false],
    [CHECK_EVERY_MS, true],
    [1 - CHECK_EVERY_MS, false],
    [-CHECK_EVERY_MS, true],
  ])('%s ms after another page did: %s', async (laterMs, expected) => {
    expect(await open().claim(1e9)).toBe(true);
    expect(await open().claim(1e9 + laterMs)).toBe(expected);
  });

  test('is for one of the pages that open at once', async () => {
    const claims = Array.from({length: 8}, () => createPackStore(URL, patientShelf(NAME)).claim(1e9));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });

  test('is allowed for each pack by itself, and where nothing is known', async () => {
    await putForeign(NAME, {key: 'asked', value: 'yesterday'});
    expect(await open().claim(1e9)).toBe(true);
    expect(await open('https://shop.example/de/faq.json').claim(1e9)).toBe(true);
    expect(await open().claim(1e9)).toBe(false);
  });

  test('drops the packs that were not asked for in the longest time', async () => {
    const urls = Array.from({length: MAX_PACKS + 1}, (_, at) => `https://shop.example/faq.json?v=${at}`);
    for (const [at, url] of urls.entries()) {
      await open(url).claim(1e9 + at);
      await open(url).write(snapshot(url));
    }
    const found = await Promise.all(urls.map((url) => read(open(url))));
    expect(found.map((each) => each?.validator)).toEqual([undefined, ...urls.slice(1).map((url) => `"${url}"`)]);
  });
});

describe('where the visitor refused', () => {
  test('nothing is stored, and what was stored is gone', async () => {
    await open().write(snapshot('one'));
    const packs = open();
    await packs.agree('denied');
    expect(await databaseNames()).not.toContain(NAME);
    expect(await read(packs)).toBeUndefined();
    await packs.write(snapshot('two'));
    expect(await packs.claim(1e9)).toBe(true);
    expect(await databaseNames()).not.toContain(NAME);
    expect(await read(packs)).toMatchObject(snapshot('two'));
  });

  test('and agrees later, what is in memory is kept', async () => {
    const packs = open();
    await packs.agree('denied');
    await packs.write(snapshot('two'));
    await packs.agree('granted');
    expect(await read()).toMatchObject(snapshot('two'));
  });
});

test.each(['auto', 'required', 'granted'] as const)('with %s it is kept', async (agreement) => {
  const packs = open();
  await packs.agree(agreement);
  await packs.write(snapshot('one'));
  expect(await read()).toMatchObject(snapshot('one'));
});

test('forgetting erases the snapshots of all packs', async () => {
  await open('https://shop.example/de/faq.json').write(snapshot('eins'));
  const packs = open();
  await packs.write(snapshot('one'));
  await packs.forget();
  expect(await databaseNames()).not.toContain(NAME);
  expect(await read(packs)).toBeUndefined();
  await packs.write(snapshot('two')); // one that was on its way
  expect(await databaseNames()).not.toContain(NAME);
  await packs.agree('auto');
  expect(await read()).toMatchObject(snapshot('two'));
});

test('no database is there before it is wanted', async () => {
  createPackStore(URL);
  expect(await databaseNames()).not.toContain('firstword-faq');
});

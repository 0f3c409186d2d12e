import {afterEach, beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import {createShelf, SHELF_LIMIT_MS, type Shelf} from '../../src/storage/index.ts';
import {databaseNames, deleteForeign, openForeign, outcome, patientShelf} from './databases.ts';

let name = '';
let shelf: Shelf;
let count = 0;

beforeEach(() => {
  name = `firstword-test-${++count}`;
  shelf = patientShelf(name);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await shelf.clear();
});

/** Every call of a shelf, and what it gives where nothing works. */
const CALLS: [string, (shelf: Shelf) => Promise<unknown>, unknown][] = [
  ['read', (broken) => broken.read('a'), undefined],
  ['write', (broken) => broken.write('a', 1), false],
  ['update', (broken) => broken.update('a', () => 1), false],
  ['erase', (broken) => broken.erase('a'), false],
  ['clear', (broken) => broken.clear(), false],
];

test('values are kept by key, for the next page too', async () => {
  expect(await shelf.write('a', {text: 'Ja. 📦', list: [1]})).toBe(true);
  expect(await shelf.write('b', 2)).toBe(true);
  expect(await shelf.update('b', (old) => Number(old) + 1)).toBe(true);
  const next = patientShelf(name);
  expect(await next.read('a')).toEqual({text: 'Ja. 📦', list: [1]});
  expect(await next.read('b')).toBe(3);
  expect(await next.erase('a')).toBe(true);
  expect(await shelf.read('a')).toBeUndefined();
  expect(await shelf.read('b')).toBe(3);
});

test('no database is there before the first call', async () => {
  expect(await databaseNames()).not.toContain(name);
  await shelf.read('a');
  expect(await databaseNames()).toContain(name);
});

test('clearing takes the database away, and what is kept later is there again', async () => {
  await shelf.write('a', 1);
  expect(await shelf.clear()).toBe(true);
  expect(await databaseNames()).not.toContain(name);
  expect(await shelf.write('b', 2)).toBe(true);
  expect(await shelf.read('a')).toBeUndefined();
  expect(await shelf.read('b')).toBe(2);
});

test('clearing makes no database where none is', async () => {
  const open = vi.spyOn(IDBFactory.prototype, 'open');
  expect(await shelf.clear()).toBe(true);
  expect(open).not.toHaveBeenCalled();
});

test('clearing takes away what an earlier page kept', async () => {
  await patientShelf(name).write('a', 1);
  expect(await shelf.clear()).toBe(true);
  expect(await databaseNames()).not.toContain(name);
});

test('clearing does not wait for another tab that has it open', async () => {
  const other = patientShelf(name);
  await other.write('a', 1);
  await shelf.read('a');
  expect(await shelf.clear()).toBe(true);
  expect(await other.read('a')).toBeUndefined();
  expect(await other.write('a', 2)).toBe(true);
});

test('a call that was made before all is cleared is cleared too', async () => {
  const written = shelf.write('a', 1);
  const cleared = shelf.clear();
  expect(await Promise.all([written, cleared])).toEqual([true, true]);
  expect(await shelf.read('a')).toBeUndefined();
});

test('updates of two tabs at once are all there', async () => {
  const tabs = [shelf, patientShelf(name)];
  const add = (old: unknown) => Number(old ?? 0) + 1;
  await Promise.all(tabs.flatMap((tab) => Array.from({length: 50}, () => tab.update('n', add))));
  expect(await shelf.read('n')).toBe(100);
});

describe('a browser without IndexedDB', () => {
  test.each(CALLS)('because it is blocked: %s gives its neutral value', async (_, call, neutral) => {
    vi.spyOn(window, 'indexedDB', 'get').mockImplementation(() => {
      throw new DOMException('blocked', 'SecurityError');
    });
    expect(await call(patientShelf(name))).toBe(neutral);
  });

  test.each(CALLS)('at all: %s gives its neutral value', async (_, call, neutral) => {
    vi.spyOn(window, 'indexedDB', 'get').mockReturnValue(undefined as unknown as IDBFactory);
    expect(await call(patientShelf(name))).toBe(neutral);
  });

  test('comes to it once that is there', async () => {
    const missing = vi.spyOn(window, 'indexedDB', 'get').mockReturnValue(undefined as unknown as IDBFactory);
    expect(await shelf.write('a', 1)).toBe(false);
    missing.mockRestore();
    expect(await shelf.write('a', 1)).toBe(true);
  });
});

describe('an open that hangs, because other code deletes the database and somebody else has it open', () => {
  let foreign: IDBDatabase;
  let deleted: Promise<{isBlocked: boolean}>;
  let isDeleted: boolean;

  beforeEach(async () => {
    foreign = await openForeign(name, {stores: ['kept']});
    isDeleted = false;
    deleted = deleteForeign(name).finally(() => {
      isDeleted = true;
    });
  });
  afterEach(async () => {
    foreign.close();
    await deleted;
  });

  test.each(CALLS)('keeps nobody waiting: %s', async (_, call, neutral) => {
    expect(await call(createShelf(name))).toBe(neutral);
    expect(isDeleted).toBe(false);
  });

  test('what is late is done all the same', async () => {
    const hasty = createShelf(name);
    const values: unknown[] = [];
    expect(await hasty.write('a', 1)).toBe(false);
    expect(await hasty.read('a', (value) => values.push(value))).toBeUndefined();
    expect(values).toEqual([]);
    foreign.close();
    expect(await deleted).toEqual({isBlocked: true});
    await expect.poll(() => values).toEqual([1]);
    expect(await shelf.read('a')).toBe(1);
  });

  test('is given up after the limit, and not before', async () => {
    vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    onTestFinished(() => void vi.useRealTimers());
    const answered = vi.fn();
    void createShelf(name).read('a').then(answered);
    await vi.advanceTimersByTimeAsync(SHELF_LIMIT_MS - 1);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answered).toHaveBeenCalledWith(undefined);
  });
});

describe('other code of the page', () => {
  test('deletes the database at once while it is open; then it is empty', async () => {
    await shelf.write('a', 1);
    expect(await deleteForeign(name)).toEqual({isBlocked: false});
    expect(await shelf.read('a')).toBeUndefined();
    expect(await shelf.write('a', 2)).toBe(true);
    expect(await shelf.read('a')).toBe(2);
  });

  test('raises its version while it is open; then it is used as it is', async () => {
    await shelf.write('a', 1);
    const foreign = await openForeign(name, {version: 7});
    foreign.close();
    expect(await shelf.read('a')).toBe(1);
    expect(await shelf.write('a', 2)).toBe(true);
  });

  test.each([undefined, 9])(
    'made it without our store, version %s: it is made again, also for calls at once',
    async (version) => {
      const foreign = await openForeign(name, {...(version ? {version} : {}), stores: ['another']});
      foreign.close();
      const calls = [shelf.read('a'), shelf.write('b', 2), shelf.update('c', () => 3)];
      expect(await Promise.all(calls)).toEqual([undefined, true, true]);
      expect(await Promise.all(['a', 'b', 'c'].map((key) => shelf.read(key)))).toEqual([undefined, 2, 3]);
    },
  );

  test('clears when somebody does not let go of it: then it is empty, and goes with that', async () => {
    await shelf.write('a', 1);
    const foreign = await openForeign(name);
    const cleared = shelf.clear();
    const count = () => outcome(foreign.transaction('kept').objectStore('kept').count());
    await expect.poll(count).toBe(0);
    foreign.close();
    expect(await cleared).toBe(true);
    expect(await databaseNames()).not.toContain(name);
  });
});

test('a connection that was lost without a word is opened again, also for calls at once', async () => {
  const {transaction} = IDBDatabase.prototype;
  let database: IDBDatabase | undefined;
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    database = this;
    return transaction.apply(this, args);
  });
  await shelf.write('a', 1);
  database?.close();
  const open = vi.spyOn(IDBFactory.prototype, 'open');
  expect(await Promise.all([shelf.read('a'), shelf.read('a'), shelf.write('b', 2)])).toEqual([1, 1, true]);
  expect(await shelf.read('b')).toBe(2);
  expect(open).toHaveBeenCalledTimes(1);
});

test('a connection that stays lost is given up after one more try', async () => {
  const lost = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
    throw new DOMException('closing', 'InvalidStateError');
  });
  expect(await shelf.read('a')).toBeUndefined();
  expect(lost).toHaveBeenCalledTimes(2);
});

describe('what cannot be kept', () => {
  test('because there is no room, at once or in the end: the value before it stays', async () => {
    await shelf.write('a', 1);
    const {put} = IDBObjectStore.prototype;
    const full = vi.spyOn(IDBObjectStore.prototype, 'put');
    full.mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(await shelf.write('a', 2)).toBe(false);
    expect(await shelf.update('a', () => 2)).toBe(false);
    full.mockImplementation(function (this: IDBObjectStore, ...args) {
      const request = put.apply(this, args);
      this.transaction.abort();
      return request;
    });
    expect(await shelf.write('a', 2)).toBe(false);
    full.mockRestore();
    expect(await shelf.read('a')).toBe(1);
  });

  test('because it is no data: the value before it stays', async () => {
    await shelf.write('a', 1);
    expect(await shelf.write('a', () => 2)).toBe(false);
    expect(await shelf.update('a', () => Symbol('b'))).toBe(false);
    const failing = shelf.update('a', () => {
      throw new Error('on purpose');
    });
    expect(await failing).toBe(false);
    expect(await shelf.read('a')).toBe(1);
  });
});

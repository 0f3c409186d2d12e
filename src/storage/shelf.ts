import {clear, del, get, promisifyRequest, set, type UseStore, update} from 'idb-keyval';

/**
 * One database of the visitor's browser, with values by key. Nothing here rejects, and nothing keeps anybody waiting
 * beyond the limit: an open can hang for as long as other code deletes the database. What is late is done all the same.
 */
export interface Shelf {
  /**
   * Reads a value; undefined where there is none, when it cannot be read, and when it does not come within the limit.
   *
   * @param onValue - Called with what is there, undefined for nothing, as late as it may come; never where it cannot be
   * read.
   */
  read(key: string, onValue?: (value: unknown) => void): Promise<unknown>;
  /** Keeps a value; false when that failed, or had not come about within the limit. */
  write(key: string, value: unknown): Promise<boolean>;
  /** Makes a value out of the one that is kept, in one transaction: what other tabs keep meanwhile is not lost. */
  update(key: string, next: (value: unknown) => unknown): Promise<boolean>;
  erase(key: string): Promise<boolean>;
  /** Empties the database and takes it away. */
  clear(): Promise<boolean>;
}

/** How long anybody waits for the browser's database, in ms. */
export const SHELF_LIMIT_MS = 50;

/** The one store of each database: opened without a version, a database never gets another. */
const STORE = 'kept';

/**
 * Makes a shelf; the database is opened by the first call.
 *
 * It never stands in the way of who deletes the database or opens it with a higher version, and comes back when its
 * connection was lost without a word, as Safari's are after a sleep (idb-keyval, issue 165). A database without our
 * store is not as we made it, and is made again.
 *
 * @param name - The database's.
 */
export function createShelf(name: string, {limitMs = SHELF_LIMIT_MS} = {}): Shelf {
  let opening: Promise<IDBDatabase> | undefined;

  async function open(): Promise<IDBDatabase> {
    const request = indexedDB.open(name); // the property itself throws where storage is blocked
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = await promisifyRequest(request);
    database.onversionchange = database.onclose = leave;
    return database;
  }

  /** Lets the connection go, once its transactions are done; the next call opens another. */
  function leave(): void {
    opening?.then((database) => database.close()).catch(() => undefined); // it was never there
    opening = undefined;
  }

  const use: UseStore = async (mode, work) => {
    for (let isAgain = false; ; isAgain = true) {
      opening ??= open();
      const mine = opening;
      let store: IDBObjectStore;
      try {
        store = (await mine).transaction(STORE, mode).objectStore(STORE);
      } catch (cause) {
        if (opening === mine) {
          leave();
          if ((cause as Partial<DOMException>).name === 'NotFoundError') await remove();
        }
        if (isAgain) throw cause;
        continue;
      }
      return work(store); // in the task in which the transaction began: it would end with it
    }
  };

  const remove = () => promisifyRequest(indexedDB.deleteDatabase(name));

  /** Waits for work, but not for ever. */
  const within = <T, U>(work: Promise<T>, otherwise: U) =>
    new Promise<T | U>((resolve) => {
      const timer = setTimeout(resolve, limitMs, otherwise);
      work
        .catch(() => otherwise) // blocked, full, broken: the cache does without
        .then(resolve)
        .finally(() => clearTimeout(timer));
    });

  const done = (work: Promise<unknown>) => {
    const isDone = work.then(() => true);
    return within(isDone, false);
  };

  return {
    read(key, onValue) {
      const value = get<unknown>(key, use);
      if (onValue) value.then(onValue, () => undefined);
      return within(value, undefined);
    },
    write: (key, value) => done(set(key, value, use)),
    update: (key, next) => done(update<unknown>(key, next, use)),
    erase: (key) => done(del(key, use)),
    clear() {
      // emptied before, because who else has it open can keep it from going; where it is not open here, none is made
      const emptied = opening ? clear(use) : Promise.resolve();
      const removed = emptied
        .catch(() => undefined)
        .then(() => {
          leave();
          return remove();
        });
      return done(removed);
    },
  };
}

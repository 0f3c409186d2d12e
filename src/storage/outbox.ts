import {promisifyRequest} from 'idb-keyval';
import type {TurnRecord} from '../latency/index.ts';
import {createShelf, type Shelf} from './shelf.ts';

/** What every record in the outbox is kept with. */
export interface KeptTurn {
  /** When it was kept, in epoch ms. */
  at: number;
  /** Once for each turn. */
  record: TurnRecord;
}

/** Records of turns that wait for a later page of the origin. All of it rejects where the database cannot be had. */
export interface TurnOutbox<T extends KeptTurn> {
  /**
   * Keeps a record, which is read in the place of earlier ones of its turn; they are taken away with it, so that one of
   * them is there whatever becomes of the page. Resolves once it outlives the browser.
   */
  write(kept: T): Promise<void>;
  /**
   * Reads all that is kept, the oldest first, and erases what is older than OUTBOX_HOURS. How many may wait is the affair
   * of who sends them.
   *
   * @returns The records, and how many were erased or dropped since somebody was told.
   */
  read(nowAt: number): Promise<{kept: T[]; dropped: number}>;
  /**
   * Takes records away, unless what is kept of their turn has a higher `rev`, or is its end where the record was not.
   *
   * @param dropped - By how much more, or less, were dropped since somebody was told.
   */
  remove(records: readonly Pick<TurnRecord, 'id' | 'rev' | 'final'>[], dropped: number): Promise<void>;
  /** Erases everything, and the database. */
  clear(): Promise<boolean>;
}

/** How long after its question a record may still be sent. */
export const OUTBOX_HOURS = 24;

const MAX_MS = OUTBOX_HOURS * 3_600_000;

/** What the keys of counts begin with; turns' ids have no such letter. */
const COUNT = 'n';

/** Orders the records of a turn: a higher `rev` after a lower, the end after a snapshot. */
const keyOf = ({id, rev, final}: Pick<TurnRecord, 'id' | 'rev' | 'final'>) => `${id}${rev + 100}${+final}`;

/**
 * Opens the outbox of this origin; touches nothing before the first call. A record is one value by itself, so that
 * several tabs can keep theirs at once. Writes are committed as they are made and read nothing before: WebKit puts a
 * page aside with a transaction that has not ended, and whoever comes after it would wait for that page.
 */
export function createOutbox<T extends KeptTurn>(shelf: Shelf = createShelf('firstword-outbox')): TurnOutbox<T> {
  const commit = (work: (store: IDBObjectStore) => void) =>
    shelf.use('readwrite', (store) => {
      work(store);
      store.transaction.commit();
      return promisifyRequest(store.transaction);
    });

  const outbox: TurnOutbox<T> = {
    // what it replaces stays until it is taken away with it: as a page closes, WebKit drops a put, and carries out what
    // else is in its transaction
    write: (kept) => commit((store) => store.put(kept, keyOf(kept.record))),
    async read(nowAt) {
      // by turn: the order of keys has the newest last
      const kept: Record<string, T> = {};
      const old: Record<string, TurnRecord> = {};
      let dropped = 0;
      for (const each of await shelf.use('readonly', (store) => promisifyRequest(store.getAll()))) {
        const ageMs = nowAt - each?.at + each?.record?.age; // NaN for what is no record
        if (ageMs < MAX_MS) kept[each.record.id] = each;
        else if (ageMs >= MAX_MS) old[each.record.id] = each.record;
        else dropped += +each || 0;
      }
      const records = Object.values(old);
      if (records[0]) await outbox.remove(records, records.length);
      return {kept: Object.values(kept).sort((a, b) => a.at - b.at), dropped: dropped + records.length};
    },
    remove: (records, dropped) =>
      commit((store) => {
        for (const record of records) store.delete(IDBKeyRange.bound(record.id, keyOf(record)));
        // counts are summed up when they are read; two pages that drop the same count it once
        if (dropped) store.put(dropped, COUNT + ((dropped > 0 && records[0]?.id) || Math.random()));
      }),
    clear: shelf.clear,
  };
  return outbox;
}

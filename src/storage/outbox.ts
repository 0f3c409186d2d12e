import type {TurnRecord} from '../latency/index.ts';
import {createShelf, type Shelf} from './shelf.ts';

/** What every record in the outbox is kept with. */
export interface KeptTurn {
  /** When it was kept, in epoch ms. */
  at: number;
  /** Once for each turn. */
  record: TurnRecord;
}

/** Records of turns that wait for a later page of the origin, by the id of their turn. Nothing here rejects. */
export interface TurnOutbox<T extends KeptTurn> {
  /** Keeps a record in the place of the one of its turn; false when that failed, or takes longer than the shelf's limit. */
  write(kept: T): Promise<boolean>;
  /**
   * Reads all that is kept, the oldest first, as late as it may come; never where it cannot be read. Erases what is
   * older than OUTBOX_HOURS. How many may wait is whoever's affair who sends them.
   *
   * @returns The records, and how many were erased or dropped since somebody was told.
   */
  read(nowAt: number): Promise<{kept: T[]; dropped: number}>;
  /**
   * Takes records away, unless what is kept of their turn has a higher `rev`, or is its end where the record was not.
   *
   * @param dropped - By how much more, or less, were dropped since somebody was told.
   */
  remove(records: readonly Pick<TurnRecord, 'id' | 'rev' | 'final'>[], dropped: number): Promise<boolean>;
  /** Erases everything, and the database. */
  clear(): Promise<boolean>;
}

/** How long after its question a record may still be sent. */
export const OUTBOX_HOURS = 24;

/** Names the count of those that were dropped; no turn's id is that short. */
const DROPPED = 'dropped';

/**
 * Opens the outbox of this origin; touches nothing before the first call. A record is one value by itself, so that
 * several tabs can keep theirs at once, and its write is one request.
 */
export function createOutbox<T extends KeptTurn>(shelf: Shelf = createShelf('firstword-outbox')): TurnOutbox<T> {
  return {
    write: (kept) => shelf.write(kept.record.id, kept),
    read: (nowAt) =>
      new Promise((resolve) => {
        void shelf.change((store) => {
          const request = store.getAll();
          request.onsuccess = () => {
            const {result} = request;
            const all = result.filter((each): each is T => each?.record?.id).sort((a, b) => a.at - b.at);
            const kept = all.filter(({at, record}) => nowAt - at + record.age < OUTBOX_HOURS * 3_600_000);
            for (const each of all) if (!kept.includes(each)) store.delete(each.record.id);
            const dropped = Number(result.find(Number) ?? 0) + all.length - kept.length; // the one number is the count
            store.put(dropped, DROPPED);
            resolve({kept, dropped});
          };
        });
      }),
    remove: (records, dropped) =>
      shelf.change((store) => {
        for (const {id, rev, final} of records) {
          const request = store.get(id);
          request.onsuccess = () => {
            const record: T['record'] | undefined = request.result?.record;
            if (record && record.rev <= rev && (final || !record.final)) store.delete(id);
          };
        }
        if (dropped === 0) return;
        const request = store.get(DROPPED);
        request.onsuccess = () => store.put(Math.max(0, (request.result || 0) + dropped), DROPPED);
      }),
    clear: shelf.clear,
  };
}

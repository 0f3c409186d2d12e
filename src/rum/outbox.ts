import type {TurnRecord} from '../latency/index.ts';

/** A record as it is kept for a later page. */
export interface KeptRecord {
  /** When its `age` was right, in epoch ms. */
  at: number;
  /** The collector that it is for. */
  url: string;
  /** All of its batch but the turns, as JSON. */
  head: string;
  record: TurnRecord;
}

/** Where records wait for a later page, should this one go before they are acknowledged. All of it may reject. */
export interface Outbox {
  /** Keeps a record in the place of an earlier one of its turn. */
  write(kept: KeptRecord): Promise<unknown>;
  /** Reads all that is kept, the oldest first, and how many were dropped since somebody was told. */
  read(nowAt: number): Promise<{kept: KeptRecord[]; dropped: number}>;
  /**
   * Takes records away, unless a higher `rev` of their turn has come since, or its end.
   *
   * @param dropped - By how much more, or less, were dropped since somebody was told.
   */
  remove(records: readonly Pick<TurnRecord, 'id' | 'rev' | 'final'>[], dropped: number): Promise<unknown>;
  clear(): Promise<unknown>;
}

import {turnRow} from './duckdb-tables.ts';
import type {StoredBatch, StoredTurn} from './store.ts';

/** What one commit stores, as it crosses to the process of the database: text, which is cheap to hand over. */
export interface CommitRows {
  /** Turns as a JSON array, each id once. */
  turns: string;
  /** What browsers dropped, with the ids that came with it. */
  losses: {lost_at: number; site: string; dropped: number; ids: string[]}[];
}

/** A post's turns, written for the database while nobody waits for it. */
export interface WrittenBatch {
  batch: StoredBatch;
  /** Its turns in the same order. */
  rows: readonly string[];
}

/** Writes a post's turns as they will be stored. */
export function writeBatch(batch: StoredBatch): WrittenBatch {
  return {batch, rows: batch.turns.map((turn) => JSON.stringify(turnRow(turn)))};
}

/** Joins posts into one commit; of each id the winner stays, since one statement cannot change a row twice. */
export function joinBatches(written: readonly WrittenBatch[]): CommitRows {
  const winners = new Map<string, {turn: StoredTurn; row: string}>();
  for (const {batch, rows} of written) {
    batch.turns.forEach((turn, index) => {
      const rival = winners.get(turn.id)?.turn;
      if (!rival || turn.rev > rival.rev || (turn.rev === rival.rev && turn.final && !rival.final)) {
        winners.set(turn.id, {turn, row: rows[index] ?? ''});
      }
    });
  }
  return {
    turns: `[${[...winners.values()].map(({row}) => row).join(',')}]`,
    losses: written
      .filter(({batch}) => batch.droppedCount > 0)
      .map(({batch: {receivedAt, site, droppedCount, turns}}) => {
        return {lost_at: receivedAt, site, dropped: droppedCount, ids: turns.map(({id}) => id)};
      }),
  };
}

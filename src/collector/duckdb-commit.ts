import type {DuckDBConnection, DuckDBPreparedStatement} from '@duckdb/node-api';
import {INSERT_LOSSES, INSERT_TURNS, KNOWN_IDS, turnRow} from './duckdb-tables.ts';
import type {StoredBatch, StoredTurn} from './store.ts';

/** What one commit stores, as it crosses to the thread of the database: text, which is cheap to hand over. */
export interface CommitRows {
  /** Turns as a JSON array, each id once. */
  turns: string;
  turnCount: number;
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
    turnCount: winners.size,
    losses: written
      .filter(({batch}) => batch.droppedCount > 0)
      .map(({batch: {receivedAt, site, droppedCount, turns}}) => {
        return {lost_at: receivedAt, site, dropped: droppedCount, ids: turns.map(({id}) => id)};
      }),
  };
}

/** Stores joined posts, in one transaction. */
export type Committer = (rows: CommitRows) => Promise<void>;

/** Prepares a connection for commits. */
export async function createCommitter(connection: DuckDBConnection): Promise<Committer> {
  const insertTurns = await connection.prepare(INSERT_TURNS);

  async function keepLosses(losses: CommitRows['losses']): Promise<void> {
    const ids = losses.flatMap((loss) => loss.ids);
    const found = await connection.runAndReadAll(KNOWN_IDS, [JSON.stringify(ids)]);
    const known = new Set(found.getRows().map(([id]) => String(id)));
    // a post whose turns are all known is a repetition: its losses were counted before
    const fresh = losses.filter((loss) => loss.ids.length === 0 || loss.ids.some((id) => !known.has(id)));
    if (fresh.length > 0) await connection.run(INSERT_LOSSES, [JSON.stringify(fresh)]);
  }

  return async ({turns, turnCount, losses}) => {
    await wholly(connection, async () => {
      if (losses.length > 0) await keepLosses(losses);
      if (turnCount > 0) await runWith(insertTurns, turns);
    });
  };
}

async function runWith(statement: DuckDBPreparedStatement, text: string): Promise<void> {
  statement.bindVarchar(1, text);
  await statement.run();
}

/** Does work in one transaction. */
export async function wholly<Outcome>(connection: DuckDBConnection, work: () => Promise<Outcome>): Promise<Outcome> {
  await connection.run('BEGIN TRANSACTION');
  try {
    const outcome = await work();
    await connection.run('COMMIT');
    return outcome;
  } catch (error) {
    // a failed COMMIT has ended the transaction by itself; only the first error tells something
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

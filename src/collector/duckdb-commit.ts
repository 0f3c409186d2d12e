import type {DuckDBConnection} from '@duckdb/node-api';
import {createAppend} from './duckdb-append.ts';
import {ANY_ROLLED, INSERT_LOSSES, INSERT_TURNS, KNOWN_IDS, type TurnRow} from './duckdb-tables.ts';
import type {CommitRows} from './written-batch.ts';

/** Stores joined posts, in one transaction. */
export type Committer = (rows: CommitRows) => Promise<void>;

/** The most ids that are remembered: those that may still be sent again, or end, soon. */
const REMEMBERED_ID_COUNT = 100_000;

/**
 * Prepares a connection for commits. Turns that nobody has heard of are appended, in a third of the time that the
 * statement takes which looks for each of them; where one turns out to be stored, all of its commit go that way.
 */
export async function createCommitter(connection: DuckDBConnection): Promise<Committer> {
  const insertTurns = await connection.prepare(INSERT_TURNS);
  const append = await createAppend(connection);
  const remembered = new Map<string, Pick<TurnRow, 'rev' | 'final'>>();

  async function keepLosses(losses: CommitRows['losses']): Promise<void> {
    if (losses.length === 0) return;
    const ids = losses.flatMap((loss) => loss.ids);
    const found = await connection.runAndReadAll(KNOWN_IDS, [JSON.stringify(ids)]);
    const known = new Set(found.getRows().map(([id]) => String(id)));
    // a post whose turns are all known is a repetition: its losses were counted before
    const fresh = losses.filter((loss) => loss.ids.length === 0 || loss.ids.some((id) => !known.has(id)));
    if (fresh.length > 0) await connection.run(INSERT_LOSSES, [JSON.stringify(fresh)]);
  }

  async function insert(rows: readonly TurnRow[]): Promise<void> {
    if (rows.length === 0) return;
    insertTurns.bindVarchar(1, JSON.stringify(rows));
    await insertTurns.run();
  }

  function remember(rows: readonly TurnRow[]): void {
    for (const {id, rev, final} of rows) remembered.set(String(id), {rev, final});
    for (const id of remembered.keys()) {
      if (remembered.size <= REMEMBERED_ID_COUNT) return;
      remembered.delete(id);
    }
  }

  return async ({turns, losses}) => {
    const rows = JSON.parse(turns) as TurnRow[]; // as joinBatches writes them
    const fresh = rows.filter(({id}) => !remembered.has(String(id)));
    // a repetition that changes nothing is most of what comes twice
    const again = rows.filter((row) => beats(row, remembered.get(String(row.id))));
    try {
      await wholly(connection, async () => {
        await keepLosses(losses);
        await insert(again);
        if ((await connection.runAndReadAll(ANY_ROLLED)).currentRowCount > 0) await insert(fresh);
        else if (fresh.length > 0) await append(fresh);
      });
      remember([...fresh, ...again]);
    } catch (error) {
      if (!(error instanceof Error && /duplicate key|constraint/i.test(error.message))) throw error;
      await wholly(connection, async () => {
        await keepLosses(losses);
        await insert(rows);
      });
      // which of them won is not known here
      for (const {id} of rows) remembered.delete(String(id));
    }
  };
}

function beats(row: TurnRow, rival: Pick<TurnRow, 'rev' | 'final'> | undefined): boolean {
  if (!rival) return false;
  return Number(row.rev) > Number(rival.rev) || (row.rev === rival.rev && row.final === true && rival.final !== true);
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

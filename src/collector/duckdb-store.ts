import {mkdir} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {type DuckDBConnection, DuckDBInstance} from '@duckdb/node-api';
import {askOf} from './duckdb-ask.ts';
import {readTotals} from './duckdb-queries.ts';
import {READERS} from './duckdb-readers.ts';
import {
  ADD_COLUMNS,
  INSERT_LOSSES,
  INSERT_TURNS,
  KNOWN_IDS,
  LACKS_COLUMNS,
  lossRows,
  TABLES,
  turnRows,
} from './duckdb-tables.ts';
import {type Store, type StoredBatch, StoreError} from './store.ts';

/** A commit begins when so many rows wait. */
export const COMMIT_ROW_COUNT = 100;

/** A commit begins at the latest so long after a row came, unless a store is told otherwise. */
export const COMMIT_WAIT_MS = 200;

/** With so many rows waiting a store takes no more until a commit ends. */
export const WAITING_ROW_LIMIT = 5000;

const openPaths = new Set<string>();

interface Waiting {
  batch: StoredBatch;
  resolve: () => void;
  reject: (error: StoreError) => void;
}

/**
 * Opens an embedded turn store: one DuckDB file, which one process at a time can have open.
 *
 * Posts that arrive together share one commit, begun at COMMIT_ROW_COUNT rows or after `commitWaitMs`; each is
 * acknowledged when that commit is on disk. Reads see one consistent state and run one after the other.
 *
 * @param options.path - The file, created with its folders when missing; `:memory:` keeps nothing.
 * @param options.commitWaitMs - Shorter acknowledges sooner and makes the file larger. Default: COMMIT_WAIT_MS.
 * @returns The store, ready.
 * @throws StoreError `locked` when somebody has the file open, `unwritable` when it cannot be made or is no such file.
 */
export async function createDuckDbStore(options: {path: string; commitWaitMs?: number}): Promise<Store> {
  const inMemory = options.path === ':memory:';
  const path = inMemory ? options.path : resolve(options.path);
  if (openPaths.has(path)) throw lockedError(path);
  // DuckDB's own lock does not hold against a second opening in the same process
  if (!inMemory) openPaths.add(path);
  try {
    const instance = await open(path, inMemory);
    return await createStore({
      instance,
      commitWaitMs: options.commitWaitMs ?? COMMIT_WAIT_MS,
      onClosed: () => openPaths.delete(path),
    });
  } catch (error) {
    openPaths.delete(path);
    throw openError(path, error);
  }
}

async function open(path: string, inMemory: boolean): Promise<DuckDBInstance> {
  if (!inMemory) await mkdir(dirname(path), {recursive: true});
  // no statement may reach files or the network, whatever it says
  return DuckDBInstance.create(path, {
    enable_external_access: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: '1GB',
  });
}

async function createStore(options: {
  instance: DuckDBInstance;
  commitWaitMs: number;
  onClosed: () => void;
}): Promise<Store> {
  const {instance, commitWaitMs, onClosed} = options;
  const writer = await instance.connect();
  await prepare(writer);
  const reader = await instance.connect();
  let waiting: Waiting[] = [];
  let waitingRowCount = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let commits = Promise.resolve();
  let reads: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const taken = waiting;
    waiting = [];
    commits = commits.then(() => commitAll(taken));
  }

  async function commitAll(taken: readonly Waiting[]): Promise<void> {
    if (taken.length === 0) return;
    try {
      await commit(
        writer,
        taken.map(({batch}) => batch),
      );
      for (const {resolve} of taken) resolve();
    } catch (error) {
      const failure = new StoreError('failed', 'the turn store could not commit', {cause: error});
      for (const {reject} of taken) reject(failure);
    } finally {
      for (const {batch} of taken) waitingRowCount -= weightOf(batch);
    }
  }

  function append(batch: StoredBatch): Promise<void> {
    if (closing) return Promise.reject(closedError());
    if (waitingRowCount >= WAITING_ROW_LIMIT) {
      return Promise.reject(new StoreError('busy', `${waitingRowCount} turns wait to be stored`));
    }
    return new Promise((resolve, reject) => {
      waiting.push({batch, resolve, reject});
      waitingRowCount += weightOf(batch);
      if (waiting.reduce((sum, entry) => sum + weightOf(entry.batch), 0) >= COMMIT_ROW_COUNT) flush();
      else timer ??= setTimeout(flush, commitWaitMs);
    });
  }

  // one reader after the other: they share a connection, and a transaction with it
  function inTurn<Answer>(ask: (connection: DuckDBConnection) => Promise<Answer>): Promise<Answer> {
    if (closing) return Promise.reject(closedError());
    const answer = reads.then(() => consistently(reader, ask));
    reads = answer.catch(() => undefined); // the asker hears of it; the next in line must not
    return answer;
  }

  async function shut(): Promise<void> {
    flush();
    await Promise.all([commits, reads]);
    reader.closeSync();
    writer.closeSync();
    instance.closeSync();
    onClosed();
  }

  return {
    append,
    read: (name, window) => inTurn((connection) => READERS[name](askOf(connection, window))),
    totals: () => inTurn(readTotals),
    close() {
      closing ??= shut();
      return closing;
    },
  };
}

/** Makes the tables, and brings those of an older version up to this one: wholly, or not at all. */
async function prepare(connection: DuckDBConnection): Promise<void> {
  await connection.run(TABLES);
  const lacking = await connection.runAndReadAll(LACKS_COLUMNS);
  if (lacking.currentRowCount > 0) await wholly(connection, () => connection.run(ADD_COLUMNS));
}

async function commit(connection: DuckDBConnection, batches: readonly StoredBatch[]): Promise<void> {
  const rows = turnRows(batches);
  await wholly(connection, async () => {
    if (batches.some((batch) => batch.droppedCount > 0)) {
      const found = await connection.runAndReadAll(KNOWN_IDS, [JSON.stringify(rows.map((row) => row.id))]);
      const losses = lossRows(batches, new Set(found.getRows().map(([id]) => String(id))));
      if (losses.length > 0) await connection.run(INSERT_LOSSES, [JSON.stringify(losses)]);
    }
    if (rows.length > 0) await connection.run(INSERT_TURNS, [JSON.stringify(rows)]);
  });
}

/** Does work in one transaction. */
async function wholly(connection: DuckDBConnection, work: () => Promise<unknown>): Promise<void> {
  await connection.run('BEGIN TRANSACTION');
  try {
    await work();
    await connection.run('COMMIT');
  } catch (error) {
    // a failed COMMIT has ended the transaction by itself; only the first error tells something
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function consistently<Answer>(
  connection: DuckDBConnection,
  ask: (connection: DuckDBConnection) => Promise<Answer>,
): Promise<Answer> {
  await connection.run('BEGIN TRANSACTION READ ONLY');
  try {
    return await ask(connection);
  } catch (error) {
    throw new StoreError('failed', 'the turn store could not be read', {cause: error});
  } finally {
    // after an error inside it the transaction is already void
    await connection.run('ROLLBACK').catch(() => undefined);
  }
}

function weightOf(batch: StoredBatch): number {
  return Math.max(1, batch.turns.length);
}

function closedError(): StoreError {
  return new StoreError('closed', 'the turn store is closed');
}

function lockedError(path: string, cause?: unknown): StoreError {
  const message = `the turn store ${path} is in use by another collector; stop that one or choose another file`;
  return new StoreError('locked', message, {cause});
}

function openError(path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (/could not set lock/i.test(reason)) return lockedError(path, error);
  const message = `the turn store ${path} cannot be opened for writing; check the folder's rights, or move a file of that name away`;
  return new StoreError('unwritable', message, {cause: error});
}

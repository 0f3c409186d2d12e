import {mkdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {type DuckDBConnection, DuckDBInstance} from '@duckdb/node-api';
import type {StoredAlert} from './burn-reading.ts';
import {readAlerts, writeAlerts} from './duckdb-alerts.ts';
import {askOf} from './duckdb-ask.ts';
import {createCommitter, wholly} from './duckdb-commit.ts';
import {failureOf, isFatal, isLocked} from './duckdb-failure.ts';
import {fillPaths} from './duckdb-path.ts';
import type {DuckDbSettings} from './duckdb-process.ts';
import {readTotals} from './duckdb-queries.ts';
import {READERS} from './duckdb-readers.ts';
import {dropRollups, rollUpHour} from './duckdb-rollups.ts';
import {ADD_COLUMNS, LACKS_COLUMNS, TABLES} from './duckdb-tables.ts';
import {type PruneLimits, type Readings, type ReadWindow, StoreError, type Totals} from './store.ts';
import type {CommitRows} from './written-batch.ts';

/**
 * How many bytes of changes wait beside the file before they are worked into it. That holds up every commit for as long
 * as it takes, so it has to be rare; what waits is read again after a kill, within seconds.
 */
export const CHECKPOINT_BYTES = 256_000_000;

/** How long a file may be in use: a killed collector's lets go of it within milliseconds of its end. */
const LOCKED_WAIT_MS = 1000;
const LOCKED_PAUSE_MS = 20;

/** An open database, with one connection for those who write and one for those who read. */
export interface DuckDbFile {
  /** Stores turns. @throws StoreError when they are not on disk. */
  commit(rows: CommitRows): Promise<undefined>;
  /** Reads one consistent state; one reading after the other. @throws StoreError */
  read<Name extends keyof Readings>(name: Name, window: ReadWindow): Promise<Readings[Name]>;
  /** Counts everything. @throws StoreError */
  totals(): Promise<Totals>;
  /** Reads alerts, the oldest first. @throws StoreError */
  alerts(nowAt: number): Promise<StoredAlert[]>;
  /** Stores alerts. @throws StoreError when they are not on disk. */
  saveAlerts(alerts: readonly StoredAlert[]): Promise<undefined>;
  /** Rolls up and deletes, and tells how many turns; what waits to be stored comes between the hours. @throws StoreError */
  prune(limits: PruneLimits): Promise<number>;
  /** Whether it can do nothing more until it is opened again. */
  isSpent(): boolean;
  /** Lets go of the file once what was asked before is done. */
  close(): Promise<undefined>;
}

/**
 * Opens a database, made with its folders when missing.
 *
 * @throws StoreError that says why it cannot be.
 */
export async function openDuckDbFile(settings: DuckDbSettings): Promise<DuckDbFile> {
  const {path} = settings;
  const fail = (error: unknown) => failureOf(error, {path, words: `the turn store ${path} cannot be opened`});
  try {
    const instance = await open(settings);
    try {
      return await serve(instance, path);
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  } catch (error) {
    throw fail(error);
  }
}

async function open(settings: DuckDbSettings): Promise<DuckDBInstance> {
  const {path, threadCount, memoryLimitBytes, spillLimitBytes} = settings;
  const inMemory = path === ':memory:';
  if (!inMemory) await mkdir(dirname(path), {recursive: true});
  const give = () =>
    DuckDBInstance.create(path, {
      ...(inMemory ? {temp_directory: ''} : {}), // what lies in no folder spills into none; a file does beside itself
      // no statement may reach files or the network, whatever it says
      enable_external_access: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      threads: String(threadCount),
      memory_limit: `${memoryLimitBytes}B`,
      checkpoint_threshold: `${CHECKPOINT_BYTES}B`,
      max_temp_directory_size: `${spillLimitBytes}B`,
    });
  for (const until = Date.now() + LOCKED_WAIT_MS; ; await setTimeout(LOCKED_PAUSE_MS)) {
    try {
      return await give();
    } catch (error) {
      if (!isLocked(error) || Date.now() > until) throw error;
    }
  }
}

async function serve(instance: DuckDBInstance, path: string): Promise<DuckDbFile> {
  const writer = await instance.connect();
  await prepare(writer);
  const commit = await createCommitter(writer);
  const reader = await instance.connect();
  let writes: Promise<unknown> = Promise.resolve();
  let reads: Promise<unknown> = Promise.resolve();
  let spent: StoreError | undefined;
  let closing: Promise<undefined> | undefined;

  /** Does one thing after the other, as long as the database is of use; what was asked before it closes is done. */
  async function attempt<Outcome>(after: Promise<unknown>, words: string, work: () => Promise<Outcome>) {
    if (closing) throw closedError();
    await after;
    if (spent) throw spent;
    try {
      return await work();
    } catch (error) {
      const failure = failureOf(error, {path, words});
      if (isFatal(error)) spent = failure;
      throw failure;
    }
  }

  function inWriting<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = attempt(writes, 'the turn store could not commit', work);
    writes = outcome.catch(() => undefined); // the asker hears of it; the next in line must not
    return outcome;
  }

  // they share a connection, and a transaction with it
  function inReading<Outcome>(work: (connection: DuckDBConnection) => Promise<Outcome>): Promise<Outcome> {
    const outcome = attempt(reads, 'the turn store could not be read', () => consistently(reader, work));
    reads = outcome.catch(() => undefined); // likewise
    return outcome;
  }

  async function shut(): Promise<undefined> {
    await Promise.all([writes, reads]);
    reader.closeSync();
    writer.closeSync();
    instance.closeSync();
    return undefined;
  }

  return {
    commit: (rows) => inWriting(() => commit(rows).then(() => undefined)),
    read: (name, window) => inReading((connection) => READERS[name](askOf(connection, window))),
    totals: () => inReading(readTotals),
    alerts: (nowAt) => inReading((connection) => readAlerts(connection, nowAt)),
    saveAlerts: (alerts) => inWriting(() => writeAlerts(writer, alerts).then(() => undefined)),
    async prune(limits) {
      let prunedCount = 0;
      let rolledCount: number | undefined;
      do {
        rolledCount = await inWriting(() => wholly(writer, () => rollUpHour(writer, limits)));
        prunedCount += rolledCount ?? 0;
      } while (rolledCount !== undefined);
      await inWriting(() => wholly(writer, () => dropRollups(writer, limits)));
      return prunedCount;
    },
    isSpent: () => spent !== undefined,
    close() {
      closing ??= shut();
      return closing;
    },
  };
}

function closedError(): StoreError {
  return new StoreError('closed', 'the turn store is closed');
}

/** Makes the tables, and brings those of an older version up to this one: each step wholly, or not at all. */
async function prepare(connection: DuckDBConnection): Promise<void> {
  await connection.run(TABLES);
  const lacking = await connection.runAndReadAll(LACKS_COLUMNS);
  if (lacking.currentRowCount === 0) return;
  await wholly(connection, () => connection.run(ADD_COLUMNS));
  await wholly(connection, () => fillPaths(connection, TABLES));
}

async function consistently<Outcome>(
  connection: DuckDBConnection,
  work: (connection: DuckDBConnection) => Promise<Outcome>,
): Promise<Outcome> {
  await connection.run('BEGIN TRANSACTION READ ONLY');
  try {
    return await work(connection);
  } finally {
    // after an error inside it the transaction is already void
    await connection.run('ROLLBACK').catch(() => undefined);
  }
}

import {resolve} from 'node:path';
import {startDuckDbProcess} from './duckdb-process.ts';
import {COMMIT_WAIT_MS, createGroupedStore} from './group-commit.ts';
import type {Store} from './store.ts';

/** Threads of the database, unless a store is told otherwise: readings use all of them. */
export const STORE_THREAD_COUNT = 2;

/** Memory that the database takes at most, unless a store is told otherwise. */
export const STORE_MEMORY_BYTES = 1_000_000_000;

/** What queries put on disk at most when memory is short, unless a store is told otherwise. */
export const STORE_SPILL_BYTES = 2_000_000_000;

/**
 * Opens an embedded turn store: one DuckDB file, which one process at a time can have open: one of the store's own.
 *
 * Posts that arrive together share one commit, begun at COMMIT_ROW_COUNT rows or after `commitWaitMs`; what comes while
 * one is under way shares the next. Each is acknowledged when its commit is on disk. Reads see one consistent state and
 * run one after the other, beside the commits. A process that falls fails what it was asked; the next call opens the
 * file again.
 *
 * @param options.path - The file, created with its folders when missing; `:memory:` keeps nothing.
 * @param options.commitWaitMs - Shorter acknowledges sooner and makes the file larger. Default: COMMIT_WAIT_MS.
 * @param options.threadCount - From 1. Default: STORE_THREAD_COUNT.
 * @param options.memoryLimitBytes - Readings that need more use the disk. Default: STORE_MEMORY_BYTES.
 * @param options.spillLimitBytes - In a folder beside the file. Default: STORE_SPILL_BYTES.
 * @returns The store, ready.
 * @throws StoreError `locked` when somebody has the file open, `corrupt` when it is none or damaged, `full` and
 *   `unwritable` when it cannot be made or written.
 */
export async function createDuckDbStore(options: {
  path: string;
  commitWaitMs?: number;
  threadCount?: number;
  memoryLimitBytes?: number;
  spillLimitBytes?: number;
}): Promise<Store> {
  const child = await startDuckDbProcess({
    path: options.path === ':memory:' ? options.path : resolve(options.path),
    threadCount: options.threadCount ?? STORE_THREAD_COUNT,
    memoryLimitBytes: options.memoryLimitBytes ?? STORE_MEMORY_BYTES,
    spillLimitBytes: options.spillLimitBytes ?? STORE_SPILL_BYTES,
  });
  return createGroupedStore({child, commitWaitMs: options.commitWaitMs ?? COMMIT_WAIT_MS});
}

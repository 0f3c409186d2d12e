import type {DuckDbProcess, Tasks} from './duckdb-process.ts';
import {type Store, type StoredBatch, StoreError} from './store.ts';
import {joinBatches, type WrittenBatch, writeBatch} from './written-batch.ts';

/** A commit begins when so many rows wait. */
export const COMMIT_ROW_COUNT = 100;

/** A commit begins at the latest so long after a row came, unless a store is told otherwise. */
export const COMMIT_WAIT_MS = 200;

/** The most rows of one commit, so that none of them waits long for the others. */
export const COMMIT_MAX_ROW_COUNT = 1000;

/** With so many rows waiting a store takes no more until a commit ends. */
export const WAITING_ROW_LIMIT = 5000;

interface Waiting extends WrittenBatch {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Makes a store of a database: posts that arrive together share a commit.
 *
 * @param options.child - Has the database.
 * @param options.commitWaitMs - How long a row waits for others at most.
 */
export function createGroupedStore(options: {child: DuckDbProcess; commitWaitMs: number}): Store {
  const {child, commitWaitMs} = options;
  const waiting: Waiting[] = [];
  let waitingRowCount = 0;
  let heldRowCount = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;
  let committing: Promise<void> = Promise.resolve();
  let isCommitting = false;
  let closing: Promise<void> | undefined;

  /** Commits what waits; while a commit is under way, the next one is only made due. */
  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    isDue = true;
    if (isCommitting) return;
    isCommitting = true;
    committing = commitDue().finally(() => {
      isCommitting = false;
    });
  }

  async function commitDue(): Promise<void> {
    while (isDue) {
      const taken = take();
      isDue = waiting.length > 0; // what was left has waited as long
      await commit(taken);
    }
  }

  /** Takes posts in their order, up to COMMIT_MAX_ROW_COUNT rows, at least one. */
  function take(): Waiting[] {
    let rowCount = 0;
    const end = waiting.findIndex(({batch}, index) => {
      rowCount += sizeOf(batch);
      return index > 0 && rowCount > COMMIT_MAX_ROW_COUNT;
    });
    const taken = waiting.splice(0, end < 0 ? waiting.length : end);
    for (const {batch} of taken) waitingRowCount -= sizeOf(batch);
    return taken;
  }

  async function commit(taken: readonly Waiting[]): Promise<void> {
    if (taken.length === 0) return;
    try {
      await child.ask('commit', joinBatches(taken));
      for (const {resolve} of taken) resolve();
    } catch (error) {
      // one post that cannot be stored must not cost the others
      const divisible = taken.length > 1 && error instanceof StoreError && error.kind === 'failed';
      if (divisible) for (const one of taken) await commit([one]);
      else for (const {reject} of taken) reject(error);
    }
  }

  function append(batch: StoredBatch): Promise<void> {
    if (closing) return Promise.reject(closedError());
    if (heldRowCount >= WAITING_ROW_LIMIT) {
      return Promise.reject(new StoreError('busy', `${heldRowCount} turns wait to be stored`));
    }
    const rowCount = sizeOf(batch);
    waitingRowCount += rowCount;
    heldRowCount += rowCount;
    return new Promise<void>((resolve, reject) => {
      waiting.push({...writeBatch(batch), resolve, reject});
      if (waitingRowCount >= COMMIT_ROW_COUNT) begin();
      else timer ??= setTimeout(begin, commitWaitMs);
    }).finally(() => {
      heldRowCount -= rowCount;
    });
  }

  /** Asks the process for what is not a commit. */
  async function ask<Task extends Exclude<keyof Tasks, 'commit' | 'close'>>(task: Task, given: Tasks[Task]['given']) {
    if (closing) throw closedError();
    return child.ask(task, given);
  }

  async function shut(): Promise<void> {
    begin();
    await committing;
    await child.close();
  }

  return {
    append,
    read: (name, window) => ask('read', {name, window}) as Promise<never>, // what is read by that name
    totals: () => ask('totals', undefined),
    alerts: (nowAt) => ask('alerts', nowAt),
    saveAlerts: (alerts) => ask('saveAlerts', alerts),
    prune: (limits) => ask('prune', limits),
    close() {
      closing ??= shut();
      return closing;
    },
  };
}

function sizeOf(batch: StoredBatch): number {
  return Math.max(1, batch.turns.length);
}

function closedError(): StoreError {
  return new StoreError('closed', 'the turn store is closed');
}

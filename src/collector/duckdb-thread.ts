import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import type {StoredAlert} from './burn-reading.ts';
import type {CommitRows} from './duckdb-commit.ts';
import {
  type PruneLimits,
  type Readings,
  type ReadWindow,
  StoreError,
  type StoreErrorKind,
  type Totals,
} from './store.ts';

/** What a thread's database is opened with. */
export interface DuckDbSettings {
  /** An absolute path, or `:memory:`. */
  path: string;
  /** Threads of the database itself. */
  threadCount: number;
  /** The most memory it takes for itself. */
  memoryLimitBytes: number;
  /** The most that queries may put on disk beyond that. */
  spillLimitBytes: number;
}

/** What a thread can be asked, each with what it answers. */
export interface Tasks {
  commit: {given: CommitRows; answer: undefined};
  read: {given: {name: keyof Readings; window: ReadWindow}; answer: Readings[keyof Readings]};
  totals: {given: undefined; answer: Totals};
  alerts: {given: number; answer: StoredAlert[]};
  saveAlerts: {given: readonly StoredAlert[]; answer: undefined};
  prune: {given: PruneLimits; answer: number};
  close: {given: undefined; answer: undefined};
}

/** A question as it crosses to the thread. */
export type Question = {[Task in keyof Tasks]: {number: number; task: Task; given: Tasks[Task]['given']}}[keyof Tasks];

/** An answer as it comes back; number 0 is for the opening, which nobody asks for. */
export type Answer = {number: number} & (
  | {kind: 'done'; answer: unknown}
  | {kind: 'failed'; why: StoreErrorKind; message: string; cause: string}
);

/** A thread of its own for a database. */
export interface DuckDbThread {
  /**
   * Asks the thread. One that falls, or has to let go of its database, is followed by another, which is asked once more.
   *
   * @throws StoreError
   */
  ask<Task extends keyof Tasks>(task: Task, given: Tasks[Task]['given']): Promise<Tasks[Task]['answer']>;
  /** Closes the database and ends the thread; it does not throw. */
  close(): Promise<void>;
}

/**
 * Starts a thread and opens a database in it. Checkpoints were seen to keep the thread that they run in from all else
 * for 900 ms: this one has nothing else to do.
 *
 * @returns Once the database is open.
 * @throws StoreError when it cannot be opened.
 */
export async function startDuckDbThread(settings: DuckDbSettings): Promise<DuckDbThread> {
  let life = await begin(settings);
  let beginning: Promise<Life> | undefined;

  /** Never two at once: both would have the file open. */
  async function living(): Promise<Life> {
    if (!life.end()) return life;
    beginning ??= begin(settings).finally(() => {
      beginning = undefined;
    });
    life = await beginning;
    return life;
  }

  async function ask(task: keyof Tasks, given: unknown): Promise<unknown> {
    const asked = await living();
    try {
      return await asked.ask(task, given);
    } catch (error) {
      if (error !== asked.end()) throw error;
      // it fell, or let go of its database, before it answered; whatever is asked may be asked twice
      return (await living()).ask(task, given);
    }
  }

  return {
    ask: (task, given) => ask(task, given) as Promise<never>, // what the thread answers to this task
    async close() {
      await beginning?.catch(() => undefined); // it did not open, so there is nothing to close
      await life.close();
    },
  };
}

/** One thread, from its start to its end. */
interface Life {
  ask(task: keyof Tasks, given: unknown): Promise<unknown>;
  /** What those hear whom it no longer answers; undefined while it lives. */
  end(): StoreError | undefined;
  close(): Promise<void>;
}

interface Asker {
  resolve: (answer: unknown) => void;
  reject: (error: StoreError) => void;
}

const OPENING = 0;

async function begin(settings: DuckDbSettings): Promise<Life> {
  // the file beside this one, as source or as built
  const entry = new URL(`./duckdb-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, {workerData: settings, execArgv: [], name: 'turn store'});
  const askers = new Map<number, Asker>();
  let lastNumber = OPENING;
  let isEnding = false;
  let end: StoreError | undefined;
  let cause: unknown;

  const expect = (number: number) =>
    new Promise<unknown>((resolve, reject) => {
      askers.set(number, {resolve, reject});
      worker.ref();
    });

  worker.on('message', (answer: Answer) => {
    const asker = askers.get(answer.number);
    askers.delete(answer.number);
    if (answer.number === OPENING && answer.kind === 'failed') isEnding = true;
    if (askers.size === 0 && !isEnding) worker.unref(); // an open store alone keeps no process alive
    if (answer.kind === 'done') asker?.resolve(answer.answer);
    else asker?.reject(new StoreError(answer.why, answer.message, {cause: new Error(answer.cause)}));
  });
  worker.on('error', (error) => {
    cause = error;
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      end = new StoreError('failed', 'the thread of the turn store has ended', {cause});
      for (const {reject} of askers.values()) reject(end);
      askers.clear();
      resolve();
    });
  });

  function ask(task: keyof Tasks, given: unknown): Promise<unknown> {
    if (end) return Promise.reject(end);
    lastNumber += 1;
    const answer = expect(lastNumber);
    worker.postMessage({number: lastNumber, task, given});
    return answer;
  }

  try {
    await expect(OPENING);
  } catch (error) {
    await ended; // until then it may have the file
    throw error;
  }
  return {
    ask,
    end: () => end,
    async close() {
      isEnding = true;
      await ask('close', undefined).catch(() => undefined); // fallen, so there is nothing to close
      await ended;
    },
  };
}

import {fork} from 'node:child_process';
import {extname} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {StoredAlert} from './burn-reading.ts';
import {
  type PruneLimits,
  type Readings,
  type ReadWindow,
  StoreError,
  type StoreErrorKind,
  type Totals,
} from './store.ts';
import type {CommitRows} from './written-batch.ts';

/** What a process's database is opened with. */
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

/** What a process can be asked, each with what it answers. */
export interface Tasks {
  open: {given: DuckDbSettings; answer: undefined};
  commit: {given: CommitRows; answer: undefined};
  read: {given: {name: keyof Readings; window: ReadWindow}; answer: Readings[keyof Readings]};
  totals: {given: undefined; answer: Totals};
  alerts: {given: number; answer: StoredAlert[]};
  saveAlerts: {given: readonly StoredAlert[]; answer: undefined};
  prune: {given: PruneLimits; answer: number};
  close: {given: undefined; answer: undefined};
}

/** A question as it crosses to the process. */
export type Question = {[Task in keyof Tasks]: {number: number; task: Task; given: Tasks[Task]['given']}}[keyof Tasks];

/** An answer as it comes back, to the question of its number. */
export type Answer = {number: number} & (
  | {kind: 'done'; answer: unknown}
  | {kind: 'failed'; why: StoreErrorKind; message: string; cause: string}
);

/** A process of its own for a database. */
export interface DuckDbProcess {
  /**
   * Asks the process. One that falls, or has to let go of its database, is followed by another, which is asked once more.
   *
   * @throws StoreError
   */
  ask<Task extends keyof Tasks>(task: Task, given: Tasks[Task]['given']): Promise<Tasks[Task]['answer']>;
  /** Closes the database and ends the process; it does not throw. */
  close(): Promise<void>;
}

/**
 * Starts a process and opens a database in it. Whatever befalls the database there, the server that a collector is part of
 * goes on; and checkpoints, which were seen to keep a thread from all else for 900 ms, keep nobody else waiting.
 *
 * @returns Once the database is open.
 * @throws StoreError when it cannot be opened.
 */
export async function startDuckDbProcess(settings: DuckDbSettings): Promise<DuckDbProcess> {
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
    ask: (task, given) => ask(task, given) as Promise<never>, // what the process answers to this task
    async close() {
      await beginning?.catch(() => undefined); // it did not open, so there is nothing to close
      await life.close();
    },
  };
}

/** One process, from its start to its end. */
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

async function begin(settings: DuckDbSettings): Promise<Life> {
  // the file beside this one, as source or as built
  const entry = fileURLToPath(new URL(`./duckdb-child${extname(import.meta.url)}`, import.meta.url));
  const child = fork(entry, {execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc']});
  const askers = new Map<number, Asker>();
  let lastNumber = 0;
  let isEnding = false;
  let end: StoreError | undefined;

  /** Keeps this process alive as long as somebody waits: an open store alone does not. */
  function hold(): void {
    const isHeld = askers.size > 0 || isEnding;
    for (const held of [child, child.channel]) held?.[isHeld ? 'ref' : 'unref']();
  }

  child.on('message', (answer: Answer) => {
    const asker = askers.get(answer.number);
    askers.delete(answer.number);
    hold();
    if (answer.kind === 'done') asker?.resolve(answer.answer);
    else asker?.reject(new StoreError(answer.why, answer.message, {cause: new Error(answer.cause)}));
  });
  const ended = new Promise<void>((resolve) => {
    const finish = (words: string) => {
      end ??= new StoreError('failed', 'the process of the turn store has ended', {cause: new Error(words)});
      for (const {reject} of askers.values()) reject(end);
      askers.clear();
      resolve();
    };
    // once its streams are closed, all that it said was heard
    child.on('close', (code, signal) => finish(signal ?? `exit code ${code}`));
    child.on('error', ({message}) => {
      if (child.pid === undefined) finish(message);
    });
  });

  function ask(task: keyof Tasks, given: unknown): Promise<unknown> {
    if (end) return Promise.reject(end);
    lastNumber += 1;
    const number = lastNumber;
    return new Promise((resolve, reject) => {
      askers.set(number, {resolve, reject});
      hold();
      // who cannot be told has ended, or is about to
      child.send({number, task, given}, () => undefined);
    });
  }

  try {
    await ask('open', settings);
  } catch (error) {
    isEnding = true;
    hold();
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

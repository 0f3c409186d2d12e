// The thread that has the database: it answers questions until it is told to close, or until its database is of no use.
import {parentPort, workerData} from 'node:worker_threads';
import {type DuckDbFile, openDuckDbFile} from './duckdb-file.ts';
import type {Answer, DuckDbSettings, Question} from './duckdb-thread.ts';
import {StoreError} from './store.ts';

const port = parentPort;
if (!port) throw new Error('this module is the entry of a thread');

const say = (answer: Answer) => port.postMessage(answer);

function sayFailure(number: number, error: unknown): void {
  const {kind, message, cause}: {kind: StoreError['kind']; message: string; cause?: unknown} =
    error instanceof StoreError ? error : {kind: 'failed', message: 'the turn store failed', cause: error};
  say({number, kind: 'failed', why: kind, message, cause: cause instanceof Error ? cause.message : String(cause)});
}

function work(file: DuckDbFile, question: Question): Promise<unknown> {
  switch (question.task) {
    case 'commit':
      return file.commit(question.given);
    case 'read':
      return file.read(question.given.name, question.given.window);
    case 'totals':
      return file.totals();
    case 'alerts':
      return file.alerts(question.given);
    case 'saveAlerts':
      return file.saveAlerts(question.given);
    case 'prune':
      return file.prune(question.given);
    case 'close':
      return file.close();
  }
}

try {
  const file = await openDuckDbFile(workerData as DuckDbSettings); // what the other side starts it with
  let isFalling = false;

  port.on('message', async (question: Question) => {
    const {number, task} = question;
    if (isFalling) return;
    try {
      say({number, kind: 'done', answer: await work(file, question)});
    } catch (error) {
      // what a falling thread did not get to is left to the next one
      if (!isFalling || file.isSpent()) sayFailure(number, error);
    }
    if (task !== 'close' && !file.isSpent()) return;
    isFalling = true;
    await file.close();
    port.close();
  });

  // a thread that ends while its database works takes the whole process along
  process.once('uncaughtException', async (error) => {
    isFalling = true;
    await file.close();
    setImmediate(() => {
      throw error;
    });
  });
  say({number: 0, kind: 'done', answer: undefined});
} catch (error) {
  sayFailure(0, error);
}

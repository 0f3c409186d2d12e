// The process that has the database: it answers questions until it is told to close, until its database is of no use, or
// until nobody is there any more to ask.
import {answerOf} from './duckdb-answer.ts';
import {type DuckDbFile, openDuckDbFile} from './duckdb-file.ts';
import type {Answer, Question} from './duckdb-process.ts';
import {StoreError} from './store.ts';

let file: DuckDbFile | undefined;
let isFalling = false;

/** Says it, and resolves once it is on its way. */
function say(answer: Answer): Promise<void> {
  return new Promise((resolve) => process.send?.(answer, undefined, undefined, () => resolve()));
}

function sayFailure(number: number, error: unknown): Promise<void> {
  const {kind, message, cause}: {kind: StoreError['kind']; message: string; cause?: unknown} =
    error instanceof StoreError ? error : {kind: 'failed', message: 'the turn store failed', cause: error};
  return say({
    number,
    kind: 'failed',
    why: kind,
    message,
    cause: cause instanceof Error ? cause.message : String(cause),
  });
}

async function work(question: Question): Promise<unknown> {
  if (question.task !== 'open') {
    if (file) return answerOf(file, question);
    throw new StoreError('closed', 'the turn store is not open');
  }
  file = await openDuckDbFile(question.given);
  return undefined;
}

process.on('message', async (question: Question) => {
  const {number, task} = question;
  if (isFalling) return;
  try {
    await say({number, kind: 'done', answer: await work(question)});
  } catch (error) {
    // what a falling process did not get to is left to the next one
    if (!isFalling || file?.isSpent()) await sayFailure(number, error);
  }
  if (task !== 'close' && file && !file.isSpent()) return;
  isFalling = true;
  await file?.close();
  process.disconnect();
});

// what was acknowledged is on disk; whoever comes next must not wait for the file
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// a terminal and a supervisor tell everybody to end; this one does when it is told by its parent
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

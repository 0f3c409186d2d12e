import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';

/** How long a browser may take to announce where it listens, in milliseconds. */
const START_LIMIT_MS = 60_000;

/** How much of a program's output is kept for an error's message, in characters. */
const KEPT_CHARS = 2000;

/**
 * Reads a program's error output until a line matches, and goes on emptying the pipe after that.
 *
 * @param pattern - its first group is what is wanted.
 * @throws when the program ends before, or says nothing in time; with the end of its output.
 */
export function readAnnouncement(child: ChildProcess, pattern: RegExp): Promise<string> {
  const {stderr} = child;
  if (!stderr) throw new Error('The program was started without a pipe for its error output');
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => fail(`said nothing within ${START_LIMIT_MS} ms`), START_LIMIT_MS);
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`${child.spawnfile} ${what}. Its output ends with:\n${text.slice(-KEPT_CHARS)}`));
    };
    child.once('exit', (code, name) => fail(`ended with ${code ?? name}`));
    stderr.setEncoding('utf8');
    stderr.on('data', (part: string) => {
      text = (text + part).slice(-2 * KEPT_CHARS);
      const found = pattern.exec(text)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}

/** Resolves once a program has ended, at once if it has already. */
export async function waitForExit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

import {RUN_IN_PAGE, type Told} from './page-hook.ts';
import type {Json} from './types.ts';

/** Runs functions in one page of WebKit and keeps what the page told meanwhile. */
export interface Runner {
  run<T, A extends Json[]>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  /** Hears what the page has told by now, as long as there is a page that can be asked. */
  listen(): Promise<Told>;
}

/** What the page answers to a run: its outcome once there is one, and what it told since it was last asked. */
type Answer = {told: Told} & (
  | {kind: 'value'; json: string | null}
  | {kind: 'error'; message: string}
  | {kind: 'pending'}
);

/**
 * Creates a runner.
 *
 * @param execute - runs a script in the page; the script calls its last argument with the answer.
 */
export function createRunner(execute: (script: string, args: readonly Json[]) => Promise<unknown>): Runner {
  const told: Told = {lines: [], errors: []};
  let runs = 0;

  async function ask(work: string, args: readonly Json[]): Promise<Answer> {
    // RUN_IN_PAGE answers in this shape.
    const answer = (await execute(`const work = ${work};\n${RUN_IN_PAGE}`, args)) as Answer;
    told.lines.push(...answer.told.lines);
    told.errors.push(...answer.told.errors);
    return answer;
  }

  async function run<T, A extends Json[]>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    runs += 1;
    const ticket = runs;
    // The work is part of the script and not an argument: a strict page forbids to make functions of text.
    let answer = await ask(String(work), [ticket, args]);
    while (answer.kind === 'pending') answer = await ask('undefined', [ticket, []]);
    if (answer.kind === 'error') throw new Error(answer.message);
    // What JSON makes of T is what was asked for; undefined has no JSON.
    return (answer.json === null ? undefined : JSON.parse(answer.json)) as T;
  }

  return {
    run,
    async listen() {
      await run(() => 0).catch(() => undefined);
      return {lines: [...told.lines], errors: [...told.errors]};
    },
  };
}

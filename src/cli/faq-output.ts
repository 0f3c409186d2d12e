import {existsSync, lstatSync, realpathSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {basename, dirname, extname, join, resolve} from 'node:path';
import {CommandError, firstLine} from './command-error.ts';
import {STANDARD} from './faq-input.ts';

/** Names the file that a pack is written to when nobody names one. */
export function nameOutput(input: string): string {
  if (input === STANDARD) return STANDARD;
  return join(dirname(input), `${basename(input, extname(input))}.pack.json`);
}

/**
 * Makes what writes a file as a whole or not at all: into one beside it, which then takes its name.
 *
 * @param input - What must not be overwritten.
 * @throws CommandError `file` when it is the input, or cannot be written.
 */
export function prepareOutput(file: string, {input}: {input: string}): (text: string) => void {
  const fail = (reason: string, cause?: unknown) => new CommandError('file', `${file}: ${reason}`, {cause});
  // a link stays one
  const path = existsSync(file) ? realpathSync(file) : resolve(file);
  const folder = dirname(path);
  if (!existsSync(folder)) throw fail('there is no such folder');
  if (existsSync(path)) {
    const {dev, ino} = statSync(path);
    const own = input === STANDARD ? undefined : statSync(input, {throwIfNoEntry: false});
    if (own?.dev === dev && own.ino === ino) throw fail('the pack would overwrite the FAQ; name another file with -o');
    if (lstatSync(path).isDirectory()) throw fail('it is a folder');
  }
  return (text) => {
    const isDevice = existsSync(path) && !lstatSync(path).isFile();
    const beside = join(folder, `.${basename(path)}.${process.pid}.tmp`);
    try {
      writeFileSync(isDevice ? path : beside, text);
      if (!isDevice) renameSync(beside, path);
    } catch (cause) {
      rmSync(beside, {force: true});
      throw fail(`it cannot be written (${firstLine(cause)})`, cause);
    }
  };
}

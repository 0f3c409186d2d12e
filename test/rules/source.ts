import {existsSync, globSync, readFileSync, statSync} from 'node:fs';

/** A file of the project: its path from the project's folder, with slashes, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** What a rule found: how many things it looked at, and a line for each breach that names file and cause. */
export interface Verdict {
  lookedAtCount: number;
  breaches: string[];
}

const OUTSIDE = ['.git', 'node_modules', 'dist'];

/** Reads every text file that belongs to the project: all but what .gitignore names. Binary files are left out. */
export function readProject(): SourceFile[] {
  const ignored = existsSync('.gitignore') ? readFileSync('.gitignore', 'utf8').split('\n') : [];
  const folders = new Set([
    ...OUTSIDE,
    ...ignored.filter((line) => line.endsWith('/')).map((line) => line.slice(0, -1)),
  ]);
  const endings = ignored.filter((line) => line.startsWith('*.')).map((line) => line.slice(1));
  const skip = (path: string) => folders.has(path) || folders.has(path.split('/').at(-1) ?? '');
  return globSync(['**/*', '.*', '.*/**/*'], {exclude: (path) => skip(slashes(path))})
    .map(slashes)
    .filter((path) => !path.split('/').some((_, at, parts) => skip(parts.slice(0, at + 1).join('/'))))
    .filter((path) => !endings.some((ending) => path.endsWith(ending)) && statSync(path).isFile())
    .sort()
    .map((path) => ({path, text: readFileSync(path, 'utf8')}))
    .filter(({text}) => !text.includes('\0'));
}

/** Chooses files by a pattern of their paths. */
export function choose(files: readonly SourceFile[], path: RegExp): SourceFile[] {
  return files.filter((file) => path.test(file.path));
}

/** Gives the text of one file, or throws when it is not there: a rule about a file that is gone proves nothing. */
export function textOf(files: readonly SourceFile[], path: string): string {
  const file = files.find((known) => known.path === path);
  if (!file) throw new Error(`${path} is not there`);
  return file.text;
}

/** The programs in src. */
export const SRC_CODE = /^src\/.*\.tsx?$/;

/** The programs in src and demo. */
export const PRODUCT_CODE = /^(src|demo)\/.*\.(tsx?|m?js)$/;

/** The programs in test. */
export const TEST_CODE = /^test\/.*\.(tsx?|mjs)$/;

const slashes = (path: string) => path.replaceAll('\\', '/');

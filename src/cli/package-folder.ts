import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {CommandError} from './command-error.ts';

/** The folder of this package, wherever it is installed: the nearest one above this file that has a package.json. */
export const PACKAGE_FOLDER = findFolder(dirname(fileURLToPath(import.meta.url)));

/** Reads this package's version from its package.json. */
export function readVersion(): string {
  // our own file
  const {version} = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {version: string};
  return version;
}

/**
 * Finds the folder of the built page files: the script, the files that it loads, the dashboard.
 *
 * @throws CommandError `files` when they are not there, as in a checkout that was not built.
 */
export function findPageFiles(): string {
  const folder = join(PACKAGE_FOLDER, 'dist');
  if (existsSync(join(folder, 'firstword.js'))) return folder;
  throw new CommandError('files', "the widget's files are not built yet: npm run build");
}

function findFolder(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findFolder(dirname(folder));
}

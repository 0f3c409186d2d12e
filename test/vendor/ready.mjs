// Installs the vendors' packages that the protocols are compared against, unless they are there already.
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ROOT, run} from '../../demo/ready.mjs';

const FOLDER = join(ROOT, 'test', 'vendor');
const STAMP = join(FOLDER, 'node_modules', '.installed-lock');

/** Installs what this folder's package-lock.json lists; runs before the first test. */
export function setup() {
  const lock = createHash('sha256')
    .update(readFileSync(join(FOLDER, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  run(['npm', 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], FOLDER);
  writeFileSync(STAMP, lock);
}

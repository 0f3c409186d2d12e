// Plain JavaScript without dependencies: it runs before anything is installed, under whatever Node is there.
import {spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** The project's folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The Node that package.json pins, once ready() has returned. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const STAMP = join(ROOT, 'node_modules', '.installed-lock');

/** Installs what package-lock.json lists, unless it is there already. Ends the process with npm's words on failure. */
export function ready() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== lock) {
    console.log('Installing what package-lock.json lists …');
    run(['npm', 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
    writeFileSync(STAMP, lock);
  }
  // where install scripts are not allowed to run, the pinned Node has not unpacked itself yet
  if (!pinnedNodeRuns()) run([process.execPath, 'installArchSpecificPackage.js'], join(ROOT, 'node_modules', 'node'));
  if (!pinnedNodeRuns()) fail('The pinned Node could not be installed from the node package.');
}

/** Runs a command to its end with its output shown; ends the process when it fails. */
export function run([command, ...args], cwd = ROOT) {
  const {status, error} = spawnSync(command, args, {cwd, stdio: 'inherit', shell: process.platform === 'win32'});
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(' ')} ended with ${status}.`);
}

/** Runs a command that stays; it ends with this process, however that ends. */
export function stay([command, ...args]) {
  const child = spawn(command, args, {cwd: ROOT, stdio: ['inherit', 'inherit', 'inherit', 'ipc']});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

function pinnedNodeRuns() {
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies.node;
  return spawnSync(NODE, ['--version'], {encoding: 'utf8'}).stdout?.trim() === `v${wanted}`;
}

function fail(words) {
  console.error(words);
  process.exit(1);
}

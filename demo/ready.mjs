// Plain JavaScript without dependencies: it runs before anything is installed, under whatever Node is there.
import {spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';

/** The project's folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The Node that package.json pins, once ready() has returned. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Installs what package-lock.json lists, unless it is there already. Ends the process with npm's words on failure. */
export function ready() {
  install(ROOT);
  // where install scripts are not allowed to run, the pinned Node has not unpacked itself yet
  if (!pinnedNodeRuns()) run([process.execPath, 'installArchSpecificPackage.js'], join(ROOT, 'node_modules', 'node'));
  if (!pinnedNodeRuns()) fail('The pinned Node could not be installed from the node package.');
}

/** Installs what a folder's package-lock.json lists, unless just that is there already. */
export function install(folder) {
  const stamp = join(folder, 'node_modules', '.installed-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log(`Installing what ${relative(ROOT, join(folder, 'package-lock.json'))} lists …`);
  run(['npm', 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  writeFileSync(stamp, lock);
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

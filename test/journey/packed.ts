import {execFile} from 'node:child_process';
import {mkdir, readdir, readFile, rename, symlink} from 'node:fs/promises';
import {delimiter, dirname, join, resolve} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** What a newcomer has: the Node that runs this, no key, nothing of ours. */
export const newcomer = Object.fromEntries(
  Object.entries({...process.env, PORT: '0', PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`}) //
    .filter(([name]) => !/^(OPENAI_|NODE_|npm_)/.test(name)),
);

/** Packs this project into a folder as npm would for its registry, without a network, and gives the archive's path. */
export async function packProject(folder: string): Promise<string> {
  const pack = ['pack', '--ignore-scripts', '--offline', '--silent', '--pack-destination', folder];
  await run('npm', [...pack, '--cache', join(folder, 'npm-cache')], {env: newcomer});
  const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (!packed) throw new Error('npm packed nothing');
  return join(folder, packed);
}

/**
 * Does what `npm install` would, without a network: this project as npm packs it, the other named packages and what
 * this project depends on from where they are installed already. Nothing else can be found from the folder.
 */
export async function installPacked(folder: string, packages: readonly string[]): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  await run('tar', ['-xzf', await packProject(folder)], {cwd: folder});
  await rename(join(folder, 'package'), join(modules, 'firstword'));
  // npm would also take newer ones; these are the versions that everything else is tested with
  const {dependencies} = await readManifest(folder);
  const others = packages.filter((name) => name !== 'firstword');
  for (const name of new Set([...others, ...Object.keys(dependencies)])) {
    await mkdir(dirname(join(modules, name)), {recursive: true});
    await symlink(resolve('node_modules', name), join(modules, name), 'junction');
  }
}

/** Reads what the installed project's package.json says of other packages. */
export async function readManifest(
  folder: string,
): Promise<Record<'dependencies' | 'peerDependencies', Record<string, string>>> {
  return JSON.parse(await readFile(join(folder, 'node_modules', 'firstword', 'package.json'), 'utf8'));
}

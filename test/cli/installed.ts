import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {promisify} from 'node:util';

/** The command as somebody has installed it: compiled, in a folder of its own that knows no package but those linked. */
export interface Installed {
  /** Where the package lies. */
  folder: string;
  /** Makes a package of this checkout visible to the command. */
  link(name: string): Promise<void>;
  /** Runs `firstword` with arguments in a working folder. */
  start(options: {args: readonly string[]; cwd: string; env?: Record<string, string>}): Running;
  remove(): Promise<void>;
}

/** One run of the command. */
export interface Running {
  child: ChildProcess;
  /** What it wrote to both of its outputs so far. */
  output(): string;
  /** Gives the first match in the output. @throws with the output when the command ends without one. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** How it ended, and everything it wrote. */
  ended: Promise<{code: number | null; stdout: string; stderr: string}>;
}

/** Compiles the command into a temporary `node_modules/firstword` with stand-ins for the page files. */
export async function installCommand(): Promise<Installed> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'firstword-cli-')));
  const modules = join(home, 'node_modules');
  const folder = join(modules, 'firstword');
  const out = join(folder, 'dist', 'npm');
  const compiler = resolve('node_modules/typescript/bin/tsc');
  const compile = [compiler, '-p', 'tsconfig.server.json', '--noEmit', 'false', '--noCheck', '--declaration', 'false'];
  const remove = () => rm(home, {recursive: true, force: true});
  try {
    await promisify(execFile)(process.execPath, [...compile, '--outDir', out]);
  } catch (error) {
    await remove();
    throw error;
  }
  await copyFile('package.json', join(folder, 'package.json'));
  await writePageFiles(join(folder, 'dist'));

  const link = async (name: string) => {
    await mkdir(dirname(join(modules, name)), {recursive: true});
    await symlink(resolve('node_modules', name), join(modules, name), 'junction');
  };
  for (const name of ['commander', '@humanwhocodes/momoa']) await link(name);
  return {
    folder,
    link,
    start({args, cwd, env}) {
      const child = spawn(process.execPath, [join(out, 'cli', 'main.js'), ...args], {
        cwd,
        env: {...newcomer(), ...env},
      });
      return watch(child);
    },
    remove,
  };
}

/** Writes files named as the build names them. */
export async function writePageFiles(folder: string): Promise<void> {
  await mkdir(join(folder, 'dashboard'), {recursive: true});
  await mkdir(join(folder, 'npm'), {recursive: true});
  await writeFile(join(folder, 'firstword.js'), '// the loader');
  await writeFile(join(folder, 'firstword-panel-Ab3_-x9Z.js'), '// the panel');
  await writeFile(join(folder, 'dashboard', 'index.html'), '<title>the dashboard</title>');
  await writeFile(join(folder, 'npm', 'secret.js'), '// no page file');
}

function newcomer(): Record<string, string> {
  const {PATH = '', HOME = '', TMPDIR = ''} = process.env;
  return {PATH, HOME, ...(TMPDIR ? {TMPDIR} : {})};
}

function watch(child: ChildProcess): Running {
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
    tell();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
    tell();
  });
  const output = () => stdout + stderr;
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({code: code ?? null, stdout, stderr}));
  return {
    child,
    output,
    ended,
    says: (pattern) =>
      new Promise((found, failed) => {
        const look = () => {
          const match = pattern.exec(output());
          if (match) found(match);
        };
        listeners.add(look);
        look();
        void ended.then(() => failed(new Error(`It ended without ${pattern}: ${output()}`)));
      }),
  };
}

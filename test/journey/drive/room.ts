import {type ChildProcess, type StdioOptions, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Belongings, type Ending, endFamilies, endFamiliesFully, livingProcesses} from './families.ts';

/** How one process is started. */
export interface StartOptions {
  args: readonly string[];
  /** Environment added to the room's own. */
  env?: Record<string, string>;
  stdio?: StdioOptions;
  /** How it is ended; default SIGKILL. */
  ending?: Ending;
}

/** A temporary folder and the processes that live in it; nothing of either is left once it is cleared. */
export interface Room {
  /** Home and temporary folder of everything that is started here. */
  readonly folder: string;
  /**
   * Starts a program and resolves once it runs.
   *
   * @throws when the program cannot be started.
   */
  start(path: string, options: StartOptions): Promise<ChildProcess>;
  /** Lists the living processes that were started here, and all that came from them. */
  processes(): number[];
  /** Ends every process, waits until they are gone and removes the folder. Again is without effect. */
  clear(): Promise<void>;
}

const rooms = new Set<Belongings>();
let guard: ChildProcess | undefined;

/**
 * Creates an empty room. It is cleared also when this process ends without asking: by its exit handler, or by a guard
 * process where a signal ends this one before any handler runs.
 */
export function createRoom(): Room {
  const belongings: Belongings = {folder: mkdtempSync(join(tmpdir(), 'firstword-')), families: []};
  const {folder, families} = belongings;
  if (rooms.size === 0) process.on('exit', clearAllNow);
  rooms.add(belongings);
  void tellGuard();

  return {
    folder,
    async start(path, {args, env, stdio = 'ignore', ending = 'SIGKILL'}) {
      const home = {
        HOME: folder,
        TMPDIR: folder,
        XDG_CONFIG_HOME: folder,
        XDG_CACHE_HOME: folder,
        XDG_DATA_HOME: folder,
      };
      const child = spawn(path, args, {detached: true, stdio, env: {...process.env, ...home, ...env}});
      if (child.pid !== undefined) {
        families.push({leaderPid: child.pid, ending});
        void tellGuard();
      }
      await once(child, 'spawn');
      return child;
    },
    processes: () => livingProcesses(families),
    async clear() {
      if (!rooms.has(belongings)) return;
      await endFamiliesFully(families);
      rmSync(folder, {recursive: true, force: true, maxRetries: 5});
      rooms.delete(belongings);
      if (rooms.size === 0) process.off('exit', clearAllNow);
      await tellGuard();
    },
  };
}

function clearAllNow(): void {
  for (const {families} of rooms) endFamilies(families);
  // Folders are left to the guard: the processes may still write to them.
}

// The guard goes as soon as there is nothing to guard.
async function tellGuard(): Promise<void> {
  if (rooms.size > 0) {
    guard ??= startGuard();
    guard.stdin?.write(`${JSON.stringify([...rooms])}\n`);
    return;
  }
  const idle = guard;
  guard = undefined;
  if (!idle || idle.exitCode !== null || idle.signalCode !== null) return;
  idle.ref();
  idle.stdin?.end('[]\n');
  await once(idle, 'exit');
}

function startGuard(): ChildProcess {
  const program = fileURLToPath(new URL('./guard.ts', import.meta.url));
  const child = spawn(process.execPath, [program], {detached: true, stdio: ['pipe', 'ignore', 'ignore']});
  // It must never keep this process alive, nor fail it.
  child.unref();
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return child;
}

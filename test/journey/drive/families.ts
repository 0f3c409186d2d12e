import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';

/** How a family of processes is told to end. A display server needs the gentle way to take its socket with it. */
export type Ending = 'SIGKILL' | 'SIGTERM';

/** A process that was started as leader of its own process group and setsid, and all that came from it. */
export interface Family {
  leaderPid: number;
  ending: Ending;
}

/** What a room holds: processes and the folder they write to. */
export interface Belongings {
  folder: string;
  families: Family[];
}

/** How long a gentle ending may take before it is made by force, in milliseconds. */
const GENTLE_LIMIT_MS = 2000;

/** How long the kernel may take to remove killed processes, in milliseconds. */
const GONE_LIMIT_MS = 10_000;

/**
 * Lists the living processes of some families. On Linux also those that left the group or lost their parent (crash
 * handlers do both); elsewhere only whether the leader's group still lives, by its leader.
 */
export function livingProcesses(families: readonly Family[]): number[] {
  const leaders = new Set(families.map((family) => family.leaderPid));
  if (leaders.size === 0) return [];
  if (process.platform !== 'linux') return [...leaders].filter((pid) => signal(-pid, 0));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const place = readPlace(pid);
      return place !== undefined && leaders.has(place.sid);
    });
}

/** Tells whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  return process.platform === 'linux' ? readPlace(pid) !== undefined : signal(pid, 0);
}

/** Tells all processes of some families to end, each family in its way, and returns without waiting. */
export function endFamilies(families: readonly Family[]): void {
  for (const family of families) {
    signal(-family.leaderPid, family.ending);
    for (const pid of livingProcesses([family])) signal(pid, family.ending);
  }
}

/**
 * Ends families and waits until no process of them lives.
 *
 * @throws when some process outlives even SIGKILL, naming it.
 */
export async function endFamiliesFully(families: readonly Family[]): Promise<void> {
  const beganMs = performance.now();
  let ending = [...families];
  for (;;) {
    endFamilies(ending);
    const living = livingProcesses(families);
    if (living.length === 0) return;
    const tookMs = performance.now() - beganMs;
    if (tookMs > GENTLE_LIMIT_MS) ending = ending.map((family) => ({...family, ending: 'SIGKILL'}));
    if (tookMs > GONE_LIMIT_MS) throw new Error(`Processes ${living.join(', ')} outlived SIGKILL`);
    await delay(10);
  }
}

function signal(pid: number, name: Ending | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    // It is gone already, which is what was wanted.
    return false;
  }
}

// The fields of /proc/<pid>/stat after the name in parentheses: state, parent, group, sid (proc_pid_stat(5)).
function readPlace(pid: number): {sid: number} | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie is dead and only waits for its parent to look.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : {sid: Number(fields[3])};
  } catch {
    // It ended between the listing and the look.
    return undefined;
  }
}

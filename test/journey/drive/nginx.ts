import {accessSync, constants} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {readAnnouncement} from './output.ts';
import {findFreePort} from './port.ts';
import {createRoom, type Room} from './room.ts';

/** Whether nginx can run here, and a title for its tests: that and why they are skipped where they are. */
export interface FoundNginx {
  title: string;
  /** The reason in words; absent where nginx can run. */
  missing?: string;
}

/** One way through nginx: an address of its own, so that a browser's limit of connections holds for each. */
export interface Front {
  /** A loopback address. */
  address: string;
  /** Directives of its one location, beside `proxy_pass`. */
  directives: string;
}

/** A running nginx. */
export interface Nginx {
  /** The port at which it listens, at the address of every front. */
  port: number;
  /** Ends it and removes what it left. */
  close(): Promise<void>;
}

/** How often another port is tried where somebody was faster. */
const PORT_TRIES = 3;

/** Says whether nginx is installed here, in the PATH or where Debian puts it. */
export function findNginx(): FoundNginx {
  if (findProgram()) return {title: 'nginx'};
  const missing = 'no nginx in the PATH or in /usr/sbin (package nginx-light)';
  return {title: `nginx is skipped: ${missing}`, missing};
}

/**
 * Starts nginx in front of a server: one unprivileged process in the foreground that keeps all it writes in a temporary
 * folder. It is ended with this process in whatever way that ends.
 *
 * @param upstream - The origin of the server behind it.
 * @throws when nginx is missing, or does not take its configuration; with the end of its output.
 */
export async function startNginx(upstream: string, fronts: readonly Front[]): Promise<Nginx> {
  const program = findProgram();
  if (!program) throw new Error('nginx is not installed');
  for (let tries = 1; ; tries++) {
    const room = createRoom();
    const port = await findFreePort();
    try {
      await start(room, {program, config: writeConfig({folder: room.folder, upstream, fronts, port})});
      return {port, close: () => room.clear()};
    } catch (error) {
      await room.clear();
      const isTaken = error instanceof Error && error.message.includes('Address already in use');
      if (!isTaken || tries === PORT_TRIES) throw error;
    }
  }
}

async function start(room: Room, {program, config}: {program: string; config: string}): Promise<void> {
  const path = join(room.folder, 'nginx.conf');
  await mkdir(join(room.folder, 'temp'));
  await writeFile(path, config);
  const child = await room.start(program, {
    args: ['-p', room.folder, '-c', path],
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // it says so when its sockets listen
  await readAnnouncement(child, /using the "(\w+)" event method/);
}

function writeConfig({
  folder,
  upstream,
  fronts,
  port,
}: {
  folder: string;
  upstream: string;
  fronts: readonly Front[];
  port: number;
}): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, 'temp', name)};`,
  );
  const servers = fronts.map(
    ({address, directives}) =>
      `server { listen ${address}:${port}; location / { proxy_pass ${upstream}; ${directives} } }`,
  );
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log stderr notice;
events { worker_connections 512; }
http {
  access_log off;
  ${[...temp, ...servers].join('\n  ')}
}
`;
}

function findProgram(): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, 'nginx'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

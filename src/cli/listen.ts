import type {AddressInfo} from 'node:net';
import type {ServerType} from '@hono/node-server';
import {CommandError, firstLine} from './command-error.ts';

/** A server that listens. */
export interface Listening {
  /** Where this machine reaches it; without a slash at the end. */
  url: string;
  port: number;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/** How many ports are tried after the wanted one. */
export const MORE_PORTS = 50;

const HIGHEST_PORT = 65_535;

/**
 * Listens at the wanted port, or the next that is free.
 *
 * @param options.host - Address or name of an interface of this machine.
 * @param options.port - 0 for any free port.
 * @param options.onTaken - Called for each port that was in use, before the next is tried. Default: nothing.
 * @throws CommandError `address` when none of MORE_PORTS further ports is free, or the system refuses otherwise.
 */
export async function listen(options: {
  fetch: (request: Request) => Response | Promise<Response>;
  host: string;
  port: number;
  onTaken?: (port: number) => void;
}): Promise<Listening> {
  const {host} = options;
  const {createAdaptorServer} = await import('@hono/node-server');
  const server = createAdaptorServer({fetch: options.fetch});
  const last = Math.min(options.port + MORE_PORTS, HIGHEST_PORT);
  for (let port = options.port; !(await tryPort(server, {host, port})); port++) {
    if (port === last) throw new CommandError('address', `every port from ${options.port} to ${last} is in use`);
    options.onTaken?.(port);
  }
  const {port} = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    port,
    url: `http://${nameHost(host)}:${port}`,
    close: () =>
      new Promise((closed, failed) => {
        server.close((error) => (error ? failed(error) : closed()));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

/** Resolves with whether it listens now; false means that the port is in use. */
function tryPort(server: ServerType, {host, port}: {host: string; port: number}): Promise<boolean> {
  return new Promise((done, failed) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return done(false);
      failed(new CommandError('address', `cannot listen on ${host}: ${firstLine(error)}`, {cause: error}));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      done(true);
    });
  });
}

/** A host as a URL names it; for all interfaces the loopback one. */
function nameHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

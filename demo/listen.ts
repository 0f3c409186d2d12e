import type {AddressInfo} from 'node:net';
import {createAdaptorServer, type ServerType} from '@hono/node-server';

/** A server that listens. */
export interface Listening {
  url: string;
  port: number;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/** How many ports are tried after the wanted one. */
const MORE_PORTS = 50;

/**
 * Listens on loopback, at the wanted port or the next that is free.
 *
 * @param options.port - 0 for any free port.
 * @param options.onTaken - Called for each port that was in use.
 * @throws The system's error when it is not about a port in use, or when no port of the next fifty is free.
 */
export async function listen(options: {
  fetch: (request: Request) => Response | Promise<Response>;
  port: number;
  onTaken?: (port: number) => void;
}): Promise<Listening> {
  const server = createAdaptorServer({fetch: options.fetch});
  for (let port = options.port; ; port++) {
    const taken = await tryPort(server, port);
    if (!taken) break;
    if (port === options.port + MORE_PORTS) throw taken;
    options.onTaken?.(port);
  }
  const {port} = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed, failed) => {
        server.close((error) => (error ? failed(error) : closed()));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function tryPort(server: ServerType, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((done, failed) => {
    const refuse = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done(error) : failed(error));
    server.once('error', refuse);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', refuse);
      done(undefined);
    });
  });
}

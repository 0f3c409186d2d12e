import {once} from 'node:events';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';

/** A server of a bench. */
export interface Served {
  /** Its origin, without a slash at the end. */
  origin: string;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/** Answers requests on a free port of the loopback. */
export async function serve(answer: RequestListener): Promise<Served> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // a TCP server has an address object
  const {port} = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

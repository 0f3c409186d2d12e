import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {Worker} from 'node:worker_threads';

/** An address that answers nothing: not even that it refuses. */
export interface BlackHole {
  /** Frees the port. */
  close(): Promise<void>;
}

/** How long a connection may take before it counts as one that never comes, in ms. */
const HANGS_MS = 300;

/** Listens, and never takes a connection: its thread stands still. */
const LISTENER = `
const {parentPort, workerData} = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({port: workerData, host: '127.0.0.1', backlog: 1}, () => {
  parentPort.postMessage('full soon');
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});`;

/**
 * Opens a port whose queue of connections is full, so that the system drops the next ones without a word.
 *
 * @throws where the system's queue has no end.
 */
export async function openBlackHole(port: number): Promise<BlackHole> {
  const worker = new Worker(LISTENER, {eval: true, workerData: port});
  await once(worker, 'message');
  const queue: Socket[] = [];
  const fill = async (): Promise<boolean> => {
    const socket = connect(port, '127.0.0.1');
    queue.push(socket);
    socket.on('error', () => undefined); // it never comes
    return once(socket, 'connect', {signal: AbortSignal.timeout(HANGS_MS)}).then(
      () => true,
      () => false,
    );
  };
  let isOpen = true;
  while (isOpen && queue.length < 64) isOpen = await fill();
  if (isOpen) throw new Error('the queue of connections has no end here');
  return {
    async close() {
      for (const socket of queue) socket.destroy();
      await worker.terminate();
    },
  };
}

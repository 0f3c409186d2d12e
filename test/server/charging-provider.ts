import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {takeMs} from './take-ms.ts';

/** What a provider takes its time for. */
export interface Charges {
  /** For a new connection, before its first response. */
  connectionMs: number;
  /** For a prompt that begins otherwise than any before it. */
  prefixMs: number;
  /** For any answer. */
  thinkMs: number;
}

/** How much of a prompt has to be the same for a provider to have kept it. */
const PREFIX_CHARS = 300;

/** Listens on loopback like an OpenAI-compatible endpoint that charges for what is new, and counts its connections. */
export async function startChargingProvider(charges: Charges) {
  let socketCount = 0;
  let answeredCount = 0;
  const paid = new WeakSet<object>();
  const kept = new Set<string>();
  const asked: string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (!paid.has(request.socket)) await takeMs(charges.connectionMs);
    paid.add(request.socket);
    asked.push(`${request.method} ${request.url}`);
    response.on('finish', () => {
      answeredCount++;
    });
    if (request.method === 'GET') return response.end('{"data": []}');
    const {messages} = JSON.parse(body) as {messages: {content: string}[]}; // what every client of this protocol sends
    const prefix = String(messages[0]?.content).slice(0, PREFIX_CHARS);
    if (!kept.has(prefix)) await takeMs(charges.prefixMs);
    kept.add(prefix);
    await takeMs(charges.thinkMs);
    response.writeHead(200, {'content-type': 'text/event-stream'});
    for (const choice of [{delta: {role: 'assistant', content: 'Yes.'}}, {delta: {}, finish_reason: 'stop'}]) {
      const chunk = {
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [{index: 0, ...choice}],
      };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end('data: [DONE]\n\n');
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', () => {
    socketCount++;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    /** The requests that were got, as `method path`. */
    asked,
    socketCount: () => socketCount,
    /** How many requests were answered to the end. */
    answeredCount: () => answeredCount,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

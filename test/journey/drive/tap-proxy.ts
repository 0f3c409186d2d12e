import {once} from 'node:events';
import {request as ask, type ClientRequest, createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {connect, type Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {allowHook, HOOK_BYTES, hookDocument} from './page-hook.ts';
import {listenAnywhere} from './port.ts';
import type {PageRequest} from './types.ts';

/** A proxy on the loopback that writes down what goes through it. */
export interface TapProxy {
  /** Host and port, as a browser's settings want it. */
  readonly address: string;
  /** Lists all requests so far, in the order they came. */
  requests(): readonly PageRequest[];
  /** Lists the addresses of documents that no server gave, in the order they were asked for. */
  brokenDocuments(): readonly string[];
  /** Breaks every connection there is and each that comes, as where there is no network. */
  cutOff(): void;
  /** Lets requests through again. */
  letThrough(): void;
  close(): Promise<void>;
}

/** Headers that are an affair between two neighbours only. */
const NEIGHBOURLY = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te']);

/**
 * Starts a forward proxy that serves loopback hosts only. Bodies pass piece by piece, unchanged but for the hook in
 * documents; a connection that breaks on one side is broken on the other. Every connection serves one request: a client
 * sends a request again by itself when a connection breaks that served one before, and that would be seen twice.
 */
export async function createTapProxy(): Promise<TapProxy> {
  const requests: PageRequest[] = [];
  const broken: string[] = [];
  const sockets = new Set<Duplex>();
  let isCutOff = false;
  const server = createServer({requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0});
  server.on('request', (incoming, response) => {
    const target = readTarget(incoming.url ?? '');
    const breakOff = () => {
      if (isDocument(incoming) && !response.headersSent) broken.push(String(incoming.url));
      incoming.socket.destroy();
    };
    if (!target) {
      breakOff();
    } else if (target.pathname === '/favicon.ico') {
      // The browser wants it for its own bar, not the page.
      response.writeHead(404, {connection: 'close'}).end();
    } else {
      requests.push(describe(incoming, target));
      pass(incoming, {response, target, breakOff});
    }
  });
  server.on('connect', (incoming, socket) => {
    const target = readTarget(`https://${incoming.url}`);
    if (!target) {
      socket.destroy();
      return;
    }
    requests.push({method: 'CONNECT', url: target.href, kind: 'tunnel'});
    tunnel(socket, target, sockets);
  });
  server.on('connection', (socket: Socket) => {
    if (isCutOff) socket.destroy();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listenAnywhere(server);

  return {
    address: `127.0.0.1:${port}`,
    requests: () => requests,
    brokenDocuments: () => broken,
    cutOff() {
      isCutOff = true;
      for (const socket of sockets) socket.destroy();
    },
    letThrough() {
      isCutOff = false;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

// Gives the address of a loopback host, and nothing for any other.
function readTarget(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname) ? url : undefined;
}

function describe(incoming: IncomingMessage, target: URL): PageRequest {
  const kind = incoming.headers['sec-fetch-dest'];
  return {
    method: incoming.method ?? 'GET',
    url: target.href,
    ...(typeof kind === 'string' ? {kind: kind === 'empty' ? 'fetch' : kind} : {}),
  };
}

function dialled(target: URL): {host: string; port: number} {
  const host = target.hostname.endsWith('.localhost') ? 'localhost' : target.hostname.replace(/^\[|\]$/g, '');
  return {host, port: Number(target.port) || (target.protocol === 'https:' ? 443 : 80)};
}

function isDocument(incoming: IncomingMessage): boolean {
  return incoming.headers['sec-fetch-dest'] === 'document';
}

function pass(
  incoming: IncomingMessage,
  {response, target, breakOff}: {response: ServerResponse; target: URL; breakOff: () => void},
): void {
  const outgoing = ask({
    ...dialled(target),
    method: incoming.method,
    path: target.pathname + target.search,
    // A document is read on its way, so it must not be packed.
    headers: keepHeaders(incoming.rawHeaders, isDocument(incoming) ? ['accept-encoding'] : []),
    agent: false,
    setHost: false,
  });
  outgoing.on('error', breakOff);
  response.on('error', breakOff);
  response.on('close', () => outgoing.destroy());
  outgoing.on('response', (answer) => {
    // WebKit takes a short body for a whole one when the connection was to be closed anyway, unless it is reset.
    const cutOff = () => ('content-length' in answer.headers ? incoming.socket.resetAndDestroy() : breakOff());
    answer.on('error', cutOff);
    answer.on('close', () => {
      if (!answer.complete) cutOff();
    });
    if (isDocument(incoming) && isPlainHtml(answer)) passDocument(answer, response);
    else passAsIs(answer, response);
  });
  sendBody(incoming, outgoing);
}

function sendBody(incoming: IncomingMessage, outgoing: ClientRequest): void {
  outgoing.flushHeaders();
  incoming.pipe(outgoing);
}

function passAsIs(answer: IncomingMessage, response: ServerResponse): void {
  writeHead(response, answer, keepHeaders(answer.rawHeaders, []));
  answer.on('end', () => response.addTrailers(pairUp(answer.rawTrailers)));
  answer.pipe(response);
}

function passDocument(answer: IncomingMessage, response: ServerResponse): void {
  const headers = keepHeaders(answer.rawHeaders, []);
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]?.toLowerCase() ?? '';
    const value = headers[i + 1] ?? '';
    if (name.startsWith('content-security-policy')) headers[i + 1] = allowHook(value);
    if (name === 'content-length') headers[i + 1] = String(Number(value) + HOOK_BYTES);
  }
  writeHead(response, answer, headers);
  let beginning: string | undefined = '';
  // Bytes, not characters: what they mean is the browser's affair.
  answer.setEncoding('latin1');
  const take = (part: string, complete: boolean) => {
    if (beginning === undefined) {
      response.write(part, 'latin1');
      return;
    }
    beginning += part;
    const hooked = hookDocument(beginning, {complete});
    if (hooked === undefined) return;
    beginning = undefined;
    response.write(hooked, 'latin1');
  };
  answer.on('data', (part: string) => take(part, false));
  answer.on('end', () => {
    if (beginning !== undefined) take('', true);
    response.end();
  });
}

function isPlainHtml({headers, statusCode}: IncomingMessage): boolean {
  const packed = headers['content-encoding'] ?? 'identity';
  return statusCode === 200 && packed === 'identity' && (headers['content-type'] ?? '').startsWith('text/html');
}

function writeHead(response: ServerResponse, answer: IncomingMessage, headers: string[]): void {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, [...headers, 'connection', 'close']);
  response.flushHeaders();
}

function keepHeaders(raw: readonly string[], dropped: readonly string[]): string[] {
  return pairUp(raw)
    .filter(([name]) => !NEIGHBOURLY.has(name.toLowerCase()) && !dropped.includes(name.toLowerCase()))
    .flat();
}

function pairUp(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return pairs;
}

function tunnel(socket: Duplex, target: URL, sockets: Set<Duplex>): void {
  const far = connect(dialled(target));
  sockets.add(far);
  far.once('connect', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(far).pipe(socket);
  });
  const breakOff = () => {
    far.destroy();
    socket.destroy();
  };
  far.on('error', breakOff).once('close', () => {
    sockets.delete(far);
    breakOff();
  });
  socket.on('error', breakOff).once('close', breakOff);
}

import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {createReply, type Reply} from './reply.ts';

/** A question as it reached the endpoint; the widget wrote it. */
export interface Post {
  trigger: string;
  messages: {content: string}[];
  fw: {key: string; attempt: number; lastEventId?: string; route?: string; deadlineMs?: number};
}

/** What an endpoint does with a question. */
export type Way = (reply: Reply, post: Post) => unknown;

/** A page, the widget's files and an endpoint on an origin of their own, and all that can go wrong with them. */
export interface FaultServer {
  /** Origin, without a slash. */
  readonly url: string;
  readonly port: number;
  /** The questions that reached it, in their order. */
  readonly posts: readonly Post[];
  /** Says what it does with questions from now on. */
  answer(way: Way): void;
  /** Breaks every connection, and takes the next ones. */
  breakOff(): void;
  /** Goes away: breaks every connection, and refuses the next ones. */
  down(): Promise<void>;
  /** Comes back at the same address. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** What a fault server serves. */
export interface FaultServerOptions {
  /** Pages by their path, looked up again for each request. */
  pages?: Readonly<Record<string, string>>;
  /** Their Content-Security-Policy at the moment. */
  policy?: () => string;
  /** Origin whose pages may read the endpoint at the moment. */
  allowed?: () => string;
  /** The port to listen at; default any. */
  port?: number;
}

const TYPES: Record<string, string> = {js: 'text/javascript', json: 'application/json', html: 'text/html'};

/**
 * Starts a server of its own for one page. Nothing of another page is heard on its origin, and each connection serves one
 * request: browsers send a question again by themselves where a connection breaks that served one before.
 */
export async function startFaultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const {pages = {}, policy = () => '', allowed = () => ''} = options;
  const posts: Post[] = [];
  const sockets = new Set<Socket>();
  let port = options.port ?? 0;
  let answer: Way = () => undefined;

  const server = createServer({keepAliveTimeout: 0}, (incoming, outgoing) => {
    outgoing.setHeader('connection', 'close');
    const {pathname} = new URL(incoming.url ?? '/', 'http://localhost');
    if (pathname === '/chat') void chat(incoming, outgoing);
    else void serve(pathname, outgoing);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // broken on purpose
    socket.once('close', () => sockets.delete(socket));
  });

  async function chat(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const origin = allowed();
    if (origin) {
      outgoing.setHeader('access-control-allow-origin', origin);
      outgoing.setHeader('access-control-allow-headers', 'content-type');
      outgoing.setHeader('access-control-expose-headers', 'x-firstword');
    }
    if (incoming.method !== 'POST') {
      if (incoming.method !== 'OPTIONS') outgoing.setHeader('x-firstword', '1');
      outgoing.writeHead(incoming.method === 'OPTIONS' ? 204 : 200).end();
      return;
    }
    const post = JSON.parse(await readText(incoming)) as Post; // the widget wrote it
    if (post.trigger !== 'submit-message') {
      outgoing.writeHead(200).end();
      return;
    }
    posts.push(post);
    answer(createReply(outgoing), post);
  }

  async function serve(path: string, outgoing: ServerResponse): Promise<void> {
    const page = pages[path];
    const body = page ?? (await readFile(`dist${path}`).catch(() => undefined));
    const type = TYPES[page === undefined ? (path.split('.').at(-1) ?? '') : path.endsWith('.json') ? 'json' : 'html'];
    if (page !== undefined && policy()) outgoing.setHeader('content-security-policy', policy());
    outgoing.setHeader('content-type', `${type ?? 'text/plain'}; charset=utf-8`);
    outgoing.setHeader('cache-control', 'no-cache');
    outgoing.writeHead(body === undefined ? 404 : 200).end(body);
  }

  function breakOff(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  async function up(): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port; // a TCP server that listens has one
  }

  async function down(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    breakOff();
    await closed;
  }

  await up();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    posts,
    answer(way) {
      answer = way;
    },
    breakOff,
    up,
    down,
    close: down,
  };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  let text = '';
  incoming.setEncoding('utf8');
  for await (const chunk of incoming) text += chunk;
  return text;
}

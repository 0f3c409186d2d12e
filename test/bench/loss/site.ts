import {readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {createCollector, createDuckDbStore} from '../../../src/collector/index.ts';
import type {BeaconBatch} from '../../../src/protocol/index.ts';
import {WATCH} from './watch.ts';

/** What may be different about a site. */
export const VARIANTS = ['plain', 'cross-origin', 'strict CSP', 'eaten allowance', 'collector down'] as const;

/** What is different about a site. */
export type Variant = (typeof VARIANTS)[number];

/** How a turn that was asked for goes on; what is awaited never comes where the page has ended before. */
export interface Answer {
  /** Resolves once its question has come. */
  asked: Promise<void>;
  /** Writes so many more tokens. */
  write(tokenCount: number): void;
  finish(): void;
}

/** A shop with its endpoint and its collector. */
export interface LossSite {
  origin: string;
  /** The page on which a question with this number is asked. */
  pageUrl(number: number): string;
  answer(number: number): Answer;
  /** Turns by what the page has told of them. */
  marked: Readonly<Record<Mark, ReadonlySet<string>>>;
  /** Which turn each question of a page was that plays by itself. */
  asked: ReadonlyMap<number, string>;
  /** Turns that the collector said it has, with how often each came. */
  accepted: ReadonlyMap<string, number>;
  /** Takes the collector away, as if its machine had failed, or brings it back. */
  setDown(isDown: boolean): Promise<void>;
  /** Stops everything, and gives the ids of the turns that the collector has stored, as often as it has each. */
  close(): Promise<string[]>;
}

/**
 * What a page tells of a turn: its write has resolved, a beacon with it was accepted. One that plays by itself also tells
 * that it was asked, that it was found in the outbox before the chat was opened, and that nothing waits there any more.
 */
export type Mark = 'kept' | 'beacon' | 'asked' | 'found' | 'empty';

const HTML = {'content-type': 'text/html; charset=utf-8', 'cache-control': 'max-age=0'};

/** Starts a site of a kind, with a store of its own in memory. */
export async function openSite(variant: Variant): Promise<LossSite> {
  const isApart = variant === 'cross-origin' || variant === 'collector down';
  const marked = {
    ...{kept: new Set<string>(), beacon: new Set<string>()},
    ...{asked: new Set<string>(), found: new Set<string>(), empty: new Set<string>()},
  };
  const asked = new Map<number, string>();
  const accepted = new Map<string, number>();
  const answers = new Map<number, ReturnType<typeof createAnswer>>();
  const folder = await mkdtemp(join(tmpdir(), 'fw-loss-store-'));
  const path = join(folder, 'turns.duckdb');
  const store = await createDuckDbStore({path, commitWaitMs: 5});
  const hanging = new Set<ServerResponse>();
  /** Ends what takes the allowance of pages that have gone: a browser has six connections to a site, and they take one each. */
  const release = () => {
    for (const response of hanging) response.writeHead(204).end();
    hanging.clear();
  };
  const answerOf = (number: number) => {
    const made = answers.get(number) ?? createAnswer();
    answers.set(number, made);
    return made;
  };

  const shop = createServer((request, response) => {
    void answerShop(request, response).catch(() => response.destroy()); // the page has gone
  });
  const origin = await listen(shop, 0);
  const collector = createCollector({store, origins: [origin]});

  async function collect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const isPost = request.method === 'POST';
    const url = `http://${request.headers.host}${request.url}`;
    const answered = await collector.handle(
      new Request(url, {method: request.method ?? 'GET', headers, ...(isPost ? {body} : {})}),
    );
    if (answered.ok && isPost) {
      const {turns: sent} = JSON.parse(body) as BeaconBatch;
      for (const {id} of sent) accepted.set(id, (accepted.get(id) ?? 0) + 1);
    }
    response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(await answered.text());
  }

  let apart: Server | undefined;
  let collectorOrigin = origin;
  async function openApart(port: number): Promise<void> {
    apart = createServer((request, response) => {
      void collect(request, response).catch(() => response.destroy()); // the page has gone
    });
    collectorOrigin = await listen(apart, port);
  }
  if (isApart) await openApart(0);

  const policy =
    variant === 'strict CSP'
      ? {
          'content-security-policy': `default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
        }
      : {};
  const page = (rum: string) =>
    `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><script src="/watch.js"></script><h1>Shop</h1><script async src="/firstword.js" data-endpoint="/chat" data-consent="granted" data-load="eager" data-rum="${rum}" data-deadline="soft=60s first=120s complete=240s"></script></html>`;

  async function answerShop(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {pathname, searchParams} = new URL(request.url ?? '/', origin);
    if (pathname === '/v1/turns') return collect(request, response);
    if (pathname === '/page') {
      release();
      response.writeHead(200, {...HTML, ...policy}).end(page(`${collectorOrigin}/v1/turns`));
    } else if (pathname === '/away') response.writeHead(200, HTML).end('<!doctype html><title>Away</title>');
    else if (pathname === '/watch.js') response.writeHead(200, {'content-type': 'text/javascript'}).end(WATCH);
    else if (pathname === '/hang') {
      request.resume();
      hanging.add(response);
    } else if (pathname === '/mark') {
      const ids = (await readAll(request)).split(',');
      const what = searchParams.get('what') as Mark; // from our own script
      for (const id of ids.filter(Boolean)) marked[what].add(id);
      if (what === 'asked') asked.set(Number(searchParams.get('end')), `${ids}`);
      response.writeHead(204).end();
    } else if (pathname === '/chat' && request.method === 'POST') {
      const {messages} = JSON.parse(await readAll(request));
      const number = Number(/\d+/.exec(JSON.stringify(messages.at(-1).parts))?.[0]);
      answerOf(number).take(response);
    } else if (/\.js$/.test(pathname)) {
      const file = `dist/${pathname.startsWith('/lang/') ? 'lang/' : ''}${basename(pathname)}`;
      response
        .writeHead(200, {'content-type': 'text/javascript', 'cache-control': 'max-age=600'})
        .end(readFileSync(file));
    } else response.writeHead(404).end();
  }

  return {
    origin,
    marked,
    asked,
    accepted,
    pageUrl: (number) => `${origin}/page?end=${number}${variant === 'eaten allowance' ? '&eats' : ''}`,
    answer: answerOf,
    async setDown(isDown) {
      if (!apart) throw new Error('only a collector at an origin of its own can be down');
      if (isDown) await end(apart);
      else await openApart(Number(new URL(collectorOrigin).port));
    },
    async close() {
      await end(shop);
      if (apart?.listening) await end(apart);
      await collector.close();
      const ids = await readIds(path);
      await rm(folder, {recursive: true});
      return ids;
    },
  };
}

async function readIds(path: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll(`select replace(id::varchar, '-', '') from turns`);
  connection.closeSync();
  instance.closeSync();
  return rows.getRows().map(([id]) => String(id));
}

function createAnswer(): Answer & {take(response: ServerResponse): void} {
  const {promise: asked, resolve} = Promise.withResolvers<void>();
  let open: ServerResponse | undefined;
  let count = 0;
  const part = (value: object) => void open?.write(`data: ${JSON.stringify(value)}\n\n`);
  return {
    asked,
    take(response) {
      open = response;
      response.on('error', () => undefined); // the page has gone
      response.writeHead(200, {'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1'});
      part({type: 'start'});
      part({type: 'text-start', id: 't'});
      resolve();
    },
    write(tokenCount) {
      for (let token = 0; token < tokenCount; token++) part({type: 'text-delta', id: 't', delta: `word${++count} `});
    },
    finish() {
      for (const type of ['text-end', 'finish']) part({type, id: 't'});
      open?.end('data: [DONE]\n\n');
    },
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const part of request) text += part;
  return text;
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // a TCP server that listens has an address object
    server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function end(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

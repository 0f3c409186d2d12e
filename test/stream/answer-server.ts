import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Ajv2020} from 'ajv/dist/2020.js';
import type {TestProject} from 'vitest/node';

/** What the server does, in order, once a question has arrived. */
export type Step =
  /** Writes text, `times` over. */
  | {kind: 'write'; text: string; times?: number}
  /** Waits until the test opens the gate of this name. */
  | {kind: 'gate'; name: string}
  /** Breaks the connection off. */
  | {kind: 'drop'};

/** One answer: a response's head and what follows; it closes cleanly after the last step. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Sends nothing, not even the head, before this gate is opened. */
  headGate?: string;
  steps?: Step[];
  /** What an endpoint whose first answer this is says to hello. */
  hello?: object;
}

/** What has reached one endpoint so far. */
export interface Seen {
  /** Requests that were answered as the test said. */
  posts: {headers: Record<string, string>; body: string; faults: string; atMs: number}[];
  hellos: number;
  preflights: number;
  /** Answers whose connection is still open. */
  open: number;
}

interface Endpoint extends Seen {
  answers: Answer[];
  gates: Set<string>;
  wake: Set<() => void>;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the server whose answers a test controls. */
    answerServer: string;
  }
}

/**
 * Starts the server for tests in the page. An endpoint is any path; `PUT` to it says how it answers each POST (the last
 * answer repeats), `PUT ?gate=name` opens a gate, `GET ?seen` tells what has reached it. A path that ends in `/stream`
 * answers GET in the same way.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const endpoints = new Map<string, Endpoint>();
  const schema: object = JSON.parse(readFileSync('src/protocol/beacon.schema.json', 'utf8'));
  const ajv = new Ajv2020({strict: false});
  const valid = ajv.compile(schema);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {pathname, searchParams} = new URL(request.url ?? '/', 'http://localhost');
    const endpoint = endpoints.get(pathname) ?? createEndpoint();
    endpoints.set(pathname, endpoint);
    allowOrigin(request, response);
    let body = '';
    request.setEncoding('utf8');
    for await (const part of request) body += part;

    if (request.method === 'OPTIONS') {
      if (request.headers['access-control-request-method'] === 'POST') endpoint.preflights++;
      response.writeHead(204).end();
    } else if (request.method === 'PUT') {
      const gate = searchParams.get('gate');
      if (gate) endpoint.gates.add(gate);
      else endpoint.answers = JSON.parse(body);
      for (const wake of endpoint.wake) wake();
      response.writeHead(204).end();
    } else if (searchParams.has('seen')) {
      const {posts, hellos, preflights, open} = endpoint;
      response.end(JSON.stringify({posts, hellos, preflights, open} satisfies Seen));
    } else if (request.method === 'GET' && !pathname.endsWith('/stream')) {
      endpoint.hellos++;
      const [first] = endpoint.answers;
      const firstword = first?.headers?.['x-firstword'];
      response.writeHead(firstword ? 200 : 404, firstword ? {'x-firstword': firstword} : {});
      response.end(JSON.stringify(first?.hello ?? {}));
    } else {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      // beacons are told from questions by having turns
      const faults = /"turns":\[/.test(body) && !valid(JSON.parse(body)) ? ajv.errorsText(valid.errors) : '';
      endpoint.posts.push({headers, body, faults, atMs: performance.now()});
      endpoint.open++;
      response.once('close', () => endpoint.open--);
      const {answers, posts} = endpoint;
      await play(answers[Math.min(posts.length, answers.length) - 1] ?? {status: 404}, endpoint, response);
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // a TCP server has an address object
  const {port} = server.address() as AddressInfo;
  project.provide('answerServer', `http://127.0.0.1:${port}`);
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
}

const createEndpoint = (): Endpoint => ({
  posts: [],
  hellos: 0,
  preflights: 0,
  open: 0,
  answers: [],
  gates: new Set(),
  wake: new Set(),
});

function allowOrigin({headers}: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', headers.origin ?? '*');
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-allow-methods', 'GET, PUT, POST');
  response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '*');
  response.setHeader('access-control-expose-headers', 'server-timing, x-firstword, retry-after');
  response.setHeader('access-control-max-age', '0');
}

async function play(answer: Answer, endpoint: Endpoint, response: ServerResponse): Promise<void> {
  const {status = 200, headers = {'content-type': 'text/event-stream'}, steps = [], headGate} = answer;
  if (headGate) await opened(endpoint, headGate, response);
  if (response.destroyed) return;
  response.writeHead(status, headers);
  response.flushHeaders();
  for (const step of steps) {
    if (response.destroyed) return;
    if (step.kind === 'drop') response.destroy();
    else if (step.kind === 'gate') await opened(endpoint, step.name, response);
    else {
      for (let left = step.times ?? 1; left > 0 && !response.destroyed; left--) {
        await new Promise((written) => response.write(step.text, written));
      }
    }
  }
  response.end();
}

/** Waits until a gate is opened or nobody listens any more. */
async function opened(endpoint: Endpoint, name: string, response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => {
      if (!endpoint.gates.has(name) && !response.destroyed) return;
      endpoint.wake.delete(look);
      resolve();
    };
    endpoint.wake.add(look);
    response.once('close', look);
    look();
  });
}

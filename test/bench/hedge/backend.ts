import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createHedging} from '../../../src/server/hedging.ts';
import {createRandom} from '../../../src/server/random.ts';

/** The first token's median in ms, and how many times as much the 99th percentile is. */
export const FIRST_TOKEN = {medianMs: 60, tailRatio: 10} as const;

/** How long an answer goes on after its first token, in ms: long enough to see its reader leave, on a busy machine too. */
const REST_MS = 500;

/** How the backend answers: as its draws say, never, or after so many ms. */
export type Mood = 'drawn' | 'silent' | number;

/** A backend whose first tokens are drawn from a log-normal distribution; its answers are server-sent events. */
export interface Backend {
  url: string;
  /** Sets how it answers from now on, and which draws it takes: the same seed gives the same times turn by turn. */
  set(next: {mood: Mood; seed: number}): void;
  /** Attempts that it got, those that it refused, and those whose reader left before their end, since the last time. */
  take(): Counts;
  /** How many answers are being made. */
  openCount(): number;
  close(): Promise<void>;
}

/** What a backend counts of attempts. */
export interface Counts {
  requestCount: number;
  deniedCount: number;
  closedCount: number;
}

const writeEvent = (part: object) => `data: ${JSON.stringify(part)}\n\n`;

/** Starts the backend on loopback. What it tells of second attempts is what the kit tells, without its floor. */
export async function startBackend(): Promise<Backend> {
  const hedging = createHedging({isAllowed: true, floorMs: 0});
  const fresh = (): Counts => ({requestCount: 0, deniedCount: 0, closedCount: 0});
  let counts = fresh();
  let mood: Mood = 'drawn';
  let draw = createDraws(0);
  let openCount = 0;

  function answer({turn, attempt}: Ask, response: ServerResponse): void {
    const startedMs = performance.now();
    const sinceMs = () => performance.now() - startedMs;
    const hedge = attempt > 0 ? {hedge: true as const} : {};
    let firstTokenMs: number | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    openCount++;
    response.writeHead(200, {'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform'});
    response.write(writeEvent({type: 'start'}));
    const begin = () => {
      firstTokenMs = sinceMs();
      response.write(writeEvent({type: 'text-delta', id: 't', delta: 'Your order'}));
      timer = setTimeout(() => response.end(`${writeEvent({type: 'finish'})}data: [DONE]\n\n`), REST_MS);
    };
    if (mood !== 'silent') timer = setTimeout(begin, mood === 'drawn' ? draw(turn, attempt) : mood);
    response.on('close', () => {
      clearTimeout(timer);
      openCount--;
      const outcome = response.writableFinished ? 'complete' : 'abandoned';
      if (outcome === 'abandoned') counts.closedCount++;
      const first = firstTokenMs === undefined ? {} : {firstTokenMs};
      hedging.note({...hedge, ...first, outcome, totalMs: sinceMs()});
    });
  }

  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify({hedge: hedging.report()}));
      return;
    }
    counts.requestCount++;
    const ask = await readAsk(request);
    if (!ask || response.destroyed) {
      counts.closedCount++; // its reader left before it was read
      return;
    }
    if (ask.attempt === 0) hedging.begin();
    else if (!hedging.admit()) {
      counts.deniedCount++;
      response.writeHead(429, {'retry-after': '1'}).end();
      return;
    }
    answer(ask, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}/`,
    set(next) {
      mood = next.mood;
      draw = createDraws(next.seed);
    },
    take() {
      const taken = counts;
      counts = fresh();
      return taken;
    },
    openCount: () => openCount,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Ask {
  turn: number;
  attempt: number;
}

/** Reads what is asked; undefined when its reader left. */
async function readAsk(request: IncomingMessage): Promise<Ask | undefined> {
  let body = '';
  try {
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
  } catch {
    return undefined; // nothing else fails here
  }
  const {fw} = JSON.parse(body) as {fw: {key: string; attempt: number}}; // as pages.ts writes it
  return {turn: Number(fw.key), attempt: fw.attempt};
}

/** Draws the time to the first token of an attempt; whoever asks first, each gets its own. */
function createDraws(seed: number): (turn: number, attempt: number) => number {
  const lanes = [0, 1].map((attempt) => ({random: createRandom(`${seed} ${attempt}`), drawn: [] as number[]}));
  return (turn, attempt) => {
    const lane = lanes[attempt];
    if (!lane) throw new RangeError(`attempt ${attempt} of a turn`);
    while (lane.drawn.length <= turn) {
      lane.drawn.push(lane.random.logNormal(FIRST_TOKEN.medianMs, FIRST_TOKEN.tailRatio));
    }
    return lane.drawn[turn] ?? 0;
  };
}

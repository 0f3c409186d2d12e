import {readFile} from 'node:fs/promises';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {Worker} from 'node:worker_threads';
import {listen} from '../../../demo/listen.ts';
import {createAnswerHandler, createSimulatedModel, type KnowledgeEntry} from '../../../src/server/index.ts';
import {orAborted} from '../../../src/server/or-aborted.ts';
import {createGate, type Gate} from '../../gate.ts';
import {ask} from '../../server/ask.ts';
import {readEvents} from '../../server/events.ts';
import {format, type Row} from '../render/figures.ts';
import type {Read, Reading} from './readers.ts';

/** What is promised under load. */
const PROMISED = {streamCount: 200, delayMs: 50, growthMegabytes: 2} as const;

/** How much load there is. */
export interface LoadDraws {
  streamCount: number;
  roundCount: number;
  turnCount: number;
}

/** How long a token may be held back on the wire before it counts as held, in ms. */
const HELD_MS = 2_000;

const MANY = 1_000_000;
const LIMITS = {conversationMinuteCount: MANY, minuteCount: MANY};

const knowledge = JSON.parse(await readFile('demo/site/knowledge.json', 'utf8')) as KnowledgeEntry[];

/** Makes no token before the one before it was read at the other end of a connection, and counts those that did not come. */
export async function measureWire(): Promise<Row> {
  const arrived: Gate[] = [];
  const gateOf = (token: number): Gate => {
    arrived[token] ??= createGate();
    return arrived[token];
  };
  let heldCount = 0;
  const model = createSimulatedModel({
    knowledge,
    wait: async () => {},
    async gate(token) {
      if (token === 0) return;
      await orAborted(gateOf(token - 1).opened, AbortSignal.timeout(HELD_MS)).catch(() => heldCount++);
    },
  });
  const server = await listen({port: 0, fetch: createAnswerHandler({model, observe: () => {}})});
  let tokenCount = 0;
  try {
    const body = await ask('How long does delivery take, and what does it cost?').text();
    const events = readEvents(
      await fetch(server.url, {method: 'POST', headers: {'content-type': 'application/json'}, body}),
    );
    for (let part = await events.part(); part; part = await events.part()) {
      if (part.type === 'text-delta') gateOf(tokenCount++).open();
    }
  } finally {
    await server.close();
  }
  return {
    name: 'tokens that were held back on the wire',
    ...{value: tokenCount < 10 ? Number.NaN : heldCount, limit: 0, unit: 'tokens'},
    detail: `of ${tokenCount}: none was made before the one before it was read over HTTP`,
  };
}

/** Answers many readers at the same time over HTTP on loopback. */
export async function measureStreams({streamCount, roundCount}: LoadDraws): Promise<Row[]> {
  const model = createSimulatedModel({knowledge, seed: 1});
  const server = await listen({port: 0, fetch: createAnswerHandler({model, observe: () => {}, limits: LIMITS})});
  const delay = monitorEventLoopDelay({resolution: 10});
  try {
    await readAll({url: server.url, streamCount: 20, roundCount: 1}); // compiles what they use
    delay.enable();
    const startedMs = performance.now();
    const cpu = process.threadCpuUsage();
    const read = await readAll({url: server.url, streamCount, roundCount});
    const tookMs = performance.now() - startedMs;
    const {user, system} = process.threadCpuUsage(cpu);
    delay.disable();
    const said = [...new Set(read.errors)].slice(0, 3).join('; ');
    return [
      {
        name: `errors of ${streamCount} streams at once`,
        ...{value: read.peakCount < streamCount ? Number.NaN : read.errors.length, limit: 0, unit: 'requests'},
        detail: `${read.wholeCount} answers over HTTP in ${format(tookMs / 1_000)} s, at most ${read.peakCount} at once${said && `: ${said}`}`,
      },
      {
        name: 'event-loop delay meanwhile, P99',
        ...{value: delay.percentile(99) / 1e6, limit: PROMISED.delayMs, unit: 'ms'},
        detail:
          `the measure's own 10 ms included; P50 ${format(delay.percentile(50) / 1e6)} ms, most ${format(delay.max / 1e6)} ms; ` +
          `${format((1_000 * read.deltaCount) / tookMs)} tokens a second for ${format((user + system) / 10 / tookMs)} % of a core`,
      },
    ];
  } finally {
    await server.close();
  }
}

/** Answers many turns, and weighs what is left of them. */
export async function measureMemory({turnCount}: LoadDraws): Promise<Row> {
  const handler = createAnswerHandler({
    model: createSimulatedModel({knowledge, wait: async () => {}}),
    observe: () => {},
    limits: {...LIMITS, runCount: Math.ceil(turnCount / 10)},
  });
  const collect = readCollector();
  const megabytes: number[] = [];
  for (let at = 1; at <= turnCount; at++) {
    const question = ask('What does delivery cost?', {fw: {key: `k${at}`}, body: {id: `c${at % 50}`}});
    await readEvents(await handler(question)).rest();
    await new Promise(setImmediate); // what weak references name is let go between tasks only; no server answers in one
    if (at % Math.ceil(turnCount / 5) > 0) continue;
    collect();
    megabytes.push(process.memoryUsage().heapUsed / 1e6);
  }
  const [first = Number.NaN] = megabytes;
  return {
    name: `memory after ${turnCount} turns`,
    ...{value: (megabytes.at(-1) ?? Number.NaN) - first, limit: PROMISED.growthMegabytes, unit: 'MB'},
    detail: `more than after a fifth of them: ${megabytes.map(format).join(', ')} MB after each fifth`,
  };
}

function readAll(workerData: Reading): Promise<Read> {
  const worker = new Worker(new URL('./readers.ts', import.meta.url), {workerData});
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function readCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void; // what the flag gives
}

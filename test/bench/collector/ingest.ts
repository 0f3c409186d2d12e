import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {COMMIT_ROW_COUNT, createCollector, createDuckDbStore} from '../../../src/collector/index.ts';
import {describeSpread, median, type Row} from '../render/figures.ts';
import {measureAppender} from './appender.ts';
import {createDraw, drawTurn, writeBeacon} from './turns.ts';

/** How much is taken in. */
export interface IngestDraws {
  repeatCount: number;
  /** Turns of each repeat. */
  turnCount: number;
}

const BATCH_TURN_COUNT = 20;
/** Posts under way at a time: so many browsers wait for an answer. */
const SENDER_COUNT = 24;
const QUERY_EVERY_MS = 100;
/** What is offered beside a query, in turns a second. */
const OFFERED_COUNT = 3000;

/** Measures what the collector takes in, beside the fastest way into the same columns in the same run. */
export async function measureIngest({repeatCount, turnCount}: IngestDraws): Promise<Row[]> {
  const flatOut: Load[] = [];
  const watched: Load[] = [];
  const appended: number[] = [];
  const appendedThousands: number[] = [];
  for (let repeat = 0; repeat < repeatCount; repeat++) {
    const folder = await mkdtemp(join(tmpdir(), 'firstword-bench-'));
    try {
      const draw = createDraw(100 + repeat);
      const turns = Array.from({length: turnCount}, (_, index) => drawTurn(index, draw));
      appended.push(await measureAppender(folder, turns, COMMIT_ROW_COUNT));
      appendedThousands.push(await measureAppender(folder, turns, 1000));
      const bodies = Array.from({length: turnCount / BATCH_TURN_COUNT}, (_, index) =>
        writeBeacon(turns.slice(index * BATCH_TURN_COUNT, (index + 1) * BATCH_TURN_COUNT), index),
      );
      flatOut.push(await load(join(folder, 'flat-out.duckdb'), {bodies}));
      watched.push(await load(join(folder, 'watched.duckdb'), {bodies, queryEveryMs: QUERY_EVERY_MS}));
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  }
  const rates = flatOut.map(({perSecondCount}) => perSecondCount);
  const ratio = median(appended) / median(rates);
  const row = (
    name: string,
    loads: readonly Load[],
    of: (load: Load) => number,
    limit: number,
    unit: Row['unit'],
  ): Row => {
    const values = loads.map(of);
    return {name, value: median(values), limit, unit, detail: describeSpread(values)};
  };
  return [
    {
      name: 'turn taken in and on disk, in batches of 20',
      value: 1000 / median(rates),
      limit: 1000 / 3000,
      unit: 'ms',
      detail: `${describeSpread(rates)} turns a second`,
    },
    {
      name: 'appender, times as fast',
      value: ratio,
      limit: 2,
      unit: 'times',
      detail: `appender: ${describeSpread(appended)} turns a second with a commit for ${COMMIT_ROW_COUNT}, ${describeSpread(appendedThousands)} for 1000`,
    },
    row('batch acknowledged, P99', flatOut, ({p99Ms}) => p99Ms, 300, 'ms'),
    row(`batch acknowledged, P99, a summary every ${QUERY_EVERY_MS} ms`, watched, ({p99Ms}) => p99Ms, 1000, 'ms'),
    row('event loop held up, P99', flatOut, ({heldP99Ms}) => heldP99Ms, 50, 'ms'),
    row('event loop held up, P99, beside the summaries', watched, ({heldP99Ms}) => heldP99Ms, 50, 'ms'),
    row('memory of the process above its start', flatOut, ({grownMB}) => grownMB, 1200, 'MB'),
  ];
}

interface Load {
  perSecondCount: number;
  p99Ms: number;
  heldP99Ms: number;
  grownMB: number;
}

/** Sends bodies, all of them at once or at a pace beside queries, and looks at how long each was waited for. */
async function load(path: string, options: {bodies: readonly string[]; queryEveryMs?: number}): Promise<Load> {
  const {bodies, queryEveryMs} = options;
  const startedBytes = process.memoryUsage().rss;
  const collector = createCollector({store: await createDuckDbStore({path}), rates: {}, summaryRestRatio: 0});
  const ask = () => collector.handle(new Request('http://127.0.0.1/v1/summary?since=30d'));
  const timer = queryEveryMs === undefined ? undefined : setInterval(ask, queryEveryMs);
  const held = monitorEventLoopDelay({resolution: 1});
  held.enable();
  const tookMs: number[] = [];
  const startedMs = performance.now();
  let next = 0;
  let mostBytes = startedBytes;

  async function send(): Promise<void> {
    for (let at = next++; at < bodies.length; at = next++) {
      if (queryEveryMs !== undefined) await until(startedMs + (1000 * at * BATCH_TURN_COUNT) / OFFERED_COUNT);
      const sentMs = performance.now();
      const body = bodies[at] ?? '';
      const response = await collector.handle(new Request('http://127.0.0.1/v1/turns', {method: 'POST', body}));
      if (response.status !== 200) throw new Error(`the collector answered ${response.status}`);
      tookMs.push(performance.now() - sentMs);
      mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
    }
  }

  await Promise.all(Array.from({length: SENDER_COUNT}, send));
  const allMs = performance.now() - startedMs;
  held.disable();
  clearInterval(timer);
  await collector.close();
  tookMs.sort((a, b) => a - b);
  return {
    perSecondCount: (1000 * bodies.length * BATCH_TURN_COUNT) / allMs,
    p99Ms: tookMs[Math.ceil(0.99 * tookMs.length) - 1] ?? Number.NaN,
    heldP99Ms: held.percentile(99) / 1e6,
    grownMB: (mostBytes - startedBytes) / 1e6,
  };
}

/** Lets a moment come, so that what is offered is offered evenly. */
function until(atMs: number): Promise<void> {
  const waitMs = atMs - performance.now();
  return waitMs <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(() => resolve(), waitMs));
}

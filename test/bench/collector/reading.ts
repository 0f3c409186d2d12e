import {mkdtemp, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {READERS} from '../../../src/collector/duckdb-readers.ts';
import {createCollector, createDuckDbStore, type Readings, type Store} from '../../../src/collector/index.ts';
import {REPORTS} from '../../../src/collector/reports.ts';
import {describeSpread, median, type Row} from '../render/figures.ts';
import {FILLED_AT, fillStore} from './fill.ts';
import {createDraw, drawTurn, writeBeacon} from './turns.ts';

/** How much is read. */
export interface ReadingDraws {
  turnCount: number;
  repeatCount: number;
}

/** What is computed while nobody waits for it, with the time at which it was: it may take longer. */
const BACKGROUND: ReadonlySet<string> = new Set(['arms', 'drift']);
const LIMIT_MS = 400;
const BACKGROUND_LIMIT_MS = 20_000;

const WINDOW = {fromAt: FILLED_AT - 30 * 86_400_000, untilAt: FILLED_AT, nowAt: FILLED_AT};

/** Measures every reading of a store full of turns, what the collector makes of it, and a post that comes meanwhile. */
export async function measureReading({turnCount, repeatCount}: ReadingDraws): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'firstword-bench-'));
  const path = join(folder, 'full.duckdb');
  try {
    const filledMs = await timeMs(() => fillStore(path, turnCount));
    const {size} = await stat(path);
    console.log(
      `filled with ${turnCount} drawn turns past the collector in ${(filledMs / 1000).toFixed(0)} s: ${(size / 1e6).toFixed(0)} MB`,
    );
    const store = await createDuckDbStore({path});
    try {
      const rows: Row[] = [];
      for (const name of Object.keys(READERS) as (keyof Readings)[]) {
        rows.push(await rowOf(`reading ${name}`, name, repeatCount, () => store.read(name, WINDOW)));
      }
      return [...rows, ...(await measureAnswers(store, repeatCount)), await measurePostsBeside(store)];
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

async function measureAnswers(store: Store, repeatCount: number): Promise<Row[]> {
  const collector = createCollector({store, clock: () => FILLED_AT, summaryRestRatio: 0, retention: 'off'});
  const paths = ['/v1/summary', ...Object.keys(REPORTS).map((name) => `/v1/reports/${name}`)];
  const rows: Row[] = [];
  for (const path of paths) {
    const ask = async () => {
      const response = await collector.handle(new Request(`http://127.0.0.1${path}?since=30d`));
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
      await response.text();
    };
    rows.push(await rowOf(`GET ${path}?since=30d`, path.split('/').at(-1) ?? '', repeatCount, ask));
  }
  return rows;
}

/** A commit goes on beside a reading; both have the same two cores. */
async function measurePostsBeside(store: Store): Promise<Row> {
  const collector = createCollector({store, clock: () => FILLED_AT, summaryRestRatio: 0, retention: 'off'});
  const draw = createDraw(9);
  let isReading = true;
  const reading = store.read('summary', WINDOW).finally(() => {
    isReading = false;
  });
  const tookMs: number[] = [];
  for (let number = 0; isReading || number < 5; number++) {
    const body = writeBeacon([drawTurn(2 ** 40 + number, draw)], number);
    tookMs.push(await timeMs(() => collector.handle(new Request('http://127.0.0.1/v1/turns', {method: 'POST', body}))));
  }
  await reading;
  return {
    name: 'post beside a summary of all turns, longest',
    value: Math.max(...tookMs),
    limit: 1000,
    unit: 'ms',
    detail: `${describeSpread(tookMs)} ms`,
  };
}

async function rowOf(name: string, kind: string, repeatCount: number, work: () => Promise<unknown>): Promise<Row> {
  const tookMs: number[] = [];
  for (let repeat = 0; repeat < repeatCount; repeat++) tookMs.push(await timeMs(work));
  const limit = BACKGROUND.has(kind) ? BACKGROUND_LIMIT_MS : LIMIT_MS;
  return {name, value: median(tookMs), limit, unit: 'ms', detail: describeSpread(tookMs)};
}

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

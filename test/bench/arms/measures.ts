import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type Collector, createCollector, createDuckDbStore} from '../../../src/collector/index.ts';
import {describeSpread, median, type Row} from '../render/figures.ts';
import {END_AT, writeTurns} from './million.ts';

/** The reports that are measured, and how long each may take. */
const REPORTS = ['arms', 'drift', 'tasks', 'cold'] as const;
const LIMIT_MS = 20_000;

/** Measures how long the collector takes for each comparison of so many turns, one after the other, again and again. */
export async function measureArms({turnCount, repeatCount}: {turnCount: number; repeatCount: number}): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'firstword-arms-'));
  const path = join(folder, 'turns.duckdb');
  await writeTurns(path, turnCount);
  const store = await createDuckDbStore({path});
  const collector = createCollector({store, clock: () => END_AT, summaryRestRatio: 0, retention: 'off'});
  const costsMs: Record<string, number[]> = {};
  const pausesMs: number[] = [];
  try {
    for (let repeat = 0; repeat < repeatCount; repeat++) {
      for (const name of REPORTS) {
        const {tookMs, pauseMs} = await timed(collector, name);
        costsMs[name] = [...(costsMs[name] ?? []), tookMs];
        pausesMs.push(pauseMs);
      }
    }
  } finally {
    await collector.close();
    await rm(folder, {recursive: true});
  }
  const of = `of ${turnCount.toLocaleString('en')} turns`;
  return [
    ...REPORTS.map(
      (name): Row => ({
        name: `${name} ${of}`,
        value: median(costsMs[name] ?? []),
        limit: LIMIT_MS,
        unit: 'ms',
        detail: describeSpread(costsMs[name] ?? []),
      }),
    ),
    {
      name: 'longest pause of the thread that takes beacons',
      value: median(pausesMs),
      limit: Number.POSITIVE_INFINITY,
      unit: 'ms',
      detail: describeSpread(pausesMs),
    },
  ];
}

/** Asks for a report, and watches how long this thread does nothing else meanwhile. */
async function timed(collector: Collector, name: string): Promise<{tookMs: number; pauseMs: number}> {
  const startedMs = performance.now();
  let lastMs = startedMs;
  let pauseMs = 0;
  const watch = setInterval(() => {
    const nowMs = performance.now();
    pauseMs = Math.max(pauseMs, nowMs - lastMs);
    lastMs = nowMs;
  }, 2);
  try {
    const answer = await collector.handle(new Request(`http://127.0.0.1/v1/reports/${name}?since=30d`));
    if (answer.status !== 200) throw new Error(`the collector answered ${answer.status} for ${name}`);
    await answer.text();
    return {tookMs: performance.now() - startedMs, pauseMs};
  } finally {
    clearInterval(watch);
  }
}

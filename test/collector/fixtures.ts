import {onTestFinished} from 'vitest';
import {answerOf} from '../../src/collector/duckdb-answer.ts';
import {openDuckDbFile} from '../../src/collector/duckdb-file.ts';
import type {DuckDbProcess} from '../../src/collector/duckdb-process.ts';
import {createGroupedStore} from '../../src/collector/group-commit.ts';
import {
  type Collector,
  createCollector,
  STORE_MEMORY_BYTES,
  STORE_SPILL_BYTES,
  type Store,
  type StoredBatch,
} from '../../src/collector/index.ts';
import {createDimensionLimit, toStoredTurn} from '../../src/collector/stored-turn.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import type {BeaconBatch, Reports, Summary} from '../../src/protocol/index.ts';

/** The collector's own address in these tests. */
export const HOME = 'http://127.0.0.1:4000';

/** Makes a deterministic source of numbers between 0 and 1 (Lehmer, modulus 2^31 - 1). */
export function createDraw(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Writes a number as a turn's id. */
export function idOf(number: number): string {
  return number.toString(16).padStart(32, '0');
}

/** Makes a turn that the model completed, with what a test changes in it. */
export function turnOf(number: number, change: Partial<TurnRecord> = {}): TurnRecord {
  return {
    id: idOf(number),
    rev: 1,
    final: true,
    age: 1000,
    outcome: 'complete',
    source: 'model',
    t: {sent: 2, token: 600, paint: 612, last: 1990, done: 2000},
    budget: {token: 3000, done: 8000},
    ...change,
  };
}

/** Makes a batch as JSON text. */
export function beaconOf(turns: readonly unknown[], change: Record<string, unknown> = {}): string {
  return JSON.stringify({v: 1, site: 'shop-eu', page: {id: '9f3c1a5b7d2e4f60', route: '/checkout'}, turns, ...change});
}

/** Makes a post of a beacon. */
export function postOf(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  // the DOM's type does not know `duplex`, which a streamed body needs
  const init: RequestInit & {duplex: 'half'} = {
    method: 'POST',
    headers: {'content-type': 'text/plain;charset=UTF-8', ...headers},
    body,
    duplex: 'half',
  };
  return new Request(`${HOME}/v1/turns`, init);
}

/** A store of this process alone: one of its own costs more than most tests, and is for tests about it. */
export async function openMemoryStore(): Promise<Store> {
  const settings = {threadCount: 2, memoryLimitBytes: STORE_MEMORY_BYTES, spillLimitBytes: STORE_SPILL_BYTES};
  const file = await openDuckDbFile({path: ':memory:', ...settings});
  const ask = (task: string, given: unknown) => answerOf(file, {number: 0, task, given} as never); // as a store asks
  const child = {ask, close: () => file.close()} as unknown as DuckDbProcess;
  return createGroupedStore({child, commitWaitMs: 1});
}

/** Opens a collector over a store in memory, or over the store that is given; it closes with the test. */
export async function openCollector(
  options: Partial<Parameters<typeof createCollector>[0]> = {},
): Promise<{collector: Collector; store: Store; send: (turns: readonly unknown[]) => Promise<unknown>}> {
  const store = options.store ?? (await openMemoryStore());
  const collector = createCollector({summaryRestRatio: 0, ...options, store});
  onTestFinished(() => collector.close());
  async function send(turns: readonly unknown[]): Promise<unknown> {
    const answers: Promise<Response>[] = [];
    for (let index = 0; index < turns.length; index += 20) {
      answers.push(collector.handle(postOf(beaconOf(turns.slice(index, index + 20)))));
    }
    let accepted = 0;
    let refused = 0;
    for (const answer of await Promise.all(answers)) {
      if (answer.status !== 200) throw new Error(`the collector answered ${answer.status}`);
      const body = (await answer.json()) as {accepted: number; refused: number}; // the answer's documented shape
      accepted += body.accepted;
      refused += body.refused;
    }
    return {accepted, refused};
  }
  return {collector, store, send};
}

/** Lays many turns out for one commit of a store: through posts of 20 they would take long. */
export function storedOf(turns: readonly TurnRecord[], receivedAt: number): StoredBatch {
  const batch: BeaconBatch = {v: 1, site: 'shop-eu', page: {id: '9f3c1a5b7d2e4f60', route: '/checkout'}, turns: []};
  const limit = createDimensionLimit();
  const stored = turns.map((turn) => toStoredTurn({turn, batch, receivedAt, limit}));
  return {site: batch.site, receivedAt, droppedCount: 0, turns: stored};
}

/** Asks a collector for its summary. */
export async function summaryOf(collector: Collector, query = 'since=24h'): Promise<Summary> {
  const answer = await collector.handle(new Request(`${HOME}/v1/summary?${query}`));
  if (answer.status !== 200) throw new Error(`the collector answered ${answer.status}`);
  return (await answer.json()) as Summary; // the answer's documented shape
}

/** Asks a collector for one of its reports. */
export async function reportOf<Name extends keyof Reports>(
  collector: Collector,
  name: Name,
  query = 'since=24h',
): Promise<Reports[Name]> {
  const answer = await collector.handle(new Request(`${HOME}/v1/reports/${name}?${query}`));
  if (answer.status !== 200) throw new Error(`the collector answered ${answer.status}`);
  const {report} = (await answer.json()) as {report: Reports[Name]}; // the answer's documented shape
  return report;
}

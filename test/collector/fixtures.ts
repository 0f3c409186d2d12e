import {onTestFinished} from 'vitest';
import {type Collector, createCollector, createDuckDbStore, type Store} from '../../src/collector/index.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import type {Reports, Summary} from '../../src/protocol/index.ts';

/** The collector's own address in these tests. */
export const HOME = 'https://collector.example';

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

/** Opens a collector over a store in memory, or over the store that is given; it closes with the test. */
export async function openCollector(
  options: Partial<Parameters<typeof createCollector>[0]> = {},
): Promise<{collector: Collector; store: Store; send: (turns: readonly unknown[]) => Promise<unknown>}> {
  const store = options.store ?? (await createDuckDbStore({path: ':memory:', commitWaitMs: 1}));
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

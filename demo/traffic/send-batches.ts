import {setTimeout as wait} from 'node:timers/promises';
import type {BeaconBatch} from 'firstword/protocol';

/** Posts that are under way at once: more turns than a collector waits for before it commits what came together. */
const AT_ONCE = 128;

/** How often a batch that is not taken now is sent again. */
const MORE_TRIES = 20;

/** The longest that a collector is waited for between two tries, in ms. */
const LONGEST_REST_MS = 5000;

/** What became of what was sent. */
export interface Sent {
  acceptedCount: number;
  refusedCount: number;
}

/** The failure to send, with words for whoever runs the command. */
export class SendError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SendError';
  }
}

/**
 * Posts batches to a collector, AT_ONCE at a time, and comes back when all are stored. A collector that is busy says
 * when to come again. Ages are counted on from the call, so that turns keep their places in time.
 *
 * @param options.url - Where the collector takes turns.
 * @param options.onProgress - Runs after each batch with the turns that were sent so far.
 * @throws SendError when the collector cannot be reached, refuses a batch, or stays busy.
 */
export async function sendBatches(options: {
  batches: Iterable<BeaconBatch>;
  url: string;
  onProgress?: (turnCount: number) => void;
  signal?: AbortSignal;
}): Promise<Sent> {
  const {url, onProgress = () => undefined, signal} = options;
  const batches = options.batches[Symbol.iterator]();
  const sent: Sent = {acceptedCount: 0, refusedCount: 0};
  const startedMs = performance.now();
  let turnCount = 0;
  async function sender(): Promise<void> {
    for (let next = batches.next(); !next.done; next = batches.next()) {
      const {turns, ...rest} = next.value;
      const laterMs = Math.round(performance.now() - startedMs);
      const aged = turns.map((turn) => ({...turn, age: Math.min(86_400_000, turn.age + laterMs)}));
      const body = JSON.stringify({...rest, turns: aged});
      const {accepted, refused} = await post({url, body, ...(signal ? {signal} : {})});
      sent.acceptedCount += accepted;
      sent.refusedCount += refused;
      turnCount += turns.length;
      onProgress(turnCount);
    }
  }
  await Promise.all(Array.from({length: AT_ONCE}, sender));
  return sent;
}

async function post(options: {url: string; body: string; signal?: AbortSignal}): Promise<{
  accepted: number;
  refused: number;
}> {
  const {url, body, signal} = options;
  for (let tryCount = 0; ; tryCount++) {
    const response = await fetch(url, {
      method: 'POST',
      headers: {'content-type': 'text/plain;charset=UTF-8'},
      body,
      ...(signal ? {signal} : {}),
    }).catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason;
      throw new SendError(`Nothing answers at ${url}.`, {cause});
    });
    if (response.ok) return (await response.json()) as {accepted: number; refused: number}; // what a collector answers
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || tryCount === MORE_TRIES) {
      throw new SendError(`${url} answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
    }
    await response.body?.cancel();
    const restMs = 1000 * Number(response.headers.get('retry-after') ?? 1);
    await wait(Math.min(Number.isFinite(restMs) ? restMs : 1000, LONGEST_REST_MS), undefined, signal ? {signal} : {});
  }
}

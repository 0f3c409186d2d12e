import {createHedgeBudget, type HedgeBudget, withHedge} from '../../../src/latency/index.ts';
import {readHedge} from '../../../src/protocol/index.ts';

/** How many turns wait for their answer at the same time. */
const CONCURRENT_COUNT = 40;

/** Every so many turns somebody opens a page, which asks the backend for the hedge delay. */
const TURNS_A_PAGE = 100;

/** What pages ask. */
export interface Asking {
  url: string;
  turnCount: number;
  /** Second attempts are asked for as this allows; absent: none. */
  budget?: HedgeBudget;
  /** When a turn is given up, in ms; absent: never. */
  deadlineMs?: number;
}

/** What pages saw. */
export interface Seen {
  /** Times to the first token in ms, of the turns that had one. */
  firstTokensMs: number[];
  /** Turns that waited longer than the hedge delay, and those of them that the budget allowed a second attempt. */
  dueCount: number;
  allowedCount: number;
  /** The hedge delays that pages were told, in ms. */
  delaysMs: number[];
}

/** A response that is no answer; its status says to the hedge that it was denied. */
class RefusedError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** A budget that has saved up all that it can. */
export function createFullBudget(): HedgeBudget {
  const budget = createHedgeBudget();
  for (let at = 0; at < 1_000; at++) budget.earn();
  return budget;
}

/**
 * Asks so many turns, of which 40 at a time wait for their first token, each with the page's own code for second attempts.
 *
 * @throws What a turn failed with that was not given up.
 */
export async function askTurns({url, turnCount, budget, deadlineMs}: Asking): Promise<Seen> {
  const seen: Seen = {firstTokensMs: [], dueCount: 0, allowedCount: 0, delaysMs: []};
  let afterMs: number | undefined;
  let next = 0;
  const reading: Promise<void>[] = [];
  const failures: unknown[] = [];

  async function hello(): Promise<void> {
    const {hedge} = (await (await fetch(url)).json()) as {hedge: unknown}; // as the backend writes it
    const terms = readHedge(hedge);
    afterMs = terms?.allowed ? terms.afterMs : undefined;
    if (afterMs !== undefined) seen.delaysMs.push(afterMs);
  }

  async function ask(turn: number): Promise<void> {
    const startedMs = performance.now();
    const delayMs = budget && afterMs;
    const first = Promise.withResolvers<number | undefined>();
    const answered = withHedge(
      async ({attempt, signal, claim}) => {
        const body = JSON.stringify({messages: [], fw: {v: 1, key: String(turn), attempt}});
        const response = await fetch(url, {method: 'POST', body, signal});
        if (!response.ok || !response.body) throw new RefusedError(response.status);
        for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
          if (!text.includes('text-delta')) continue;
          claim();
          first.resolve(performance.now() - startedMs);
        }
      },
      {
        afterMs: delayMs,
        signal: deadlineMs === undefined ? new AbortController().signal : AbortSignal.timeout(deadlineMs),
        allow() {
          const isAllowed = budget?.ask() === true;
          seen.dueCount++;
          if (isAllowed) seen.allowedCount++;
          return isAllowed;
        },
        now: () => performance.now(),
      },
    );
    const read = answered.catch((cause: unknown) => {
      if (deadlineMs === undefined) failures.push(cause); // otherwise the turn was given up, as it should be
    });
    reading.push(read.then(() => first.resolve(undefined)));
    const firstMs = await first.promise;
    if (firstMs === undefined) return;
    seen.firstTokensMs.push(firstMs);
    if (delayMs === undefined || firstMs < delayMs) budget?.earn();
  }

  async function askOn(): Promise<void> {
    for (let turn = next++; turn < turnCount; turn = next++) {
      if (turn % TURNS_A_PAGE === 0) await hello();
      await ask(turn);
    }
  }

  await hello();
  await Promise.all(Array.from({length: CONCURRENT_COUNT}, askOn));
  await Promise.all(reading);
  if (failures.length > 0) throw failures[0];
  return seen;
}

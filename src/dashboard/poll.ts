import type {Summary} from '../protocol/index.ts';
import {LoadError, type LoadProblem} from './load-summary.ts';

/** Time between two summaries while somebody looks. */
export const POLL_MS = 2000;

/** The longest time between two attempts while the collector does not answer. */
export const POLL_MAX_MS = 30_000;

/** A summary older than this is not live, whatever the reason. */
export const STALE_MS = 3 * POLL_MS;

/**
 * What the dashboard knows: nothing yet, a live summary, an old one (`paused`: nobody looked meanwhile), or that none
 * can be had.
 */
export type PollState =
  | {kind: 'loading'}
  | {kind: 'live'; summary: Summary}
  | {kind: 'stale'; summary: Summary; why: LoadProblem | 'paused'}
  | {kind: 'unavailable'; why: LoadProblem};

/** Keeps a summary fresh. */
export interface Poller {
  /** Takes note that the page was shown or hidden: hidden asks for nothing, shown again asks at once. */
  visibility(state: {visible: boolean}): void;
  /** Asks now, without waiting for the next turn. */
  refresh(): void;
  /** Ends everything, the request under way too. */
  stop(): void;
}

/**
 * Starts to ask for a summary every POLL_MS. After failures the pause doubles up to POLL_MAX_MS.
 *
 * @param options.load - Gets one summary; it is never called twice at a time.
 * @param options.visible - Whether somebody looks at the page now.
 * @param options.onState - Runs with each new state, `loading` excepted, which is the first.
 * @param options.nowMs - Monotonic clock. Default: `performance.now`.
 */
export function createPoller(options: {
  load: (signal: AbortSignal) => Promise<Summary>;
  visible: boolean;
  onState: (state: PollState) => void;
  nowMs?: () => number;
}): Poller {
  const {load, onState, nowMs = () => performance.now()} = options;
  let visible = options.visible;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  let latest: {summary: Summary; receivedMs: number} | undefined;
  let lateTimer: ReturnType<typeof setTimeout> | undefined;
  let failedCount = 0;

  // a summary that ages while the next is awaited is not live either
  function watchAge(): void {
    clearTimeout(lateTimer);
    if (!latest) return;
    const {summary, receivedMs} = latest;
    const leftMs = Math.max(POLL_MS, receivedMs + STALE_MS - nowMs());
    lateTimer = setTimeout(() => onState({kind: 'stale', summary, why: 'slow'}), leftMs);
  }

  function wait(): void {
    clearTimeout(timer);
    if (stopped || !visible) return;
    timer = setTimeout(ask, Math.min(POLL_MS * 2 ** failedCount, POLL_MAX_MS));
  }

  async function ask(): Promise<void> {
    clearTimeout(timer);
    running?.abort();
    const mine = new AbortController();
    running = mine;
    watchAge();
    try {
      const summary = await load(mine.signal);
      if (running !== mine) return;
      latest = {summary, receivedMs: nowMs()};
      failedCount = 0;
      onState({kind: 'live', summary});
    } catch (error) {
      if (running !== mine) return; // given up on purpose
      failedCount += 1;
      const why = error instanceof LoadError ? error.problem : 'unreadable';
      onState(latest ? {kind: 'stale', summary: latest.summary, why} : {kind: 'unavailable', why});
    }
    running = undefined;
    clearTimeout(lateTimer);
    wait();
  }

  function rest(): void {
    clearTimeout(timer);
    clearTimeout(lateTimer);
    const ended = running;
    running = undefined;
    ended?.abort();
  }

  if (visible) ask();
  return {
    visibility(state) {
      if (stopped || state.visible === visible) return;
      visible = state.visible;
      if (!visible) {
        rest();
        return;
      }
      if (latest && nowMs() - latest.receivedMs > STALE_MS) {
        onState({kind: 'stale', summary: latest.summary, why: 'paused'});
      }
      ask();
    },
    refresh() {
      if (!stopped && visible) ask();
    },
    stop() {
      stopped = true;
      rest();
    },
  };
}

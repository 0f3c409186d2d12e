import {LoadError, type LoadProblem} from './load-answer.ts';

/** Time between two answers while somebody looks. */
export const POLL_MS = 2000;

/** The longest time between two attempts while the collector does not answer. */
export const POLL_MAX_MS = 30_000;

/** An answer older than this is not live, whatever the reason. */
export const STALE_MS = 3 * POLL_MS;

/**
 * What the dashboard knows: nothing yet, a live answer, an old one (`paused`: nobody looked meanwhile), or that none
 * can be had.
 */
export type PollState<Answer> =
  | {kind: 'loading'}
  | {kind: 'live'; answer: Answer}
  | {kind: 'stale'; answer: Answer; why: LoadProblem | 'paused'}
  | {kind: 'unavailable'; why: LoadProblem};

/** Keeps an answer fresh. */
export interface Poller {
  /** Takes note that the page was shown or hidden: hidden asks for nothing, shown again asks at once. */
  visibility(state: {visible: boolean}): void;
  /** Asks now, without waiting for the next turn. */
  refresh(): void;
  /** Ends everything, the request under way too. */
  stop(): void;
}

/**
 * Starts to ask every `pollMs`. After failures the pause doubles up to POLL_MAX_MS.
 *
 * @param options.load - Gets one answer; it is never called twice at a time.
 * @param options.visible - Whether somebody looks at the page now.
 * @param options.onState - Runs with each new state, `loading` excepted, which is the first.
 * @param options.pollMs - Default: POLL_MS.
 * @param options.nowMs - Monotonic clock. Default: `performance.now`.
 */
export function createPoller<Answer>(options: {
  load: (signal: AbortSignal) => Promise<Answer>;
  visible: boolean;
  onState: (state: PollState<Answer>) => void;
  pollMs?: number;
  nowMs?: () => number;
}): Poller {
  const {load, onState, pollMs = POLL_MS, nowMs = () => performance.now()} = options;
  const staleMs = (STALE_MS / POLL_MS) * pollMs;
  let visible = options.visible;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  let latest: {answer: Answer; receivedMs: number} | undefined;
  let lateTimer: ReturnType<typeof setTimeout> | undefined;
  let failedCount = 0;

  // an answer that ages while the next is awaited is not live either
  function watchAge(): void {
    clearTimeout(lateTimer);
    if (!latest) return;
    const {answer, receivedMs} = latest;
    const leftMs = Math.max(pollMs, receivedMs + staleMs - nowMs());
    lateTimer = setTimeout(() => onState({kind: 'stale', answer, why: 'slow'}), leftMs);
  }

  function wait(): void {
    clearTimeout(timer);
    if (stopped || !visible) return;
    timer = setTimeout(ask, Math.min(pollMs * 2 ** failedCount, Math.max(pollMs, POLL_MAX_MS)));
  }

  async function ask(): Promise<void> {
    clearTimeout(timer);
    running?.abort();
    const mine = new AbortController();
    running = mine;
    watchAge();
    try {
      const answer = await load(mine.signal);
      if (running !== mine) return;
      latest = {answer, receivedMs: nowMs()};
      failedCount = 0;
      onState({kind: 'live', answer});
    } catch (error) {
      if (running !== mine) return; // given up on purpose
      failedCount += 1;
      const why = error instanceof LoadError ? error.problem : 'unreadable';
      onState(latest ? {kind: 'stale', answer: latest.answer, why} : {kind: 'unavailable', why});
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
      if (latest && nowMs() - latest.receivedMs > staleMs) {
        onState({kind: 'stale', answer: latest.answer, why: 'paused'});
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

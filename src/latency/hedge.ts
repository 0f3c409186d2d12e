/** How many second attempts are allowed, counted over turns. */
export interface HedgeBudget {
  /** Whether a second attempt may be made now; counts it. */
  ask(): boolean;
  /** A turn's first token came before the hedge delay. */
  earn(): void;
}

/** The share of turns in time that may be followed by a second attempt. */
export const HEDGE_SHARE = 0.05;

/** The most second attempts that can be saved up. */
export const HEDGE_SAVED_COUNT = 3;

/**
 * Creates a budget with one second attempt in it. Only turns that were in time earn more, so that an outage, in which
 * nothing is, causes no storm.
 */
export function createHedgeBudget(): HedgeBudget {
  const turnCount = 1 / HEDGE_SHARE; // turns that earn an attempt: whole numbers add up without an error
  let earnedCount = turnCount;
  return {
    ask() {
      if (earnedCount < turnCount) return false;
      earnedCount -= turnCount;
      return true;
    },
    earn() {
      earnedCount = Math.min(earnedCount + 1, HEDGE_SAVED_COUNT * turnCount);
    },
  };
}

/** One of two attempts at the same answer. */
export interface Lane {
  /** Which: 1 is the second. */
  attempt: 0 | 1;
  /** Ends the attempt: the other one won, or nobody wants the answer any more. */
  signal: AbortSignal;
  /**
   * Says that the first token is there: the first to say so wins, and the other's signal is aborted.
   *
   * @throws The reason of the signal when this attempt has lost or was aborted.
   */
  claim(): void;
}

/**
 * How it went with a second attempt: who `won`, none when both failed, denied when it was not allowed, here or by the
 * backend's 429. `atMs` is when it was due, since the first attempt began.
 */
export interface HedgeEnd {
  won: 'primary' | 'hedge' | 'none' | 'denied';
  atMs: number;
}

/** How to hedge. */
export interface HedgeOptions {
  /** The hedge delay, asked for once, at the start; undefined: there is no second attempt. */
  afterMs: number | undefined | (() => number | undefined);
  /** Aborts both attempts. */
  signal: AbortSignal;
  /** Is asked when the delay is over and nobody has claimed: whether there may be a second attempt. */
  allow: () => boolean;
  /** Hears once how it went, as soon as that is known; never when no second attempt was due. */
  onEnd?: (end: HedgeEnd) => void;
  /** Reads a monotonic clock in ms. */
  now: () => number;
}

/** A timer of more takes itself for one of nothing. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Makes an attempt, and a second one when the first has no token after a delay; the one that claims first answers
 * (J. Dean and L. A. Barroso, "The Tail at Scale", 2013).
 *
 * An attempt that fails before the second began is the outcome: whoever wants to may retry, never beside a hedge. Of two,
 * one that fails before anybody claimed leaves it to the other. An attempt that ends without a claim claims by it.
 *
 * @param start - Makes an attempt; is called once, or twice.
 * @returns What the winner returned.
 * @throws What the winner threw, or the first attempt where nobody claimed; the signal's reason when it was aborted before.
 */
export function withHedge<T>(start: (lane: Lane) => Promise<T>, options: HedgeOptions): Promise<T> {
  const {afterMs, signal, allow, now} = options;
  if (signal.aborted) return Promise.reject(signal.reason);
  const startedMs = now();
  const delayMs = typeof afterMs === 'function' ? afterMs() : afterMs;
  const lanes: AbortController[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let {onEnd} = options;
  let atMs: number | undefined;
  let winner: number | undefined;
  let failedCount = 0;
  let firstCause: unknown;
  let isRefused = false;

  function tell(won: HedgeEnd['won']): void {
    if (atMs === undefined) return;
    const hear = onEnd;
    onEnd = undefined;
    hear?.({won, atMs});
  }

  function decide(attempt: 0 | 1): void {
    winner = attempt;
    clearTimeout(timer);
    lanes[1 - attempt]?.abort();
    tell(attempt ? 'hedge' : isRefused ? 'denied' : 'primary');
  }

  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      for (const lane of lanes) lane.abort(signal.reason);
    };
    const leave = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };

    function run(attempt: 0 | 1): void {
      const controller = new AbortController();
      lanes.push(controller);
      const claim = () => {
        controller.signal.throwIfAborted();
        if (winner === undefined) decide(attempt);
      };
      const work = (async () => start({attempt, signal: controller.signal, claim}))();
      work.then(
        (value) => {
          if (winner === undefined) decide(attempt);
          if (winner !== attempt) return;
          leave();
          resolve(value);
        },
        (cause: unknown) => {
          if (winner === undefined) {
            failedCount++;
            if (attempt === 0) firstCause = cause;
            else isRefused = hasStatus(cause, 429);
            if (failedCount < lanes.length) return; // the other decides
            tell('none');
          } else if (winner !== attempt) return;
          leave();
          reject(winner === undefined ? firstCause : cause);
        },
      );
    }

    signal.addEventListener('abort', abort);
    run(0);
    if (delayMs === undefined || delayMs > MAX_TIMER_MS || winner !== undefined || signal.aborted) return;
    timer = setTimeout(() => {
      atMs = now() - startedMs;
      if (allow()) run(1);
      else tell('denied');
    }, delayMs);
  });
}

const hasStatus = (cause: unknown, status: number) =>
  typeof cause === 'object' && cause !== null && 'status' in cause && cause.status === status;

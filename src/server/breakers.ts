import {CircuitState, CountBreaker, circuitBreaker, DelegateBackoff, handleWhenResult} from 'cockatiel';
import {BREAKER_MAX_OPEN_MS, BREAKER_OPEN_MS} from '../latency/index.ts';

/** How a call went: `left` is one that was given up before it could be judged, and counts for nothing. */
export type CallOutcome = 'answered' | 'failed' | 'left';

/** Says how a call went that was let through; only once. Resolves when it has been counted. */
export type EndCall = (outcome: CallOutcome) => Promise<void>;

/** Knows when not to call what has failed. */
export interface Breaker {
  /**
   * Lets a call through; undefined when it is refused. Once its time is over an open breaker lets a single one through,
   * whose outcome decides.
   *
   * @param patienceMs - A call of which nothing was said for so long has failed.
   */
  admit(patienceMs: number): EndCall | undefined;
  /** Reads how long calls are refused, in ms; 0 when one would be let through. */
  refusedMs(): number;
}

/** The breakers of one handler: one for each model and each tool. */
export interface Breakers {
  /** Finds the breaker of a subject; `name` is what the console line calls it. */
  of(subject: object, name: string): Breaker;
}

/** So many of the latest calls are looked back at. */
const BREAKER_CALL_COUNT = 20;

/** The fewest calls that can open a breaker, by more than half of them having failed. */
export const BREAKER_FEWEST_COUNT = 5;

/** While a single call is on trial nobody knows how long the others are refused: they are told this, in ms. */
const TRIAL_MS = 2_000;

/**
 * Creates the breakers of a handler. One opens when more than half of the latest calls failed, for BREAKER_OPEN_MS; each
 * trial that fails doubles that, up to BREAKER_MAX_OPEN_MS.
 *
 * @param warn - Is told what failed.
 */
export function createBreakers(warn: (line: string) => void): Breakers {
  const breakers = new WeakMap<object, Breaker>();
  return {
    of(subject, name) {
      const known = breakers.get(subject);
      if (known) return known;
      const made = createBreaker(() => warn(`${name} fails, and is left alone for a moment`));
      breakers.set(subject, made);
      return made;
    },
  };
}

/**
 * Ends a call as well when a signal aborts: it has failed then, unless it had too little time to say so.
 *
 * @param options.shortMs - How little, from now.
 */
export function endWhenLeft(end: EndCall, options: {signal: AbortSignal | undefined; shortMs: number}): EndCall {
  const {signal, shortMs} = options;
  const sinceMs = performance.now();
  const leave = () => end(performance.now() - sinceMs < shortMs ? 'left' : 'failed');
  signal?.addEventListener('abort', leave, {once: true});
  if (signal?.aborted) leave();
  return (outcome) => {
    signal?.removeEventListener('abort', leave);
    return end(outcome);
  };
}

const LEFT = new Error('left');

function createBreaker(onOpen: () => void): Breaker {
  let openMs = 0;
  let openUntilAt = 0;
  // a trial that was given up says nothing: the next call is one again
  const backoff = new DelegateBackoff<{result: {error: unknown} | {value: unknown}}, number>(({result}, lastMs) => {
    const isLeft = 'value' in result && result.value === 'left';
    const nextMs = lastMs === undefined ? BREAKER_OPEN_MS : Math.min(2 * lastMs, BREAKER_MAX_OPEN_MS);
    openMs = isLeft ? 0 : nextMs;
    return {delay: openMs, state: isLeft && lastMs !== undefined ? lastMs : nextMs};
  });
  const policy = circuitBreaker(
    handleWhenResult((outcome) => outcome !== 'answered'),
    {
      breaker: new CountBreaker({
        threshold: 0.5,
        size: BREAKER_CALL_COUNT,
        minimumNumberOfCalls: BREAKER_FEWEST_COUNT,
      }),
      halfOpenAfter: backoff,
    },
  );
  policy.onBreak(() => {
    openUntilAt = Date.now() + openMs; // the policy's own clock
    if (openMs > 0) onOpen();
  });

  const refusedMs = () => {
    if (policy.state === CircuitState.HalfOpen) return TRIAL_MS; // the policy would let the others wait
    return policy.state === CircuitState.Open ? Math.max(0, openUntilAt - Date.now()) : 0;
  };
  return {
    admit(patienceMs) {
      if (refusedMs() > 0) return undefined;
      const isTrial = policy.state === CircuitState.Open;
      const {promise, resolve} = Promise.withResolvers<CallOutcome>();
      const timer = setTimeout(resolve, patienceMs, 'failed');
      timer.unref?.(); // where timers keep a process alive, this one need not
      const counted = policy
        .execute(async () => {
          const outcome = await promise;
          if (outcome === 'left' && !isTrial) throw LEFT; // neither a success nor a failure to the policy
          return outcome;
        })
        .then(
          () => {},
          () => {},
        );
      return (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
        return counted;
      };
    },
    refusedMs,
  };
}

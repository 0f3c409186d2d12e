/**
 * What breakers tell each other, in plain data without a clock of its own: how long this one opens for (0: it is closed)
 * and how much of that is left.
 */
export interface BreakerState {
  openMs: number;
  remainingMs: number;
}

/** Knows when not to ask a backend that has failed. */
export interface Breaker {
  /** Whether to ask now. Once its time is over an open breaker lets one caller through, whose outcome decides. */
  admit(): boolean;
  /** The backend answered: the breaker closes and forgets. */
  succeed(): void;
  /** The backend failed before a first token. */
  fail(): void;
  /** What others may adopt. */
  state(): BreakerState;
  /** Takes over what another breaker of the same backend told, the newest being right; `onChange` does not hear of it. */
  adopt(state: BreakerState): void;
}

/** As many failures in a row open a breaker. */
export const BREAKER_ROW_COUNT = 3;

/** In this time, at least BREAKER_WINDOW_COUNT outcomes of which BREAKER_FAILED_SHARE failed open it too. */
export const BREAKER_WINDOW_MS = 30_000;

/** The fewest outcomes that can open a breaker by their share of failures. */
export const BREAKER_WINDOW_COUNT = 5;

/** The share of failures that opens a breaker. */
export const BREAKER_FAILED_SHARE = 0.5;

/** How long a breaker opens at first; each failed probe doubles it. */
export const BREAKER_OPEN_MS = 10_000;

/** The longest that a breaker opens for. */
export const BREAKER_MAX_OPEN_MS = 120_000;

/**
 * Creates a circuit breaker (M. Nygard, "Release It!"), closed. It has no timers: time passes when it is asked.
 *
 * A probe that is never heard of again counts for nothing: when the open time has passed once more there is another.
 *
 * @param options.now - Reads a monotonic clock in ms.
 * @param options.onChange - Hears when it opened, for how long again, or closed, and when a probe is out.
 */
export function createBreaker(options: {now: () => number; onChange?: (state: BreakerState) => void}): Breaker {
  const {now, onChange} = options;
  let outcomes: {atMs: number; hasFailed: boolean}[] = [];
  let rowCount = 0;
  let openMs = 0;
  let untilMs = 0;
  let isProbing = false;

  const state = () => ({openMs, remainingMs: openMs && Math.max(0, untilMs - now())});

  function move(ms: number): void {
    openMs = ms;
    untilMs = now() + ms;
    isProbing = false;
    outcomes = [];
    rowCount = 0;
  }

  function note(hasFailed: boolean): void {
    const nowMs = now();
    outcomes = outcomes.filter(({atMs}) => nowMs - atMs < BREAKER_WINDOW_MS);
    outcomes.push({atMs: nowMs, hasFailed});
    rowCount = hasFailed ? rowCount + 1 : 0;
  }

  function mustOpen(): boolean {
    const failedCount = outcomes.filter(({hasFailed}) => hasFailed).length;
    const isShare = outcomes.length >= BREAKER_WINDOW_COUNT && failedCount >= BREAKER_FAILED_SHARE * outcomes.length;
    return isShare || rowCount >= BREAKER_ROW_COUNT;
  }

  return {
    admit() {
      if (!openMs) return true;
      if (now() < untilMs) return false;
      move(openMs);
      isProbing = true;
      onChange?.(state());
      return true;
    },
    succeed() {
      if (openMs) {
        move(0);
        onChange?.(state());
      } else note(false);
    },
    fail() {
      if (openMs && !isProbing) return; // asked before it opened
      if (!openMs) note(true);
      if (!openMs && !mustOpen()) return;
      move(openMs ? Math.min(2 * openMs, BREAKER_MAX_OPEN_MS) : BREAKER_OPEN_MS);
      onChange?.(state());
    },
    state,
    adopt(other) {
      move(other.openMs);
      untilMs = now() + other.remainingMs;
    },
  };
}

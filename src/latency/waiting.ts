import type {Deadlines} from './deadlines.ts';

/** What somebody who waits is to see: `words`, with whole seconds once the wait is long, or that a deadline has fallen. */
export type Sign<Doing = unknown> =
  | {kind: 'words'; doing?: Doing | undefined; waitedS?: number}
  | {kind: 'first'}
  | {kind: 'complete'};

/** One wait for an answer. */
export interface Waiting<Doing = unknown> {
  /** The backend began something: plain data. The same twice in a row is no news. */
  doing(doing: Doing): void;
  /** Text of the answer was shown: words are not needed until nothing is shown for long again. */
  progress(nowMs: number): void;
  /** The first token is there: the `first` deadline no longer applies. */
  answered(): void;
  /** Ends the wait: nothing more is heard. */
  stop(): void;
}

/** What a wait is made of. All instants are readings of one monotonic clock in ms. */
export interface WaitingOptions<Doing> {
  deadlines: Deadlines;
  startedMs: number;
  /** Reads the clock. */
  now: () => number;
  /** Is called with each sign, from a timer; may end the wait. */
  hear: (sign: Sign<Doing>) => void;
}

/** What a backend does is not said earlier: most answers are there before, and words that flash by are no help. */
export const WORDS_AFTER_MS = 1000;

/** The shortest time from words to other words: nobody reads faster, and screen readers say each. */
export const WORDS_GAP_MS = 1000;

/**
 * Keeps a wait from being silent.
 *
 * What the backend does is said WORDS_AFTER_MS after the start or later. When nothing was to be seen for the `soft`
 * deadline, since the start, the last words or the last text, there are words with the seconds waited, and so on while
 * nothing else happens. The `first` deadline ends the words; the `complete` deadline ends the wait. Each falls once, also
 * when the wait is watched late or the machine slept: then what is due is heard at once, and what was missed is not.
 */
export function createWaiting<Doing = unknown>(options: WaitingOptions<Doing>): Waiting<Doing> {
  const {deadlines, startedMs, now, hear} = options;
  let firstMs = startedMs + deadlines.firstMs;
  let completeMs = startedMs + deadlines.completeMs;
  let seenMs = startedMs;
  let wordsMs = Number.NEGATIVE_INFINITY;
  let hasWords = true;
  let newest: Doing | undefined;
  let said: Doing | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isNews = () => JSON.stringify(newest) !== JSON.stringify(said);

  function wordsDueMs(): number {
    const softMs = seenMs + deadlines.softMs;
    const dueMs = isNews() ? Math.min(softMs, startedMs + WORDS_AFTER_MS) : softMs;
    return hasWords ? Math.max(dueMs, wordsMs + WORDS_GAP_MS) : Number.POSITIVE_INFINITY;
  }

  function arm(): void {
    clearTimeout(timer);
    const dueMs = Math.min(firstMs, completeMs, wordsDueMs());
    if (dueMs < Number.POSITIVE_INFINITY) timer = setTimeout(look, Math.max(0, dueMs - now()));
  }

  function look(): void {
    const sign = due(now());
    arm();
    if (sign) hear(sign);
  }

  function due(nowMs: number): Sign<Doing> | undefined {
    if (nowMs >= firstMs) {
      firstMs = Number.POSITIVE_INFINITY;
      hasWords = false;
      return {kind: 'first'};
    }
    if (nowMs >= completeMs) {
      end();
      return {kind: 'complete'};
    }
    if (nowMs < wordsDueMs()) return undefined; // text came meanwhile, or the timer was early
    const isSilent = nowMs >= seenMs + deadlines.softMs;
    said = newest;
    seenMs = nowMs;
    wordsMs = nowMs;
    const words: Sign<Doing> = {kind: 'words', doing: newest};
    return isSilent ? {...words, waitedS: Math.round((nowMs - startedMs) / 1000)} : words;
  }

  function end(): void {
    firstMs = Number.POSITIVE_INFINITY;
    completeMs = Number.POSITIVE_INFINITY;
    hasWords = false;
  }

  arm();
  return {
    doing(doing) {
      newest = doing;
      arm();
    },
    progress(nowMs) {
      seenMs = Math.max(seenMs, nowMs);
      newest = undefined;
      said = undefined;
    },
    answered() {
      firstMs = Number.POSITIVE_INFINITY;
    },
    stop() {
      end();
      arm();
    },
  };
}

import type {TurnRecord} from '../latency/index.ts';

/** The share that the topics of a request have at least between them, without a pause: likely enough to hold the right one. */
export const CONFIDENT_SHARE = 0.9;

/** The share that was asked for already from which on nothing more is asked for. */
export const COVERED_SHARE = 0.5;

/** The share that they have at least when whoever writes has paused: likelier than not. */
export const PAUSED_SHARE = 0.5;

/** How long nothing is typed until that is a pause, in ms. */
export const PAUSE_MS = 600;

/** How many topics are asked for at once, at most. */
export const TOPIC_COUNT = 3;

/** How many requests are made for one message, at most. */
export const MESSAGE_COUNT = 2;
/** How many are made on one page, at most. */
export const PAGE_COUNT = 6;

/** How long a context is good for where its server does not say, in ms. */
const TTL_MS = 120_000;

/** A word has ended: the last character is none of one. */
const BOUNDARY = /[^\p{L}\p{M}\p{N}'’-]$/u;

/** What somebody may be about to ask about. */
export interface Guess {
  topic: string;
  /** How probable it is, 0 to 1. */
  probability: number;
}

/** A context that a server has opened. */
export interface OpenedContext {
  contextId: string;
  /** How long it is good for, in ms. */
  ttlMs?: number | undefined;
}

/** What work ahead of a question comes to. */
export interface Taken {
  /** The newest context that fits the question, and what the question is about; absent where none fits. */
  facts?: {contextId: string; topics: string[]};
  /** How the turn's record tells it. */
  outcome: NonNullable<TurnRecord['prefetch']>;
}

/** What a prefetch is made of. */
export interface PrefetchOptions {
  /** Says what a text may be about, likeliest first, all of it. */
  guess: (text: string) => readonly Guess[];
  /** Whether the answer to a text needs no server. */
  isKnown: (text: string) => boolean;
  /** Whether anything may be asked ahead now. */
  isAllowed: () => boolean;
  /** Has a server open a context; undefined where it did not. The signal says that nobody wants it any more. */
  request: (topics: readonly string[], signal: AbortSignal) => Promise<OpenedContext | undefined>;
  /** Reads a clock in ms. */
  now: () => number;
}

/** Decides what to ask ahead of a question, and when. Nothing here holds on to what is written. */
export interface Prefetch {
  /** Looks at a draft; an empty one drops what was asked for. */
  draft(text: string): void;
  /** Somebody is about to choose a question that is offered. */
  point(text: string): void;
  /** Ends a message: gives what fits its question, undefined where nothing was asked ahead of it. */
  take(question: string, startedMs: number): Taken | undefined;
  /** Drops everything and asks for nothing more in this message. */
  drop(): void;
}

interface Asked {
  topics: readonly string[];
  startedMs: number;
  /** The message that it was asked for. */
  message: number;
  abort: AbortController;
  state: 'pending' | 'failed' | 'cancelled' | OpenedContext;
  untilMs: number;
}

const sum = (guesses: readonly Guess[]) => guesses.reduce((all, {probability}) => all + probability, 0);

/**
 * Creates a prefetch. There is no hurry: from the first key to the question are seconds, so it looks where words end,
 * waits until it is sure or nothing is typed for a while, and then asks for the likeliest topics together.
 */
export function createPrefetch({guess, isKnown, isAllowed, request, now}: PrefetchOptions): Prefetch {
  let asked: Asked[] = [];
  let message = 1;
  let pageCount = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isGood = ({state, untilMs}: Asked) => state === 'pending' || (typeof state === 'object' && now() < untilMs);
  const own = () => asked.filter((each) => each.message === message);
  const mayAsk = () => pageCount < PAGE_COUNT && own().length < MESSAGE_COUNT && isAllowed();

  function ask(topics: readonly string[]): void {
    const abort = new AbortController();
    const startedMs = now();
    const mine: Asked = {topics, startedMs, message, abort, state: 'pending', untilMs: 0};
    asked.push(mine);
    pageCount++;
    request(topics, abort.signal)
      .catch(() => undefined)
      .then((opened) => {
        if (mine.state !== 'pending') return;
        mine.state = opened ?? 'failed';
        mine.untilMs = startedMs + (opened?.ttlMs ?? TTL_MS);
      });
  }

  /** Finds what to ask for ahead of what a text is likely to become; nothing where that is not sure, or was asked for. */
  function wantedFor(text: string, leastShare: number): string[] {
    if (!mayAsk()) return [];
    const guesses = guess(text);
    if (sum(guesses.slice(0, TOPIC_COUNT)) < leastShare) return [];
    const known = new Set(asked.filter(isGood).flatMap(({topics}) => topics));
    if (sum(guesses.filter(({topic}) => known.has(topic))) > COVERED_SHARE) return [];
    const wanted = guesses.filter(({topic}) => !known.has(topic)).slice(0, TOPIC_COUNT);
    return wanted.map(({topic}) => topic);
  }

  /** Asks ahead of a text, unless its answer needs no server. */
  function consider(text: string): void {
    const wanted = wantedFor(text, PAUSED_SHARE);
    if (wanted.length > 0 && !isKnown(text)) ask(wanted);
  }

  function cancel(): void {
    clearTimeout(timer);
    for (const each of asked) {
      if (!isGood(each)) continue;
      each.state = 'cancelled';
      each.abort.abort();
    }
  }

  /** How the record tells of requests of which none fits. */
  function judge(mine: readonly Asked[], isLate: boolean): Taken['outcome']['r'] {
    if (isLate) return 'late';
    if (mine.some(({state}) => typeof state === 'object' || state === 'pending')) return 'wasted';
    return mine.some(({state}) => state === 'failed') ? 'failed' : 'cancelled';
  }

  return {
    draft(text) {
      clearTimeout(timer);
      if (!text.trim()) return cancel();
      if (!mayAsk()) return;
      const isSure = BOUNDARY.test(text) && wantedFor(text, CONFIDENT_SHARE).length > 0;
      timer = setTimeout(() => consider(text), isSure ? 0 : PAUSE_MS); // what is typed is shown first
    },
    point: consider,
    take(question, startedMs) {
      clearTimeout(timer);
      const mine = own();
      const topic = asked.some(isGood) && !isKnown(question) ? guess(question)[0]?.topic : undefined;
      const fitting = asked.filter((each) => isGood(each) && topic !== undefined && each.topics.includes(topic));
      const found = fitting.findLast(({state}) => typeof state === 'object');
      const r = judge(
        mine,
        fitting.some(({state}) => state === 'pending'),
      );
      for (const each of mine) {
        if (each.state !== 'pending') continue;
        each.state = 'cancelled'; // it is looked up for the question itself now
        each.abort.abort();
      }
      message++;
      asked = asked.filter(isGood);
      const count = Math.max(1, mine.length);
      if (found && typeof found.state === 'object' && topic !== undefined) {
        const lead = Math.round(Math.max(0, startedMs - found.startedMs));
        return {facts: {contextId: found.state.contextId, topics: [topic]}, outcome: {r: 'used', lead, count}};
      }
      if (mine.length === 0) return undefined;
      return {outcome: {r, count}};
    },
    drop() {
      cancel();
      asked = own();
    },
  };
}

import type {Protocol} from '../latency/index.ts';

/** How a stage stands. */
export type StageState = 'start' | 'end' | 'timeout' | 'error' | 'skipped';

/** What a backend says at the start of an answer; every part is optional. */
export interface RunFacts {
  /** The backend's own id of this answer. */
  run?: string | undefined;
  /** Route that the backend took. */
  route?: string | undefined;
  /** Model alias that the backend declares. */
  model?: string | undefined;
  /** Class of the question from the backend's closed list. */
  promptClass?: string | undefined;
  /** Whether the prepared context was used. */
  contextHit?: boolean | undefined;
  /** Whether a cold start is in this answer. */
  cold?: boolean | undefined;
  /** The server cache's part in the answer; `hit` is `none` for anything unknown. */
  cacheHit?: 'none' | 'exact' | 'semantic' | 'stale' | undefined;
  /** Age of a cached answer in seconds. */
  cacheAgeS?: number | undefined;
}

/** A stage of the backend's work. Times in ms; `atMs` counts from when the server got the request. */
export interface StageEvent {
  kind: 'stage';
  /** The stage's name. */
  stage: string;
  state: StageState;
  ms?: number | undefined;
  budgetMs?: number | undefined;
  atMs?: number | undefined;
  /** Whether a cache did its work. */
  hit?: boolean | undefined;
  /** Words that a visitor may read. */
  label?: string | undefined;
}

/**
 * What every protocol's answer becomes. Only `end` ends an answer; a stream that closes without one was cut.
 * `e` on an event is the server's emission time in ms since it got the request. The `message` of an error is the
 * backend's own and for the site's developer only; its code is `refused` where the model would not answer and said
 * nothing. `cacheable` says on which terms the answer may be given again, as `readTerms` reads them; `hedge` whether a
 * second attempt is welcome, as `readHedge` reads it; `fallback` that something else than the model answers, and why, as
 * `readFallback` reads it.
 */
export type AnswerEvent = {e?: number | undefined} & (
  | ({kind: 'start'} & RunFacts)
  | StageEvent
  | {kind: 'text'; text: string}
  | {kind: 'cacheable'; terms: unknown}
  | {kind: 'hedge'; hedge: unknown}
  | {kind: 'fallback'; fallback: unknown}
  | {kind: 'source'; id: string; url: string; title?: string | undefined}
  | {
      kind: 'error';
      code: string;
      message?: string | undefined;
      retryable: boolean;
      retryAfterMs?: number | undefined;
    }
  | {
      kind: 'end';
      how: 'finish' | 'abort' | 'error';
      route?: string | undefined;
      totalMs?: number | undefined;
      cachedTokens?: number | undefined;
    }
);

/** What `data-protocol` may say: a protocol, or `auto` for whatever the answer turns out to be. */
export type DeclaredProtocol = Protocol | 'auto';

/** How a body is cut into events: server-sent events, a line each, or pieces of text as they come. */
export type Framing = 'sse' | 'lines' | 'text';

/** One event of a body as an adapter gets it; a line or a piece of text is an event of nothing but data. */
export interface WireEvent {
  /** Empty when the event has none. */
  id: string;
  /** The event's type; empty when it has none. */
  event: string;
  /** The event's data, lines joined by line feeds. */
  data: string;
}

/**
 * How the rest of an answer can be asked for after a cut: `post` sends the same question with `fw.lastEventId`, `get`
 * asks an address of the backend's (relative ones to the endpoint's), which replays `all` of the answer or the `rest`.
 */
export type Resume =
  | {kind: 'post'; lastEventId: string}
  | {kind: 'get'; url: string; lastEventId?: string; replays: 'all' | 'rest'};

/** Turns one protocol's events into ours; keeps what it must remember between them. */
export interface AnswerReader {
  /** @throws UnreadableError when the event breaks its protocol. */
  read(event: WireEvent): AnswerEvent[];
  /**
   * Says what it means that the body closed now: nothing where a close without the protocol's own end is a cut.
   *
   * @throws UnreadableError when nothing that came belongs to a known protocol.
   */
  close(): AnswerEvent[];
  /** Tells what the endpoint turned out to speak; undefined while that is unknown. */
  protocol(): Protocol | undefined;
  /**
   * Tells how the rest can be asked for after a cut; undefined where it cannot.
   *
   * @param lastEventId - The last id that was read; empty when there was none.
   */
  resume(lastEventId: string): Resume | undefined;
}

/** An event that breaks its protocol: what it began with, cut short, is in `value`. */
export class UnreadableError extends Error {
  readonly kind = 'parse';
  readonly value: string;
  constructor(value: string, cause?: unknown) {
    super('unreadable event', {cause});
    this.value = value.slice(0, 80);
  }
}

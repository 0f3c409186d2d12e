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
 * `e` on an event is the server's emission time in ms since it got the request.
 */
export type AnswerEvent = {e?: number | undefined} & (
  | ({kind: 'start'} & RunFacts)
  | StageEvent
  | {kind: 'text'; text: string}
  | {kind: 'source'; id: string; url: string; title?: string | undefined}
  | {kind: 'error'; code: string; retryable: boolean; retryAfterMs?: number | undefined}
  | {
      kind: 'end';
      how: 'finish' | 'abort' | 'error';
      route?: string | undefined;
      totalMs?: number | undefined;
      cachedTokens?: number | undefined;
    }
);

/** One server-sent event as an adapter gets it. */
export interface WireEvent {
  /** Empty when the event has none. */
  id: string;
  /** The event's type; empty when it has none. */
  event: string;
  /** The event's data, lines joined by line feeds. */
  data: string;
}

/** Turns one protocol's events into ours; keeps what it must remember between them. */
export interface AnswerReader {
  /** @throws UnreadableError when the event breaks its protocol. */
  read(event: WireEvent): AnswerEvent[];
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

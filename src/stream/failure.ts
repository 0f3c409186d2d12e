/** Why an attempt failed; every value is also a word of the turn record or becomes one. */
export type FailureKind =
  | 'network'
  | 'blocked'
  | 'http'
  | 'not-a-stream'
  | 'empty'
  | 'unreadable'
  | 'too-large'
  | 'server'
  | 'cut';

/** What is known of a failure beside its kind. */
export interface FailureFacts {
  /** The HTTP status where there was a response. */
  status?: number;
  /** Where the request was redirected to, without the query, where it was. */
  redirectedTo?: string | undefined;
  /** How long the server asked to wait, in ms. */
  retryAfterMs?: number | undefined;
  /** What was wrong; cut to 80 characters. */
  value?: string | undefined;
  /** What a refusal said, as far as it was read. */
  words?: string;
  cause?: unknown;
}

/** An attempt at an answer that failed. */
export class StreamError extends Error implements Readonly<FailureFacts> {
  readonly kind: FailureKind;
  declare readonly status?: number;
  declare readonly redirectedTo?: string;
  declare readonly retryAfterMs?: number;
  declare readonly value?: string;
  declare readonly words?: string;
  constructor(kind: FailureKind, {cause, ...facts}: FailureFacts = {}) {
    super(kind, {cause});
    this.kind = kind;
    Object.assign(this, facts, {value: facts.value?.slice(0, 80)});
  }
}

/** Whether something thrown is an attempt that failed; each file of the page has a class of its own for them. */
export const isStreamError = (cause: unknown): cause is StreamError => cause instanceof Error && 'kind' in cause;

/**
 * Reads how long a server asks to wait: seconds, or a date of its own clock, which is held against its own `Date`
 * header where there is one.
 *
 * @returns Ms from now, never negative; undefined for anything else.
 * @see RFC 9110, section 10.2.3
 */
export function readRetryAfterMs(headers: Headers): number | undefined {
  const after = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000;
  const until = Date.parse(after);
  if (Number.isNaN(until)) return undefined;
  const server = Date.parse(headers.get('date') ?? '');
  return Math.max(0, until - (Number.isNaN(server) ? Date.now() : server));
}

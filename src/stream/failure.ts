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
  | 'unsupported'
  | 'cut';

/**
 * An attempt at an answer that failed.
 *
 * `status` is the HTTP status where there was a response, `retryAfterMs` what the server asked for, `value` what was
 * wrong, cut to 80 characters.
 */
export class StreamError extends Error {
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly value: string | undefined;
  constructor(
    kind: FailureKind,
    more: {status?: number; retryAfterMs?: number | undefined; value?: string | undefined; cause?: unknown} = {},
  ) {
    super(kind, {cause: more.cause});
    this.kind = kind;
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
    this.value = more.value?.slice(0, 80);
  }
}

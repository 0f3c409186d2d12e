import {APICallError, InvalidResponseDataError} from 'ai';

/** Why an answer failed after its first byte. */
export type FailureCode =
  | 'model-unauthorized'
  | 'model-overloaded'
  | 'model-unreachable'
  | 'model-rejected'
  | 'model-failed'
  | 'model-cut'
  | 'model-empty'
  | 'deadline'
  | 'server';

/** A failure as a reader is told it: never with an exception's own text, which may quote keys and prompts. */
export interface Failure {
  code: FailureCode;
  retryable: boolean;
  retryAfterMs?: number;
  /** The provider's HTTP status, for the operator only. */
  providerStatus?: number;
}

/** An answer that cannot go on, for a reason of our own finding. */
export class AnswerError extends Error {
  readonly kind: FailureCode;
  /** How long it is not worth trying again, in ms; undefined where that is not known. */
  readonly retryAfterMs: number | undefined;
  constructor(kind: FailureCode, retryAfterMs?: number) {
    super(kind);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A provider's failure, kept as the cause. */
export class ProviderError extends Error {
  readonly kind = 'model-failed';
  constructor(cause: unknown) {
    super('the provider failed', {cause});
  }
}

/** What is said for a failure to clients that show the protocol's own words. */
export const FAILURE_WORDS: Readonly<Record<FailureCode, string>> = {
  'model-unauthorized': 'The assistant is not set up correctly.',
  'model-overloaded': 'The assistant is busy. Please try again in a moment.',
  'model-unreachable': 'The assistant cannot be reached. Please try again.',
  'model-rejected': 'The assistant could not take this question.',
  'model-failed': 'The assistant failed. Please try again.',
  'model-cut': 'The answer broke off. Please try again.',
  'model-empty': 'The assistant had no answer. Please try again.',
  deadline: 'The answer took too long. Please try again.',
  server: 'Something went wrong. Please try again.',
};

/**
 * Reads what was thrown, or what the provider's stream reported, into a failure from the closed list.
 *
 * @param progress.begun - Whether text had come: a connection lost after that cut an answer.
 */
export function readFailure(error: unknown, {begun}: {begun: boolean}): Failure {
  const cause = error instanceof ProviderError ? error.cause : error;
  if (cause instanceof AnswerError) {
    const {kind: code, retryAfterMs} = cause;
    return {code, retryable: true, ...(retryAfterMs === undefined ? {} : {retryAfterMs})};
  }
  if (!(error instanceof ProviderError)) return {code: 'server', retryable: true};
  const lost: Failure = {code: begun ? 'model-cut' : 'model-unreachable', retryable: true};
  if (!APICallError.isInstance(cause)) {
    // fetch fails with a TypeError when a connection did not come about or broke
    if (cause instanceof TypeError) return lost;
    return {code: begun && InvalidResponseDataError.isInstance(cause) ? 'model-cut' : 'model-failed', retryable: true};
  }
  const status = cause.statusCode;
  if (status === undefined) return lost;
  return {...readStatus(status, readRetryAfterMs(cause)), providerStatus: status};
}

function readStatus(status: number, afterMs = 0): Failure {
  if (status === 401 || status === 403) return {code: 'model-unauthorized', retryable: false};
  if (status === 429 || status === 503 || status === 529) {
    const known = afterMs > 0 && afterMs <= 600_000;
    return {code: 'model-overloaded', retryable: true, ...(known ? {retryAfterMs: afterMs} : {})};
  }
  return status >= 400 && status < 500 && status !== 408
    ? {code: 'model-rejected', retryable: false}
    : {code: 'model-failed', retryable: true};
}

/** Reads how long a provider asks to be left alone, in ms; undefined where it does not. */
export function readRetryAfterMs(error: unknown): number | undefined {
  if (!APICallError.isInstance(error)) return undefined;
  const {'retry-after': after, 'retry-after-ms': exact} = error.responseHeaders ?? {};
  const candidates = [Number(exact), Number(after) * 1000, Date.parse(after ?? '') - Date.now()];
  return candidates.find((ms) => ms > 0); // what is no number is not more than 0
}

/** Whether the same call may succeed a moment later: no connection, 408, 425, 429, 5xx. */
export function isPassing(error: unknown): boolean {
  if (!APICallError.isInstance(error)) return error instanceof TypeError; // as fetch says it
  const {statusCode: status} = error;
  return status === undefined || status >= 500 || status === 408 || status === 425 || status === 429;
}

/** Whether a provider refused a call for what was asked, or who asked: it is not the one that fails. */
export function isRejection(error: unknown): boolean {
  return APICallError.isInstance(error) && !isPassing(error);
}

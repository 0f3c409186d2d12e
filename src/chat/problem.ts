import type {Ending, ErrorKind} from '../latency/index.ts';
import {type DeclaredProtocol, fittingProtocols} from '../protocol/index.ts';
import {StreamError} from '../stream/index.ts';
import type {AnswerState, Problem} from './state.ts';

/** What a failure means to the visitor, to the record, and to whoever keeps the endpoint. */
export interface Verdict {
  problem: Problem;
  state: Extract<AnswerState, 'cut' | 'failed'>;
  ending: Ending;
  status?: number;
  value?: string;
  /** Values of `data-protocol` that a refusal's words speak for. */
  fits?: readonly string[];
}

/**
 * Judges why an attempt failed. Anything that is not a StreamError is a fault of ours and counts as `other`.
 *
 * @param asked - Where the question went, and in which protocol.
 */
export function judge(cause: unknown, asked: {protocol: DeclaredProtocol; endpoint: string}): Verdict {
  if (!(cause instanceof StreamError)) return failed('server', 'other', {value: String(cause).slice(0, 80)});
  const {kind, status = 0, value, words = ''} = cause;
  const more = {...(status ? {status} : {}), ...(value === undefined ? {} : {value})};
  switch (kind) {
    case 'network':
      if (navigator.onLine === false) return {problem: 'offline', state: 'failed', ending: {outcome: 'offline'}};
      return failed('network', 'network', more);
    case 'cut':
      return {problem: 'cut', state: 'cut', ending: {outcome: 'cut', error: 'stream-cut'}};
    case 'server':
      return failed('server', 'server', more);
    case 'http':
      return {...judgeStatus(status, more), fits: fittingProtocols({...asked, status, body: words})};
    default:
      return failed(kind, 'parse', more);
  }
}

function judgeStatus(status: number, more: {status?: number}): Verdict {
  if (status === 429 || status === 503) return failed('busy', status === 429 ? 'http-429' : 'http-5xx', more);
  if (status >= 500) return failed('server', 'http-5xx', more);
  return failed(status === 404 || status === 405 ? 'not-found' : 'refused', 'http-4xx', more);
}

function failed(problem: Problem, error: ErrorKind, more: {status?: number; value?: string}): Verdict {
  return {problem, state: 'failed', ending: {outcome: 'error', error}, ...more};
}

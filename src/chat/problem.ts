import type {Ending, ErrorKind} from '../latency/index.ts';
import {isStreamError} from '../stream/index.ts';
import type {AnswerState, Problem} from './state.ts';

/** What a failure means to the visitor, to the record, and to whoever keeps the endpoint. */
export interface Verdict {
  problem: Problem;
  state: Extract<AnswerState, 'cut' | 'failed'>;
  ending: Ending;
  status?: number;
  value?: string;
  /** Where the request was redirected to. */
  redirectedTo?: string;
  /** The beginning of what a refusal said. */
  words?: string;
}

type Facts = Pick<Verdict, 'status' | 'value' | 'redirectedTo' | 'words'>;

/**
 * Judges why an attempt failed. Anything that is not a StreamError is a fault of ours and counts as `other`.
 */
export function judge(cause: unknown): Verdict {
  if (!isStreamError(cause)) return failed('server', 'other', {value: String(cause).slice(0, 80)});
  const {kind, status = 0, value, redirectedTo, words = ''} = cause;
  const more = {
    ...(status ? {status} : {}),
    ...(value === undefined ? {} : {value}),
    ...(redirectedTo ? {redirectedTo} : {}),
  };
  switch (kind) {
    case 'network':
      if (navigator.onLine === false) return {problem: 'offline', state: 'failed', ending: {outcome: 'offline'}};
      return failed('network', 'network', more);
    case 'blocked':
      return failed('blocked', 'blocked', more);
    case 'cut':
      return {problem: 'cut', state: 'cut', ending: {outcome: 'cut', error: 'stream-cut'}};
    case 'server':
      return failed('server', 'server', more);
    case 'http':
      return judgeStatus(status, {...more, words});
    default:
      return failed(kind, 'parse', more);
  }
}

/** Statuses of a place that answers no POST: nothing is there, or files only. */
const NO_POST = [404, 405, 501];

function judgeStatus(status: number, more: Facts): Verdict {
  if (status === 429 || status === 503) return failed('busy', status === 429 ? 'http-429' : 'http-5xx', more);
  const error = status >= 500 ? 'http-5xx' : 'http-4xx';
  if (NO_POST.includes(status)) return failed('not-found', error, more);
  return failed(status >= 500 ? 'server' : 'refused', error, more);
}

function failed(problem: Problem, error: ErrorKind, more: Facts): Verdict {
  return {problem, state: 'failed', ending: {outcome: 'error', error}, ...more};
}

/** Whether a failure says that the endpoint is not well, as far as it can be told; `blocked` and most 4xx are not of it. */
export const isSick = ({outcome, error}: Ending): boolean =>
  outcome !== 'offline' && error !== 'blocked' && error !== 'http-4xx';

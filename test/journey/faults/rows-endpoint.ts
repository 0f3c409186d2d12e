import {HALF, WORDS} from './reply.ts';
import type {Row} from './row.ts';
import {
  closedEarly,
  cutInCharacter,
  endless,
  firstThen,
  htmlPage,
  malformed,
  refuse,
  repeated,
  resetInHeaders,
  restBy,
  shuffled,
  silent,
  stalled,
  whole,
  wordless,
} from './ways.ts';

/** The whole answer, and what came of it before it broke off in the middle. */
export const WHOLE = WORDS.join('');
export const BEGUN = WORDS.slice(0, HALF - 1).join('');

/** What a visitor reads. */
export const SAID = {
  network: /^The answer could not be fetched/,
  refused: /^This question was not accepted/,
  nowhere: /^Answers are not available here/,
  busy: /^It is very busy/,
  server: /^Something went wrong/,
  unreadable: /^The answer could not be read/,
  cut: /^The answer broke off/,
  offline: /^You are offline\. Your question is kept/,
  late: /^The answer is taking longer/,
  unfinished: /^It took too long, so the answer stops here/,
};

/** What a silence ends with where the site has declared nothing else. */
export const BUILT_IN = {
  state: 'complete',
  source: 'fallback',
  notice: SAID.late,
  deadlines: 'quick',
  recovery: 'retry',
} as const satisfies Partial<Row>;

/** A refusal that is final, or is after two more tries. */
function refused(status: number, {notice, error}: {notice: RegExp; error: 'http-4xx' | 'http-5xx' | 'http-429'}): Row {
  const retried = [408, 425, 429, 500, 502, 503, 504].includes(status);
  return {
    way: refuse(status),
    state: 'failed',
    notice,
    record: {outcome: 'error', error, ...(retried ? {retries: 2} : {})},
    marks: {sent: true, headers: true, token: false, paint: false},
    posts: retried ? 3 : 1,
    recovery: 'retry',
    once: true,
  };
}

const {nowhere, busy, server} = SAID;
const STATUSES: Record<string, Row> = Object.fromEntries(
  [
    ...[400, 401, 403, 409, 410, 413, 415, 422].map((status) => [status, SAID.refused] as const),
    ...[404, 405].map((status) => [status, nowhere] as const),
    ...[408, 425].map((status) => [status, SAID.refused] as const),
    ...[429, 503].map((status) => [status, busy] as const),
    ...[500, 502, 504].map((status) => [status, server] as const),
  ].map(([status, notice]) => {
    const error = status === 429 ? 'http-429' : status >= 500 ? 'http-5xx' : 'http-4xx';
    return [`status ${status}`, refused(status, {notice, error})];
  }),
);

/** Faults of what the endpoint answers. */
export const ENDPOINT_ROWS: Record<string, Row> = {
  'a reset in the middle of the headers': {
    way: resetInHeaders,
    state: 'failed',
    notice: SAID.network,
    record: {outcome: 'error', error: 'network', retries: 2},
    marks: {sent: true, headers: false, token: false},
    posts: 3,
    recovery: 'retry',
  },
  'headers that never come': {
    way: silent,
    ...BUILT_IN,
    record: {outcome: 'fallback', source: 'fallback', fallback: {why: 'deadline-token', kind: 'message'}},
    marks: {sent: true, headers: false, status: true, paint: true},
    posts: 1,
  },
  'a first token that never comes': {
    once: true,
    way: wordless,
    ...BUILT_IN,
    record: {outcome: 'fallback', source: 'fallback', fallback: {why: 'deadline-token', kind: 'message'}},
    marks: {headers: true, byte: true, status: true, paint: true},
    posts: 1,
  },
  'a stall in the middle': {
    way: stalled,
    deadlines: 'quick',
    state: 'cut',
    text: BEGUN,
    notice: SAID.unfinished,
    record: {outcome: 'partial', fallback: {why: 'deadline-done', kind: 'partial'}},
    marks: {token: true, paint: true, last: true},
    posts: 1,
    recovery: 'retry',
  },
  'an answer without an end': {
    once: true,
    way: endless,
    deadlines: 'quick',
    state: 'cut',
    text: /^and and /,
    notice: SAID.unfinished,
    record: {outcome: 'partial', fallback: {why: 'deadline-done', kind: 'partial'}},
    marks: {token: true, paint: true, last: true},
    posts: 1,
    recovery: 'retry',
  },
  'a cut without an end, where the rest is there': {
    way: restBy(closedEarly, whole),
    state: 'complete',
    text: WHOLE,
    record: {outcome: 'complete', resumes: 1},
    marks: {token: true, last: true},
    posts: 2,
    rests: 1,
    recovery: 'itself',
  },
  'a cut without an end, where the rest is gone': {
    way: restBy(closedEarly, refuse(410)),
    state: 'cut',
    text: BEGUN,
    notice: SAID.cut,
    record: {outcome: 'cut', error: 'stream-cut', resumes: 1},
    posts: 2,
    rests: 1,
    recovery: 'retry',
  },
  'a cut in the middle of a character, where the rest is there': {
    way: restBy(cutInCharacter, whole),
    state: 'complete',
    text: WHOLE,
    record: {outcome: 'complete', resumes: 1},
    posts: 2,
    rests: 1,
    recovery: 'itself',
  },
  'a cut in the middle of a character, where the rest is gone': {
    once: true,
    way: restBy(cutInCharacter, refuse(410)),
    state: 'cut',
    text: BEGUN,
    notice: SAID.cut,
    record: {outcome: 'cut', error: 'stream-cut', resumes: 1},
    posts: 2,
    rests: 1,
    recovery: 'retry',
  },
  ...STATUSES,
  'status 429 with a second to wait': {
    once: true,
    way: firstThen(refuse(429, {'retry-after': '1'}), whole),
    state: 'complete',
    text: WHOLE,
    record: {outcome: 'complete', retries: 1},
    posts: 2,
    recovery: 'itself',
  },
  'status 429 with an hour to wait': {
    once: true,
    way: refuse(429, {'retry-after': '3600'}),
    state: 'failed',
    notice: busy,
    record: {outcome: 'error', error: 'http-429'},
    posts: 1,
    recovery: 'retry',
  },
  'status 500 that passes': {
    once: true,
    way: firstThen(refuse(500), whole),
    state: 'complete',
    text: WHOLE,
    record: {outcome: 'complete', retries: 1},
    posts: 2,
    recovery: 'itself',
  },
  'a page instead of a stream': {
    once: true,
    way: htmlPage,
    state: 'failed',
    notice: nowhere,
    record: {outcome: 'error', error: 'parse'},
    posts: 1,
    recovery: 'retry',
  },
  'a malformed part': {
    once: true,
    way: malformed,
    state: 'failed',
    text: BEGUN,
    notice: SAID.unreadable,
    record: {outcome: 'error', error: 'parse'},
    marks: {token: true, paint: true},
    posts: 1,
    recovery: 'retry',
  },
  'ids that come twice': {
    once: true,
    way: repeated,
    state: 'complete',
    text: WHOLE,
    record: {outcome: 'complete'},
    posts: 1,
    recovery: 'itself',
  },
  'ids out of order': {
    once: true,
    way: shuffled,
    state: 'complete',
    text: WHOLE,
    record: {outcome: 'complete'},
    posts: 1,
    recovery: 'itself',
  },
};

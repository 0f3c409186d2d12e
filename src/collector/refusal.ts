/** Why a request is refused, or one of its turns (`turn`). */
export type RefusalCode =
  | 'path'
  | 'method'
  | 'query'
  | 'origin'
  | 'site'
  | 'media-type'
  | 'too-large'
  | 'not-json'
  | 'version'
  | 'envelope'
  | 'turn'
  | 'store';

/** The longest body that is read, in bytes. */
export const BODY_LIMIT_BYTES = 65_536;

/** After a failing store a browser should wait so long. */
export const RETRY_AFTER_SECONDS = 30;

interface Refusal {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

/** What is answered for each code. The words are ours alone: nothing a client sent is repeated to it. */
export const REFUSALS: Record<Exclude<RefusalCode, 'turn'>, Refusal> = {
  path: {
    status: 404,
    message: 'There is nothing here; the collector answers /v1/turns, /v1/summary, /v1/reports and /metrics.',
  },
  method: {status: 405, message: 'This path does not answer that method.', headers: {allow: 'GET, POST, OPTIONS'}},
  query: {
    status: 400,
    message: 'since is 1h, 24h, 7d or 30d, from and until are epoch ms; filters are names as records carry them.',
  },
  origin: {status: 403, message: 'This origin is not one the collector knows; add it to its origins.'},
  site: {status: 403, message: 'This site is not one the collector knows; add it to its sites.'},
  'media-type': {status: 415, message: 'A beacon is text/plain or application/json.'},
  'too-large': {status: 413, message: `A beacon is at most ${BODY_LIMIT_BYTES} bytes.`},
  'not-json': {status: 422, message: 'The body is not JSON in UTF-8.'},
  version: {status: 422, message: 'This collector reads beacons of version 1.'},
  envelope: {status: 422, message: 'The batch does not fit the beacon schema outside of its turns; none was stored.'},
  store: {
    status: 503,
    message: 'The turns could not be stored in time; send them again.',
    headers: {'retry-after': String(RETRY_AFTER_SECONDS)},
  },
};

/** Makes the response for a code, with a JSON body that says what was wrong. */
export function refuse(code: Exclude<RefusalCode, 'turn'>): Response {
  const {status, message, headers} = REFUSALS[code];
  return Response.json({error: {code, message}}, {status, headers: {'cache-control': 'no-store', ...headers}});
}

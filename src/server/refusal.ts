const STATUS = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  origin: 403,
  'not-found': 404,
  method: 405,
  'key-reused': 409,
  gone: 410,
  'too-large': 413,
  'content-type': 415,
  'hedge-denied': 429,
  'rate-limited': 429,
  server: 500,
  'not-configured': 503,
  busy: 503,
  unavailable: 503,
} as const;

/** Why a request was refused before the first byte of an answer. */
export type RefusalCode = keyof typeof STATUS;

/** Codes of refusals that may be gone when the same request is sent again. */
const RETRYABLE: ReadonlySet<RefusalCode> = new Set(['hedge-denied', 'rate-limited', 'server', 'busy', 'unavailable']);

/** A request that is answered with a status instead of a stream; its message is our own words, fit for any reader. */
export class Refusal extends Error {
  readonly kind: RefusalCode;
  readonly headers: Readonly<Record<string, string>>;
  constructor(kind: RefusalCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.kind = kind;
    this.headers = headers;
  }
}

/**
 * Writes a refusal as a response: its status and `{"error": {"code", "message", "retryable"}}`.
 *
 * @param headers - What every response of this endpoint carries; the refusal's own headers win.
 */
export function writeRefusal(refusal: Refusal, headers: Readonly<Record<string, string>>): Response {
  const error = {code: refusal.kind, message: refusal.message, retryable: RETRYABLE.has(refusal.kind)};
  return Response.json(
    {error},
    {status: STATUS[refusal.kind], headers: {'cache-control': 'no-store', ...headers, ...refusal.headers}},
  );
}

/** Quotes a wrong value for a message: at most 40 characters of it, without control characters; of an object its kind. */
export function quote(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '(a list)' : '(an object)';
  const text = String(value);
  // Cut before cleaning: a body may be large, and only its beginning is shown.
  const shown = text.slice(0, 40).replace(/\p{C}/gu, ' ');
  return `"${shown}${text.length > 40 ? '…' : ''}"`;
}

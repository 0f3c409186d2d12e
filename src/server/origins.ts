/** Where a request comes from, and the headers that its response needs because of that. */
export interface Door {
  /** Whether a page of that origin may ask; a request without an origin does not come from another page. */
  open: boolean;
  headers: Readonly<Record<string, string>>;
}

/** Seconds for which a browser may remember the answer to its preflight. */
export const PREFLIGHT_AGE_S = 7200;

/** What a page of a listed origin may send; `authorization` carries a visitor's token. */
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'content-type, authorization, idempotency-key, last-event-id, traceparent',
  'access-control-max-age': String(PREFLIGHT_AGE_S),
} as const;

/**
 * Reads the list of origins that may ask beside the endpoint's own.
 *
 * @param listed - Origins as browsers send them (`https://shop.example`); what is none, `*` included, is left out.
 * @param warn - Is told each entry that was left out.
 * @returns Judges a request by its `Origin`.
 */
export function readOrigins(
  listed: readonly string[] | undefined,
  warn: (line: string) => void,
): (request: Request) => Door {
  const origins = new Set<string>();
  for (const entry of listed ?? []) {
    if (URL.canParse(entry) && new URL(entry).origin === entry) origins.add(entry);
    else warn(`origins: "${String(entry).slice(0, 40)}" is not an origin such as https://shop.example and is left out`);
  }
  return (request) => {
    const origin = request.headers.get('origin');
    if (origin !== null && origins.has(origin)) return {open: true, headers: listedHeaders(request, origin)};
    const open = origin === null ? !isElsewhere(request) : isOwn(request, origin);
    return {open, headers: {vary: 'Origin', ...(open ? shown(origin ?? new URL(request.url).origin) : {})}};
  };
}

function listedHeaders(request: Request, origin: string): Record<string, string> {
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    ...(request.method === 'OPTIONS' ? PREFLIGHT : shown(origin)),
  };
}

function shown(origin: string): Record<string, string> {
  return {'access-control-expose-headers': 'Server-Timing, x-firstword', 'timing-allow-origin': origin};
}

/** Without an `Origin`: the page of another site whose image, link or form leads here; programs say nothing of it. */
function isElsewhere(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}

/**
 * A proxy that ends TLS changes the scheme that we see, sometimes the host too; browsers say `Sec-Fetch-Site`
 * themselves and no page can set it (https://www.w3.org/TR/fetch-metadata/), older ones are judged by the host.
 */
function isOwn(request: Request, origin: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const host = request.headers.get('host') ?? new URL(request.url).host;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * Builds the judge of origins: a request's own origin always, those of the list exactly, no others.
 *
 * @param origins - Origins as browsers write them (`https://shop.example`).
 * @returns A function that tells a request's origin: `none` when it names none (not a page's cross-origin request),
 *   `known` with the origin to answer, or `unknown`.
 */
export function createOriginJudge(
  origins: readonly string[],
): (request: Request) => {kind: 'none' | 'unknown'} | {kind: 'known'; origin: string} {
  const known = new Set(origins);
  return (request) => {
    const origin = request.headers.get('origin');
    if (origin === null) return {kind: 'none'};
    // behind a proxy that ends TLS our own URL has another scheme; pages cannot set this header
    const own = origin === new URL(request.url).origin || request.headers.get('sec-fetch-site') === 'same-origin';
    return own || known.has(origin) ? {kind: 'known', origin} : {kind: 'unknown'};
  };
}

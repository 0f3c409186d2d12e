import {isStreamError, StreamError} from './failure.ts';

/**
 * Listens for what the page's Content-Security-Policy blocks of one endpoint, and explains failures with it: to whoever
 * asked, a blocked request is a network that failed.
 *
 * @param watched.endpoint - Absolute URL; what lies below it counts too.
 * @param watched.signal - Ends listening.
 * @returns A function that gives a failure back as it is, or as `blocked` with the directive that blocked it, or
 * `mixed-content` where a secure page asked an insecure endpoint.
 * @see https://www.w3.org/TR/CSP3/#report-violation
 */
export function explainBlocked({
  endpoint,
  signal,
}: {
  endpoint: string;
  signal: AbortSignal;
}): (cause: unknown) => Promise<unknown> {
  const [bare = endpoint] = endpoint.split(/[?#]/);
  let directive: string | undefined;
  document.addEventListener(
    'securitypolicyviolation',
    ({blockedURI, effectiveDirective, disposition}) => {
      if (disposition === 'enforce' && blockedURI.startsWith(bare)) directive = effectiveDirective;
    },
    {signal},
  );
  return async (cause) => {
    if (!isStreamError(cause) || cause.kind !== 'network') return cause;
    await new Promise((resolve) => setTimeout(resolve)); // Chromium and Firefox tell of it after the request has failed
    const value = isMixed(location.href, endpoint) ? 'mixed-content' : directive;
    directive = undefined;
    return value ? new StreamError('blocked', {value, cause: cause.cause}) : cause;
  };
}

/**
 * Tells whether browsers block a request for being insecure on a secure page. They let requests to the own machine pass,
 * or some do: those are not counted.
 */
export function isMixed(page: string, url: string): boolean {
  return /^https:/.test(page) && /^http:\/\/(?!([^/:]+\.)?localhost[:/]|127\.|\[::1\])/.test(url);
}

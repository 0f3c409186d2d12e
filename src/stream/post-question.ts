import type {ChatRequest} from '../protocol/index.ts';

/** How a question is posted. */
export interface Post {
  /** Absolute URL. */
  endpoint: string;
  request: ChatRequest;
  credentials: RequestCredentials;
  /** Signed user, sent as a bearer token. */
  userToken: string | undefined;
  /** Use the form that needs no preflight: for a server on another origin that is known to read it. */
  preflightFree: boolean;
  signal: AbortSignal;
}

/**
 * Posts a question, once.
 *
 * @returns The response when its headers have come, whatever its status.
 * @throws What `fetch` throws: the endpoint is out of reach or refuses this origin, or the signal's reason.
 */
export function postQuestion({
  endpoint,
  request,
  credentials,
  userToken,
  preflightFree,
  signal,
}: Post): Promise<Response> {
  const {key, traceparent, lastEventId} = request.fw;
  const headers = new Headers({
    accept: 'text/event-stream',
    'content-type': preflightFree ? 'text/plain;charset=UTF-8' : 'application/json',
  });
  if (isSameOrigin(endpoint)) {
    headers.set('idempotency-key', key);
    if (traceparent) headers.set('traceparent', traceparent);
    if (lastEventId) headers.set('last-event-id', lastEventId);
  }
  if (userToken) headers.set('authorization', `Bearer ${userToken}`);
  return fetch(endpoint, {method: 'POST', headers, credentials, body: JSON.stringify(request), signal});
}

/** Whether an address is the page's own origin's. */
export function isSameOrigin(url: string): boolean {
  return new URL(url).origin === location.origin;
}

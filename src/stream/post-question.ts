import type {FwRequest} from '../protocol/index.ts';
import {writeJson} from './write-json.ts';

/** Where questions go and who asks. */
export interface Endpoint {
  /** Absolute URL. */
  endpoint: string;
  credentials: RequestCredentials;
  /** Signed user, sent as a bearer token. */
  userToken: string | undefined;
}

/** How a question is posted. */
export interface Post extends Endpoint {
  /** What is sent as JSON. */
  body: object;
  /** The facts that also travel as headers, on the page's own origin. */
  fw: Pick<FwRequest, 'key' | 'traceparent' | 'lastEventId'>;
  /** Use the form that needs no preflight: for a server on another origin that is known to read it. */
  preflightFree: boolean;
  /** Let the request outlive the page. */
  keepalive?: boolean;
  /** `low` for what nobody waits for. */
  priority?: 'low';
  signal?: AbortSignal;
}

/**
 * Posts a question, once.
 *
 * @returns The response when its headers have come, whatever its status.
 * @throws What `fetch` throws: the endpoint is out of reach or refuses this origin, or the signal's reason.
 */
export function postQuestion(post: Post): Promise<Response> {
  const {endpoint, body, fw, userToken, preflightFree, ...how} = post;
  const headers = createHeaders(userToken);
  headers.set('content-type', preflightFree ? 'text/plain;charset=UTF-8' : 'application/json');
  if (isSameOrigin(endpoint)) {
    headers.set('idempotency-key', fw.key);
    if (fw.traceparent) headers.set('traceparent', fw.traceparent);
    if (fw.lastEventId) headers.set('last-event-id', fw.lastEventId);
  }
  return fetch(endpoint, {method: 'POST', headers, body: writeJson(body), ...how});
}

/** Whether an address is the page's own origin's. */
export function isSameOrigin(url: string): boolean {
  return new URL(url).origin === location.origin;
}

/** Makes the headers of every request for an answer: events in whatever frame their protocol has, and who asks. */
export function createHeaders(userToken: string | undefined): Headers {
  const headers = new Headers({accept: 'text/event-stream, */*;q=0.1'});
  if (userToken) headers.set('authorization', `Bearer ${userToken}`);
  return headers;
}

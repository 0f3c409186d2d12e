import type {Resume} from '../protocol/index.ts';
import {createHeaders, type Endpoint} from './post-question.ts';

/** Asks for the rest of an answer where its backend keeps it under an address of its own. */
export interface GetRest extends Endpoint {
  rest: Extract<Resume, {kind: 'get'}>;
  signal: AbortSignal;
}

/**
 * Gets the rest of an answer, once.
 *
 * @throws What `fetch` throws; TypeError for an address on another origin than the endpoint's: a backend that names one
 * must not make the page tell it who the visitor is.
 */
export async function getRest({endpoint, rest, credentials, userToken, signal}: GetRest): Promise<Response> {
  const {href, origin} = new URL(rest.url, endpoint);
  if (origin !== new URL(endpoint).origin) throw new TypeError('the rest lies on another origin');
  const headers = createHeaders(userToken);
  if (rest.lastEventId) headers.set('last-event-id', rest.lastEventId);
  return fetch(href, {headers, credentials, signal, cache: 'no-store'});
}

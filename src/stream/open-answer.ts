import {fetchEventSource} from '@microsoft/fetch-event-source';
import {type AnswerEvent, type AnswerReader, type ChatRequest, UnreadableError} from '../protocol/index.ts';
import {tapBody} from './body.ts';
import {StreamError} from './failure.ts';

/** What the answer's headers say. */
export interface AnswerHead {
  /** The server called itself a Firstword server. */
  firstword: boolean;
  /** The `Server-Timing` header, empty where there is none or it may not be read. */
  timing: string;
}

/** One attempt to get one answer. Callbacks run as things arrive; `nowMs` is the clock's reading then. */
export interface Attempt {
  /** Absolute URL. */
  endpoint: string;
  request: ChatRequest;
  reader: AnswerReader;
  credentials: RequestCredentials;
  /** Signed user, sent as a bearer token; none by default. */
  userToken: string | undefined;
  /** Send in the form that needs no preflight: for a server on another origin that is known to read it. */
  preflightFree: boolean;
  signal: AbortSignal;
  now: () => number;
  onSent: (nowMs: number) => void;
  onHead: (head: AnswerHead, nowMs: number) => void;
  onChunk: (nowMs: number) => void;
  onEvent: (event: AnswerEvent, nowMs: number) => void;
}

/**
 * Asks once and reads the answer to its end: exactly one POST, whatever the tab, the network or a callback does.
 *
 * Returns when the protocol's own end has been read and closes the connection then. `fetchEventSource` reconnects when
 * a tab is shown again, when `onerror` returns and after a clean close; here it never gets the chance: it stays open
 * when hidden, every close and error rejects, and it never sees the caller's signal.
 *
 * @throws StreamError when there is no answer, or not a whole one.
 * @throws The signal's reason when aborted (an aborted signal sends nothing), and whatever a callback throws.
 */
export async function openAnswer(attempt: Attempt): Promise<void> {
  const {signal, now, reader, onEvent} = attempt;
  signal.throwIfAborted();
  const connection = new AbortController();
  const stop = () => connection.abort();
  signal.addEventListener('abort', stop, {once: true});
  let eventCount = 0;
  let ended = false;
  try {
    await fetchEventSource(attempt.endpoint, {
      ...writePost(attempt),
      openWhenHidden: true,
      signal: connection.signal,
      async fetch(url, init) {
        attempt.onSent(now());
        const response = await fetch(url, init).catch((cause: unknown) => {
          throw new StreamError('network', {cause});
        });
        return tapBody(response, () => attempt.onChunk(now()));
      },
      async onopen(response) {
        refuse(response);
        const {headers} = response;
        const timing = headers.get('server-timing') ?? '';
        attempt.onHead({firstword: headers.get('x-firstword') === '1', timing}, now());
      },
      onmessage(message) {
        if (ended) return;
        for (const event of reader.read(message)) {
          eventCount++;
          ended ||= event.kind === 'end';
          onEvent(event, now());
        }
        if (ended) connection.abort();
      },
      onclose() {
        throw new StreamError(eventCount > 0 ? 'cut' : 'empty');
      },
      onerror(cause) {
        throw cause; // the only way that neither sends again nor leaves a timer behind
      },
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (ended) return;
    if (cause instanceof UnreadableError) throw new StreamError('unreadable', {value: cause.value, cause});
    if (cause instanceof StreamError && cause.kind === 'network' && eventCount > 0)
      throw new StreamError('cut', {cause});
    throw cause;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
}

function writePost({request, credentials, userToken, preflightFree, endpoint}: Attempt) {
  const sameOrigin = new URL(endpoint).origin === location.origin;
  const headers: Record<string, string> = {
    'content-type': preflightFree ? 'text/plain;charset=UTF-8' : 'application/json',
  };
  if (sameOrigin) {
    headers['idempotency-key'] = request.fw.key;
    if (request.fw.traceparent) headers['traceparent'] = request.fw.traceparent;
  }
  if (userToken) headers['authorization'] = `Bearer ${userToken}`;
  return {method: 'POST', headers, credentials, body: JSON.stringify(request)};
}

function refuse(response: Response): void {
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok) {
    throw new StreamError('http', {status: response.status, retryAfterMs: readRetryAfter(response.headers)});
  }
  if (response.status === 204 || !response.body) throw new StreamError('empty', {status: response.status});
  if (type.split(';')[0]?.trim().toLowerCase() !== 'text/event-stream') {
    throw new StreamError('not-a-stream', {status: response.status, value: type || 'no content-type'});
  }
}

function readRetryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}

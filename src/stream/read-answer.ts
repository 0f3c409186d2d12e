import {fetchEventSource} from '@microsoft/fetch-event-source';
import {type AnswerEvent, type AnswerReader, UnreadableError} from '../protocol/index.ts';
import {tapBody} from './body.ts';
import {StreamError} from './failure.ts';

/** One answer to read. Callbacks run as things arrive; `nowMs` is the clock's reading then. */
export interface Reading {
  /** The response to the question, already on its way. */
  response: Promise<Response>;
  reader: AnswerReader;
  signal: AbortSignal;
  now: () => number;
  onHead: (headers: Headers) => void;
  onChunk: (nowMs: number) => void;
  onEvent: (event: AnswerEvent, nowMs: number) => void;
}

/**
 * Reads one answer to its end; never asks for it again, whatever the tab, the network or a callback does.
 *
 * Returns when the protocol's own end has been read; whoever posted the question closes the connection then.
 * `fetchEventSource` reconnects when a tab is shown again, when `onerror` returns and after a clean close; here it never
 * gets the chance: it is handed a response instead of sending anything, stays open when hidden, rejects on every close
 * and error, and never sees the caller's signal.
 *
 * @throws StreamError when there is no answer, or not a whole one.
 * @throws The signal's reason when aborted, and whatever a callback throws.
 */
export async function readAnswer({response, reader, signal, now, onHead, onChunk, onEvent}: Reading): Promise<void> {
  signal.throwIfAborted();
  const connection = new AbortController();
  const stop = () => connection.abort();
  signal.addEventListener('abort', stop, {once: true});
  let eventCount = 0;
  let ended = false;
  try {
    await fetchEventSource('', {
      openWhenHidden: true,
      signal: connection.signal,
      async fetch() {
        const head = await response.catch((cause: unknown) => {
          throw new StreamError('network', {cause});
        });
        return tapBody(head, () => onChunk(now()));
      },
      async onopen(head) {
        refuse(head);
        onHead(head.headers);
      },
      onmessage(message) {
        if (ended) return;
        for (const event of reader.read(message)) {
          eventCount++;
          onEvent(event, now());
          ended ||= event.kind === 'end';
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
    signal.throwIfAborted();
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
}

function refuse({ok, status, headers, body}: Response): void {
  const type = headers.get('content-type') ?? '';
  if (!ok) throw new StreamError('http', {status, retryAfterMs: readRetryAfter(headers)});
  if (status === 204 || !body) throw new StreamError('empty', {status});
  if (type.split(';')[0]?.trim().toLowerCase() !== 'text/event-stream') {
    throw new StreamError('not-a-stream', {status, value: type || 'no content-type'});
  }
}

function readRetryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}

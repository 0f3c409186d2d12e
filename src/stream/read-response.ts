import {type AnswerReader, type Framing, UnreadableError, type WireEvent} from '../protocol/index.ts';
import {readRetryAfterMs, StreamError} from './failure.ts';
import {readBody} from './read-body.ts';

/** A reader and the frames that it reads. */
export type FramedReader = AnswerReader & {framing: Framing};

/** One response to read. Callbacks run as things arrive; `nowMs` is the clock's reading then. */
export interface ResponseReading {
  /** The response, already on its way. */
  response: Promise<Response>;
  /** Makes the reader once the headers have come; undefined where such a response is no answer. */
  createReader: (headers: Headers) => Promise<FramedReader | undefined>;
  now: () => number;
  onHead: (headers: Headers) => void;
  onChunk: (nowMs: number) => void;
  /** Returns whether the answer has ended. `ownId` is the id that the event brought itself, or empty. */
  onEvent: (event: WireEvent, more: {ownId: string; reader: AnswerReader}) => boolean;
  /** The body closed before the end; returns whether that is the end. */
  onClose: (reader: AnswerReader) => boolean;
}

/** How much of a refusal is read, in characters: its words say what was wrong. */
const MAX_REFUSAL_CHARS = 4096;

/**
 * Reads one response to its protocol's end, and never asks for it again: whatever the tab, the network or a callback
 * does, nothing here sends.
 *
 * @returns Whether the answer ended; false where the body closed before that.
 * @throws StreamError, and whatever a callback throws.
 */
export async function readResponse(reading: ResponseReading): Promise<boolean> {
  const {response, createReader, now, onHead, onChunk, onEvent, onClose} = reading;
  const head = await response.catch((cause: unknown) => {
    throw new StreamError('network', {cause});
  });
  const {ok, status, headers, body} = head;
  const facts = {status, redirectedTo: readRedirect(head)};
  if (!ok) {
    let words = '';
    const onWords = ({data}: WireEvent) => {
      words += data;
      return words.length >= MAX_REFUSAL_CHARS;
    };
    // where they cannot be read the status alone says enough
    if (body) await readBody({body, framing: 'text', now, onChunk() {}, onEvent: onWords}).catch(() => {});
    throw new StreamError('http', {
      ...facts,
      retryAfterMs: readRetryAfterMs(headers),
      words: words.slice(0, MAX_REFUSAL_CHARS),
    });
  }
  if (status === 204 || !body) throw new StreamError('empty', facts);
  const reader = await createReader(headers);
  if (!reader) {
    throw new StreamError('not-a-stream', {...facts, value: headers.get('content-type') ?? 'no content-type'});
  }
  onHead(headers);
  try {
    const ended = await readBody({
      body,
      framing: reader.framing,
      now,
      onChunk,
      onEvent: (event, ownId) => onEvent(event, {ownId, reader}),
    });
    return ended || onClose(reader);
  } catch (cause) {
    if (cause instanceof UnreadableError) throw new StreamError('unreadable', {value: cause.value, cause});
    throw cause;
  }
}

/** Reads where a request ended up, without the query, which may hold what is nobody's business. */
function readRedirect({redirected, url}: Response): string | undefined {
  return redirected ? url.split(/[?#]/)[0] : undefined;
}

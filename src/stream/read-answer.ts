import type {AnswerEvent, Resume} from '../protocol/index.ts';
import {StreamError} from './failure.ts';
import {pause} from './pause.ts';
import {type FramedReader, readResponse} from './read-response.ts';

/** How to ask for what follows an event; undefined where that cannot be asked for. */
export type Rest = () => Resume | undefined;

/** One answer to read. Callbacks run as things arrive; `nowMs` is the clock's reading then. */
export interface Reading {
  /** The response to the question, already on its way. */
  response: Promise<Response>;
  /** What the response is the rest of, where the answer began on the page before this one. */
  begun?: Resume | undefined;
  /** Makes the reader of a response from its headers; undefined where such a response is no answer. */
  createReader: (headers: Headers) => Promise<FramedReader | undefined>;
  /** Asks for the rest of the answer. */
  resume: (rest: Resume) => Promise<Response>;
  /** The answer's text so far. */
  shown: () => string;
  signal: AbortSignal;
  now: () => number;
  onHead: (headers: Headers) => void;
  onChunk: (nowMs: number) => void;
  onEvent: (event: AnswerEvent, more: {nowMs: number; rest: Rest}) => void;
}

/** How long an answer that broke off waits for the network before its rest is asked for, in ms. */
const OFFLINE_MS = 10_000;

/**
 * Reads one answer to its end. Where it is cut, its rest is asked for once and read on after the last event; apart from
 * that nothing is ever asked for again, whatever the tab, the network or a callback does.
 *
 * Returns when the protocol's own end has been read; whoever posted the question closes the connection then.
 *
 * @throws StreamError when there is no answer, or not a whole one: `cut` also where the rest did not come.
 * @throws The signal's reason when aborted, and whatever a callback throws.
 */
export async function readAnswer(reading: Reading): Promise<void> {
  const {signal, begun, now} = reading;
  signal.throwIfAborted();
  const seen = new Set(begun?.lastEventId ? [begun.lastEventId] : []);
  let rest: Rest = () => begun;
  let eventCount = 0;

  async function read(response: Promise<Response>, from: Resume | undefined): Promise<void> {
    const cut = from?.kind === 'get' && from.replays === 'all' ? createReplay(reading.shown()) : undefined;
    const take = (events: AnswerEvent[]) => {
      for (const event of events) {
        signal.throwIfAborted(); // a callback may have ended it
        eventCount++;
        const part = cut && event.kind === 'text' ? {...event, text: cut(event.text)} : event;
        reading.onEvent(part, {nowMs: now(), rest});
        if (event.kind === 'end') return true;
      }
      return false;
    };
    const ended = await readResponse({
      ...reading,
      response,
      onEvent(wire, {ownId, reader}) {
        if (seen.has(ownId)) return false;
        if (ownId) seen.add(ownId);
        const {id} = wire;
        if (id) rest = () => reader.resume(id);
        else if (eventCount === 0) rest = () => reader.resume('');
        return take(reader.read(wire));
      },
      onClose: (reader) => take(reader.close()),
    });
    if (!ended) throw new StreamError(eventCount > 0 || from ? 'cut' : 'empty');
  }

  try {
    await read(reading.response, begun).catch(async (cause: unknown) => {
      signal.throwIfAborted();
      if (begun) throw isRestless(cause) ? asCut(cause) : cause;
      const isBroken = cause instanceof StreamError && (cause.kind === 'cut' || cause.kind === 'network');
      if (!isBroken || eventCount === 0) throw cause;
      const wanted = rest();
      if (!wanted) throw asCut(cause);
      if (navigator.onLine === false) await pause(OFFLINE_MS, signal);
      await read(reading.resume(wanted), wanted).catch((again: unknown) => {
        throw isRestless(again) ? asCut(cause) : again;
      });
    });
  } finally {
    signal.throwIfAborted(); // whatever came of it then is not why it ended
  }
}

/** Whether the rest of an answer did not come, whatever the reason. */
const isRestless = (cause: unknown) =>
  cause instanceof StreamError && ['network', 'http', 'not-a-stream', 'empty', 'cut'].includes(cause.kind);

/** What broke an answer off, as a cut: what it is for whoever waits for the rest. */
function asCut(cause: unknown): unknown {
  return cause instanceof StreamError && cause.kind !== 'cut' ? new StreamError('cut', {cause}) : cause;
}

/**
 * Takes what is shown already off the front of an answer that is replayed whole.
 *
 * @throws StreamError `cut` from the function, where the replay is another answer.
 */
function createReplay(shown: string): (text: string) => string {
  let at = 0;
  return (text) => {
    const known = Math.min(text.length, shown.length - at);
    if (text.slice(0, known) !== shown.slice(at, at + known)) throw new StreamError('cut');
    at += known;
    return text.slice(known);
  };
}

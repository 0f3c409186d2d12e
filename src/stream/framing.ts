import type {Framing, WireEvent} from '../protocol/index.ts';
import {StreamError} from './failure.ts';

/** How a body is cut into events. */
export interface FramingOptions {
  framing: Framing;
  /** The most that one line, or the data lines of one event together, may hold. */
  maxLineBytes: number;
  /** `ownId` is the id that the event brought itself; empty where the one in force goes on. */
  onEvent: (event: WireEvent, ownId: string) => void;
}

/** Cuts a body into events. Bytes in, events out, in order and before the call returns. */
export interface Frames {
  /** Takes the next bytes, cut anywhere. Throws what `onEvent` throws; nothing may be pushed after a throw. */
  push(chunk: Uint8Array): void;
  /** Takes the end of the body: a last line that was not ended is read, an event that was not ended is not. */
  end(): void;
}

/**
 * Creates what cuts one body into events.
 *
 * Server-sent events are read as the HTML standard says (section 9.2.6, "Interpreting an event stream"). An event's `id`
 * is the last event id in force: it stays for the events that bring none, an empty one takes it away, one with a NUL is
 * not taken. A line ends as soon as its CR has come, whatever follows. `retry` is not told.
 *
 * With `lines` blank lines are no events. With `text` no character is ever cut, and nothing is held.
 *
 * @throws StreamError `too-large` from `push` and `end`, when everything before has been delivered.
 */
export function createFraming({framing, maxLineBytes, onEvent}: FramingOptions): Frames {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let open = ''; // a line that has not ended; never searched, so that it is cheap to grow
  let openBytes = 0;
  let afterReturn = false;
  let id = '';
  let ownId = '';
  let event = '';
  let data: string | undefined;
  let dataBytes = 0;

  /** Adds the bytes of a text to those before it, and holds them against the limit. */
  function weigh(bytes: number, text: string): number {
    const sum = bytes + encoder.encode(text).length;
    if (sum > maxLineBytes) throw new StreamError('too-large');
    return sum;
  }

  function take(text: string): void {
    if (!text) return;
    if (framing === 'text') {
      onEvent({id, event, data: text}, '');
      return;
    }
    const from = afterReturn && text[0] === '\n' ? 1 : 0;
    afterReturn = text.endsWith('\r');
    const lines = text.slice(from).split(text.includes('\r') ? /\r\n?|\n/ : '\n');
    for (let at = 0; at < lines.length; at++) {
      if (at > 0) {
        readLine(open);
        open = '';
        openBytes = 0;
      }
      const piece = lines[at] ?? '';
      open += piece;
      openBytes = weigh(openBytes, piece);
    }
  }

  function readLine(line: string): void {
    if (framing === 'lines') {
      if (line.trim()) onEvent({id, event, data: line}, '');
    } else if (line) {
      readField(line);
    } else {
      if (data !== undefined) onEvent({id, event, data}, ownId);
      ownId = '';
      event = '';
      data = undefined;
      dataBytes = 0;
    }
  }

  function readField(line: string): void {
    const colonAt = line.indexOf(':');
    const name = colonAt < 0 ? line : line.slice(0, colonAt);
    const value = colonAt < 0 ? '' : line.slice(colonAt + (line[colonAt + 1] === ' ' ? 2 : 1));
    if (name === 'data') {
      const next = data === undefined ? value : `\n${value}`;
      dataBytes = weigh(dataBytes, next);
      data = (data ?? '') + next;
    } else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) {
      id = value;
      ownId = value;
    }
  }

  return {
    push: (chunk) => take(decoder.decode(chunk, {stream: true})),
    end() {
      take(decoder.decode());
      if (framing === 'lines') readLine(open);
    },
  };
}

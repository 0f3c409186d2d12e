import type {ServerResponse} from 'node:http';
import {FINISH, NATIVE, numberEvents, START, word} from '../../stream/endpoint.ts';

/** One answer of an endpoint, as far as it wants to give it. */
export interface Reply {
  /** Sends a status and headers at once; by default those of an answer. */
  head(status?: number, headers?: Record<string, string>): void;
  /** Sends bytes at once, after the headers of an answer where none were sent. */
  write(bytes: string | Uint8Array): void;
  /** Closes as a server does that has said all it wanted. */
  end(bytes?: string | Uint8Array): void;
  /** Breaks the connection, after bytes that are no whole response where there are some. */
  reset(bytes?: string): void;
  /** Sends something again and again until nobody listens. */
  repeat(bytes: () => string): void;
}

/** The words of the whole answer, one a part. */
export const WORDS = Array.from({length: 12}, (_, n) => (n % 4 === 3 ? `word${n}.\n\n` : `wörd${n} 👋🏽 `));

/** How many events of it have come where it breaks off in the middle. */
export const HALF = 6;

/** Writes the events `from` one of the whole answer `to` another. */
export const events = numberEvents([START, ...WORDS.map(word), FINISH]);

/** How often something is said again, in ms. */
const BEAT_MS = 25;

/** Takes over a response of which nothing was sent. */
export function createReply(outgoing: ServerResponse): Reply {
  const head = (status = 200, headers: Record<string, string> = NATIVE) => {
    outgoing.writeHead(status, headers);
    outgoing.flushHeaders();
  };
  const write = (bytes: string | Uint8Array) => {
    if (!outgoing.headersSent) head();
    outgoing.write(bytes);
  };
  return {
    head,
    write,
    end(bytes) {
      if (bytes !== undefined) write(bytes);
      outgoing.end();
    },
    reset(bytes) {
      const {socket} = outgoing;
      if (bytes === undefined) socket?.resetAndDestroy();
      else socket?.write(bytes, () => socket.resetAndDestroy());
    },
    repeat(bytes) {
      const timer = setInterval(() => write(bytes()), BEAT_MS);
      outgoing.once('close', () => clearInterval(timer));
    },
  };
}

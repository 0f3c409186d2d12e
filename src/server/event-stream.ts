import {roundMs} from '../latency/index.ts';

/** A part of the UI message stream: its type and whatever belongs to it. */
export interface Part {
  type: string;
  [field: string]: unknown;
}

/** One answer on its way to one reader. */
export interface EventStream {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Sends a part with the next id and its emission time; nothing happens after the end. */
  write(part: Part): void;
  /** Resolves when the reader has taken enough for more to be written. */
  ready(): Promise<void>;
  /** Sends `[DONE]` and closes once everything was taken. */
  end(): void;
}

/** The most events that are handed over at once; a provider that is faster waits for the reader. */
export const BURST_COUNT = 500;

/** Characters that may wait for the reader, whatever the number of events. */
const WAITING_CHARS = 262_144;

/** How often a comment shows proxies and clients that the connection lives, in ms. */
export const PING_MS = 10_000;

/**
 * Creates the server-sent events of one answer: ids `<run>-<n>` without gaps, a comment every ten seconds, and no more
 * in memory than one burst.
 *
 * @param options.run - The answer's id, without a hyphen at its end.
 * @param options.sinceMs - Reads the time since the request was got: each part's emission time.
 * @param options.onCancel - Runs once when the reader leaves before the end.
 */
export function createEventStream(options: {run: string; sinceMs: () => number; onCancel: () => void}): EventStream {
  const {run, sinceMs, onCancel} = options;
  const encoder = new TextEncoder();
  let waiting: string[] = [];
  let waitingChars = 0;
  let nextId = 0;
  let state: 'open' | 'ending' | 'closed' = 'open';
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  let taken: (() => void) | undefined; // answers a read that waits
  let drained: (() => void) | undefined; // lets a producer that waits go on
  const pings = setInterval(() => {
    if (waiting.length === 0) push(': ping\n\n'); // events that wait say as much
  }, PING_MS);

  const close = () => {
    state = 'closed';
    waiting = [];
    clearInterval(pings);
    drained?.();
  };

  const flush = () => {
    if (state === 'closed' || !taken || !controller) return;
    if (waiting.length > 0) {
      const burst = waiting.splice(0, BURST_COUNT).join('');
      waitingChars -= burst.length;
      controller.enqueue(encoder.encode(burst));
      taken();
      taken = undefined;
      if (hasRoom()) drained?.();
    }
    if (state === 'ending' && waiting.length === 0) {
      controller.close();
      taken?.();
      close();
    }
  };
  const hasRoom = () => state === 'closed' || (waiting.length < BURST_COUNT && waitingChars < WAITING_CHARS);
  const push = (text: string) => {
    waiting.push(text);
    waitingChars += text.length;
    // what is written in one go travels in one chunk
    if (waiting.length === 1) queueMicrotask(flush);
  };

  return {
    body: new ReadableStream(
      {
        start(given) {
          controller = given;
        },
        pull() {
          const answered = new Promise<void>((resolve) => {
            taken = resolve;
          });
          flush();
          return answered;
        },
        cancel() {
          close();
          onCancel();
        },
      },
      {highWaterMark: 0}, // pulled only when somebody reads: the reader's pace is ours
    ),
    write(part) {
      if (state !== 'open') return;
      push(`id: ${run}-${nextId++}\ndata: ${JSON.stringify({...part, e: roundMs(sinceMs())})}\n\n`);
    },
    async ready() {
      if (hasRoom()) return;
      await new Promise<void>((resolve) => {
        drained = resolve;
      });
      drained = undefined;
      await new Promise((resolve) => setTimeout(resolve)); // others' turn: a whole burst has just been written
    },
    end() {
      if (state !== 'open') return;
      push('data: [DONE]\n\n');
      state = 'ending';
      clearInterval(pings);
    },
  };
}

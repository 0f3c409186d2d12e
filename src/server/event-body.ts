/** A response's body that is fed from a place in a log. */
export interface EventBody {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Says that there may be something to take. */
  wake(): void;
  /** Ends it for its reader, wherever it is; nothing happens when it has ended. */
  close(): void;
}

/** How often a comment shows proxies and clients that the connection lives, in ms. */
export const PING_MS = 10_000;

/** A reader that takes nothing for this long hangs and is given up, in ms. */
export const HANG_MS = 60_000;

/**
 * Creates the body of one reader. It holds nothing itself: events are taken when the reader reads, and a comment is sent
 * every ten seconds to a reader that waits.
 *
 * @param options.take - Gives the events that wait, none as an empty text, and whether they are the last.
 * @param options.onLeave - Runs once when the body has ended, whoever ended it.
 */
export function createEventBody(options: {take: () => {text: string; last: boolean}; onLeave: () => void}): EventBody {
  const {take, onLeave} = options;
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  let answerRead: (() => void) | undefined; // there while a read waits
  let hangingMs = 0;
  let open = true;

  const send = (text: string) => {
    controller?.enqueue(encoder.encode(text));
    answerRead?.();
    answerRead = undefined;
  };
  const leave = () => {
    open = false;
    clearInterval(pings);
    answerRead?.();
    onLeave();
  };
  const close = () => {
    if (!open) return;
    controller?.close();
    leave();
  };
  const wake = () => {
    if (!open || !answerRead) return;
    const {text, last} = take();
    if (text !== '') send(text);
    if (last) close();
  };
  const pings = setInterval(() => {
    if (answerRead) return send(': ping\n\n');
    hangingMs += PING_MS;
    if (hangingMs >= HANG_MS) close();
  }, PING_MS);

  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(given) {
        controller = given;
      },
      pull() {
        hangingMs = 0;
        const answered = new Promise<void>((resolve) => {
          answerRead = resolve;
        });
        wake();
        return answered;
      },
      cancel: leave,
    },
    {highWaterMark: 0}, // pulled only when somebody reads: the reader's pace is ours
  );
  return {stream, wake, close};
}

import type {Framing, WireEvent} from '../protocol/index.ts';
import {StreamError} from './failure.ts';
import {createFraming} from './framing.ts';

/** The longest line that is read, in bytes. The server kit sends at most a quarter of it. */
export const MAX_LINE_BYTES = 262_144;

/** How many bytes are parsed before the clock is looked at. */
const SLICE_BYTES = 16_384;

/** How long bytes are parsed before the page gets its turn, in ms. */
const SLICE_MS = 8;

/** A body to read. `onEvent` returns whether it was the last event that is wanted. */
export interface Body {
  body: ReadableStream<Uint8Array>;
  framing: Framing;
  now: () => number;
  onChunk: (nowMs: number) => void;
  onEvent: (event: WireEvent, ownId: string) => boolean;
}

/**
 * Reads a body's events as they arrive, until `onEvent` has enough or the body closes.
 *
 * A burst is parsed in slices with tasks of the page between them: reads that find bytes waiting follow one another
 * without a task, and a page under such a chain neither paints nor answers.
 *
 * @returns Whether `onEvent` had enough.
 * @throws StreamError `network` when the connection breaks, `too-large`; and whatever a callback throws.
 */
export async function readBody({body, framing, now, onChunk, onEvent}: Body): Promise<boolean> {
  const reader = body.getReader();
  let enough = false;
  const frames = createFraming({
    framing,
    maxLineBytes: MAX_LINE_BYTES,
    onEvent: (event, ownId) => {
      enough ||= onEvent(event, ownId);
    },
  });
  let sliceStartMs = now();
  try {
    while (!enough) {
      const {value} = await reader.read().catch((cause: unknown) => {
        throw new StreamError('network', {cause});
      });
      if (!value) {
        frames.end();
        break;
      }
      onChunk(now());
      for (let at = 0; at < value.length && !enough; at += SLICE_BYTES) {
        frames.push(value.subarray(at, at + SLICE_BYTES));
        if (now() - sliceStartMs < SLICE_MS) continue;
        await nextTask();
        sliceStartMs = now();
      }
    }
    return enough;
  } finally {
    reader.cancel().catch(() => undefined); // closed already, or broken
    reader.releaseLock();
  }
}

/** Waits for a task of its own; timers are slowed on hidden pages, messages are not. */
function nextTask(): Promise<void> {
  const {port1, port2} = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

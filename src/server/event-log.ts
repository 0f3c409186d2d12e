import {createEventBody, type EventBody} from './event-body.ts';

/** A part of the UI message stream: its type and whatever belongs to it. */
export interface Part {
  type: string;
  [field: string]: unknown;
}

/** Where an answer's events go. */
export interface EventWriter {
  /** Adds a part with the next id; nothing happens after the end. */
  write(part: Part): void;
  /** Resolves when more should be written: at once without a reader, else when the one ahead has taken enough. */
  ready(): Promise<void>;
}

/** The events of one run: written once, read by any number of readers, each at its own place. */
export interface EventLog extends EventWriter {
  /** Says that nothing follows: readers get `[DONE]` and the end once they have taken everything. */
  end(): void;
  /**
   * Opens a reader: what is held after an id, then what is written from now on, with the same bytes for everybody.
   *
   * A reader that leaves, or is left behind by more than is held, gets a body that closes without `[DONE]`.
   *
   * @param options.afterId - Id of the last event that was read; absent means from the first.
   * @param options.signal - Ends the reader, not the run.
   * @returns undefined when the id is not of this run, or what follows it is no longer held.
   */
  read(options: {
    afterId?: string | undefined;
    signal: AbortSignal;
  }): ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** How many readers there are now. */
  readerCount(): number;
}

/** Whether somebody reads a run that is being made, or that it is made no more. */
export type RunState = 'read' | 'unread' | 'ended';

/** The most events that are handed over at once; a provider that is faster waits for the reader that is ahead. */
export const BURST_COUNT = 500;

/** How much of a run is held for readers that come back, in bytes; beyond it the oldest events are dropped. */
export const HELD_BYTES = 262_144;

/** The most bytes by which a run is ahead of all of its readers: none of them is left behind by a fast provider. */
const AHEAD_BYTES = HELD_BYTES / 2;

const DONE = 'data: [DONE]\n\n';

const encoder = new TextEncoder();
const scratch = new Uint8Array(HELD_BYTES); // events are encoded into it to be counted: a tenth of what an array each costs

/** Byte counts go from the first event of the run. */
interface HeldEvent {
  text: string;
  endBytes: number;
}

interface Place {
  nextId: number;
  takenBytes: number;
}

/**
 * Creates the log of a run's server-sent events: ids `<run>-<n>` from 0 without gaps.
 *
 * @param options.run - The run's id.
 * @param options.onState - Is told when the first reader came, the last one left, and the end; nothing after it.
 */
export function createEventLog(options: {run: string; onState: (state: RunState) => void}): EventLog {
  const {run, onState} = options;
  const held: HeldEvent[] = [];
  const readers = new Map<Place, EventBody>();
  let firstId = 0;
  let droppedBytes = 0;
  let writtenBytes = 0;
  let burstCount = 0;
  let ended = false;
  let waking = false;
  let goOn: (() => void) | undefined; // lets a writer that waits look again

  const nextId = () => firstId + held.length;
  const isBehind = ({nextId: placeId, takenBytes}: Place) =>
    nextId() - placeId >= BURST_COUNT || writtenBytes - takenBytes >= AHEAD_BYTES;
  const isAhead = () => readers.size > 0 && [...readers.keys()].every(isBehind);

  const wake = () => {
    if (waking) return;
    waking = true;
    // what is written in one go travels in one chunk
    queueMicrotask(() => {
      waking = false;
      for (const body of readers.values()) body.wake();
    });
  };
  const drop = () => {
    while (writtenBytes - droppedBytes > HELD_BYTES) {
      droppedBytes = held.shift()?.endBytes ?? writtenBytes;
      firstId++;
    }
    for (const [place, body] of readers) if (place.nextId < firstId) body.close();
  };
  const take = (place: Place) => {
    const events = held.slice(place.nextId - firstId, place.nextId - firstId + BURST_COUNT);
    place.nextId += events.length;
    place.takenBytes = events.at(-1)?.endBytes ?? place.takenBytes;
    if (events.length > 0) goOn?.();
    const last = ended && place.nextId === nextId();
    return {text: events.map(({text}) => text).join('') + (last ? DONE : ''), last};
  };
  const findPlace = (afterId: string | undefined): Place | undefined => {
    const last = afterId === undefined ? -1 : readNumber(afterId, run);
    if (last === undefined || last + 1 < firstId || last >= nextId()) return undefined;
    return {nextId: last + 1, takenBytes: held[last - firstId]?.endBytes ?? droppedBytes};
  };

  return {
    write(part) {
      if (ended) return;
      const text = `id: ${run}-${nextId()}\ndata: ${JSON.stringify(part)}\n\n`;
      writtenBytes += encoder.encodeInto(text, scratch).written;
      burstCount++;
      held.push({text, endBytes: writtenBytes});
      drop();
      wake();
    },
    async ready() {
      while (isAhead()) {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
      if (burstCount < BURST_COUNT) return;
      burstCount = 0;
      await new Promise((resolve) => setTimeout(resolve)); // others' turn: a provider may never wait by itself
    },
    end() {
      if (ended) return;
      ended = true;
      wake();
      onState('ended');
    },
    read({afterId, signal}) {
      const place = findPlace(afterId);
      if (!place) return undefined;
      const body = createEventBody({
        take: () => take(place),
        onLeave() {
          signal.removeEventListener('abort', body.close);
          readers.delete(place);
          goOn?.();
          if (readers.size === 0 && !ended) onState('unread');
        },
      });
      readers.set(place, body);
      goOn?.();
      if (readers.size === 1 && !ended) onState('read');
      signal.addEventListener('abort', body.close, {once: true});
      if (signal.aborted) body.close();
      return body.stream;
    },
    readerCount: () => readers.size,
  };
}

/** An event's number within its run; undefined for what is no id of that run. */
function readNumber(eventId: string, run: string): number | undefined {
  const at = Number(eventId.slice(run.length + 1));
  return Number.isInteger(at) && at >= 0 && eventId === `${run}-${at}` ? at : undefined;
}

import type {Protocol} from '../latency/index.ts';
import {type AnswerReader, type Resume, UnreadableError, type WireEvent} from './events.ts';
import {type At, createAt, isObject, number} from './fields.ts';
import {createTeller, type Teller} from './teller.ts';

/** Where an answer comes from: what an adapter may need beside the events. */
export interface Origin {
  /** The protocol that was declared or found. */
  protocol: Protocol;
  /** Where the question was posted, absolute. */
  endpoint: string;
  conversationId: string;
  headers: {get(name: string): string | null};
}

/** What a protocol says of one answer. */
export interface Adapter {
  /** Tells what is in an event's data. */
  read: (at: At, event: WireEvent) => void;
  /** Tells what a close means, or `[DONE]`, which says no more; a cut when this is absent. */
  close?: () => void;
  /** Tells how the rest can be asked for, given the last id that was read. */
  resume?: (lastEventId: string) => Resume | undefined;
  /** Tells which protocol it turned out to be, where that is not the one it was made for. */
  protocol?: () => Protocol;
}

/** Makes the adapter of a protocol whose events are JSON. */
export type CreateAdapter = (teller: Teller, origin: Origin) => Adapter;

/** Makes the reader of one answer in a protocol. */
export function createAdapterReader(create: CreateAdapter, origin: Origin): AnswerReader {
  const teller = createTeller();
  const adapter = create(teller, origin);
  return {
    read(event) {
      const {data} = event;
      if (data === '') return [];
      if (data === '[DONE]') {
        adapter.close?.();
        return teller.take();
      }
      const at = createAt(parseEvent(event));
      adapter.read(at, event);
      const e = number(at('e'));
      return teller.take().map((told) => ({...told, e}));
    },
    close() {
      adapter.close?.();
      return teller.take();
    },
    protocol: adapter.protocol ?? (() => origin.protocol),
    resume: (lastEventId) => adapter.resume?.(lastEventId),
  };
}

/**
 * Parses the data of an event: an object, or whatever belongs to the event's name.
 *
 * @throws UnreadableError when it is no JSON, or nothing that could tell what it is.
 */
export function parseEvent({event, data}: WireEvent): unknown {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new UnreadableError(data, cause);
  }
  if (!event && !isObject(value)) throw new UnreadableError(data);
  return value;
}

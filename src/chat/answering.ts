import type {Answering} from './chat.ts';
import type {Instant} from './instant.ts';
import type {Measure} from './measure.ts';
import type {Meet} from './others.ts';
import {createTurns} from './turns.ts';
import type {Vendors} from './vendors.ts';

/** What a chat's answering is made of. */
export interface AnsweringOptions {
  /** Is loaded beside it; rejects where it cannot be loaded. */
  measure: Promise<Measure>;
  /** Loads what talks to other vendors' backends, once; rejects when that fails, and the next call tries again. */
  loadVendors: () => Promise<Vendors>;
  /** What answers without the network; undefined where the site has no FAQ pack, rejects where it cannot be loaded. */
  instant?: Promise<Instant> | undefined;
  /** Meets other tabs, where they have the same conversation. */
  meet?: Meet | undefined;
}

/** Makes what a chat needs once a question has been posted. */
export function createAnswering(parts: AnsweringOptions): Answering {
  return {loadVendors: parts.loadVendors, createTurns: (core) => createTurns(core, parts)};
}

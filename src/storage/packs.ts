import {isAlike} from './is-alike.ts';
import type {Agreement} from './kept-list.ts';
import {createShelf, type Shelf} from './shelf.ts';

/** A pack as it came from its address. */
export interface Snapshot {
  /** The response's ETag, or when it was last modified; empty where it said neither. */
  validator: string;
  /** When it came, or was last said to be the newest, in epoch ms. */
  currentAt: number;
  /** As it was parsed, unread. */
  pack: unknown;
}

/** Where the snapshot of one pack is kept. */
export interface PackStore {
  /**
   * Reads the snapshot, and waits for it within the shelf's limit.
   *
   * @param onSnapshot - Called with it, as late as it may come; not where there is none or it is damaged.
   */
  read(onSnapshot: (snapshot: Snapshot) => void): Promise<void>;
  /** Puts a snapshot whole into the place of the one before. */
  write(snapshot: Snapshot): Promise<void>;
  /** Takes the right to ask for a newer one; false where a page of this origin asked within CHECK_EVERY_MS. */
  claim(nowAt: number): Promise<boolean>;
  /** Says what the visitor agreed to: `denied` erases the snapshot and keeps it in memory only. */
  agree(agreement: Agreement): Promise<void>;
  /** Erases the snapshots of all packs; what comes afterwards is in memory only, until the visitor agrees anew. */
  forget(): Promise<void>;
}

/** How long the pages of an origin leave a pack's address alone once one of them has asked, in ms. */
export const CHECK_EVERY_MS = 300_000;

/** The most packs of one origin that are kept: those stay that were asked for last. */
export const MAX_PACKS = 4;

/** The form in which snapshots are kept; one that a later version kept is not read. */
const VERSION = 1;

const SAMPLE: Snapshot & {v: number} = {v: VERSION, validator: '', currentAt: 0, pack: {}};

/** Names when each pack was asked for; no address is that short. */
const ASKED = 'asked';

/**
 * Opens the place where a pack is kept; touches nothing before the first call.
 *
 * @param url - The pack's absolute address.
 */
export function createPackStore(url: string, shelf: Shelf = createShelf('firstword-faq')): PackStore {
  let isKept = true;
  let memory: Snapshot | undefined;

  const keep = (snapshot: Snapshot) => shelf.write(url, {v: VERSION, ...snapshot});

  return {
    async read(onSnapshot) {
      const take = (kept: unknown) => {
        if (isAlike(kept, SAMPLE) && kept.v === VERSION) memory ??= kept;
        if (memory) onSnapshot(memory);
      };
      if (isKept) await shelf.read(url, take);
      else take(undefined);
    },
    async write(snapshot) {
      memory = snapshot;
      if (isKept) await keep(snapshot);
    },
    async claim(nowAt) {
      let mayAsk = true;
      const take = (kept: unknown) => {
        const asked = {...(kept as Record<string, number> | undefined)};
        mayAsk = !(Math.abs(nowAt - Number(asked[url])) < CHECK_EVERY_MS);
        if (mayAsk) asked[url] = nowAt;
        const latest = Object.entries(asked)
          .filter(([, at]) => at > 0) // another's, or damaged
          .sort(([, a], [, b]) => b - a);
        for (const [old] of latest.splice(MAX_PACKS)) void shelf.erase(old);
        return Object.fromEntries(latest);
      };
      if (isKept) await shelf.update(ASKED, take);
      return mayAsk;
    },
    async agree(agreement) {
      const wasKept = isKept;
      isKept = agreement !== 'denied';
      if (!isKept) await shelf.clear();
      else if (!wasKept && memory) await keep(memory);
    },
    async forget() {
      isKept = false;
      memory = undefined;
      await shelf.clear();
    },
  };
}

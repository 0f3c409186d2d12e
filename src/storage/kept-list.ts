import {isAlike} from './is-alike.ts';
import type {Shelf} from './shelf.ts';

/** Whether the visitor's agreement is needed and not there yet, given, refused, or not asked for. */
export type Agreement = 'required' | 'granted' | 'denied' | 'auto';

/** What every entry of a list has. */
export interface KeptEntry {
  /** What tells it from the others. */
  key: string;
  /** When it was used last, in epoch ms. */
  usedAt: number;
}

/** A list of what the visitor asked: in memory, and in the browser's database where the visitor agreed to that. */
export interface KeptList<T extends KeptEntry> {
  /** All entries, those used last first. */
  entries(): readonly T[];
  /** Changes the list; `next` is called with each place's entries, which other tabs may have changed meanwhile. */
  change(next: (entries: readonly T[]) => readonly T[]): void;
  /**
   * Says what the visitor agreed to, before the first use and again when it changes: `granted` keeps what is in memory
   * and reads what was kept before, `denied` erases both and takes nothing more, else it is in memory only.
   */
  agree(agreement: Agreement): Promise<void>;
  /** Erases all, also what other pages kept. */
  forget(): Promise<void>;
}

/** The form in which lists are kept; one that a later version kept is not read. */
const VERSION = 1;

/**
 * Makes a list; nothing is stored or read before `agree('granted')`.
 *
 * @param options.name - Tells lists of one shelf apart.
 * @param options.sample - An entry; what was kept and is of another kind is not read.
 * @param options.trim - Leaves out what is too much, given those used last first.
 */
export function createKeptList<T extends KeptEntry>(options: {
  shelf: Shelf;
  name: string;
  sample: T;
  trim: (entries: readonly T[]) => readonly T[];
}): KeptList<T> {
  const {shelf, name, sample, trim} = options;
  let list: readonly T[] = [];
  let agreement: Agreement = 'auto';
  /** All since the list was empty; what was read for an earlier list is none of ours. */
  let changes: ((entries: readonly T[]) => readonly T[])[] = [];

  /** Of two with one key, the one used last stands. */
  function tidy(entries: readonly T[]): readonly T[] {
    const keys = new Set<string>();
    const latest = entries.toSorted((a, b) => b.usedAt - a.usedAt);
    return trim(latest.filter(({key}) => !keys.has(key) && keys.add(key)));
  }

  const read = (kept: unknown): T[] =>
    isAlike(kept, {v: VERSION, entries: [] as unknown[]}) && kept.v === VERSION
      ? kept.entries.filter((entry): entry is T => isAlike(entry, sample))
      : [];

  const toKept = (entries: readonly T[]) => ({v: VERSION, entries});

  async function erase(): Promise<void> {
    list = [];
    changes = [];
    await shelf.clear();
  }

  return {
    entries: () => list,
    change(next) {
      if (agreement === 'denied') return;
      list = tidy(next(list));
      changes.push(next);
      if (agreement === 'granted') void shelf.update(name, (kept) => toKept(tidy(next(read(kept)))));
    },
    async agree(next) {
      agreement = next;
      if (next === 'denied') await erase();
      if (next !== 'granted') return;
      const mine = changes;
      // as if all that was changed here had been changed there
      const take = (kept: unknown): object => {
        const before = mine.reduce<readonly T[]>((entries, change) => change(entries), read(kept));
        if (mine === changes) list = tidy([...before, ...list]);
        return toKept(list);
      };
      if (list.length > 0) await shelf.update(name, take);
      else await shelf.read(name, take);
    },
    forget: erase,
  };
}

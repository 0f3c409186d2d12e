import {createKeptList, type KeptEntry, type KeptList} from './kept-list.ts';
import {questionKey} from './question-key.ts';
import {createShelf, type Shelf} from './shelf.ts';

/** Questions of the visitor's to which a pack's answer was not what they asked. */
export interface Decoys extends Omit<KeptList<Decoy>, 'change'> {
  /** Adds a question, cut to MAX_DECOY_CHARS. */
  add(question: string, nowAt: number): void;
}

/** A question that a pack must not answer. */
export interface Decoy extends KeptEntry {
  /** In the visitor's words. */
  question: string;
}

/** The most decoys that are kept for one pack. */
export const MAX_DECOYS = 200;

/** The longest decoy, in characters. */
export const MAX_DECOY_CHARS = 400;

/**
 * Opens the place for a pack's decoys; touches nothing before it is told that the visitor agreed. The oldest go first.
 *
 * @param name - Tells packs of one origin apart, such as by the address.
 */
export function createDecoys(name: string, shelf: Shelf = createShelf('firstword-decoys')): Decoys {
  const {change, ...list} = createKeptList<Decoy>({
    shelf,
    name,
    sample: {key: '', question: '', usedAt: 0},
    trim: (entries) => entries.slice(0, MAX_DECOYS),
  });
  return {
    ...list,
    add(words, nowAt) {
      const question = words.slice(0, MAX_DECOY_CHARS);
      change((entries) => [...entries, {key: questionKey(question), question, usedAt: nowAt}]);
    },
  };
}

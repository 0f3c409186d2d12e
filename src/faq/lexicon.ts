import {stemOf} from './words.ts';

/** How many places there are for the features of all texts, so that two of them rarely share one. */
export const PLACE_COUNT = 2 ** 18;

/** The subjects that have a stem, in their order, and in how many of its phrasings each has it. */
export interface Holding {
  subjects: number[];
  counts: number[];
}

/** A stem, and the places of its features. */
export interface Stem {
  hash: number;
  place: number;
  /** Places of its pieces of three and four letters, beginning and end marked. */
  pieces: readonly number[];
  /** How many subjects have it. */
  holderCount: number;
  /** Who they are, or what reads that. */
  holding: Holding | (() => Holding);
}

/** A word as it is written, with what is compared of it. */
export interface Word {
  text: string;
  stem: Stem;
  /** Its place among the words that are kept; −1 for others. */
  number: number;
  /** How often it stands in phrasings; 0 for a word that is not known. */
  count: number;
}

/** The words of all phrasings. */
export interface Lexicon {
  words: Word[];
  stems: Stem[];
  /** Finds a word, or makes one that is not kept. */
  read(text: string): Word;
  /** Finds a word, or keeps a new one. */
  add(text: string): Word;
}

/** Puts the more frequent of two words first, whatever the order in which they came to be known. */
export const byFrequency = (a: Word, b: Word): number => b.count - a.count || (a.text < b.text ? -1 : 1);

/** Mixes two numbers into one of 32 bits, in an order that matters (after the finalizer of MurmurHash3). */
export function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ b, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Maps a number of 32 bits to a place. */
export const placeOf = (hash: number): number => hash % PLACE_COUNT;

/** Makes a stem that is not kept; `end` marks where it ends, and is empty for a word that is still being written. */
export function createStem(text: string, end: '>' | '' = '>'): Stem {
  const marked = `<${text}${end}`;
  const pieces: number[] = [];
  let hash = 0;
  for (let start = 0; start + 3 <= marked.length; start++) {
    hash = 77;
    for (let at = start; at < marked.length && at < start + 4; at++) {
      hash = mix(hash, marked.charCodeAt(at));
      if (at > start + 1) pieces.push(placeOf(hash));
    }
  }
  hash = marked.length;
  for (let at = 0; at < marked.length; at++) hash = mix(hash, marked.charCodeAt(at));
  return {hash, place: placeOf(hash), pieces, holderCount: 0, holding: {subjects: [], counts: []}};
}

/** Creates a lexicon without words. */
export function createLexicon(): Lexicon {
  const words: Word[] = [];
  const byText = new Map<string, Word>();
  const stems: Stem[] = [];
  const byBase = new Map<string, Stem>();
  return {
    words,
    stems,
    read(text) {
      const known = byText.get(text);
      if (known) return known;
      const base = stemOf(text);
      return {text, stem: byBase.get(base) ?? createStem(base), number: -1, count: 0};
    },
    add(text) {
      const known = byText.get(text);
      if (known) return known;
      const base = stemOf(text);
      let stem = byBase.get(base);
      if (!stem) {
        stem = createStem(base);
        byBase.set(base, stem);
        stems.push(stem);
      }
      const word = {text, stem, number: words.length, count: 0};
      words.push(word);
      byText.set(text, word);
      return word;
    },
  };
}

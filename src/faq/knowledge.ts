import {createLexicon, type Lexicon, mix, PLACE_COUNT, placeOf, type Stem, type Word} from './lexicon.ts';

/** A text's features: where they are, and how much each weighs; words first, then pairs of words, then pieces of words. */
export interface Vector {
  places: number[];
  values: number[];
  wordCount: number;
  /** How many of the features are words or pairs. */
  pairEnd: number;
}

/** One known way to ask for a subject. */
export interface Phrasing {
  /** The subject's number. */
  at: number;
  words: readonly Word[];
  vector?: Vector;
}

/** What was learned about a subject: how much its features weigh, in whole units, by ascending place. */
export interface Learned {
  places: number[];
  weights: number[];
  unit: number;
  bias: number;
}

/** What is known of one entry, or of one negative. */
export interface Subject {
  phrasings: Phrasing[];
  /** Its stems, and in how many of its phrasings each stands; absent until somebody asks. */
  stems?: ReadonlyMap<Stem, number>;
  /** What was learned about it, or what reads that; absent before. */
  learned?: Learned | (() => Learned);
}

/** What a pack's phrasings say. */
export interface Knowledge {
  lexicon: Lexicon;
  subjects: Subject[];
  /** Whether each phrasing of one subject may as well be one of another: they share one. */
  areTwins(a: number, b: number): boolean;
  /** Whether a subject has no answer here. */
  isNegative(at: number): boolean;
  /** Lists the subjects that have a phrasing. */
  holdersOf(words: readonly Word[]): readonly number[];
  /** Whether a phrasing has a stem. */
  isKnown(stem: Stem): boolean;
  /** Adds a subject by its phrasings' words. */
  add(phrasings: readonly (readonly Word[])[]): void;
  /** Reckons in steps how rare features are and how much a subject's stems say, once all subjects are added. */
  settle(): Generator<void>;
  /** How rare a feature is among the subjects: from 0.5, when all have it. */
  rarity(place: number): number;
  /** A subject's stems, and in how many of its phrasings each stands. */
  stemsOf(subject: Subject): ReadonlyMap<Stem, number>;
  /** Adds to each subject's score so many times what it says that it has a stem. */
  addShared(stem: Stem, times: number, scores: Float64Array): void;
  vectorOf(words: readonly Word[]): Vector;
  /** The features of a known phrasing, reckoned once. */
  featuresOf(phrasing: Phrasing): Vector;
}

/** How much a text's words, pairs of words, and pieces of words say, to one another. */
const KIND_WEIGHTS = [1, 1, 0.7];

/** What a text's features come to when it is multiplied with itself. */
export const FULL_SQUARE: number = KIND_WEIGHTS.reduce((sum, weight) => sum + weight * weight, 0);

/** In how many lists all phrasings are kept. */
const LIST_COUNT = 2 ** 15;
/** How many stems' features, and how many holders of stems, are reckoned in one step. */
const STEMS_OF_STEP = 500;
const HOLDERS_OF_STEP = 20_000;

/** Lists a text's pairs of neighbouring words, its beginning and end among them. */
function pairsOf(words: readonly Word[]): number[] {
  const places: number[] = [];
  let before = 11;
  for (let at = 0; at <= words.length; at++) {
    const hash = words[at]?.stem.hash ?? 17;
    places.push(placeOf(mix(before, hash + 5)));
    before = hash;
  }
  return places;
}

/** Keeps phrasings so that those with the same words are found. */
function createCollection() {
  const all: Phrasing[] = [];
  // the number of each list's last phrasing, and of the one before each; from 1
  const lasts = new Int32Array(LIST_COUNT);
  const befores: number[] = [];
  const listOf = (words: readonly Word[]) => {
    let hash = 0;
    for (const {stem} of words) hash = Math.imul(hash ^ stem.hash, 0x9e3779b1);
    return (hash ^ (hash >>> 15)) & (LIST_COUNT - 1);
  };
  return {
    /** Lists the subjects that have a phrasing of these words. */
    holdersOf(words: readonly Word[]): number[] {
      const holders: number[] = [];
      for (let number = lasts[listOf(words)] ?? 0; number > 0; number = befores[number - 1] ?? 0) {
        const phrasing = all[number - 1] as Phrasing; // counted from 1
        if (phrasing.words.length === words.length && words.every((word, at) => word === phrasing.words[at])) {
          holders.unshift(phrasing.at);
        }
      }
      return holders;
    },
    /** Keeps a phrasing, and gives it the next number. */
    add(phrasing: Phrasing): number {
      const list = listOf(phrasing.words);
      befores.push(lasts[list] ?? 0);
      lasts[list] = all.push(phrasing);
      return all.length;
    },
  };
}

/**
 * Creates knowledge of nothing.
 *
 * @param entryCount - How many of the subjects that will be added have answers; the others follow them.
 */
export function createKnowledge(entryCount: number): Knowledge {
  const lexicon = createLexicon();
  const subjects: Subject[] = [];
  const {holdersOf, add: collect} = createCollection();
  const counts = new Uint32Array(PLACE_COUNT);
  const lastSeen = new Uint32Array(PLACE_COUNT);
  // by how many subjects have a feature
  let rarities = new Float64Array(0);
  // how much it says of each subject that it has a stem: this, less for a stem of few of its phrasings
  let shares = new Float64Array(0);
  let slacks = new Float64Array(0);

  // pieces of several stems of a subject are counted more than once
  const rarity = (place: number) => rarities[Math.min(counts[place] ?? 0, subjects.length)] ?? 0;
  const vectorOf = (words: readonly Word[]): Vector => {
    const stems = new Set(words.map(({stem}) => stem));
    const pieces = new Set<number>();
    for (const stem of stems) for (const piece of stem.pieces) pieces.add(piece);
    const kinds = [new Set([...stems].map(({place}) => place)), new Set(pairsOf(words)), pieces];
    const vector: Vector = {places: [], values: [], wordCount: stems.size, pairEnd: 0};
    kinds.forEach((kind, at) => {
      let square = 0;
      for (const place of kind) square += rarity(place) ** 2;
      const scale = (KIND_WEIGHTS[at] ?? 0) / Math.sqrt(square || 1);
      for (const place of kind) {
        vector.places.push(place);
        vector.values.push(rarity(place) * scale);
      }
      if (at === 1) vector.pairEnd = vector.places.length;
    });
    return vector;
  };

  return {
    lexicon,
    subjects,
    rarity,
    vectorOf,
    holdersOf,
    isNegative: (at) => at >= entryCount,
    isKnown: ({holders}) => holders.length > 0,
    areTwins: (a, b) => !!subjects[a]?.phrasings.some(({words}) => holdersOf(words).includes(b)),
    featuresOf(phrasing) {
      phrasing.vector ??= vectorOf(phrasing.words);
      return phrasing.vector;
    },
    stemsOf(subject) {
      if (!subject.stems) {
        const stems = new Map<Stem, number>();
        for (const {words} of subject.phrasings) {
          for (const stem of new Set(words.map((word) => word.stem))) stems.set(stem, (stems.get(stem) ?? 0) + 1);
        }
        subject.stems = stems;
      }
      return subject.stems;
    },
    add(phrasings) {
      const at = subjects.length;
      const subject: Subject = {phrasings: []};
      subjects.push(subject);
      for (const words of phrasings) {
        if (words.length === 0 || holdersOf(words).includes(at)) continue;
        const phrasing = {at, words};
        const number = collect(phrasing);
        subject.phrasings.push(phrasing);
        for (const place of pairsOf(words)) {
          if (lastSeen[place] === subjects.length) continue;
          lastSeen[place] = subjects.length;
          counts[place] = (counts[place] ?? 0) + 1;
        }
        for (const word of words) {
          const {stem} = word;
          word.count++;
          if (stem.lastPhrasing === number) continue;
          stem.lastPhrasing = number;
          const last = stem.holders.length - 1;
          if (stem.holders[last] === at) stem.counts[last] = (stem.counts[last] ?? 0) + 1;
          else {
            stem.holders.push(at);
            stem.counts.push(1);
          }
        }
      }
    },
    *settle() {
      let done = 0;
      for (const {place, pieces, holders} of lexicon.stems) {
        counts[place] = (counts[place] ?? 0) + holders.length;
        for (const piece of pieces) counts[piece] = (counts[piece] ?? 0) + holders.length;
        if (++done % STEMS_OF_STEP === 0) yield;
      }
      const all = 1 + subjects.length;
      rarities = Float64Array.from({length: all}, (_, count) => 0.5 + Math.log(all / (1 + count)));
      slacks = Float64Array.from(subjects, ({phrasings}) => 0.5 + phrasings.length / 10);
      yield;
      const squares = new Float64Array(subjects.length).fill(1);
      done = 0;
      for (const {place, holders, counts: held} of lexicon.stems) {
        const rare = rarity(place);
        for (let each = 0; each < holders.length; each++) {
          const at = holders[each] ?? 0;
          const count = held[each] ?? 0;
          squares[at] = (squares[at] ?? 0) + ((rare * count) / (count + (slacks[at] ?? 0))) ** 2;
        }
        done += holders.length;
        if (done < HOLDERS_OF_STEP) continue;
        done = 0;
        yield;
      }
      shares = squares.map((square) => 1 / Math.sqrt(square));
    },
    addShared({place, holders, counts: held}, times, scores) {
      const much = times * rarity(place) ** 2;
      for (let each = 0; each < holders.length; each++) {
        const at = holders[each] ?? 0;
        const count = held[each] ?? 0;
        scores[at] = (scores[at] ?? 0) + ((much * count) / (count + (slacks[at] ?? 0))) * (shares[at] ?? 0);
      }
    },
  };
}

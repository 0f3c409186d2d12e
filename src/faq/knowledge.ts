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
  key: string;
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
  /** Its stems, and in how many of its phrasings each stands. */
  stems: Map<Stem, number>;
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
  holdersOf(key: string): readonly number[];
  /** Whether a phrasing has a stem. */
  isKnown(stem: Stem): boolean;
  /** Adds a subject by its phrasings' words. */
  add(phrasings: readonly (readonly Word[])[]): void;
  /** Reckons how rare stems and their pieces are, once all subjects are added. */
  settle(): void;
  /** Reckons how much a subject's stems say, after that. */
  weigh(at: number): void;
  /** How rare a feature is among the subjects: from 0.5, when all have it. */
  rarity(place: number): number;
  /** Adds to each subject's score what it shares with some stems. */
  addShared(stems: Iterable<Stem>, scores: Float64Array): void;
  vectorOf(words: readonly Word[]): Vector;
  /** The features of a known phrasing, reckoned once. */
  featuresOf(phrasing: Phrasing): Vector;
}

/** How much a text's words, pairs of words, and pieces of words say, to one another. */
const KIND_WEIGHTS = [1, 1, 0.7];

/** What a text's features come to when it is multiplied with itself. */
export const FULL_SQUARE: number = KIND_WEIGHTS.reduce((sum, weight) => sum + weight * weight, 0);

/** Tells one phrasing from all others. */
export const keyOf = (words: readonly Word[]): string => words.map(({text}) => text).join(' ');

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

/**
 * Creates knowledge of nothing.
 *
 * @param entryCount - How many of the subjects that will be added have answers; the others follow them.
 */
export function createKnowledge(entryCount: number): Knowledge {
  const lexicon = createLexicon();
  const subjects: Subject[] = [];
  const holders = new Map<string, number[]>();
  const postings = new Map<Stem, {subjects: number[]; weights: number[]}>();
  const counts = new Uint32Array(PLACE_COUNT);
  const lastSeen = new Uint32Array(PLACE_COUNT);

  // pieces of several stems of a subject are counted more than once
  const rarity = (place: number) => 0.5 + Math.max(0, Math.log((1 + subjects.length) / (1 + (counts[place] ?? 0))));
  const count = (place: number) => {
    if (lastSeen[place] === subjects.length) return;
    lastSeen[place] = subjects.length;
    counts[place] = (counts[place] ?? 0) + 1;
  };
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
    isNegative: (at) => at >= entryCount,
    isKnown: (stem) => postings.has(stem),
    holdersOf: (key) => holders.get(key) ?? [],
    areTwins: (a, b) => !!subjects[a]?.phrasings.some(({key}) => holders.get(key)?.includes(b)),
    featuresOf(phrasing) {
      phrasing.vector ??= vectorOf(phrasing.words);
      return phrasing.vector;
    },
    add(phrasings) {
      const stems: Subject['stems'] = new Map();
      const at = subjects.length;
      const subject: Subject = {phrasings: [], stems};
      subjects.push(subject);
      for (const words of phrasings) {
        const key = keyOf(words);
        const others = holders.get(key);
        if (words.length === 0 || others?.includes(at)) continue;
        if (others) others.push(at);
        else holders.set(key, [at]);
        subject.phrasings.push({key, words});
        pairsOf(words).forEach(count);
        words.forEach((word, place) => {
          const {stem} = word;
          word.count++;
          if (words.indexOf(word) < place) return;
          const held = stems.get(stem) ?? 0;
          stems.set(stem, held + 1);
          if (held === 0) stem.holderCount++;
        });
      }
    },
    settle() {
      for (const {place, pieces, holderCount} of new Set(lexicon.words.map(({stem}) => stem))) {
        for (const each of [place, ...pieces]) counts[each] = (counts[each] ?? 0) + holderCount;
      }
    },
    weigh(at) {
      const {stems, phrasings} = subjects[at] as Subject; // asked for by its number
      const weights: number[] = [];
      let square = 1;
      for (const [stem, held] of stems) {
        const weight = (rarity(stem.place) * held) / (held + 0.5 + phrasings.length / 10);
        square += weight * weight;
        weights.push(weight);
      }
      let each = 0;
      for (const stem of stems.keys()) {
        let posting = postings.get(stem);
        if (!posting) {
          posting = {subjects: [], weights: []};
          postings.set(stem, posting);
        }
        posting.subjects.push(at);
        posting.weights.push((weights[each++] ?? 0) / Math.sqrt(square));
      }
    },
    addShared(stems, scores) {
      for (const stem of stems) {
        const posting = postings.get(stem);
        if (!posting) continue;
        const rare = rarity(stem.place);
        for (let at = 0; at < posting.subjects.length; at++) {
          const subject = posting.subjects[at] ?? 0;
          scores[subject] = (scores[subject] ?? 0) + rare * (posting.weights[at] ?? 0);
        }
      }
    },
  };
}

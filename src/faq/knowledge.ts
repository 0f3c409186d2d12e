import {round} from './digits.ts';
import {createLexicon, type Holding, type Lexicon, mix, PLACE_COUNT, placeOf, type Stem, type Word} from './lexicon.ts';

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
  /** Its words' numbers. */
  words: readonly number[];
  vector?: Vector;
}

/** What was learned about a subject: how much its features weigh, in whole units, by ascending place. */
export interface Learned {
  places: Uint32Array;
  weights: Int8Array;
  unit: number;
  bias: number;
}

/** What is known of one entry, or of one negative. */
export interface Subject {
  phrasingCount: number;
  /** How much a stem says of it: less, the more stems it has. */
  share: number;
  readonly phrasings: readonly Phrasing[];
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
  /** Adds a subject by its phrasings' words, as numbers; none is empty, nor there twice. */
  add(phrasings: readonly (readonly number[])[]): void;
  /** Adds a subject of which all is known that is wanted before its phrasings are, once, read. */
  addLazily(subject: Pick<Subject, 'phrasingCount' | 'share'>, read: () => readonly (readonly number[])[]): void;
  /** Reckons in steps how rare features are, once all subjects are added. */
  settle(): Generator<void>;
  /** Reckons in steps how much a stem says of each subject, after that. */
  weigh(): Generator<void>;
  /** How rare a feature is among the subjects: from 0.5, when all have it. */
  rarity(place: number): number;
  holdingOf(stem: Stem): Holding;
  /** A subject's stems, and in how many of its phrasings each stands. */
  stemsOf(subject: Subject): ReadonlyMap<Stem, number>;
  /** Adds to each subject's score so many times what it says that it has a stem. */
  addShared(stem: Stem, times: number, scores: Float64Array): void;
  vectorOf(words: readonly Word[]): Vector;
  wordsOf(phrasing: Phrasing): Word[];
  /** The features of a known phrasing, reckoned once. */
  featuresOf(phrasing: Phrasing): Vector;
}

/** How much a text's words, pairs of words, and pieces of words say, to one another. */
const KIND_WEIGHTS = [1, 1, 0.7];

/** What a text's features come to when it is multiplied with itself. */
export const FULL_SQUARE: number = KIND_WEIGHTS.reduce((sum, weight) => sum + weight * weight, 0);

/** How many stems' features, and how many holders of stems, are reckoned in one step. */
const STEMS_OF_STEP = 500;
const HOLDERS_OF_STEP = 20_000;

/** Whether two texts have the same words; one that is not known is like no other. */
const areSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((number, at) => number === b[at] && number >= 0);

/**
 * Creates knowledge of nothing.
 *
 * @param entryCount - How many of the subjects that will be added have answers; the others follow them.
 */
export function createKnowledge(entryCount: number): Knowledge {
  const lexicon = createLexicon();
  const subjects: Subject[] = [];
  const counts = new Uint32Array(PLACE_COUNT);
  // by how many subjects have a feature
  let rarities = new Float64Array(0);
  // a stem of few of a subject's phrasings says less of it
  let slacks = new Float64Array(0);

  // pieces of several stems of a subject are counted more than once
  const rarity = (place: number) => rarities[Math.min(counts[place] ?? 0, subjects.length)] ?? 0;
  const holdingOf = (stem: Stem) => {
    if (typeof stem.holding === 'function') stem.holding = stem.holding();
    return stem.holding;
  };
  const wordsOf = ({words}: Phrasing) => words.flatMap((number) => lexicon.words[number] ?? []);
  const stemsOf = (subject: Subject) => {
    if (subject.stems) return subject.stems;
    const stems = new Map<Stem, number>();
    for (const phrasing of subject.phrasings) {
      for (const stem of new Set(wordsOf(phrasing).map((word) => word.stem)))
        stems.set(stem, (stems.get(stem) ?? 0) + 1);
    }
    subject.stems = stems;
    return stems;
  };
  // pairs of neighbouring words, the beginning and the end among them; how rare one is, is told from its words
  const pairsOf = (words: readonly Word[]) => {
    const pairs = new Map<number, number>();
    let hashBefore = 11;
    let rareBefore = rarities.at(-1) ?? 0;
    for (let at = 0; at <= words.length; at++) {
      const stem = words[at]?.stem;
      const hash = stem?.hash ?? 17;
      const rare = stem ? rarity(stem.place) : (rarities.at(-1) ?? 0);
      pairs.set(placeOf(mix(hashBefore, hash + 5)), 1 + (rareBefore + rare) / 2);
      hashBefore = hash;
      rareBefore = rare;
    }
    return pairs;
  };
  const vectorOf = (words: readonly Word[]): Vector => {
    const stems = new Set(words.map(({stem}) => stem));
    const kinds = [new Map<number, number>(), pairsOf(words), new Map<number, number>()] as const;
    for (const {place, pieces} of stems) {
      kinds[0].set(place, rarity(place));
      for (const piece of pieces) kinds[2].set(piece, rarity(piece));
    }
    const vector: Vector = {places: [], values: [], wordCount: stems.size, pairEnd: 0};
    kinds.forEach((kind, at) => {
      let square = 0;
      for (const rare of kind.values()) square += rare * rare;
      const scale = (KIND_WEIGHTS[at] ?? 0) / Math.sqrt(square || 1);
      for (const [place, rare] of kind) {
        vector.places.push(place);
        vector.values.push(rare * scale);
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
    wordsOf,
    holdersOf(words) {
      const numbers = words.map(({number}) => number);
      const [rarest] = words.map(({stem}) => stem).sort((a, b) => a.holderCount - b.holderCount);
      if (!rarest) return [];
      return holdingOf(rarest).subjects.filter((at) =>
        subjects[at]?.phrasings.some((phrasing) => areSame(numbers, phrasing.words)),
      );
    },
    isNegative: (at) => at >= entryCount,
    isKnown: ({holderCount}) => holderCount > 0,
    holdingOf,
    areTwins: (a, b) =>
      !!subjects[a]?.phrasings.some((own) => subjects[b]?.phrasings.some(({words}) => areSame(own.words, words))),
    featuresOf(phrasing) {
      phrasing.vector ??= vectorOf(wordsOf(phrasing));
      return phrasing.vector;
    },
    stemsOf,
    add(phrasings) {
      const own: Subject = {
        phrasingCount: phrasings.length,
        share: 0,
        phrasings: phrasings.map((words) => ({words})),
      };
      const at = subjects.push(own) - 1;
      for (const phrasing of own.phrasings) for (const word of wordsOf(phrasing)) word.count++;
      for (const [stem, count] of stemsOf(own)) {
        const holding = holdingOf(stem);
        stem.holderCount = holding.subjects.push(at);
        holding.counts.push(count);
      }
    },
    addLazily({phrasingCount, share}, read) {
      let phrasings: Phrasing[] | undefined;
      subjects.push({
        phrasingCount,
        share,
        get phrasings() {
          phrasings ??= read().map((words) => ({words}));
          return phrasings;
        },
      });
    },
    *settle() {
      let done = 0;
      for (const {place, pieces, holderCount} of lexicon.stems) {
        counts[place] = (counts[place] ?? 0) + holderCount;
        for (const piece of pieces) counts[piece] = (counts[piece] ?? 0) + holderCount;
        if (++done % STEMS_OF_STEP === 0) yield;
      }
      const all = 1 + subjects.length;
      rarities = Float64Array.from({length: all}, (_, count) => 0.5 + Math.log(all / (1 + count)));
      slacks = Float64Array.from(subjects, ({phrasingCount}) => 0.5 + phrasingCount / 10);
    },
    *weigh() {
      const squares = new Float64Array(subjects.length).fill(1);
      let done = 0;
      for (const stem of lexicon.stems) {
        const rare = rarity(stem.place);
        const {subjects: holders, counts: held} = holdingOf(stem);
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
      squares.forEach((square, at) => {
        const subject = subjects[at] as Subject; // one square each
        subject.share = round(1 / Math.sqrt(square));
      });
    },
    addShared(stem, times, scores) {
      const much = times * rarity(stem.place) ** 2;
      const {subjects: holders, counts: held} = holdingOf(stem);
      for (let each = 0; each < holders.length; each++) {
        const at = holders[each] ?? 0;
        const count = held[each] ?? 0;
        scores[at] = (scores[at] ?? 0) + ((much * count) / (count + (slacks[at] ?? 0))) * (subjects[at]?.share ?? 0);
      }
    },
  };
}

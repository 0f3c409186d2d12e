import {FULL_SQUARE, type Knowledge, type Learned, type Subject, type Vector} from './knowledge.ts';
import {PLACE_COUNT, type Word} from './lexicon.ts';
import {nearest} from './nearest.ts';

/** How many subjects, found by their words alone, are looked at with what was learned. */
const CANDIDATE_COUNT = 32;
/** How many of these are compared phrasing by phrasing. */
const CLOSE_COUNT = 5;

const NOTHING: Learned = {places: new Uint32Array(0), weights: new Int8Array(0), unit: 0, bias: 0};

/** A subject that a question may be about, found by its words. */
export interface Candidate {
  at: number;
  subject: Subject;
  /** What the words, pairs and pieces say, as learned: 1 for a clear case, −1 for another subject's. */
  learned: number;
  /** What it says that it has the words: the sum over all of them. */
  shared: number;
}

/** A candidate that was compared phrasing by phrasing. */
export interface Close extends Candidate {
  /** How near the nearest phrasing is, 0 to 1. */
  cosine: number;
  /** The number of the nearest phrasing. */
  phrasing: number;
  /** What share of the question's pairs and pieces stand in some phrasing of the subject. */
  pairShare: number;
  pieceShare: number;
}

/** Finds the subjects that are nearest to some words, nearest first; with several readings their mean. */
export interface Ranker {
  /** Looks at the words alone. */
  weigh(readings: readonly (readonly Word[])[]): Candidate[];
  /** Compares the nearest phrasing by phrasing as well. */
  rank(readings: readonly (readonly Word[])[]): Close[];
}

/** Creates what finds the subjects of words. */
export function createRanker(knowledge: Knowledge): Ranker {
  const asked = new Float64Array(PLACE_COUNT);
  const marks = new Uint32Array(PLACE_COUNT);
  let scores = new Float64Array(0);
  let mark = 0;

  /** Weighs the subjects that have the most of the words; what was asked stands in `asked` while `look` is called. */
  function weigh<T>(
    readings: readonly (readonly Word[])[],
    look: (candidates: Candidate[], vectors: readonly Vector[]) => T,
  ): T {
    scores = new Float64Array(knowledge.subjects.length);
    const vectors = readings.map((words) => {
      for (const stem of new Set(words.map((word) => word.stem))) knowledge.addShared(stem, 1, scores);
      return knowledge.vectorOf(words);
    });
    for (const {places, values} of vectors) {
      for (let each = 0; each < places.length; each++) {
        const place = places[each] ?? 0;
        asked[place] = (asked[place] ?? 0) + (values[each] ?? 0) / vectors.length;
      }
    }
    const candidates = nearest(scores, CANDIDATE_COUNT).map((at) => {
      const subject = knowledge.subjects[at] as Subject; // found by its number
      if (typeof subject.learned === 'function') subject.learned = subject.learned();
      const {places, weights, unit, bias} = subject.learned ?? NOTHING;
      let sum = 0;
      for (let each = 0; each < places.length; each++) sum += (weights[each] ?? 0) * (asked[places[each] ?? 0] ?? 0);
      return {at, subject, learned: sum * unit + bias, shared: (scores[at] ?? 0) / vectors.length};
    });
    candidates.sort((a, b) => b.learned - a.learned);
    const looked = look(candidates, vectors);
    for (const {places} of vectors) for (const place of places) asked[place] = 0;
    return looked;
  }

  function compare(candidates: readonly Candidate[], vectors: readonly Vector[]): Close[] {
    const close = candidates.slice(0, CLOSE_COUNT).map((candidate): Close => {
      mark++;
      let cosine = -1;
      let nearestPhrasing = 0;
      candidate.subject.phrasings.forEach((phrasing, number) => {
        const {places, values} = knowledge.featuresOf(phrasing);
        let product = 0;
        for (let each = 0; each < places.length; each++) {
          const place = places[each] ?? 0;
          const value = asked[place] ?? 0;
          if (value === 0) continue;
          product += value * (values[each] ?? 0);
          marks[place] = mark;
        }
        if (product > cosine) {
          cosine = product;
          nearestPhrasing = number;
        }
      });
      let pairShare = 0;
      let pieceShare = 0;
      for (const {places, values, wordCount, pairEnd} of vectors.slice(0, 1)) {
        const shared = (from: number, to: number) => {
          let all = 0;
          let held = 0;
          for (let each = from; each < to; each++) {
            const square = (values[each] ?? 0) ** 2;
            all += square;
            if (marks[places[each] ?? 0] === mark) held += square;
          }
          return held / (all || 1);
        };
        pairShare = shared(wordCount, pairEnd);
        pieceShare = shared(pairEnd, places.length);
      }
      return {...candidate, cosine: cosine / FULL_SQUARE, phrasing: nearestPhrasing, pairShare, pieceShare};
    });
    return close.sort((a, b) => b.learned + b.cosine - a.learned - a.cosine);
  }

  return {
    weigh: (readings) => weigh(readings, (candidates) => candidates),
    rank: (readings) => weigh(readings, compare),
  };
}

import type {Knowledge} from './knowledge.ts';
import type {Word} from './lexicon.ts';
import type {Close} from './rank.ts';

/**
 * Says from which probability on an answer is given without asking, by how many entries and negatives a pack has: the more
 * there are, the more questions without an answer look like one of them. 0.935 up to 25 of them, 0.015 more whenever
 * they double, 0.97 at most. Chosen on the development packs so that of a hundred answers more than 97 are right where 30 of
 * 100 questions have no answer in the pack; `npm run bench:faq` shows what comes of it.
 */
export const confidentScore = (subjectCount: number): number =>
  Math.min(0.97, 0.935 + 0.015 * Math.max(0, Math.log2(subjectCount / 25)));

/** What each sign of `signsOf` weighs, and a constant; `test/bench/faq/fit.ts` reckons them. */
const WEIGHTS = [3.02, 1.23, -0.39, 0.51, 0.45, 1.71, 1.3, 3.36, 1.31, -0.28, 0.48, -4.39];

/** How many phrasings of an entry must be known for an answer to any other: from one, too little can be told of it. */
export const MIN_PHRASINGS_TO_ANSWER = 2;

const limit = (value: number, most: number) => Math.max(-most, Math.min(most, value));

/**
 * Lists the signs of how far the first of some subjects may be trusted. None depends on a pack's size or on what it is
 * about.
 *
 * @param close - Subjects, nearest first, without twins of the first; at least one.
 * @param words - The question's, repaired.
 */
export function signsOf(
  knowledge: Knowledge,
  {close, words}: {close: readonly Close[]; words: readonly Word[]},
): number[] {
  const [first, second] = close as [Close, Close?];
  const {
    subject,
    subject: {phrasingCount},
    learned,
    cosine,
    pairShare,
    pieceShare,
    phrasing,
  } = first;
  const stems = new Set(words.map(({stem}) => stem));
  const own = knowledge.stemsOf(subject);
  const nearest = subject.phrasings[phrasing];
  const other = new Set(nearest && knowledge.wordsOf(nearest).map(({stem}) => stem));
  let all = 0;
  let shared = 0;
  let strangest = 0;
  // how surprising it is that no phrasing of the subject has those of the question's words that other subjects have
  let missed = 0;
  for (const stem of stems) {
    const rarity = knowledge.rarity(stem.place);
    all += rarity;
    if (other.has(stem)) shared += rarity;
    if (own.has(stem)) continue;
    strangest = Math.max(strangest, rarity);
    if (knowledge.isKnown(stem)) missed += Math.log(1 + Math.exp(0.5 - rarity) * phrasingCount);
  }
  let phrased = 0;
  for (const stem of other) phrased += knowledge.rarity(stem.place);
  return [
    limit(learned - (second?.learned ?? -1.2), 2.5),
    limit(second?.learned ?? -1.5, 1.5),
    Math.log(phrasingCount) * cosine,
    cosine - Math.max(0, ...close.slice(1).map((rival) => rival.cosine)),
    pairShare,
    pieceShare,
    shared / phrased,
    shared / (all + phrased - shared),
    strangest / Math.log(knowledge.subjects.length + 1),
    Math.sqrt(missed),
    Math.log(1 + stems.size),
  ];
}

/** Reckons how probable it is that a question is about the first subject, 0 to 1. */
export function probability(signs: readonly number[]): number {
  let sum = WEIGHTS[signs.length] ?? 0;
  signs.forEach((sign, at) => {
    sum += sign * (WEIGHTS[at] ?? 0);
  });
  return 1 / (1 + Math.exp(-sum));
}

import {PRECISION, round} from './digits.ts';
import type {Knowledge, Learned, Subject, Vector} from './knowledge.ts';
import {PLACE_COUNT} from './lexicon.ts';
import {nearest} from './nearest.ts';

/** How many of the nearest other subjects one subject is told from. */
const RIVAL_COUNT = 16;
/** How many phrasings of one subject are looked at. */
const MAX_PHRASINGS = 100;
/** Of how many phrasings the features are reckoned in one step. */
const EXAMPLES_OF_STEP = 20;
/** How often the trainer looks at each phrasing. */
const ROUND_COUNT = 5;
/** The most features that are kept of what was learned about a subject. */
const MAX_WEIGHTS = 400;
/** Weights are kept as whole numbers, so many on either side of zero. */
export const WEIGHT_STEPS = 22;
/**
 * Creates what learns, in steps, to tell a subject from those that are nearest to it: a support vector machine with squared hinge
 * loss by dual coordinate descent (Hsieh et al., "A dual coordinate descent method for large-scale linear SVM", 2008).
 */
export function createTrainer(knowledge: Knowledge): (at: number) => Generator<void> {
  const dense = new Float64Array(PLACE_COUNT);
  const scores = new Float64Array(knowledge.subjects.length);
  return function* train(at) {
    const own = knowledge.subjects[at] as Subject; // asked for by its number
    scores.fill(0);
    for (const [stem, count] of knowledge.stemsOf(own)) knowledge.addShared(stem, count, scores);
    scores[at] = 0;
    const examples: Vector[] = [];
    let ownCount = 0;
    for (const other of [at, ...nearest(scores, RIVAL_COUNT)]) {
      if (other !== at && knowledge.areTwins(at, other)) continue;
      const {phrasings} = knowledge.subjects[other] as Subject; // found by its number
      for (const phrasing of phrasings.slice(0, MAX_PHRASINGS)) {
        examples.push(knowledge.featuresOf(phrasing));
        if (examples.length % EXAMPLES_OF_STEP === 0) yield;
      }
      if (other === at) ownCount = examples.length;
    }
    const ownSlack = 0.5 / Math.sqrt(Math.max(1, examples.length / ownCount - 1));
    const alphas = new Float64Array(examples.length);
    let bias = 0;
    let random = at + 1;
    const order = examples.map((_, example) => example);
    for (let visit = 0; visit < ROUND_COUNT * order.length; visit++) {
      // a new order for each round, by drawing one of those that are left
      const turn = visit % order.length;
      if (turn === 0) yield;
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      const drawn = turn + ((random >>> 8) % (order.length - turn));
      const example = order[drawn] ?? 0;
      order[drawn] = order[turn] ?? 0;
      order[turn] = example;

      const {places, values} = examples[example] as Vector; // its own number
      const sign = example < ownCount ? 1 : -1;
      const slack = sign > 0 ? ownSlack : 0.5;
      let sum = bias;
      let square = 1 + slack;
      for (let each = 0; each < places.length; each++) {
        const value = values[each] ?? 0;
        sum += (dense[places[each] ?? 0] ?? 0) * value;
        square += value * value;
      }
      const alpha = alphas[example] ?? 0;
      const next = Math.max(0, alpha - (sign * sum - 1 + alpha * slack) / square);
      const step = sign * (next - alpha);
      if (step === 0) continue;
      alphas[example] = next;
      bias += step;
      for (let each = 0; each < places.length; each++) {
        const place = places[each] ?? 0;
        dense[place] = (dense[place] ?? 0) + step * (values[each] ?? 0);
      }
    }
    yield;
    own.learned = {...keep(dense, examples), bias: round(bias)};
  };
}

/** Keeps the greatest weights as whole numbers, and clears them all. */
function keep(dense: Float64Array, examples: readonly Vector[]): Omit<Learned, 'bias'> {
  const all: {place: number; weight: number}[] = [];
  for (const {places} of examples) {
    for (const place of places) {
      const weight = dense[place] ?? 0;
      if (weight === 0) continue;
      all.push({place, weight});
      dense[place] = 0;
    }
  }
  const sizes = Float64Array.from(all, ({weight}) => Math.abs(weight)).sort();
  const unit = Math.max(1 / PRECISION, round((sizes.at(-1) ?? 0) / WEIGHT_STEPS));
  const least = sizes.at(-MAX_WEIGHTS - 1) ?? 0;
  const wholeOf = (weight: number) => Math.max(-WEIGHT_STEPS, Math.min(WEIGHT_STEPS, Math.round(weight / unit)));
  const kept = all.filter(({weight}) => Math.abs(weight) >= least && wholeOf(weight) !== 0);
  kept.sort((a, b) => a.place - b.place);
  return {
    places: Uint32Array.from(kept, ({place}) => place),
    weights: Int8Array.from(kept, ({weight}) => wholeOf(weight)),
    unit,
  };
}

import {confidentScore, MIN_PHRASINGS_TO_ANSWER, probability} from '../../../src/faq/judge.ts';
import {studyPack} from '../../../src/faq/study.ts';
import {createRandom} from '../../latency/random.ts';
import {type Example, fitLogistic, probabilityOf, type Weights} from './logistic.ts';
import {misspell, type Query, type Split, splitIntents, splitShop} from './splits.ts';

/** What became of a question. */
export interface Outcome extends Pick<Query, 'kind' | 'group'> {
  split: Split;
  isMisspelled: boolean;
  isRight: boolean;
  /** How many phrasings are known of what was found. */
  phrasingCount?: number;
  /** Absent where nothing was found, or the question is known word for word. */
  signs?: readonly number[];
  /** How probable the matcher thinks it that it is right; 1 where it is known word for word, −1 where nothing was found. */
  score: number;
}

/** At which mix of traffic precision is reckoned. */
export const MIX = {in: 0.7, near: 0.15, far: 0.15};
/** How much questions with a typing error count in a fitWeights, beside those without. */
const MISSPELLED_WEIGHT = 0.15;
/** How strongly weights are held near zero. */
const RIDGE = 2e-3;

/** Asks all questions of a split, those with an answer a second time with a typing error. */
export function collectOutcomes(split: Split): Outcome[] {
  const {pack, queries} = split;
  const {finder} = studyPack(pack);
  const random = createRandom(split.seed * 31 + 7);
  const ask = ({kind, group, id}: Query, text: string): Outcome => {
    const found = finder.find(text, (at) => at < pack.entries.length);
    const isRight = found !== undefined && id !== null && pack.entries[found.at]?.id === id;
    const score = found ? (found.signs ? Number.NaN : 1) : -1;
    const base = {split, kind, group, isRight, score, isMisspelled: true};
    return found?.signs ? {...base, signs: found.signs, phrasingCount: found.phrasingCount} : base;
  };
  return queries.flatMap((query) => {
    const plain = {...ask(query, query.text), isMisspelled: false};
    return query.kind === 'in' ? [plain, ask(query, misspell(query.text, random))] : [plain];
  });
}

const isOfShop = ({name}: Split) => name.startsWith('shop');

/** Gives each outcome its share of the mix; both sources count the same, and all splits of each. */
function toExamples(outcomes: readonly Outcome[]): (Example | undefined)[] {
  const counts = new Map<Split, {in: number; near: number; far: number}>();
  for (const {split, kind, isMisspelled} of outcomes) {
    if (isMisspelled) continue;
    const count = counts.get(split) ?? {in: 0, near: 0, far: 0};
    count[kind]++;
    counts.set(split, count);
  }
  const shopCount = [...counts.keys()].filter(isOfShop).length;
  return outcomes.map(({split, kind, signs, isRight, isMisspelled}) => {
    const count = counts.get(split);
    if (!signs || !count) return undefined;
    const share = mixOf(count)[kind] / count[kind] / (isOfShop(split) ? shopCount : counts.size - shopCount);
    return {signs, isRight, weight: share * (isMisspelled ? MISSPELLED_WEIGHT : 1)};
  });
}

const mixOf = ({near}: {near: number}) => (near > 0 ? MIX : {in: MIX.in, near: 0, far: MIX.near + MIX.far});

/** Fits the weights of the signs to all outcomes. */
export const fitWeights = (outcomes: readonly Outcome[]): Weights =>
  fitLogistic(
    toExamples(outcomes).filter((example) => example !== undefined),
    RIDGE,
  );

/** Scores outcomes as the matcher does. */
export const scoreShipped = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.map((each) => (each.signs ? {...each, score: probability(each.signs)} : each));

/** Scores outcomes with given weights. */
export const scoreWith = (outcomes: readonly Outcome[], weights: Weights): Outcome[] =>
  outcomes.map((each) => (each.signs ? {...each, score: probabilityOf(weights, each.signs)} : each));

/** Scores each outcome with weights that were fitted to questions of other intents. */
export function scoreUnseen(outcomes: readonly Outcome[], foldCount = 5): Outcome[] {
  const groups = [...new Set(outcomes.map(({group}) => group))];
  const foldOf = new Map(groups.map((group, at) => [group, at % foldCount]));
  return Array.from({length: foldCount}).flatMap((_, fold) => {
    const isIn = ({group}: Outcome) => foldOf.get(group) === fold;
    return scoreWith(outcomes.filter(isIn), fitWeights(outcomes.filter((each) => !isIn(each))));
  });
}

/** What share of questions was answered rightly, and of answers was right, at the mix. */
export interface Quality {
  coverage: number;
  precision: number;
  farShare: number;
  /** Coverage of questions with a typing error over that of the same without. */
  typoRatio: number;
  /** Share of answerable questions of which the entry came first. */
  accuracy: number;
}

/** From which score on a split's matcher is confident. */
export const thresholdOf = ({pack}: Split): number =>
  confidentScore(pack.entries.length + (pack.negatives?.length ?? 0));

/** Measures outcomes of one split from a score on. */
export function qualityOf(outcomes: readonly Outcome[], threshold: number): Quality {
  const count = (test: (each: Outcome) => boolean) => outcomes.filter(test).length;
  const kinds = ['in', 'near', 'far'] as const;
  const asked = (kind: Outcome['kind']) => count((each) => each.kind === kind && !each.isMisspelled);
  const mix = mixOf({near: asked('near')});
  const isAnswer = ({score, phrasingCount = MIN_PHRASINGS_TO_ANSWER}: Outcome) =>
    score >= threshold && phrasingCount >= MIN_PHRASINGS_TO_ANSWER;
  const answered = kinds.reduce((sum, kind) => {
    const answers = count((each) => each.kind === kind && !each.isMisspelled && isAnswer(each));
    return sum + (answers / (asked(kind) || 1)) * mix[kind];
  }, 0);
  const right = count((each) => each.isRight && !each.isMisspelled && isAnswer(each));
  const typos = count((each) => each.isRight && each.isMisspelled && isAnswer(each));
  const coverage = right / asked('in');
  return {
    coverage,
    precision: answered > 0 ? (coverage * mix.in) / answered : 1,
    farShare: count((each) => each.kind === 'far' && isAnswer(each)) / (asked('far') || 1),
    typoRatio: right > 0 ? typos / right : 1,
    accuracy: count((each) => each.isRight && !each.isMisspelled) / asked('in'),
  };
}

/** Puts together what belongs to one split. */
export function bySplit(outcomes: readonly Outcome[]): Map<Split, Outcome[]> {
  const groups = new Map<Split, Outcome[]>();
  for (const each of outcomes) {
    const group = groups.get(each.split);
    if (group) group.push(each);
    else groups.set(each.split, [each]);
  }
  return groups;
}

/** Makes the splits that the constants are fitted to and measured on, ten for each seed. */
export const makeSplits = (seeds: readonly number[]): Split[] =>
  seeds.flatMap((seed) => [
    ...(['kept', 'mixed'] as const).flatMap((division) => [
      splitIntents({seed, phrasingCount: 20, division}),
      splitIntents({seed, phrasingCount: 20, decoyCount: 5, division}),
      splitIntents({seed, phrasingCount: 5, division}),
      splitIntents({seed, phrasingCount: 1, division}),
      splitShop({seed, division}),
    ]),
  ]);

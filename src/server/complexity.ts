import {readWords} from '../faq/index.ts';
import type {RouteName} from './model.ts';

/** A question with the route that it should take, and optionally the class that it belongs to. */
export interface RouteExample {
  /** As visitors ask it. */
  question: string;
  route: RouteName;
  /** A word or hyphenated words, as topic ids are written. */
  promptClass?: string;
}

/** Beginnings of words that ask for weighing, explaining or reckoning, in the languages of most shops. */
const WEIGHING =
  /^(why|compar|differen|versus|vs$|better|recommend|advi[cs]e|explain|suggest|instead|although|whether|calculat|warum|weshalb|vergleich|unterschied|besser|empfehl|erklar|pourquoi|mieux|conseil|expliqu|porque|mejor|recom|diferenc|perche|meglio|consigli|spiega)/;

/** Words that join a second wish or a condition to the first. */
const JOINING = new Set(
  'and but or if because while unless after before und aber oder wenn weil et mais ou si parce y pero o e ma se'.split(
    ' ',
  ),
);

/** What the words of a rule weigh when nothing was learned: count of words, joints, weighing words, further questions. */
const RULES = {base: -3.2, words: 0.09, joints: 0.55, weighing: 2.1, further: 1.2, said: 0.1} as const;

const EPOCH_COUNT = 30;
const STEP = 0.25;
const DECAY = 0.0005;

/** A question whose route is known, and how complex a classifier takes it for. */
export interface JudgedQuestion {
  wanted: RouteName;
  complexity: number;
}

/** Says how probable it is that a question needs the powerful model, 0 to 1. */
export type ReadComplexity = (question: string, historyCount: number) => number;

/**
 * Creates a measure of complexity: rules on the question's form, corrected by what examples teach of its words (logistic
 * regression over words and pairs of words, always in the same order, so that the same examples give the same measure).
 *
 * @param examples - None: the rules alone.
 */
export function createComplexity(examples: readonly RouteExample[]): ReadComplexity {
  const weights = new Map<string, number>();
  const learned = (signs: readonly string[]) => {
    let sum = 0;
    for (const sign of signs) sum += weights.get(sign) ?? 0;
    return sum / Math.sqrt(signs.length + 1);
  };
  const known = examples.map(({question, route}) => {
    const words = readWords(question);
    return {signs: readSigns(words), rules: weighRules(question, words, 0), wanted: route === 'powerful' ? 1 : 0};
  });
  for (let epoch = 0; epoch < EPOCH_COUNT; epoch++) {
    for (const {signs, rules, wanted} of known) {
      const push = (STEP * (wanted - logistic(rules + learned(signs)))) / Math.sqrt(signs.length + 1);
      for (const sign of signs) weights.set(sign, (weights.get(sign) ?? 0) * (1 - DECAY) + push);
    }
  }
  return (question, historyCount) => {
    const words = readWords(question);
    return logistic(weighRules(question, words, historyCount) + learned(readSigns(words)));
  };
}

/** Chooses the highest complexity below which at most a share of the complex questions lies; without complex ones 0.5. */
export function chooseThreshold(judged: readonly JudgedQuestion[], maxShare: number): number {
  const complex = judged
    .filter(({wanted}) => wanted === 'powerful')
    .map(({complexity}) => complexity)
    .sort((a, b) => a - b);
  return complex[Math.floor(complex.length * maxShare)] ?? (complex.length > 0 ? 1 : 0.5);
}

function weighRules(question: string, words: readonly string[], historyCount: number): number {
  const joints = words.filter((word) => JOINING.has(word)).length;
  const weighing = words.filter((word) => WEIGHING.test(word)).length;
  const further = Math.max(0, question.slice(0, 4_000).split(/[?？؟]/).length - 2);
  return (
    RULES.base +
    RULES.words * words.length +
    RULES.joints * Math.min(joints, 4) +
    RULES.weighing * Math.min(weighing, 2) +
    RULES.further * Math.min(further, 3) +
    RULES.said * Math.min(historyCount, 10)
  );
}

/** The constant, each word, and each pair of neighbours, once. */
function readSigns(words: readonly string[]): string[] {
  const pairs = words.slice(1).map((word, at) => `${words[at]} ${word}`);
  return [...new Set(['', ...words, ...pairs])];
}

function logistic(sum: number): number {
  return 1 / (1 + Math.exp(-sum));
}

import {createDigitReader} from './digits.ts';
import type {Knowledge, Learned} from './knowledge.ts';
import {type CompiledPack, type PlainPack, phrasingsOf} from './pack.ts';
import {createTrainer, PRECISION, WEIGHT_STEPS} from './train.ts';
import {readWords} from './words.ts';

/** How many words of a compiled pack are read in one step, and of how many phrasings the features are reckoned in one. */
const WORDS_OF_STEP = 500;
const PHRASINGS_OF_STEP = 20;

/** Whether a pack was compiled, in the form that this version reads. */
export const isCompiled = (pack: PlainPack | CompiledPack): pack is CompiledPack =>
  'compiled' in pack && pack.compiled === 1;

/** Reads a pack's phrasings into knowledge, a step for each subject. */
export function* readPhrasings(pack: PlainPack | CompiledPack, knowledge: Knowledge): Generator<void> {
  const {lexicon} = knowledge;
  if (isCompiled(pack)) {
    for (const text of pack.words.split(' ')) {
      if (lexicon.add(text).number % WORDS_OF_STEP === 0) yield;
    }
    const next = createDigitReader(pack.phrasings);
    for (let left = next(); left > 0; left--) {
      knowledge.add(readSubject(next));
      yield;
    }
  } else {
    for (const entry of [...pack.entries, ...(pack.negatives ?? [])]) {
      const phrasings = new Map<string, number[]>();
      for (const text of phrasingsOf(entry)) {
        const words = readWords(text);
        if (words.length === 0) continue;
        phrasings.set(
          words.join(' '),
          words.map((word) => lexicon.add(word).number),
        );
      }
      knowledge.add([...phrasings.values()]);
      yield;
    }
  }
  yield* knowledge.settle();
}

/** Learns to tell a pack's subjects from one another, in some steps for each; or reads what was learned. */
export function* learn(pack: PlainPack | CompiledPack, knowledge: Knowledge): Generator<void> {
  if (isCompiled(pack)) {
    // read when it is first looked at: most subjects never are
    knowledge.subjects.forEach((subject, at) => {
      subject.learned = () => readLearned(pack.weights[at] ?? '');
    });
    return;
  }
  let done = 0;
  for (const {phrasings} of knowledge.subjects) {
    for (const phrasing of phrasings) {
      knowledge.featuresOf(phrasing);
      if (++done % PHRASINGS_OF_STEP === 0) yield;
    }
  }
  const train = createTrainer(knowledge);
  for (let at = 0; at < knowledge.subjects.length; at++) {
    yield* train(at);
  }
}

function readSubject(next: () => number): number[][] {
  const phrasings: number[][] = [];
  for (let left = next(); left > 0; left--) {
    const words: number[] = [];
    for (let rest = next(); rest > 0; rest--) words.push(next());
    phrasings.push(words);
  }
  return phrasings;
}

function readLearned(text: string): Learned {
  const next = createDigitReader(text);
  const unit = next() / PRECISION;
  const bias = next() / PRECISION;
  const learned: Learned = {unit, bias: next() === 1 ? -bias : bias, places: [], weights: []};
  let place = 0;
  for (let left = next(); left > 0; left--) {
    place += next();
    learned.places.push(place);
    learned.weights.push(next() - WEIGHT_STEPS);
  }
  return learned;
}

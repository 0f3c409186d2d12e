import {createDigitReader} from './digits.ts';
import type {Knowledge, Learned} from './knowledge.ts';
import {type CompiledPack, type PlainPack, phrasingsOf} from './pack.ts';
import {createTrainer, PRECISION, WEIGHT_STEPS} from './train.ts';
import {readWords} from './words.ts';

/** Whether a pack was compiled, in the form that this version reads. */
export const isCompiled = (pack: PlainPack | CompiledPack): pack is CompiledPack =>
  'compiled' in pack && pack.compiled === 1;

/** Reads a pack's phrasings into knowledge, a step for each subject. */
export function* readPhrasings(pack: PlainPack | CompiledPack, knowledge: Knowledge): Generator<void> {
  const {lexicon} = knowledge;
  if (isCompiled(pack)) {
    const words = pack.words.split(' ').map(lexicon.add);
    const next = createDigitReader(pack.phrasings);
    const list = <T>(read: () => T) => Array.from({length: next()}, read);
    for (let left = next(); left > 0; left--) {
      knowledge.add(list(() => list(() => words[next()] ?? lexicon.read(''))));
      yield;
    }
  } else {
    for (const entry of [...pack.entries, ...(pack.negatives ?? [])]) {
      knowledge.add(phrasingsOf(entry).map((text) => readWords(text).map(lexicon.add)));
      yield;
    }
  }
  knowledge.settle();
  for (let at = 0; at < knowledge.subjects.length; at++) {
    knowledge.weigh(at);
    yield;
  }
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
  for (const {phrasings} of knowledge.subjects) {
    phrasings.forEach(knowledge.featuresOf);
    yield;
  }
  const train = createTrainer(knowledge);
  for (let at = 0; at < knowledge.subjects.length; at++) {
    yield* train(at);
  }
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

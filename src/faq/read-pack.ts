import {createDigitReader, PRECISION} from './digits.ts';
import type {Knowledge, Learned} from './knowledge.ts';
import type {Holding} from './lexicon.ts';
import {type CompiledPack, type PlainPack, phrasingsOf} from './pack.ts';
import {createTrainer, WEIGHT_STEPS} from './train.ts';
import {readWords} from './words.ts';

/** How many words of a compiled pack are read in one step. */
const WORDS_OF_STEP = 500;

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
    yield* readIndex(pack, knowledge);
    yield* knowledge.settle();
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
    yield* knowledge.settle();
    yield* knowledge.weigh();
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
  const train = createTrainer(knowledge);
  for (let at = 0; at < knowledge.subjects.length; at++) {
    yield* train(at);
  }
}

/** Reads what a compiled pack says of each stem and subject; who has a stem, and the phrasings, when they are looked at. */
function* readIndex(pack: CompiledPack, {lexicon, addLazily}: Knowledge): Generator<void> {
  const nextCount = createDigitReader(pack.holderCounts);
  lexicon.stems.forEach((stem, at) => {
    stem.holderCount = nextCount();
    stem.holding = () => readHolding(pack.holders[at] ?? '');
  });
  // the frequent come first
  for (const word of lexicon.words) word.count = lexicon.words.length - word.number;
  yield;
  const next = createDigitReader(pack.shares);
  for (const text of pack.phrasings) {
    addLazily({phrasingCount: next(), share: next() / PRECISION}, () => readSubject(text));
  }
}

function readHolding(text: string): Holding {
  const next = createDigitReader(text);
  const holding: Holding = {subjects: [], counts: []};
  for (let at = next(), count = next(); count > 0; at += next(), count = next()) {
    holding.subjects.push(at);
    holding.counts.push(count);
  }
  return holding;
}

function readSubject(text: string): number[][] {
  const next = createDigitReader(text);
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
  const isBelow = next() === 1;
  const count = Math.min(next(), text.length);
  const places = new Uint32Array(count);
  const weights = new Int8Array(count);
  let place = 0;
  for (let at = 0; at < count; at++) {
    place += next();
    places[at] = place;
    weights[at] = next() - WEIGHT_STEPS;
  }
  return {unit, bias: isBelow ? -bias : bias, places, weights};
}

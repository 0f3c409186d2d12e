import {probability} from './judge.ts';
import {type FaqEntry, type Negative, type PlainPack, phrasingsOf} from './pack.ts';
import {asPart, type Steps} from './steps.ts';
import {studyInSteps} from './study.ts';

/** What a pack said to one of its own questions that it had not been given. */
export interface Trial {
  question: string;
  /** The number of the subject that the question belongs to: entries first, then negatives. */
  subject: number;
  /** The number of the entry that was found; undefined when none was. */
  found: number | undefined;
  /** How probable it was thought that this is the entry, 0 to 1. */
  score: number;
}

/** In how many parts phrasings, or entries, are held out. */
const FOLD_COUNT = 4;
/** The fewest phrasings of an entry of which some are held out, and that an entry should have. */
export const MIN_PHRASINGS = 5;
/** How many phrasings of an entry are asked while it is left out. */
const MAX_ASKED = 8;
/** Which share of the time is spent on learning; the rest on asking. */
const LEARNING_SHARE = 0.75;

/** Lists the different phrasings of each entry, then of each negative. */
export const subjectsOf = (pack: PlainPack): string[][] =>
  [...pack.entries, ...(pack.negatives ?? [])].map((subject) => [...new Set(phrasingsOf(subject))]);

/** Asks each phrasing once of the pack without it; those of subjects with fewer than MIN_PHRASINGS are not asked. */
export function* holdOutPhrasings(pack: PlainPack): Steps<Trial[]> {
  const subjects = subjectsOf(pack);
  if (!subjects.some((all) => all.length >= MIN_PHRASINGS)) return []; // nothing to learn for nothing
  const isHeldOut = (all: readonly string[], at: number, fold: number) =>
    all.length >= MIN_PHRASINGS && at % FOLD_COUNT === fold;
  const asSubject = ([question = '', ...variants]: readonly string[]): Negative => ({question, variants});
  const trials: Trial[] = [];
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const kept = subjects.map((all) => all.filter((_, at) => !isHeldOut(all, at, fold)));
    const asked = subjects.flatMap((all, subject) =>
      all.filter((_, at) => isHeldOut(all, at, fold)).map((question) => ({subject, question})),
    );
    const part: PlainPack = {
      entries: pack.entries.map(({id}, at) => ({id, ...asSubject(kept[at] ?? [])})),
      negatives: kept.slice(pack.entries.length).map(asSubject),
    };
    const numbers = pack.entries.map((_, at) => at);
    trials.push(...(yield* asPart(ask(part, {asked, numbers}), shareOf(fold))));
  }
  return trials;
}

/**
 * Asks some phrasings of each entry of the pack without that entry: whatever it answers is wrong. Not asked is what
 * another entry has word for word.
 */
export function* holdOutEntries(pack: PlainPack): Steps<Trial[]> {
  if (pack.entries.length < 2) return [];
  const subjects = subjectsOf(pack);
  const trials: Trial[] = [];
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const numbers = pack.entries.flatMap((_, at) => (at % FOLD_COUNT === fold ? [] : [at]));
    const asked = pack.entries.flatMap((_, subject) =>
      subject % FOLD_COUNT === fold
        ? (subjects[subject] ?? []).slice(0, MAX_ASKED).map((question) => ({subject, question}))
        : [],
    );
    const part = {...pack, entries: numbers.map((at) => pack.entries[at] as FaqEntry)}; // its own numbers
    const answers = yield* asPart(ask(part, {asked, numbers}), shareOf(fold));
    trials.push(...answers.filter(({isKnown}) => !isKnown));
  }
  return trials;
}

const shareOf = (fold: number) => ({from: fold / FOLD_COUNT, to: (fold + 1) / FOLD_COUNT});

/** Asks questions of a part of a pack; `numbers` are those that its entries have in the whole. */
function* ask(
  part: PlainPack,
  {asked, numbers}: {asked: readonly {subject: number; question: string}[]; numbers: readonly number[]},
): Steps<(Trial & {isKnown: boolean})[]> {
  const {finder} = yield* asPart(studyInSteps(part), {from: 0, to: LEARNING_SHARE});
  const trials: (Trial & {isKnown: boolean})[] = [];
  for (const {subject, question} of asked) {
    const found = finder.find(question, (at) => at < numbers.length);
    const score = found ? (found.signs ? probability(found.signs) : 1) : 0;
    const isKnown = found !== undefined && !found.signs;
    trials.push({subject, question, found: found && numbers[found.at], score, isKnown});
    yield LEARNING_SHARE + ((1 - LEARNING_SHARE) * trials.length) / asked.length;
  }
  return trials;
}

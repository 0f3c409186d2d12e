import {holdOutEntries, holdOutPhrasings, MIN_PHRASINGS, subjectsOf, type Trial} from './hold-out.ts';
import {confidentScore} from './judge.ts';
import type {PlainPack} from './pack.ts';
import {asPart, type Steps} from './steps.ts';

/** Two entries of which one was taken for the other. */
export interface ConfusablePair {
  /** The entries'. */
  ids: [string, string];
  /** How often. */
  count: number;
  /** A phrasing of each: one that was taken for the other's, or its question. */
  examples: [string, string];
}

/** A wrong answer that would have been given. */
export interface Mistake {
  /** The question as the pack has it. */
  question: string;
  /** The entry that it belongs to; absent when it is a negative's. */
  id?: string;
  /** The entry that answered it. */
  takenFor: string;
  /** Whether its own entry was left out whole, or only this phrasing of it. */
  leftOut: 'entry' | 'phrasing';
}

/** How well a pack does on its own questions, each held out while the others were learned. */
export interface PackReport {
  /** From which probability on an answer is given, 0 to 1. */
  threshold: number;
  /** How many phrasings were held out one by one, those of negatives among them. */
  heldOutCount: number;
  /** Share of the entries' phrasings that were answered rightly, at the pack's threshold. */
  coverageShare: number;
  /** Share of the answers to held-out phrasings that were right; absent when none was given. */
  precisionShare?: number;
  /** The greatest share that could be answered rightly with 99 of 100 answers right. */
  coverageAt99Share: number;
  /** How many questions were asked while their entry was left out whole. */
  leftOutCount: number;
  /** Share of those that were answered, which is wrong whatever was said. */
  falseShare: number;
  /** Share of answers that would be right if 30 of 100 questions had no answer in the pack; absent when it cannot be told. */
  mixedPrecisionShare?: number;
  /** Pairs of entries of which one was taken for the other, the most frequent first. */
  confusable: ConfusablePair[];
  /** The wrong answers, the surest first. */
  mistakes: Mistake[];
  /** Entries with so few phrasings that nothing but their own words finds them. */
  needVariants: string[];
}

/** What share of answers to held-out phrasings should be right: others, with no answer here, are not among them. */
const TARGET_SHARE = 0.99;
/** So many wrong answers are no accident. */
const MIN_WRONG = 3;
/** A pack's own threshold is never higher. */
const MAX_THRESHOLD = 0.995;
/** What share of questions has no answer in a pack, where precision is reckoned for visitors. */
const FOREIGN_SHARE = 0.3;

/** Finds, step by step, from which score on a pack's answers may be given; `report` says how well it does as well. */
export function* calibrate(
  pack: PlainPack,
  wanted: 'threshold' | 'report',
): Steps<{threshold: number; report?: PackReport}> {
  const to = wanted === 'report' ? 0.5 : 1;
  const trials = yield* asPart(holdOutPhrasings(pack), {from: 0, to});
  const threshold = raise(trials, confidentScore(pack.entries.length + (pack.negatives?.length ?? 0)));
  if (wanted === 'threshold') return {threshold};
  const foreign = yield* asPart(holdOutEntries(pack), {from: to, to: 1});
  return {threshold, report: writeReport(pack, {trials, foreign, threshold})};
}

const isRight = ({found, subject}: Trial) => found === subject;
const isFound = ({found}: Trial) => found !== undefined;

/** Raises the shared threshold as far as wrong answers ask for it, and no further. */
function raise(trials: readonly Trial[], shared: number): number {
  const answers = trials.filter(isFound);
  const isEnough = (threshold: number) => {
    const given = answers.filter(({score}) => score >= threshold);
    const rightCount = given.filter(isRight).length;
    return given.length - rightCount < MIN_WRONG || rightCount >= TARGET_SHARE * given.length;
  };
  if (isEnough(shared)) return shared;
  const wrong = answers.filter((trial) => !isRight(trial) && trial.score >= shared).sort((a, b) => a.score - b.score);
  const enough = wrong.map(({score}) => score + 1e-6).find(isEnough);
  return Math.min(MAX_THRESHOLD, enough ?? MAX_THRESHOLD);
}

function writeReport(
  pack: PlainPack,
  {trials, foreign, threshold}: {trials: readonly Trial[]; foreign: readonly Trial[]; threshold: number},
): PackReport {
  const isGiven = (trial: Trial) => isFound(trial) && trial.score >= threshold;
  const askedCount = trials.filter(({subject}) => subject < pack.entries.length).length || 1;
  const given = trials.filter(isGiven);
  const rightCount = given.filter(isRight).length;
  const falseShare = foreign.filter(isGiven).length / (foreign.length || 1);
  const right = (1 - FOREIGN_SHARE) * (rightCount / askedCount);
  const wrong = (1 - FOREIGN_SHARE) * ((given.length - rightCount) / askedCount) + FOREIGN_SHARE * falseShare;
  return {
    threshold,
    heldOutCount: trials.length,
    coverageShare: rightCount / askedCount,
    ...(given.length > 0 && {precisionShare: rightCount / given.length}),
    coverageAt99Share: mostRight(trials.filter(isFound)) / askedCount,
    leftOutCount: foreign.length,
    falseShare,
    ...(foreign.length > 0 && right + wrong > 0 && {mixedPrecisionShare: right / (right + wrong)}),
    confusable: listConfusable(pack, trials),
    mistakes: listMistakes(pack, {
      phrasing: given.filter((trial) => !isRight(trial)),
      entry: foreign.filter(isGiven),
    }),
    needVariants: subjectsOf(pack).flatMap((all, at) => {
      const entry = pack.entries[at];
      return entry && all.length < MIN_PHRASINGS ? entry.id : [];
    }),
  };
}

/** Counts the most right answers that there are above any score above which enough are right. */
function mostRight(answers: Trial[]): number {
  let rightCount = 0;
  let most = 0;
  answers
    .sort((a, b) => b.score - a.score)
    .forEach((answer, at) => {
      if (isRight(answer)) rightCount++;
      if (rightCount >= TARGET_SHARE * (at + 1)) most = rightCount;
    });
  return most;
}

function listConfusable({entries}: PlainPack, trials: readonly Trial[]): ConfusablePair[] {
  const pairs = new Map<string, ConfusablePair>();
  for (const {subject, found, question} of trials) {
    const [first, second] = [subject, found ?? subject].sort((a, b) => a - b).map((at) => entries[at]);
    if (!first || !second || first === second) continue;
    const key = `${entries.indexOf(first)} ${entries.indexOf(second)}`;
    const pair = pairs.get(key) ?? {ids: [first.id, second.id], count: 0, examples: [first.question, second.question]};
    pair.count++;
    pair.examples[entries[subject] === first ? 0 : 1] = question;
    pairs.set(key, pair);
  }
  return [...pairs.values()].sort((a, b) => b.count - a.count);
}

function listMistakes({entries}: PlainPack, wrong: Record<Mistake['leftOut'], readonly Trial[]>): Mistake[] {
  return (['phrasing', 'entry'] as const)
    .flatMap((leftOut) => wrong[leftOut].map((trial) => ({leftOut, ...trial})))
    .sort((a, b) => b.score - a.score)
    .flatMap(({leftOut, question, subject, found = -1}) => {
      const [own, other] = [entries[subject], entries[found]];
      return other ? {question, ...(own && {id: own.id}), takenFor: other.id, leftOut} : [];
    });
}

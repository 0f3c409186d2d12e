import {confidentScore, probability} from './judge.ts';
import {type PlainPack, phrasingsOf} from './pack.ts';
import {studyPack} from './study.ts';

/** How well a pack does on its own phrasings, each held out once while the others were learned. */
export interface PackReport {
  /** How many phrasings were held out, those of negatives among them. */
  heldOutCount: number;
  /** Share of the entries' phrasings that were answered rightly, at the pack's threshold. */
  coverageShare: number;
  /** Share of those answers that were right. */
  precisionShare: number;
  /** The greatest share that could be answered rightly with 99 of 100 answers right. */
  coverageAt99Share: number;
  /** Pairs of entries of which one was taken for the other, the most frequent first. */
  confusable: {ids: [string, string]; count: number}[];
  /** Entries with so few phrasings that nothing but their own words finds them. */
  needVariants: string[];
}

/** In how many parts the phrasings are held out. */
const FOLD_COUNT = 4;
/** The fewest phrasings of an entry of which some are held out, and that an entry should have. */
const MIN_PHRASINGS = 5;
/** What share of answers to held-out phrasings should be right: others, with no answer here, are not among them. */
const TARGET_SHARE = 0.99;
/** So many wrong answers are no accident. */
const MIN_WRONG = 3;
/** A pack's own threshold is never higher. */
const MAX_THRESHOLD = 0.995;

interface Answer {
  score: number;
  isRight: boolean;
}

/** Finds from which score on a pack's answers may be given, and says how well it does. */
export function calibrate(pack: PlainPack): {threshold: number; report: PackReport} {
  const answers: Answer[] = [];
  const confused = new Map<string, number>();
  const subjects = [...pack.entries, ...(pack.negatives ?? [])].map((subject) => [...new Set(phrasingsOf(subject))]);
  const isHeldOut = (all: readonly string[], at: number, fold: number) =>
    all.length >= MIN_PHRASINGS && at % FOLD_COUNT === fold;
  let askedCount = 0;
  let heldOutCount = 0;
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    if (!subjects.some((all) => all.length >= MIN_PHRASINGS)) break; // nothing to learn for nothing
    const kept = subjects.map((all) => all.filter((_, at) => !isHeldOut(all, at, fold)));
    const asSubject = ([question = '', ...variants]: readonly string[]) => ({question, variants});
    const {finder} = studyPack({
      entries: pack.entries.map(({id}, at) => ({id, ...asSubject(kept[at] ?? [])})),
      negatives: kept.slice(pack.entries.length).map(asSubject),
    });
    subjects.forEach((all, subject) => {
      const own = pack.entries[subject];
      for (const text of all.filter((_, at) => isHeldOut(all, at, fold))) {
        heldOutCount++;
        if (own) askedCount++;
        const found = finder.find(text, (at) => at < pack.entries.length);
        if (!found) continue;
        const isRight = found.at === subject;
        answers.push({score: found.signs ? probability(found.signs) : 1, isRight});
        const other = pack.entries[found.at];
        if (isRight || !own || !other) continue;
        const pair = JSON.stringify([own.id, other.id].sort());
        confused.set(pair, (confused.get(pair) ?? 0) + 1);
      }
    });
  }
  answers.sort((a, b) => b.score - a.score);
  const rightAbove = (threshold: number) => {
    const given = answers.filter(({score}) => score >= threshold);
    return {right: given.filter(({isRight}) => isRight).length, count: given.length};
  };
  let right = 0;
  let most = 0;
  answers.forEach(({isRight}, at) => {
    if (isRight) right++;
    if (right >= TARGET_SHARE * (at + 1)) most = right;
  });
  const threshold = raise({above: rightAbove, answers, shared: confidentScore(subjects.length)});
  const shown = rightAbove(threshold);
  return {
    threshold,
    report: {
      heldOutCount,
      coverageShare: shown.right / (askedCount || 1),
      precisionShare: shown.right / (shown.count || 1),
      coverageAt99Share: most / (askedCount || 1),
      confusable: [...confused]
        .sort((a, b) => b[1] - a[1])
        .map(([pair, count]) => ({ids: JSON.parse(pair) as [string, string], count})),
      needVariants: pack.entries.filter((_, at) => (subjects[at]?.length ?? 0) < MIN_PHRASINGS).map(({id}) => id),
    },
  };
}

/** Raises the shared threshold as far as wrong answers ask for it, and no further. */
function raise(options: {
  above: (score: number) => {right: number; count: number};
  answers: readonly Answer[];
  shared: number;
}): number {
  const {above, answers, shared} = options;
  const isEnough = (threshold: number) => {
    const {right, count} = above(threshold);
    return count - right < MIN_WRONG || right >= TARGET_SHARE * count;
  };
  if (isEnough(shared)) return shared;
  const wrong = answers.filter(({isRight, score}) => !isRight && score >= shared).reverse();
  const enough = wrong.map(({score}) => score + 1e-6).find(isEnough);
  return Math.min(MAX_THRESHOLD, enough ?? MAX_THRESHOLD);
}

import {signsOf} from './judge.ts';
import type {Knowledge} from './knowledge.ts';
import {byFrequency, createStem, type Word} from './lexicon.ts';
import {type Candidate, type Close, createRanker} from './rank.ts';
import {repair} from './repair.ts';
import {readWords} from './words.ts';

/** What a question was found to be about. */
export interface Found {
  /** The subject's number. */
  at: number;
  /** How many phrasings of it are known. */
  phrasingCount: number;
  /** What speaks for it; absent when the question is one of its phrasings. */
  signs?: number[];
}

/** Finds what questions are about. */
export interface Finder {
  /** Finds the subject of a whole question, among those that may be shown; undefined when another stands in the way. */
  find(question: string, isAllowed: (at: number) => boolean): Found | undefined;
  /** Lists the subjects that are nearest to a half-written question, none without words. */
  foresee(prefix: string): readonly Close[];
  /** Lists more of them, by its words alone, with how many words it has. */
  weigh(prefix: string): {candidates: readonly Candidate[]; wordCount: number};
}

/** How many ways a half-written word may go on are looked at. */
const MAX_READINGS = 4;

/** How many different words that are not known are held against all that are: each costs a look at the whole lexicon. */
const MAX_REPAIRS = 8;

/** Creates what finds the subjects of questions. */
export function createFinder(knowledge: Knowledge): Finder {
  const {lexicon} = knowledge;
  const {rank, weigh} = createRanker(knowledge);
  const found = (at: number): Found => ({at, phrasingCount: knowledge.subjects[at]?.phrasingCount ?? 0});

  /** Reads a half-written question in every way in which its last word may go on; in none where it has no words. */
  function read(prefix: string): Word[][] {
    const texts = readWords(prefix);
    const words = texts.map(lexicon.read);
    const last = texts.pop();
    if (last === undefined) return [];
    if (!/[\p{L}\p{M}\p{N}]$/u.test(prefix)) return [words];
    const before = words.slice(0, -1);
    const ends = lexicon.words.filter(({text}) => text.startsWith(last)).sort(byFrequency);
    const open: Word = {text: last, stem: createStem(last, ''), number: -1, count: 0};
    return (ends.length > 0 ? ends.slice(0, MAX_READINGS) : [open]).map((end) => [...before, end]);
  }

  return {
    find(question, isAllowed) {
      const asked = readWords(question).map(lexicon.read);
      const holders = knowledge.holdersOf(asked);
      if (holders.length > 0) {
        // who says that a question has no answer here means this one, also where an entry has it
        const at = holders.find(isAllowed);
        return at === undefined || holders.some(knowledge.isNegative) ? undefined : found(at);
      }
      const repairs = new Map<string, Word>();
      const words = asked.map((word) => {
        if (knowledge.isKnown(word.stem)) return word;
        let repaired = repairs.get(word.text);
        if (!repaired) {
          repaired = (repairs.size < MAX_REPAIRS ? repair(word.text, lexicon.words) : undefined) ?? word;
          repairs.set(word.text, repaired);
        }
        return repaired;
      });
      const close = rank([words]);
      const [first] = close;
      // what may not be shown stands in the way of others, but not of one that asks the same
      const best = close.find(
        ({at}) => isAllowed(at) && first !== undefined && (at === first.at || knowledge.areTwins(first.at, at)),
      );
      if (!best) return undefined;
      const rivals = close.filter(({at}) => at !== best.at && !knowledge.areTwins(best.at, at));
      return {...found(best.at), signs: signsOf(knowledge, {close: [best, ...rivals], words})};
    },
    foresee: (prefix) => rank(read(prefix)),
    weigh(prefix) {
      const readings = read(prefix);
      return {candidates: weigh(readings), wordCount: readings[0]?.length ?? 0};
    },
  };
}

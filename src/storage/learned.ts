import {createKeptList, type KeptEntry, type KeptList} from './kept-list.ts';
import {questionKey} from './question-key.ts';
import {createShelf, type Shelf} from './shelf.ts';

/** An answer that a backend allowed to be given to everybody who asks the same. */
export interface LearnedAnswer {
  /** The question as it was asked. */
  question: string;
  /** Markdown. */
  answer: string;
  /** Of the knowledge that it was made from. */
  version: string;
  /** What it is about, by the backend's own words. */
  tags: readonly string[];
  /** The page's; empty where that is not known. */
  language: string;
  /** How long it may be given. */
  ttlMs: number;
  /** Pages to read on. */
  links: readonly {url: string; title?: string | undefined}[];
}

/** Answers that were learned, for the same question word for word. */
export interface Learned extends Omit<KeptList<LearnedEntry>, 'change'> {
  /** Finds the answer to a question in a language, and marks it as used; undefined once its ttl is over. */
  find(question: string, at: {language: string; nowAt: number}): LearnedEntry | undefined;
  /** Learns an answer; it takes the place of the one that the question had. */
  learn(answer: LearnedAnswer, nowAt: number): void;
  /** Drops what was made from another `version` of the knowledge, or is about one of the `tags`. */
  drop(gone: {version?: string; tags?: readonly string[]}): void;
}

/** An answer as it is kept. */
export interface LearnedEntry extends LearnedAnswer, KeptEntry {
  learnedAt: number;
  /** What it takes as JSON, two a character. */
  bytes: number;
}

/** The most answers that are kept. */
export const MAX_LEARNED = 500;

/** The most that their answers take, in bytes of JSON (two a character, as browsers count). */
export const MAX_LEARNED_BYTES = 2_000_000;

/**
 * Opens the place for answers learned from one endpoint; touches nothing before it is told that the visitor agreed.
 * What is too much goes in the order in which it was not used.
 *
 * @param name - Tells endpoints of one origin apart, such as by the address.
 */
export function createLearned(name: string, shelf: Shelf = createShelf('firstword-learned')): Learned {
  const {change, ...list} = createKeptList<LearnedEntry>({shelf, name, sample: SAMPLE, trim});
  const isAlive = (entry: LearnedEntry, nowAt: number) => Math.abs(nowAt - entry.learnedAt) < entry.ttlMs;
  return {
    ...list,
    find(question, {language, nowAt}) {
      const key = keyOf(question, language);
      const found = list.entries().find((entry) => entry.key === key);
      if (!found) return undefined;
      change((entries) =>
        entries
          .filter((entry) => isAlive(entry, nowAt))
          .map((entry) => (entry.key === key ? {...entry, usedAt: nowAt} : entry)),
      );
      return isAlive(found, nowAt) ? found : undefined;
    },
    learn(answer, nowAt) {
      const key = keyOf(answer.question, answer.language);
      const entry = {...answer, key, usedAt: nowAt, learnedAt: nowAt, bytes: 2 * JSON.stringify(answer).length};
      change((entries) => [entry, ...entries.filter((each) => each.key !== key && isAlive(each, nowAt))]);
    },
    drop({version, tags = []}) {
      change((entries) =>
        entries.filter(
          (entry) =>
            (version === undefined || entry.version === version) && !entry.tags.some((tag) => tags.includes(tag)),
        ),
      );
    },
  };
}

const keyOf = (question: string, language: string) => `${language} ${questionKey(question)}`;

const SAMPLE: LearnedEntry = {
  ...{key: '', usedAt: 0, learnedAt: 0, bytes: 0, ttlMs: 0},
  ...{question: '', answer: '', version: '', language: '', tags: [], links: []},
};

function trim(entries: readonly LearnedEntry[]): readonly LearnedEntry[] {
  let left = MAX_LEARNED_BYTES;
  return entries.slice(0, MAX_LEARNED).filter(({bytes}) => {
    const fits = bytes <= left;
    if (fits) left -= bytes;
    return fits;
  });
}

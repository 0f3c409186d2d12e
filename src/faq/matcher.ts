import {createFinder} from './find.ts';
import {confidentScore, MIN_PHRASINGS_TO_ANSWER, probability} from './judge.ts';
import {createKnowledge} from './knowledge.ts';
import type {CompiledPack, FaqEntry, PlainPack} from './pack.ts';
import type {Candidate, Close} from './rank.ts';
import {isCompiled, learn, readPhrasings} from './read-pack.ts';

/** Under which circumstances a question is asked. */
export interface MatchOptions {
  /** What entries with a `context` are held against, such as `{page: 'checkout'}`. */
  context?: Readonly<Record<string, string>>;
  /** When it is asked, in epoch ms; now by default. */
  nowAt?: number;
}

/** An entry that a question may be about. */
export interface Match {
  /** The entry's. */
  id: string;
  /** How probable it is that this is the entry, 0 to 1. */
  score: number;
  /**
   * Whether it may be given as the answer; otherwise it may be offered as a suggestion at most. An entry with one phrasing
   * is no answer to any other.
   */
  confident: boolean;
}

/** An entry that a visitor may be about to ask for. */
export interface Suggestion {
  /** The entry's. */
  id: string;
  /** The entry's question, as the site wrote it. */
  question: string;
  /** How probable it is among the entries, 0 to 1. */
  score: number;
}

/** What a visitor may be about to ask about. */
export interface TopicGuess {
  /** The pack's word for it. */
  topic: string;
  /** How probable it is among all topics, 0 to 1. */
  probability: number;
}

/** Answers from a pack. All methods are synchronous, and the same question gets the same answer. */
export interface Matcher {
  /**
   * Finds the entry that a question asks for; null when it has no words, when it is nearest to a negative, an expired
   * entry or one of another context, and as long as nothing was learned.
   */
  match(question: string, options?: MatchOptions): Match | null;
  /** Lists the entries that a half-written question may become, likeliest first; none without words. */
  suggest(prefix: string, count?: number, options?: MatchOptions): Suggestion[];
  /** Lists the topics that a half-written question may be about, likeliest first, without private ones. */
  topics(prefix: string, count?: number, options?: MatchOptions): TopicGuess[];
}

/** A matcher that is being made, in steps of a few milliseconds. */
export interface GrowingMatcher {
  /** Suggests as soon as all phrasings are read, knows them word for word, and matches others when all is learned. */
  matcher: Matcher;
  /** Does the next step, a few milliseconds' work at most; false when there was none left. */
  step(): boolean;
}

/** How many suggestions or topics are listed by default. */
export const DEFAULT_SUGGESTION_COUNT = 3;
/** How much surer a suggestion is of one more on the scale of what was learned. */
const SUGGESTION_STEEPNESS = 4;

/**
 * How much surer a topic is of one more on the scales of what its words say. What was learned was so from whole questions:
 * it says the more, the more words there are. Fitted to the beginnings of questions of the development pack, so that a
 * share of 0.9 comes early enough to be of use (`npm run bench:prefetch`).
 */
const topicScore = ({learned, shared}: Candidate, wordCount: number) =>
  9 * shared + learned * (1.5 + 2.5 * Math.log(Math.max(1, wordCount)));

/**
 * Creates a matcher that is made step by step, so that a page stays quick: call `step` until it returns false, as often
 * in a task as the page can spare. A compiled pack takes less than a tenth of the time of a plain one.
 */
export function growMatcher(pack: PlainPack | CompiledPack): GrowingMatcher {
  const knowledge = createKnowledge(pack.entries.length);
  const finder = createFinder(knowledge);
  let state: 'empty' | 'read' | 'learned' = 'empty';
  function* grow(): Generator<void> {
    yield* readPhrasings(pack, knowledge);
    state = 'read';
    yield* learn(pack, knowledge);
    state = 'learned';
  }
  const steps = grow();
  const {entries} = pack;
  const threshold = isCompiled(pack) ? pack.threshold : confidentScore(entries.length + (pack.negatives?.length ?? 0));

  /** Finds the entry with a number, when it may be shown now. */
  const allowed = (at: number, {context = {}, nowAt = Date.now()}: MatchOptions): FaqEntry | undefined => {
    const entry = entries[at];
    if (!entry || (entry.expiresAt !== undefined && !(nowAt < Date.parse(entry.expiresAt)))) return undefined;
    const conditions = Object.entries(entry.context ?? {});
    return conditions.every(([name, values]) => values.includes(context[name] ?? '')) ? entry : undefined;
  };
  /** Gives each candidate its share of the whole by its score, most first. */
  const divide = <T extends Candidate>(
    candidates: readonly T[],
    options: MatchOptions,
    scoreOf: (candidate: T) => number,
  ): {entry: FaqEntry | undefined; share: number}[] => {
    const scores = candidates.map((each) => scoreOf(state === 'learned' ? each : {...each, learned: 0}));
    const highest = Math.max(...scores);
    const shares = scores.map((score) => Math.exp(score - highest));
    const whole = shares.reduce((sum, share) => sum + share, 0);
    return candidates
      .map(({at}, number) => ({entry: allowed(at, options), share: (shares[number] ?? 0) / whole}))
      .sort((a, b) => b.share - a.share);
  };

  return {
    step: () => !steps.next().done,
    matcher: {
      match(question, options = {}) {
        const found = state === 'empty' ? undefined : finder.find(question, (at) => !!allowed(at, options));
        const entry = entries[found?.at ?? -1];
        if (!found || !entry || (found.signs && state !== 'learned')) return null;
        const score = found.signs ? probability(found.signs) : 1;
        const isKnown = !found.signs || found.phrasingCount >= MIN_PHRASINGS_TO_ANSWER;
        return {id: entry.id, score, confident: isKnown && score >= threshold};
      },
      suggest(prefix, count = DEFAULT_SUGGESTION_COUNT, options = {}) {
        if (state === 'empty') return [];
        const scoreOf = ({learned, cosine}: Close) => SUGGESTION_STEEPNESS * (learned + cosine);
        return divide(finder.foresee(prefix), options, scoreOf)
          .flatMap(({entry, share}) => (entry ? {id: entry.id, question: entry.question, score: share} : []))
          .slice(0, count);
      },
      topics(prefix, count = DEFAULT_SUGGESTION_COUNT, options = {}) {
        if (state === 'empty') return [];
        const {candidates, wordCount} = finder.weigh(prefix);
        const shares = new Map<string, number>();
        for (const {entry, share} of divide(candidates, options, (each) => topicScore(each, wordCount))) {
          if (entry?.topic === undefined || entry.private || pack.topics?.[entry.topic]?.private) continue;
          shares.set(entry.topic, (shares.get(entry.topic) ?? 0) + share);
        }
        const list = [...shares].map(([topic, probability]) => ({topic, probability}));
        return list.sort((a, b) => b.probability - a.probability).slice(0, count);
      },
    },
  };
}

/** Creates a matcher at once. A plain pack of a hundred entries takes up to half a second, a compiled one a few ms. */
export function createMatcher(pack: PlainPack | CompiledPack): Matcher {
  const {matcher, step} = growMatcher(pack);
  while (step());
  return matcher;
}

import type {Chunk} from './instructions.ts';
import {createIndex} from './lexicon.ts';

/** One thing that a shop knows: a few sentences about one topic. */
export interface KnowledgeEntry {
  /** Tells entries apart. */
  id: string;
  /** A word or hyphenated words, as topic ids are written: `shipping`, `order-status`. */
  topic: string;
  /** Names the entry, also to a visitor who reads it as a source. */
  title: string;
  /** Where a visitor can read it; http, https or a path of the shop. */
  url?: string;
  /** What the prompt gets when the entry is found. */
  text: string;
}

/** Entries that can be searched; `retrieve` fits the handler's option of that name. */
export interface Knowledge {
  /**
   * Finds the entries that answer a question, best first, at most MAX_FOUND_COUNT; none when no entry knows enough of
   * its words. Without a question it gives the entries of the topics, at most MAX_TOPIC_COUNT, each topic as many as the
   * others: the handler narrows them once there is a question.
   *
   * @param facts.topics - Topic ids; used only without a question. Default none.
   * @throws The signal's reason when it has aborted.
   */
  retrieve(question: string | null, facts?: {topics?: readonly string[]; signal?: AbortSignal}): Promise<Chunk[]>;
}

/** The most entries that one question finds. */
export const MAX_FOUND_COUNT = 3;

/** The most entries that topics give. */
export const MAX_TOPIC_COUNT = 24;

/** The part of a question's words, weighed by rarity, that an entry must know. */
export const FOUND_SHARE = 0.3;

/** How near to the best entry's score another must come to be found beside it. */
const BESIDE_SHARE = 0.5;

/**
 * Creates a searchable knowledge from a shop's entries: lexical, in memory, without a model or a network.
 *
 * @param entries - Read once; a few thousand at most.
 */
export function createKnowledge(entries: readonly KnowledgeEntry[]): Knowledge {
  const find = createFinder(entries);
  return {
    async retrieve(question, {topics = [], signal} = {}) {
      signal?.throwIfAborted();
      const found = question === null ? inTurns(entries, topics) : find(question).map(({entry}) => entry);
      return found.map((entry) => ({...entry}));
    },
  };
}

/** Takes the entries of topics, one of each in turn, so that none is left out for another's many. */
function inTurns(entries: readonly KnowledgeEntry[], topics: readonly string[]): KnowledgeEntry[] {
  const ofTopics = [...new Set(topics)].map((topic) => entries.filter((entry) => entry.topic === topic));
  const longest = Math.max(0, ...ofTopics.map(({length}) => length));
  const turns = Array.from({length: longest}, (_, at) => ofTopics.flatMap((each) => each[at] ?? []));
  return turns.flat().slice(0, MAX_TOPIC_COUNT);
}

/**
 * Keeps of passages that were found for topics those that answer the question, as a search among them would find them.
 *
 * @returns All of them where they are no more than a search finds, or none knows enough of the question: then what the
 *   question is about is all that is known of it.
 */
export function narrow(passages: readonly Chunk[], question: string): readonly Chunk[] {
  if (passages.length <= MAX_FOUND_COUNT) return passages;
  const found = createFinder(passages)(question).map(({entry}) => entry);
  return found.length > 0 ? found : passages;
}

/**
 * Creates a search over entries that keeps only those that know enough of a question.
 *
 * @returns Finds entries, best first, at most MAX_FOUND_COUNT.
 */
export function createFinder<Entry extends Pick<Chunk, 'topic' | 'title' | 'text'>>(
  entries: readonly Entry[],
): (question: string) => {entry: Entry; score: number}[] {
  const fields = ({topic = '', title = '', text}: Entry) => ({topic: topic.replaceAll('-', ' '), title, text});
  const search = createIndex(entries.map(fields));
  return (question) => {
    const matches = search(question).filter(({share}) => share >= FOUND_SHARE);
    const best = matches[0]?.score ?? 0;
    return matches
      .filter(({score}) => score >= best * BESIDE_SHARE)
      .slice(0, MAX_FOUND_COUNT)
      .flatMap(({at, score}) => {
        const entry = entries[at];
        return entry ? [{entry, score}] : [];
      });
  };
}

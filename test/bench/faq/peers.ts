import MiniSearch from 'minisearch';
import {type PlainPack, phrasingsOf} from '../../../src/faq/pack.ts';

/** Something else that finds entries for a question, best first. */
export interface Peer {
  name: string;
  find(question: string): {id: string; score: number}[];
  suggest(prefix: string): {id: string; score: number}[];
}

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Ranks phrasings by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009), k1 1.2 and b 0.75. */
export function createBm25(pack: PlainPack): Peer {
  const postings = new Map<string, Map<number, number>>();
  const lengths: number[] = [];
  const owners: string[] = [];
  for (const entry of pack.entries) {
    for (const phrasing of phrasingsOf(entry)) {
      const words = wordsOf(phrasing);
      for (const word of words) {
        const posting = postings.get(word) ?? new Map<number, number>();
        posting.set(owners.length, (posting.get(owners.length) ?? 0) + 1);
        postings.set(word, posting);
      }
      lengths.push(words.length);
      owners.push(entry.id);
    }
  }
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const find = (question: string) => {
    const scores = new Map<string, number>();
    const byPhrasing = new Float64Array(owners.length);
    for (const word of new Set(wordsOf(question))) {
      const posting = postings.get(word);
      if (!posting) continue;
      const idf = Math.log(1 + (owners.length - posting.size + 0.5) / (posting.size + 0.5));
      for (const [at, count] of posting) {
        const saturated = (count * 2.2) / (count + 1.2 * (0.25 + (0.75 * (lengths[at] ?? 0)) / mean));
        byPhrasing[at] = (byPhrasing[at] ?? 0) + idf * saturated;
      }
    }
    byPhrasing.forEach((score, at) => {
      const id = owners[at] ?? '';
      if (score > (scores.get(id) ?? 0)) scores.set(id, score);
    });
    return [...scores].map(([id, score]) => ({id, score})).sort((a, b) => b.score - a.score);
  };
  return {name: 'BM25', find, suggest: find};
}

/** Ranks entries by MiniSearch, with prefixes and a fifth of a word's letters wrong. */
export function createMiniSearch(pack: PlainPack): Peer {
  const index = new MiniSearch<{id: number; text: string}>({fields: ['text']});
  const owners = pack.entries.flatMap((entry) => phrasingsOf(entry).map((text) => ({owner: entry.id, text})));
  index.addAll(owners.map(({text}, id) => ({id, text})));
  const find = (question: string) => {
    const best = new Map<string, number>();
    for (const {id, score} of index.search(question, {prefix: true, fuzzy: 0.2})) {
      const owner = owners[id as number]?.owner ?? ''; // its ids are those that were given
      if (!best.has(owner)) best.set(owner, score);
    }
    return [...best].map(([id, score]) => ({id, score}));
  };
  return {name: 'MiniSearch', find, suggest: find};
}

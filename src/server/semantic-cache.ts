import {type Identity, isRephrased} from './question-identity.ts';

/** An answer that may be given again. */
export interface StoredAnswer {
  text: string;
  sources: readonly {url: string; title?: string}[];
  route: string;
  model: string;
}

/** An answer with what it is found by, and how long it holds. */
export interface CacheEntry {
  /** Tenant, language and page: an answer is never given in another. */
  scope: string;
  identity: Identity;
  answer: StoredAnswer;
  tags: readonly string[];
  version: string;
  storedAt: number;
  /** What the question means, by the embedding model. */
  vector?: readonly number[];
}

/** An entry that answers a question. */
export interface CacheFound {
  entry: CacheEntry;
  /** `exact`: the same words; `semantic`: another phrasing; `stale`: either, past its time. */
  hit: 'exact' | 'semantic' | 'stale';
  ageMs: number;
}

/** Where and when an answer is looked for. */
export interface CachePlace {
  scope: string;
  version: string;
  nowAt: number;
}

/** Answers that are found by what was asked. */
export interface SemanticCache {
  /** Finds the answer to a question by its words. */
  find(identity: Identity, place: CachePlace): CacheFound | undefined;
  /** Finds the answer whose question means nearest to the same, where it is near enough. */
  findByMeaning(asked: {identity: Identity; vector: readonly number[]}, place: CachePlace): CacheFound | undefined;
  /**
   * Keeps an answer; the one to the same words is replaced (its meaning stays where none is given), and beyond the limit
   * the one unused for longest forgotten.
   */
  keep(entry: CacheEntry): void;
  /** Forgets the answers that have one of the tags; how many there were. */
  drop(tags: readonly string[]): number;
}

/**
 * Creates a cache of answers, in this process.
 *
 * @param options.ttlMs - How long an answer is fresh.
 * @param options.staleMs - How much longer it is given as stale.
 * @param options.entryCount - How many are kept.
 * @param options.minLikeness - From which cosine of two meanings on they are the same.
 * @param options.isLoose - Whether other phrasings than the stored one find it.
 */
export function createSemanticCache(options: {
  ttlMs: number;
  staleMs: number;
  entryCount: number;
  minLikeness: number;
  isLoose: boolean;
}): SemanticCache {
  const {ttlMs, staleMs, entryCount, minLikeness, isLoose} = options;
  const entries = new Set<CacheEntry>(); // the one unused for longest first
  const byKey = new Map<string, Set<CacheEntry>>();

  const forget = (entry: CacheEntry) => {
    entries.delete(entry);
    for (const key of keysOf(entry)) {
      const holders = byKey.get(key);
      holders?.delete(entry);
      if (holders?.size === 0) byKey.delete(key);
    }
  };
  const at = (kind: Kind, scope: string, value: string) => [...(byKey.get(writeKey(kind, scope, value)) ?? [])];
  const isValid = (entry: CacheEntry, {version, nowAt}: CachePlace) => {
    if (entry.version === version && nowAt - entry.storedAt < ttlMs + staleMs) return true;
    forget(entry);
    return false;
  };
  const take = (entry: CacheEntry, hit: 'exact' | 'semantic', {nowAt}: CachePlace): CacheFound => {
    entries.delete(entry);
    entries.add(entry);
    const ageMs = Math.max(0, nowAt - entry.storedAt);
    return {entry, hit: ageMs < ttlMs ? hit : 'stale', ageMs};
  };

  return {
    find(identity, place) {
      const {scope} = place;
      const exact = at('words', scope, identity.words).find((entry) => isValid(entry, place));
      if (exact) return take(exact, 'exact', place);
      if (!isLoose) return undefined;
      const alike = [
        ...at('form', scope, identity.form).filter((entry) => isRephrased(entry.identity, identity)),
        ...(identity.entry === undefined ? [] : at('entry', scope, identity.entry)),
      ].find((entry) => isValid(entry, place));
      return alike && take(alike, 'semantic', place);
    },
    findByMeaning({identity, vector}, place) {
      let best: CacheEntry | undefined;
      let bestLikeness = minLikeness;
      for (const entry of at('scope', place.scope, '')) {
        if (!entry.vector || entry.identity.guard !== identity.guard || !isValid(entry, place)) continue;
        const likeness = cosine(entry.vector, vector);
        if (likeness < bestLikeness) continue;
        best = entry;
        bestLikeness = likeness;
      }
      return best && take(best, 'semantic', place);
    },
    keep(given) {
      const [same] = at('words', given.scope, given.identity.words);
      const vector = given.vector ?? same?.vector;
      const entry = vector ? {...given, vector} : given;
      if (same) forget(same);
      for (const old of entries) {
        if (entries.size < entryCount) break;
        forget(old);
      }
      entries.add(entry);
      for (const key of keysOf(entry)) {
        const holders = byKey.get(key) ?? new Set();
        byKey.set(key, holders.add(entry));
      }
    },
    drop(tags) {
      const tagged = [...entries].filter((entry) => entry.tags.some((tag) => tags.includes(tag)));
      tagged.forEach(forget);
      return tagged.length;
    },
  };
}

type Kind = 'scope' | 'words' | 'form' | 'entry';

function writeKey(kind: Kind, scope: string, value: string): string {
  return JSON.stringify([kind, scope, value]);
}

function keysOf({scope, identity}: CacheEntry): string[] {
  const {words, form, entry} = identity;
  return [
    writeKey('scope', scope, ''),
    writeKey('words', scope, words),
    writeKey('form', scope, form),
    ...(entry === undefined ? [] : [writeKey('entry', scope, entry)]),
  ];
}

/** 0 for vectors of other lengths: another model's. */
function cosine(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) return 0;
  let dot = 0;
  let ones = 0;
  let others = 0;
  for (let at = 0; at < one.length; at++) {
    const a = one[at] ?? 0;
    const b = other[at] ?? 0;
    dot += a * b;
    ones += a * a;
    others += b * b;
  }
  return ones > 0 && others > 0 ? dot / Math.sqrt(ones * others) : 0;
}

import {createIdentityReader} from '../../../src/server/question-identity.ts';
import {createSemanticCache, type StoredAnswer} from '../../../src/server/semantic-cache.ts';
import {splitIntents, splitShop} from '../faq/splits.ts';

/** How often questions found an answer that was kept, and how often that of another question. */
export interface HitQuality {
  askedCount: number;
  hitCount: number;
  falseCount: number;
  /** Answers found that cannot be judged: neither question has a label. */
  unjudgedCount: number;
  /** The part of the questions that found an answer, of those with a label whose like had been asked before. */
  hitShare: number;
  /** The part of the answers found, as far as they can be judged, that were another question's. */
  falseShare: number;
}

/**
 * Asks all questions of a labelled set one after the other: each is looked for, and its answer kept when none was found. Two
 * questions are the same when they have the same label; one without a label is not one that has. The pack has never seen them.
 *
 * @param options.isShop - A shop's own chats; otherwise intents of many trades.
 */
export function measureHits(options: {isShop: boolean; seed: number; phrasingCount?: number}): HitQuality {
  const {isShop, seed, phrasingCount = 20} = options;
  const {pack, queries} = isShop
    ? splitShop({seed, division: 'kept'})
    : splitIntents({seed, phrasingCount, decoyCount: 5, queryCount: 12, division: 'kept'});
  const identify = createIdentityReader(pack);
  const cache = createSemanticCache({
    ...{ttlMs: 1, staleMs: 0, entryCount: queries.length, minLikeness: 1, isLoose: true},
  });
  const place = {scope: '', version: '', nowAt: 0};
  const known = new Set<string | null>();
  const counts = {repeat: 0, judged: 0, wrong: 0, unjudged: 0};
  for (const {text, id} of queries) {
    if (id !== null && known.has(id)) counts.repeat++;
    known.add(id);
    const identity = identify(text);
    const found = identity.words === '' ? undefined : cache.find(identity, place);
    if (!found) {
      const answer: StoredAnswer = {text: id ?? '', sources: [], route: '', model: ''};
      cache.keep({...place, identity, answer, tags: [], storedAt: 0});
    } else if (id === null && found.entry.answer.text === '') {
      counts.unjudged++;
    } else {
      counts.judged++;
      if (found.entry.answer.text !== (id ?? '')) counts.wrong++;
    }
  }
  return {
    ...{askedCount: queries.length, hitCount: counts.judged, falseCount: counts.wrong, unjudgedCount: counts.unjudged},
    hitShare: (counts.judged - counts.wrong) / Math.max(1, counts.repeat),
    falseShare: counts.wrong / Math.max(1, counts.judged),
  };
}

/** Adds up what was measured with several seeds. */
export function measureHitsOf(options: {isShop: boolean; seeds: readonly number[]}): HitQuality {
  const all = options.seeds.map((seed) => measureHits({isShop: options.isShop, seed}));
  const sum = (name: keyof HitQuality) => all.reduce((whole, each) => whole + each[name], 0);
  const [hitCount, falseCount] = [sum('hitCount'), sum('falseCount')];
  return {
    ...{askedCount: sum('askedCount'), hitCount, falseCount, unjudgedCount: sum('unjudgedCount')},
    hitShare: sum('hitShare') / all.length,
    falseShare: falseCount / Math.max(1, hitCount),
  };
}

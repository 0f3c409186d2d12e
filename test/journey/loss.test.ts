import {describe, expect, test} from 'vitest';
import {WAYS} from '../bench/loss/plan.ts';
import {runShares, type Share} from '../bench/loss/run.ts';
import {describe as inWords, killCount} from '../bench/loss/tally.ts';
import {type EngineName, findEngines} from './drive/index.ts';

/** How many pages end in each engine; `npm run bench:loss` ends 300 on each kind of site. */
const END_COUNT = 20;

/**
 * Where they end, and which ends are dealt to each engine: what is different about a site is met by each where it matters
 * most, at each moment of a turn. The bench plays all in all.
 */
const SHARES: Readonly<Record<EngineName, {seed: number; shares: readonly Share[]}>> = {
  // it goes on longest with what it was handed, and has room for the least
  chromium: {
    seed: 1,
    shares: [
      {variant: 'plain', count: 13},
      {variant: 'eaten allowance', count: 3},
      {variant: 'collector down', count: 4},
    ],
  },
  // it loses most of what is sent as a page goes
  firefox: {
    seed: 2,
    shares: [
      {variant: 'plain', count: 16},
      {variant: 'cross-origin', count: 4},
    ],
  },
  // it keeps nothing that is written as a page goes, nor can it send that where the allowance is eaten
  webkit: {
    seed: 3,
    shares: [
      {variant: 'plain', count: 13},
      {variant: 'strict CSP', count: 3},
      {variant: 'eaten allowance', count: 4},
    ],
  },
};

// what takes the time is waiting for browsers, so that the engines are played at once
describe.concurrent('of turns that were kept, or handed to the browser,', {timeout: 240_000}, () => {
  for (const {engine, title, missing} of findEngines()) {
    const {seed, shares} = SHARES[engine];
    const sites = shares.map(({variant}) => variant).join(', ');
    test.skipIf(missing)(`none is lost or doubled, however its page ends: ${title}, ${sites}`, async () => {
      const results = await runShares(engine, shares, {seed, killShare: 1 / END_COUNT, downMs: 0});
      for (const [variant, result] of results) {
        expect(result.lost, inWords(engine, variant, result)).toEqual([]);
        expect(result.doubledCount, inWords(engine, variant, result)).toBe(0);
        expect(result.countedCount, inWords(engine, variant, result)).toBeGreaterThan(result.endCount / 2);
      }
      const all = [...results.values()];
      expect(all.reduce((sum, {endCount}) => sum + endCount, 0)).toBe(END_COUNT);
      const places = all.flatMap(({spread}) => [...spread.keys()]);
      expect(new Set(places.map((place) => place.split(', ')[0]))).toEqual(new Set(WAYS[engine].ways));
      for (const {spread} of all) expect(new Set([...spread.keys()].map((place) => place.split(', ')[1])).size).toBe(3);
      expect(all.reduce((sum, result) => sum + killCount(result), 0)).toBe(1);
    });
  }
});

import {describe, expect, test} from 'vitest';
import {WAYS} from '../bench/loss/plan.ts';
import {runVariant} from '../bench/loss/run.ts';
import type {Variant} from '../bench/loss/site.ts';
import {describe as inWords, killCount} from '../bench/loss/tally.ts';
import {type EngineName, findEngines} from './drive/index.ts';

/** How many pages end in each engine; `npm run bench:loss` ends 300. */
const END_COUNT = 20;

/** How many end where the site is different: one at each moment of a turn. */
const FEW_COUNT = 3;

/** What is different about the site, each once, in the engine where it matters most; the bench plays all in all. */
const DIFFERENT: readonly {variant: Variant; engine: EngineName; because: string}[] = [
  {variant: 'eaten allowance', engine: 'chromium', because: 'the others have no such allowance'},
  {variant: 'collector down', engine: 'chromium', because: 'it goes on longest with what it was handed'},
  {variant: 'cross-origin', engine: 'firefox', because: 'it loses most of what is sent as a page goes'},
  {variant: 'strict CSP', engine: 'webkit', because: 'it keeps nothing that is written as a page goes'},
];

// what takes the time is waiting for browsers, so that the engines are played at once
describe.concurrent('of turns that were kept, or handed to the browser,', {timeout: 240_000}, () => {
  for (const {engine, title, missing} of findEngines()) {
    test.skipIf(missing)(`none is lost or doubled, however its page ends: ${title}`, async () => {
      const result = await runVariant(engine, 'plain', {count: END_COUNT, seed: 1, downMs: 0});
      expect(result.lost, inWords(engine, 'plain', result)).toEqual([]);
      expect(result.doubledCount).toBe(0);
      expect(result.countedCount).toBeGreaterThan(END_COUNT / 2);
      expect(result.endCount).toBe(END_COUNT);
      expect(new Set([...result.spread.keys()].map((place) => place.split(',')[0]))).toEqual(
        new Set(WAYS[engine].ways),
      );
      expect(killCount(result)).toBeGreaterThanOrEqual(3);
    });

    for (const {variant, because} of DIFFERENT.filter((each) => each.engine === engine)) {
      test.skipIf(missing)(`none is lost or doubled with ${variant}: ${title}, ${because}`, async () => {
        const result = await runVariant(engine, variant, {count: FEW_COUNT, seed: 2, downMs: 0});
        expect(result.lost, inWords(engine, variant, result)).toEqual([]);
        expect(result.doubledCount).toBe(0);
        expect(result.countedCount).toBeGreaterThan(0);
      });
    }
  }
});

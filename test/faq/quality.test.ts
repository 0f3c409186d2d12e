import {expect, test} from 'vitest';
import {suggestionsOf} from '../bench/faq/foresight.ts';
import {collectOutcomes, qualityOf, scoreShipped, thresholdOf} from '../bench/faq/outcomes.ts';
import {splitIntents, splitShop} from '../bench/faq/splits.ts';

// a guard, with fewer draws and more room than `npm run bench:faq`, which proves the figures
const judge = (split: ReturnType<typeof splitIntents>) =>
  qualityOf(scoreShipped(collectOutcomes(split)), thresholdOf(split));

test('of a hundred confident answers, hardly any is wrong', () => {
  const many = judge(splitIntents({seed: 21, phrasingCount: 20, queryCount: 6, division: 'kept'}));
  expect(many.coverage).toBeGreaterThan(0.34);
  expect(many.precision).toBeGreaterThan(0.955);
  expect(many.farShare).toBeLessThan(0.02);
  expect(many.accuracy).toBeGreaterThan(0.85);

  const decoys = judge(splitIntents({seed: 21, phrasingCount: 20, decoyCount: 5, queryCount: 6, division: 'kept'}));
  expect(decoys.coverage).toBeGreaterThan(0.3);
  expect(decoys.precision).toBeGreaterThan(0.97);

  const few = judge(splitIntents({seed: 22, phrasingCount: 5, queryCount: 6, division: 'kept'}));
  expect(few.coverage).toBeGreaterThan(0.1);
  expect(few.precision).toBeGreaterThan(0.955);
  expect(few.typoRatio).toBeGreaterThan(0.7);

  // no answer but to what is known word for word
  const {coverage, farShare} = judge(splitIntents({seed: 22, phrasingCount: 1, queryCount: 6, division: 'kept'}));
  expect(coverage).toBeLessThan(0.01);
  expect(farShare).toBe(0);
});

test('what people ask a shop is answered or left', () => {
  const {coverage, precision, typoRatio} = judge(splitShop({seed: 0, division: 'kept'}));
  expect(coverage).toBeGreaterThan(0.25);
  expect(precision).toBeGreaterThan(0.96);
  expect(typoRatio).toBeGreaterThan(0.7);
});

test('half of a question is enough to suggest it', () => {
  const {half, most} = suggestionsOf(splitIntents({seed: 23, phrasingCount: 20, queryCount: 4, division: 'kept'}));
  expect(half).toBeGreaterThan(0.6);
  expect(most).toBeGreaterThan(0.78);
});

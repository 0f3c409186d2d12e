import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {
  createLearned,
  type LearnedAnswer,
  MAX_LEARNED,
  MAX_LEARNED_BYTES,
  type Shelf,
} from '../../src/storage/index.ts';
import {databaseNames, patientShelf, putForeign} from './databases.ts';

const NAME = 'firstword-test-learned';
const HOUR_MS = 3_600_000;
const AT = {language: 'en', nowAt: 1_000_000};
let shelf: Shelf;

beforeEach(() => {
  shelf = patientShelf(NAME);
});
afterEach(() => shelf.clear());

const open = (name = 'https://shop.example/chat') => createLearned(name, shelf);
const answer = (question: string, more: Partial<LearnedAnswer> = {}): LearnedAnswer => ({
  ...{question, answer: `Answer to ${question}`, version: 'v1', tags: ['shipping'], language: 'en'},
  ...{ttlMs: HOUR_MS, links: [{url: '/shipping', title: 'Shipping'}]},
  ...more,
});
const textOf = (learned: ReturnType<typeof open>, question: string, at: Partial<typeof AT> = {}) =>
  learned.find(question, {...AT, ...at})?.answer;

test('the same question gets the answer, however it is written', () => {
  const learned = open();
  learned.learn(answer('How fast is  shipping?'), AT.nowAt);
  for (const same of ['how fast is shipping', ' HOW FAST IS SHIPPING ?! ', '¿How fast is shipping…'])
    expect(textOf(learned, same), same).toBe('Answer to How fast is  shipping?');
  for (const other of ['how fast is the shipping', 'fast is how shipping', 'how fast is shipping to 1.5', ''])
    expect(textOf(learned, other), other).toBeUndefined();
});

test('answers are given in the language of the page they were learned on', () => {
  const learned = open();
  learned.learn(answer('Versand?', {language: 'de', answer: 'Morgen'}), AT.nowAt);
  learned.learn(answer('Versand?', {language: 'en', answer: 'Tomorrow'}), AT.nowAt);
  expect(textOf(learned, 'versand', {language: 'de'})).toBe('Morgen');
  expect(textOf(learned, 'versand')).toBe('Tomorrow');
  expect(textOf(learned, 'versand', {language: 'fr'})).toBeUndefined();
});

test('a newer answer takes the place of the one before', () => {
  const learned = open();
  learned.learn(answer('A?', {answer: 'old'}), AT.nowAt);
  learned.learn(answer('a', {answer: 'new'}), AT.nowAt);
  expect(learned.entries()).toHaveLength(1);
  expect(textOf(learned, 'A?')).toBe('new');
});

describe('an answer goes', () => {
  test.each([
    ['when its ttl is over', HOUR_MS, undefined],
    ['not before that', HOUR_MS - 1, 'Answer to A?'],
    ['when the clock was put back by more than that', -HOUR_MS, undefined],
  ])('%s', (_, laterMs, expected) => {
    const learned = open();
    learned.learn(answer('A?'), AT.nowAt);
    expect(textOf(learned, 'A?', {nowAt: AT.nowAt + laterMs})).toBe(expected);
    expect(learned.entries()).toHaveLength(expected ? 1 : 0);
  });

  test('when another is learned after its ttl', () => {
    const learned = open();
    learned.learn(answer('A?'), AT.nowAt);
    learned.learn(answer('B?'), AT.nowAt + HOUR_MS);
    expect(learned.entries().map(({question}) => question)).toEqual(['B?']);
  });

  test.each([0, -1, Number.NaN])('at once with a ttl of %s', (ttlMs) => {
    const learned = open();
    learned.learn(answer('A?', {ttlMs}), AT.nowAt);
    expect(textOf(learned, 'A?')).toBeUndefined();
  });

  test('when its version or one of its tags goes, here and where it is kept', async () => {
    const learned = open();
    await learned.agree('granted');
    learned.learn(answer('A?'), AT.nowAt);
    learned.learn(answer('B?', {version: 'v2', tags: ['returns', 'money']}), AT.nowAt + 1);
    learned.learn(answer('C?', {version: 'v2', tags: []}), AT.nowAt + 2);
    const questions = () => learned.entries().map(({question}) => question);
    const kept = async () => {
      const next = open();
      await next.agree('granted');
      return next.entries().map(({question}) => question);
    };
    learned.drop({});
    expect(questions()).toEqual(['C?', 'B?', 'A?']);
    learned.drop({version: 'v2'});
    expect(questions()).toEqual(['C?', 'B?']);
    await expect.poll(kept).toEqual(['C?', 'B?']);
    learned.drop({tags: ['money']});
    expect(questions()).toEqual(['C?']);
    await expect.poll(kept).toEqual(['C?']);
  });
});

describe('limits', () => {
  test('of 500 answers those stay that were used last', () => {
    const learned = open();
    for (let at = 0; at < MAX_LEARNED; at++) learned.learn(answer(`${at}?`), AT.nowAt + at);
    expect(textOf(learned, '0?', {nowAt: AT.nowAt + MAX_LEARNED})).toBe('Answer to 0?');
    learned.learn(answer('one more?'), AT.nowAt + MAX_LEARNED + 1);
    expect(learned.entries()).toHaveLength(MAX_LEARNED);
    expect(textOf(learned, '0?')).toBe('Answer to 0?');
    expect(textOf(learned, '1?')).toBeUndefined();
    expect(textOf(learned, '2?')).toBe('Answer to 2?');
  });

  test('they take no more room than there is; an answer that is too long by itself is not learned', () => {
    const learned = open();
    const long = 'x'.repeat(100_000);
    for (let at = 0; at < 12; at++) learned.learn(answer(`${at}?`, {answer: long}), AT.nowAt + at);
    const answers = learned.entries().map(({key, usedAt, learnedAt, bytes, ...rest}) => rest);
    const bytes = answers.reduce((sum, each) => sum + 2 * JSON.stringify(each).length, 0);
    expect(bytes).toBeLessThanOrEqual(MAX_LEARNED_BYTES);
    expect(bytes).toBeGreaterThan(MAX_LEARNED_BYTES - 2 * 101_000);
    expect(learned.entries().map(({question}) => question)).toEqual([
      '11?',
      '10?',
      '9?',
      '8?',
      '7?',
      '6?',
      '5?',
      '4?',
      '3?',
    ]);
    learned.learn(answer('all?', {answer: 'x'.repeat(MAX_LEARNED_BYTES / 2)}), AT.nowAt + 20);
    expect(learned.entries()).toHaveLength(9);
    expect(textOf(learned, 'all?')).toBeUndefined();
  });
});

describe('where it is granted', () => {
  test('answers are there for the next page, for each endpoint its own, and so is when they were used', async () => {
    const learned = open();
    await learned.agree('granted');
    learned.learn(answer('A?'), AT.nowAt);
    learned.learn(answer('B?'), AT.nowAt + 1);
    learned.find('A?', {...AT, nowAt: AT.nowAt + 2});
    const next = open();
    const keys = () => next.entries().map(({question, usedAt}) => `${question} ${usedAt - AT.nowAt}`);
    await next.agree('granted');
    expect(keys()).toEqual(['A? 2', 'B? 1']);
    expect(next.find('A?', AT)).toMatchObject(answer('A?'));
    const other = open('https://shop.example/other');
    await other.agree('granted');
    expect(other.entries()).toEqual([]);
  });

  test('answers that are damaged are not given', async () => {
    const whole = {...answer('A?'), key: 'en a', usedAt: 1, learnedAt: AT.nowAt, bytes: 300};
    const entries = [
      {...whole, answer: 1},
      {...whole, tags: 'shipping'},
      {...whole, links: {}},
      {...whole, ttlMs: '1'},
      {...whole, learnedAt: undefined},
      {...whole, key: 'en b', bytes: Number.NaN},
    ];
    await putForeign(NAME, {key: 'https://shop.example/chat', value: {v: 1, entries}});
    const learned = open();
    await learned.agree('granted');
    expect(learned.entries()).toEqual([]);
    await putForeign(NAME, {key: 'https://shop.example/chat', value: {v: 1, entries: [...entries, whole]}});
    await learned.agree('granted');
    expect(textOf(learned, 'A?')).toBe('Answer to A?');
  });
});

test('without a word of the visitor nothing is stored', async () => {
  const learned = createLearned('https://shop.example/chat');
  learned.learn(answer('A?'), AT.nowAt);
  await learned.agree('auto');
  expect(textOf(learned, 'A?')).toBe('Answer to A?');
  expect(await databaseNames()).not.toContain('firstword-learned');
});

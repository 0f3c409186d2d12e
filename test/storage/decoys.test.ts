import {afterEach, beforeEach, expect, test} from 'vitest';
import {createDecoys, MAX_DECOY_CHARS, MAX_DECOYS, type Shelf} from '../../src/storage/index.ts';
import {databaseNames, patientShelf} from './databases.ts';

const NAME = 'firstword-test-decoys';
let shelf: Shelf;

beforeEach(() => {
  shelf = patientShelf(NAME);
});
afterEach(() => shelf.clear());

const open = (name = '/faq.json') => createDecoys(name, shelf);
const wordsOf = (decoys: ReturnType<typeof open>) => decoys.entries().map(({question}) => question);

test('decoys are there for the next page where it is granted, for each pack its own', async () => {
  const decoys = open();
  await decoys.agree('granted');
  decoys.add('Where is my refund?', 1);
  decoys.add('Is it vegan?', 2);
  const next = open();
  await next.agree('granted');
  expect(wordsOf(next)).toEqual(['Is it vegan?', 'Where is my refund?']);
  const other = open('/other.json');
  await other.agree('granted');
  expect(wordsOf(other)).toEqual([]);
});

test('the same words are there once, and the oldest go first', () => {
  const decoys = open();
  for (let at = 0; at < MAX_DECOYS + 3; at++) decoys.add(`Question ${at}?`, at);
  expect(decoys.entries()).toHaveLength(MAX_DECOYS);
  expect(wordsOf(decoys).at(-1)).toBe('Question 3?');
  decoys.add('question 3', MAX_DECOYS + 4);
  expect(decoys.entries()).toHaveLength(MAX_DECOYS);
  expect(wordsOf(decoys)[0]).toBe('question 3');
});

test('words beyond all measure are cut', () => {
  const decoys = open();
  decoys.add('x'.repeat(100_000), 1);
  expect(wordsOf(decoys)).toEqual(['x'.repeat(MAX_DECOY_CHARS)]);
});

test('without a word of the visitor nothing is stored', async () => {
  const decoys = createDecoys('/faq.json');
  await decoys.agree('required');
  decoys.add('Is it vegan?', 1);
  expect(wordsOf(decoys)).toEqual(['Is it vegan?']);
  expect(await databaseNames()).not.toContain('firstword-decoys');
});

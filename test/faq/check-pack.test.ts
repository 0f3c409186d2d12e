import {describe, expect, test} from 'vitest';
import {compilePack, createMatcher, PackError, type PlainPack, readPack} from '../../src/faq/index.ts';
import {createRandom} from '../latency/random.ts';
import {entryOf, SHOP} from './packs.ts';

const text = JSON.stringify(compilePack(SHOP));
const fresh = () => JSON.parse(text);

function kindOf(value: unknown): string {
  try {
    readPack(value);
  } catch (error) {
    if (error instanceof PackError) return error.kind;
    throw error;
  }
  return 'read';
}

describe('a pack that was loaded', () => {
  test('is given back as it is, plain or compiled', () => {
    for (const pack of [SHOP, fresh(), {entries: []}, JSON.parse(JSON.stringify(compilePack({entries: []})))]) {
      expect(readPack(pack)).toBe(pack);
    }
  });

  test('may have other answers, questions and links than those it was compiled with', () => {
    const pack = fresh();
    Object.assign(pack.entries[0], {answer: 'Thirty days.', question: 'How long?', links: [], expiresAt: '2030-01-01'});
    expect(readPack(pack)).toBe(pack);
  });

  test.each([
    ['nothing', null],
    ['undefined', undefined],
    ['text', text],
    ['a list', [SHOP]],
    ['an object without entries', {question: 'Why?'}],
    ['entries that are no list', {entries: {0: SHOP.entries[0]}}],
  ])('is none when it is %s', (_, value) => {
    expect(kindOf(value)).toBe('not-a-pack');
  });

  test('is of a later version when its form has a higher number', () => {
    expect(kindOf({...fresh(), compiled: 2})).toBe('newer-version');
  });

  test.each<[string, (pack: ReturnType<typeof fresh>) => unknown]>([
    ['without one entry', (pack) => pack.entries.pop()],
    ['with entries in another order', (pack) => pack.entries.reverse()],
    ['with an id that was changed', (pack) => (pack.entries[0].id += '2')],
    ['without what was learned of one', (pack) => pack.weights.pop()],
    ['with a number more', (pack) => (pack.weights[1] += '#')],
    ['with two numbers changed round', (pack) => pack.weights.reverse()],
    ['with a letter of its phrasings changed', (pack) => (pack.phrasings[0] += '#')],
    ['with a word less', (pack) => (pack.words = pack.words.slice(pack.words.indexOf(' ') + 1))],
    ['with another threshold', (pack) => (pack.threshold = 0.5)],
    ['with a threshold in quotes', (pack) => (pack.threshold = `${pack.threshold}`)],
    ['with weights in one text', (pack) => (pack.weights = `${pack.weights}`)],
    ['without its sum', (pack) => delete pack.sum],
    ['in a form without a number', (pack) => (pack.compiled = 'yes')],
    ['of an older form', (pack) => (pack.compiled = 0)],
    ['with an entry that is none', (pack) => (pack.entries[2] = null)],
    ['with an answer that is no text', (pack) => (pack.entries[2].answer = {text: 'Hello'})],
  ])('is damaged %s', (_, spoil) => {
    const pack = fresh();
    spoil(pack);
    expect(kindOf(pack)).toBe('damaged');
  });

  test.each<[string, Partial<Record<keyof PlainPack, unknown>>]>([
    ['an entry without a question', {entries: [{id: 'a'}]}],
    ['an entry without an id', {entries: [{question: 'What?'}]}],
    ['a variant that is a number', {entries: [entryOf('a', ['b', 1 as unknown as string])]}],
    ['an expiry that is an object', {entries: [{...entryOf('a', ['b']), expiresAt: {toString: 1}}]}],
    ['a topic that is an object', {entries: [{...entryOf('a', ['b']), topic: {toString: 1}}]}],
    ['a context with a text for a list', {entries: [{...entryOf('a', ['b']), context: {page: 'checkout'}}]}],
    ['a negative that is a number', {entries: [], negatives: [5]}],
    ['negatives that are no list', {entries: [], negatives: 'none'}],
  ])('is damaged with %s, though plain', (_, value) => {
    expect(kindOf(value)).toBe('damaged');
  });
});

/** Values of every kind that JSON has, and what it cannot have. */
const ODD: readonly unknown[] = [
  null,
  undefined,
  0,
  -1,
  1.5,
  2 ** 53,
  Number.NaN,
  '',
  'a',
  '\ud800',
  [],
  [[]],
  [null],
  {},
  {toString: 1},
  true,
];

test('whatever is done to a pack, it is refused by its own error or makes a matcher that answers', () => {
  const random = createRandom(77);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T; // no list here is empty
  let readCount = 0;
  const refused = new Set<string>();
  for (let round = 0; round < 600; round++) {
    const pack = round % 2 ? fresh() : structuredClone(SHOP);
    let place: Record<string, unknown> = pack;
    // down to any depth, then something else is put there, or taken away
    for (let depth = 0; depth < 4; depth++) {
      const key = pick(Object.keys(place));
      const inner = place[key];
      const isInner = typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0;
      if (isInner && random() < 0.8) {
        place = inner as Record<string, unknown>;
        continue;
      }
      if (random() < 0.2 && Array.isArray(place)) place.splice(Number(key), 1);
      else if (random() < 0.2)
        delete place[Array.isArray(place) ? '' : key]; // JSON has no lists with holes
      else if (typeof inner === 'string' && random() < 0.5)
        place[key] = inner.slice(0, Math.floor(random() * inner.length));
      else place[key] = pick(ODD);
      break;
    }
    const kind = kindOf(pack);
    if (kind !== 'read') {
      refused.add(kind);
      continue;
    }
    readCount++;
    const matcher = createMatcher(pack);
    matcher.match('where is my parcel', {context: {page: 'checkout'}});
    matcher.match('How long do I have to return an item?');
    matcher.suggest('how long do');
    matcher.topics('how');
  }
  for (const value of ODD) refused.add(kindOf(value));
  expect(readCount).toBeGreaterThan(20);
  expect([...refused].sort()).toEqual(['damaged', 'newer-version', 'not-a-pack']);
});

import {readdirSync} from 'node:fs';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {describe, expect, test} from 'vitest';
import {en, enAnswer, enMore} from '../../src/widget/words/en.ts';
import type {Words} from '../../src/widget/words/words.ts';
import {checkWords} from './check-words.ts';

const english: Words = {...en, ...enAnswer, ...enMore};
const tags = readdirSync('src/widget/words').flatMap((name) => /^([a-z]{2,3})\.ts$/.exec(name)?.[1] ?? []);

/** Words that a language and English write alike. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  de: ['Chat'],
  es: ['Chat'],
  fr: ['Chat', 'Conversation', 'Sources', 'Suggestions'],
};

/** Forms of address that are too familiar between a shop and whoever comes in. */
const FAMILIAR: Readonly<Record<string, RegExp>> = {
  de: /(?<!\p{L})(du|dir|dich|dein\p{L}*)(?!\p{L})/iu,
  es: /(?<!\p{L})(tú|tu|tus|te|ti)(?!\p{L})/iu,
  fr: /(?<!\p{L})(tu|toi|te|ton|ta|tes)(?!\p{L})/iu,
};

test('there are languages to look at', () => {
  expect(tags).toEqual(expect.arrayContaining(['ar', 'de', 'en', 'es', 'fr']));
});

describe.each(tags.filter((tag) => tag !== 'en'))('the words of %s', (tag) => {
  test('say all that English says, with the same gaps, at a length that fits', async () => {
    const {words} = (await import(pathToFileURL(resolve(`src/widget/words/${tag}.ts`)).href)) as {words: Words};
    expect(checkWords({tag, words, english, alike: ALIKE[tag] ?? []})).toEqual([]);
    expect(texts(words).join('\n')).not.toMatch(FAMILIAR[tag] ?? /(?!)/);
  });
});

describe('what is wrong with words', () => {
  const found = (changed: object) =>
    checkWords({tag: 'en', words: {...english, ...changed}, english, alike: texts(english)});

  test.each([
    ['a text that is empty', {send: ' '}, /send: is empty/],
    ['a gap that is missing', {leave: 'This link leads away.'}, /leave: has the gaps "", not "\{host\}"/],
    ['a key that is missing', {reasons: {...english.reasons, slow: undefined}}, /reasons\.slow: is missing/],
    ['a key too many', {hurry: 'Hurry'}, /hurry: is not known/],
    ['a plural form that is missing', {unread: {other: '{count} new'}}, /unread: has the forms other, not one, other/],
    ['a plural form too many', {unread: {...english.unread, few: '{count}'}}, /unread: has the forms few, one, other/],
    ['a button that is too long', {stop: 'Please do stop writing that answer'}, /stop: is 34 characters long/],
    ['the wrong direction', {dir: 'rtl'}, /dir: is rtl/],
  ])('%s', (_, changed, line) => {
    expect(found(changed)).toEqual([expect.stringMatching(line)]);
  });

  test('English that was left over', () => {
    expect(
      checkWords({tag: 'en', words: english, english, alike: texts(english).filter((text) => text !== 'Edit')}),
    ).toEqual(['edit: is English']);
  });

  test('Latin letters where another script is written', () => {
    const [line] = checkWords({tag: 'ar', words: {...english, dir: 'rtl'}, english, alike: texts(english)});
    expect(line).toMatch(/: has Latin letters$/);
  });
});

function texts(words: object): string[] {
  return Object.values(words).flatMap((value) => (typeof value === 'string' ? [value] : texts(value)));
}

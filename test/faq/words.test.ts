import {describe, expect, test} from 'vitest';
import {MAX_QUESTION_CHARS, readWords, stemOf} from '../../src/faq/words.ts';

describe('words', () => {
  test.each([
    ['case and punctuation', 'WHEN, do you… ship?!', 'when do you ship'],
    ['accents', 'Où est ma commande déjà payée', 'ou est ma commande deja payee'],
    ['German letters', 'Größe der Straße', 'grosse der strasse'],
    ['Spanish marks', '¿Cuánto cuesta el envío?', 'cuanto cuesta el envio'],
    ['French apostrophes', "qu’est-ce que l'article", 'qu est ce que l article'],
    ['Arabic vowel marks and lengthening', 'كَيْفَ أُرْجِعُ الطـــلب؟', 'كيف ارجع الطلب'],
    ['scripts without spaces', '返品したい', '返 品 し た い'],
    ['short forms of English', "I can't; what's it, you're late, don't", 'i can not what is it you are late do not'],
    ['short forms without their apostrophe', 'whats this, i dont know', 'what is this i do not know'],
    ['digits of any script', '6 x ६', '6 x ६'],
    ['full-width letters', 'ＡＢＣ', 'abc'],
  ])('are compared without regard to %s', (_, text, words) => {
    expect(readWords(text).join(' ')).toBe(words);
  });

  test.each(['', ' \n', '?!…', '🙂👍🏽', '\u0301', '\ud800'])('are none in %j', (text) => {
    expect(readWords(text)).toEqual([]);
  });

  test('are read of the beginning of a long text only', () => {
    expect(readWords('ab '.repeat(10_000))).toHaveLength(Math.ceil(MAX_QUESTION_CHARS / 3));
  });
});

describe('stems', () => {
  test.each([
    ['change', 'changes', 'changed', 'changing'],
    ['cancel', 'cancels', 'cancelled', 'canceled', 'cancelling'],
    ['policy', 'policies'],
    ['ship', 'ships', 'shipped', 'shipping'],
    ['address', 'addresses'],
  ])('are one for %s and its forms', (...forms) => {
    expect(new Set(forms.map(stemOf)).size).toBe(1);
  });

  test.each(['bus', 'is', 'us', 'red', 'king', 'الطلب', 'größe', '返'])('leave %s recognisable', (word) => {
    expect(stemOf(word).length).toBeGreaterThanOrEqual(Math.min(2, word.length));
  });
});

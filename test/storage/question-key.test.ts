import {expect, test} from 'vitest';
import {questionKey} from '../../src/storage/index.ts';

test.each([
  ['Do you ship?', ' do  you\nSHIP '],
  ['Hola, ¿qué tal?', 'hola ¡qué tal!'],
  ['送料はいくらですか？', '送料はいくらですか'],
  ['كم الشحن؟', 'كم الشحن'],
  ['ﬁne', 'fine'],
])('%j and %j are one question', (one, other) => {
  expect(questionKey(one)).toBe(questionKey(other));
});

test.each([
  ['Is it 1.5 m?', 'Is it 15 m?'],
  ['50% off?', '50 off?'],
  ['Do you know C#?', 'Do you know C?'],
  ['Is it -5 °C?', 'Is it 5 °C?'],
  ["can't I", 'can t I'],
  ['schon', 'schön'],
])('%j and %j are two questions', (one, other) => {
  expect(questionKey(one)).not.toBe(questionKey(other));
});

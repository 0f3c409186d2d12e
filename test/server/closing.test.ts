import {expect, it} from 'vitest';
import {createClosing} from '../../src/server/closing.ts';

const TEXTS = [
  '{}',
  ' {"id":7}',
  '{"a":{"b":[1,{"c":2}]}}',
  '{"a":"}"}',
  '{"a":"\\"}","b":"\\\\"}',
  '{"a":"{[","b":"😀}"}',
];

it.each(TEXTS)('gives %s when it has closed, however it comes, and once', (text) => {
  const byChar = createClosing();
  const found = [...`${text}  {}`].map((char) => byChar.read(char)).filter((each) => each !== undefined);
  expect(found).toEqual([text]);
  const whole = createClosing();
  expect([whole.read(text), whole.read('{}')]).toEqual([text, undefined]);
});

it.each(['', '12', 'null', '"{}"', '[{}]', 'x{}', '{"a":{}', '}{}'])('never gives %s', (text) => {
  const closing = createClosing();
  expect([...text].map((char) => closing.read(char)).filter((each) => each !== undefined)).toEqual([]);
});

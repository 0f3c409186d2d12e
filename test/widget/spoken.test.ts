import {expect, test} from 'vitest';
import {createRenderer} from '../../src/markdown/index.ts';
import {readSpoken} from '../../src/widget/spoken.ts';
import {enMore} from '../../src/widget/words/en.ts';

/** Reads what is said of Markdown, whole or as far as it came. */
function read(markdown: string, end: 'whole' | 'growing' = 'whole'): string {
  const element = document.createElement('div');
  const renderer = createRenderer(element, {copyLabel: 'Copy'});
  renderer.write(markdown);
  if (end === 'whole') renderer.end();
  else renderer.flush();
  const text = readSpoken(element, {words: enMore, isWhole: end === 'whole'});
  renderer.end();
  return text;
}

test('an answer is said without the marks of its writing', () => {
  expect(read('## How *long*\n\nIt is **thirty** nights, see [the rules](https://a.example/).')).toBe(
    'How long.\nIt is thirty nights, see the rules link.\n',
  );
});

test('code and tables are said by their size, wherever they stand', () => {
  expect(read('So:\n\n```js\na\nb\n```\n\n| x |\n|---|\n| 1 |\n| 2 |')).toBe('So:\nCode, 2 lines.\nTable, 2 rows.\n');
  expect(read('- Do\n\n  ```\n  a\n  ```\n- Wait')).toBe('Do.\nCode, 1 lines.\nWait.\n');
});

test('lines without an end of their own get one, so that there is a pause', () => {
  expect(read('- Beds\n- Pillows!\n- Sheets')).toBe('Beds.\nPillows!\nSheets.\n');
});

test('of an answer that grows only whole sentences and finished blocks are said', () => {
  expect(read('It is thirty. And then you', 'growing')).toBe('It is thirty.');
  expect(read('It is thirty', 'growing')).toBe('');
  expect(read('It is 3.5 metres', 'growing')).toBe('');
  expect(read('三十晚。然后', 'growing')).toBe('三十晚。');
  expect(read('- One\n- Two\n', 'growing')).toBe('');
  expect(read('- One\n- Two\n\nAnd. Then', 'growing')).toBe('One.\nTwo.\nAnd.');
  expect(read('```\na. b\n', 'growing')).toBe('');
});

test('what is said of a growing answer is the beginning of what is said in the end, wherever it is cut', () => {
  const markdown =
    '# A b\n\nOne **two**. Three [four](/x). Five\n\n- six\n- seven\n\n> eight. nine\n\n```\nten\n```\n\nEnd.';
  const whole = read(markdown);
  for (let at = 1; at < markdown.length; at++) {
    const said = read(markdown.slice(0, at), 'growing');
    expect(whole.startsWith(said), `${at}: ${said}`).toBe(true);
  }
});

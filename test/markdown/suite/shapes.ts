/** A kind of Markdown that has made parsers slow or deep. */
export interface Shape {
  name: string;
  /** Writes it with so many repeats. */
  write(count: number): string;
}

/** The shapes that parsers are attacked with, after the list that cmark is tested with. */
export const SHAPES: readonly Shape[] = [
  {name: 'nested strong emphasis', write: (count) => `${'*a **a '.repeat(count)}b${' a** a*'.repeat(count)}`},
  {name: 'closers of emphasis without openers', write: (count) => 'a_ '.repeat(count)},
  {name: 'openers of emphasis without closers', write: (count) => '_a '.repeat(count)},
  {name: 'openers and closers that do not match', write: (count) => '*a_ '.repeat(count)},
  {name: 'emphasis in runs of threes', write: (count) => `a***b${'c* '.repeat(count)}${'**d***e'.repeat(count)}`},
  {name: 'unclosed strikethrough', write: (count) => '~~a ~b '.repeat(count)},
  {name: 'link closers', write: (count) => 'a]'.repeat(count)},
  {name: 'link openers', write: (count) => '[a'.repeat(count)},
  {name: 'nested brackets', write: (count) => `${'['.repeat(count)}a${']'.repeat(count)}`},
  {name: 'link openers and emphasis closers', write: (count) => '[ a_'.repeat(count)},
  {name: 'brackets and parentheses', write: (count) => '[ (]('.repeat(count)},
  {name: 'empty images in images', write: (count) => '![[]()'.repeat(count)},
  {name: 'emphasis across links', write: (count) => '**x [a*b**c*](d)'.repeat(count)},
  {name: 'unclosed link destinations', write: (count) => '[a](<b [a](b "c'.repeat(count)},
  {name: 'backtick runs of growing length', write: (count) => growing(count, (at) => `e${'`'.repeat(at)}`)},
  {name: 'unclosed tags, comments and entities', write: (count) => `</${'<!-- <a &amp &#x1'.repeat(count)}`},
  {name: 'nested quotes', write: (count) => `${'> '.repeat(count)}a`},
  {name: 'emphasis in nested quotes', write: (count) => `${'>'.repeat(count)}${'a*'.repeat(count)}`},
  {name: 'nested lists', write: (count) => growing(count, (at) => `${'  '.repeat(at)}* a\n`)},
  {name: 'empty lines in nested lists', write: (count) => `${'- '.repeat(count)}x${'\n'.repeat(count)}`},
  {name: 'empty lines in lists in a quote', write: (count) => `> ${'- '.repeat(count)}x\n${'>\n'.repeat(count)}`},
  {
    name: 'definitions and their uses',
    write: (count) => `${'[a][b] [c]\n'.repeat(count)}\n${'[b]: /u "t\n[b]: </v'.repeat(count)}`,
  },
  {
    name: 'a table of many columns',
    write: (count) => `${'|a'.repeat(count)}\n${'|-'.repeat(count)}\n${'|b\n'.repeat(count)}`,
  },
  {name: 'zeros and escapes', write: (count) => 'abc\u0000de\\\u0000\\*'.repeat(count)},
];

/** The most characters that a shape is written with: those of the longest answer that is rendered. */
const MOST = 65_536;

// shapes that grow by themselves end where an answer would
function growing(count: number, line: (at: number) => string): string {
  let text = '';
  for (let at = 1; at <= count && text.length < MOST; at++) text += line(at);
  return text;
}

import {describe, expect, test} from 'vitest';
import {createRenderer, type Renderer} from '../../src/markdown/index.ts';

/** Draws an unfinished answer, in one write or character by character. */
function draw(parts: Iterable<string>): {root: HTMLElement; renderer: Renderer} {
  const root = document.createElement('div');
  const renderer = createRenderer(root, {policy: {link: (url) => url, image: (url) => `data:,${url}`}});
  for (const part of parts) {
    renderer.write(part);
    renderer.flush();
  }
  return {root, renderer};
}

/** What is on screen, without the attributes that every element has. */
function shown(text: string): string {
  const whole = draw([text]).root.innerHTML;
  expect(draw(text).root.innerHTML, 'character by character').toBe(whole);
  return whole.replaceAll(/ (dir|target|rel|referrerpolicy|loading)="[^"]*"/g, '');
}

describe('half-written', () => {
  test.each([
    ['strong emphasis', 'a **bo', '<p>a <strong>bo</strong></p>'],
    ['strong emphasis before its last marker', 'a **bold*', '<p>a <strong>bold</strong></p>'],
    ['emphasis around strong emphasis', '***bo', '<p><em><strong>bo</strong></em></p>'],
    ['emphasis in strong emphasis', '**a *b', '<p><strong>a <em>b</em></strong></p>'],
    ['strikethrough', 'a ~~ol', '<p>a <del>ol</del></p>'],
    ['code', 'a `co `', '<p>a <code>co</code></p>'],
    ['code with its first marker only', 'a `', '<p>a</p>'],
    ['a link text', 'see [the re', '<p>see the re</p>'],
    ['a link address', 'see [text](htt', '<p>see text</p>'],
    ['a link title', 'see [text](/a "ti', '<p>see text</p>'],
    ['a link label', 'see [text][la', '<p>see text</p>'],
    ['an image', 'see ![alt](https://e', '<p>see </p>'],
    ['an image within emphasis', '**see ![al', '<p><strong>see </strong></p>'],
    ['an autolink', 'see <https://e.exa', '<p>see</p>'],
    ['an entity', 'a &am', '<p>a</p>'],
    ['an escape', 'a \\', '<p>a</p>'],
    ['a product', 'that is 5*3', '<p>that is 5*3</p>'],
    ['a name', 'call snake_case', '<p>call snake_case</p>'],
    ['an approximation', 'it takes ~5 min', '<p>it takes ~5 min</p>'],
  ])('%s shows what it will be', (_, text, html) => {
    expect(shown(text)).toBe(html);
  });

  test.each([
    ['an underline', 'para\n-'],
    ['an underline of a title', 'para\n='],
    ['a thematic break', 'para\n\n--'],
    ['a bullet', 'para\n\n- '],
    ['a number', 'para\n\n12'],
    ['a heading', 'para\n\n## '],
    ['a fence', 'para\n\n```js'],
    ['a table', 'para\n\n| a | b |'],
    ['a table with half its second line', 'para\n\n| a | b |\n|--'],
    ['a definition', 'para\n\n[a]: /b "ti'],
  ])('%s shows nothing yet', (_, text) => {
    expect(shown(text)).toBe('<p>para</p>');
  });

  test('a bullet after an item shows the item alone', () => {
    expect(shown('- x\n-')).toBe('<ul><li>x</li></ul>');
  });

  test('a closing fence is no code', () => {
    expect(shown('```\na\n``')).toBe('<pre><code><span class="line">a\n</span></code></pre>');
  });

  test('the box of a task is no text', () => {
    for (const text of ['- a\n- [', '- a\n- [x', '- a\n- [x]', '- a\n- [x] ']) {
      expect(shown(text).replace(/<li><\/li>/, '')).toBe('<ul><li>a</li></ul>');
    }
    expect(shown('- [x] a')).toBe('<ul><li><input type="checkbox" disabled="" checked=""> a</li></ul>');
  });

  test('the cells of a row show one after the other', () => {
    expect(shown('| a | b |\n|-|-|\n| **x')).toBe(
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><strong>x</strong></td><td></td></tr></tbody></table>',
    );
  });
});

test('at the end markers that nothing closed are text', () => {
  for (const [text, html] of [
    ['a **bo', '<p>a **bo</p>'],
    ['a `co', '<p>a `co</p>'],
    ['see [text](htt', '<p>see [text](htt</p>'],
    ['see ![alt](https://e', '<p>see ![alt](https://e</p>'],
    ['| a | b |', '<p>| a | b |</p>'],
    ['a &am', '<p>a &amp;am</p>'],
    ['a \\', '<p>a \\</p>'],
  ] as const) {
    const {root, renderer} = draw(text);
    renderer.end();
    expect(root.innerHTML.replaceAll(' dir="auto"', '')).toBe(html);
  }
});

test('with many openers waiting none is shown as emphasis', () => {
  expect(draw(['*a '.repeat(20)]).root.querySelector('em')).toBeNull();
  expect(draw(['*a '.repeat(4)]).root.querySelector('em')).not.toBeNull();
});

import specification from 'commonmark-spec/spec.txt?raw';
import {describe, expect, test} from 'vitest';
import extensions from './data/gfm-extensions.txt?raw';
import {canonical, canonicalHtml} from './suite/canonical.ts';
import {characters} from './suite/cut.ts';
import {type Example, RAW_HTML_EXAMPLES, readExamples} from './suite/examples.ts';
import {EXACT, renderParts, renderWhole} from './suite/feed.ts';

const all = readExamples(specification);
const withoutRawHtml = all.filter(({number}) => !RAW_HTML_EXAMPLES.has(number));
const github = readExamples(extensions);

/** Which examples come out wrong, each with what was meant and what came. */
function failures(examples: readonly Example[], render: (markdown: string) => HTMLElement) {
  return examples.flatMap(({number, markdown, html}) => {
    const expected = canonicalHtml(html);
    const actual = canonical(render(markdown));
    return actual === expected ? [] : [{number, markdown, expected, actual}];
  });
}

const whole = (markdown: string) => renderWhole(markdown, EXACT);
const streamed = (markdown: string) => renderParts(characters(markdown), {options: EXACT});

/** Fails with the examples themselves when more than `most` are wrong. */
function expectAtMost(most: number, wrong: readonly object[]): void {
  expect(wrong.length > most ? wrong : []).toEqual([]);
}

describe('CommonMark 0.31.2', () => {
  test('all examples are read', () => {
    expect(all).toHaveLength(652);
    expect(withoutRawHtml).toHaveLength(580);
  });

  test('575 of the 580 examples without raw HTML come out right, streamed character by character', () => {
    expectAtMost(5, failures(withoutRawHtml, streamed));
  });

  test('575 of the 580 examples without raw HTML come out right in one write', () => {
    expectAtMost(5, failures(withoutRawHtml, whole));
  });

  test('every example comes out the same streamed and in one write, with raw HTML too', () => {
    const different = all.filter(({markdown}) => !whole(markdown).isEqualNode(streamed(markdown)));
    expect(different.map(({number}) => number)).toEqual([]);
  });

  test('raw HTML is shown as it was written', () => {
    for (const {markdown, number} of all.filter((each) => RAW_HTML_EXAMPLES.has(each.number))) {
      const written = /<[a-z!?/][^\s>]*/i.exec(markdown)?.[0] ?? 'missing';
      expect(streamed(markdown).textContent, `example ${number}`).toContain(written);
    }
  });
});

describe('GitHub Flavored Markdown', () => {
  test('all 12 examples of tables, tasks and strikethrough come out right, streamed and in one write', () => {
    expect(github).toHaveLength(12);
    expect(failures(github, streamed)).toEqual([]);
    expect(failures(github, whole)).toEqual([]);
  });

  test('a bare address is no link', () => {
    const root = streamed('See https://shop.example/a, www.shop.example and jo@shop.example.\n');
    expect(root.querySelectorAll('a')).toHaveLength(0);
    expect(root.textContent?.trim()).toBe('See https://shop.example/a, www.shop.example and jo@shop.example.');
  });
});

import {describe, expect, test} from 'vitest';
import {createRenderer} from '../../src/markdown/index.ts';
import {createRandom} from '../latency/random.ts';
import {writeAnswer, writeDocument} from './suite/corpus.ts';
import {characters, cutAtRandom, tokens} from './suite/cut.ts';
import {EXACT, renderParts, renderWhole} from './suite/feed.ts';

const DOCUMENT_COUNT = 120;
const documents = [
  ...Array.from({length: DOCUMENT_COUNT}, (_, seed) => writeDocument(seed)),
  ...Array.from({length: 12}, (_, seed) => writeAnswer({seed, tokenCount: 250})),
];

/** Names the documents that come out different, with both results, but no more than a few of them. */
function expectSame(render: (text: string, at: number) => HTMLElement): void {
  const different = documents.flatMap((text, at) => {
    const whole = renderWhole(text, EXACT);
    const other = render(text, at);
    if (whole.isEqualNode(other)) return [];
    return [{at, text, whole: whole.innerHTML, other: other.innerHTML}];
  });
  expect(different.slice(0, 3), `${different.length} documents of ${documents.length}`).toEqual([]);
}

/** Writes the parts without a paint of the renderer's own making in between. */
function renderUnpainted(parts: readonly string[]): HTMLElement {
  const root = document.createElement('div');
  const renderer = createRenderer(root, EXACT);
  for (const part of parts) renderer.write(part);
  renderer.end();
  return root;
}

describe('a document comes out the same as in one write', () => {
  test('character by character, surrogate pairs and line ends in halves', () => {
    expect(documents.filter((text) => /[\ud800-\udbff]/.test(text)).length).toBeGreaterThan(20);
    expect(documents.filter((text) => text.includes('\r\n')).length).toBeGreaterThan(20);
    expectSame((text) => renderParts(characters(text), {options: EXACT}));
  });

  test('token by token', () => {
    expectSame((text) => renderParts(tokens(text), {options: EXACT}));
  });

  test('in random parts, each of them painted', () => {
    for (const most of [3, 12, 60, 400]) {
      expectSame((text, at) => {
        const random = createRandom(at * 1000 + most);
        return renderParts(cutAtRandom(text, {random, most}), {options: EXACT});
      });
    }
  });

  test('in random parts, painted now and then', () => {
    expectSame((text, at) => {
      const random = createRandom(at);
      const root = document.createElement('div');
      const renderer = createRenderer(root, EXACT);
      for (const part of cutAtRandom(text, {random, most: 30})) {
        renderer.write(part);
        if (random() < 0.3) renderer.flush();
      }
      renderer.end();
      return root;
    });
  });

  test('in random parts that are not painted at all', () => {
    expectSame((text, at) => renderUnpainted(cutAtRandom(text, {random: createRandom(at), most: 20})));
  });

  test('painted by the frames of the browser', async () => {
    const text = writeAnswer({seed: 77, tokenCount: 600});
    const root = document.createElement('div');
    document.body.append(root);
    const renderer = createRenderer(root, EXACT);
    for (const part of cutAtRandom(text, {random: createRandom(7), most: 120})) {
      renderer.write(part);
      await new Promise(requestAnimationFrame);
    }
    renderer.end();
    root.remove();
    expect(root.innerHTML).toBe(renderWhole(text, EXACT).innerHTML);
  });

  test('when it is ended by an abort', () => {
    expectSame((text) => {
      const root = document.createElement('div');
      const renderer = createRenderer(root, EXACT);
      for (const part of tokens(text)) renderer.write(part);
      renderer.abort('the visitor stopped it');
      return root;
    });
  });
});

describe('a text means the same', () => {
  test('with the line ends of every system', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const text = writeAnswer({seed, tokenCount: 300});
      const unix = renderWhole(text, EXACT).innerHTML;
      expect(renderWhole(text.replaceAll('\n', '\r\n'), EXACT).innerHTML).toBe(unix);
      expect(renderWhole(text.replaceAll('\n', '\r'), EXACT).innerHTML).toBe(unix);
      expect(renderParts(characters(text.replaceAll('\n', '\r\n')), {options: EXACT}).innerHTML).toBe(unix);
    }
  });

  test('when a link is defined after its use, wherever the definition stands', () => {
    const use = '> See [the *help*][Help page] and [help page].\n\n- [help  page][]\n\n| [help page] |\n| --- |\n';
    const definitions = ['\n[HELP\nPAGE]: /help\n', '\n> [help page]: /help\n', '\n- a\n\n  [help page]: /help\n'];
    for (const definition of definitions) {
      const root = renderParts(characters(use + definition), {options: EXACT});
      const addresses = [...root.querySelectorAll('a')].map((link) => link.getAttribute('href'));
      expect(addresses, definition).toEqual(['/help', '/help', '/help', '/help']);
    }
  });

  test('and nothing of it is lost', () => {
    for (const [at, text] of documents.entries()) {
      const letters = (of: string) => of.replace(/[^\p{L}]+/gu, '');
      const whole = letters(renderWhole(text, EXACT).textContent ?? '');
      const streamed = letters(renderParts(tokens(text), {options: EXACT}).textContent ?? '');
      expect(streamed, `document ${at}`).toBe(whole);
      expect(whole.length, `document ${at}`).toBeGreaterThan(letters(text).length / 4);
    }
  });
});

import {describe, expect, test} from 'vitest';
import {createRenderer, type RendererOptions} from '../../src/markdown/index.ts';
import {createRandom} from '../latency/random.ts';
import {writeAnswer} from './suite/corpus.ts';
import {characters, cutAtRandom} from './suite/cut.ts';
import {EXACT, renderParts, renderWhole} from './suite/feed.ts';
import {SHAPES} from './suite/shapes.ts';

const MOST_LEVELS = 50;
const words = (root: HTMLElement) => (root.textContent ?? '').replace(/\s+/g, ' ').trim();

/** How many elements stand in each other. */
function depth(root: Element): number {
  let deepest = 0;
  const open: [Element, number][] = [[root, 0]];
  for (let each = open.pop(); each; each = open.pop()) {
    const [element, level] = each;
    deepest = Math.max(deepest, level);
    for (const child of element.children) open.push([child, level + 1]);
  }
  return deepest;
}

describe('beyond the limits nothing is lost:', () => {
  test('the text after 65,536 characters is plain', () => {
    const line = 'Some **strong** words and a `little` code.\n\n';
    const text = line.repeat(Math.ceil(65_536 / line.length) + 40);
    const root = renderWhole(`${text}**The** last words`);
    expect(words(root).match(/Some/g)).toHaveLength(text.length / line.length);
    expect(words(root)).toMatch(/The\W+last words$/);
    const strongCount = root.querySelectorAll('strong').length;
    expect(strongCount).toBeGreaterThanOrEqual(Math.floor(65_536 / line.length) - 1);
    expect(strongCount).toBeLessThanOrEqual(Math.ceil(65_536 / line.length));
  });

  test('a limit of the caller holds, however the text is cut', () => {
    const text = 'One **two** three.\n\nFour **five** six.\n\nSeven **eight** nine.';
    const options: RendererOptions = {...EXACT, maxChars: 30};
    const whole = renderWhole(text, options);
    expect(words(whole).replaceAll(/[* ]/g, '')).toBe('Onetwothree.Fourfivesix.Seveneightnine.');
    expect(words(whole)).toContain('**eight**');
    expect(whole.querySelectorAll('strong').length).toBeLessThan(3);
    expect(renderParts(characters(text), {options}).innerHTML).toBe(whole.innerHTML);
  });

  test('quotes, lists and emphasis are text beyond 50 levels', () => {
    const texts = [
      `${'> '.repeat(80)}the end`,
      `${'- '.repeat(80)}the end`,
      Array.from({length: 80}, (_, at) => `${'  '.repeat(at)}- item ${at}`).join('\n'),
      `${'*a **a '.repeat(80)}the end${' a** a*'.repeat(80)}`,
    ];
    for (const text of texts) {
      const root = renderWhole(text, EXACT);
      // a level of a list is two elements
      expect(depth(root), text.slice(0, 20)).toBeLessThanOrEqual(MOST_LEVELS * 2 + 4);
      expect(words(root), text.slice(0, 20)).toMatch(/the end|item 79/);
      expect(renderParts(characters(text), {options: EXACT}).innerHTML).toBe(root.innerHTML);
    }
    expect(depth(renderWhole(`${'> '.repeat(40)}a`, EXACT))).toBe(41);
    expect(depth(renderWhole(`${'> '.repeat(80)}a`, {...EXACT, maxDepth: 10}))).toBeLessThanOrEqual(12);
  });

  test('the 501st link is its text', () => {
    const text = Array.from({length: 600}, (_, at) => `[link ${at}](https://shop.example/${at})`).join('\n\n');
    const root = renderWhole(text);
    expect(root.querySelectorAll('a')).toHaveLength(500);
    expect(words(root)).toContain('link 599');
    expect(renderParts(cutAtRandom(text, {random: createRandom(1), most: 40}), {}).innerHTML).toBe(root.innerHTML);
  });
});

describe('a fault', () => {
  test('in the policy leaves the words and is not thrown on', () => {
    const policy = {
      link: (): never => {
        throw new Error('a fault of the policy');
      },
      image: (): never => {
        throw new Error('a fault of the policy');
      },
    };
    const text = 'One *two*.\n\nThree [four](https://shop.example/) five.\n\n- six ![seven](/eight.png)\n- nine';
    for (const parts of [[text], characters(text)]) {
      const root = renderParts(parts, {options: {policy}});
      for (const word of ['One', 'two', 'Three', 'four', 'five', 'six', 'seven', 'nine']) {
        expect(words(root)).toContain(word);
      }
    }
  });
});

describe('a shape that is made to be slow', () => {
  test.each(SHAPES)('$name comes out the same whole and in parts', ({write}) => {
    const text = write(200);
    const whole = renderWhole(text, EXACT);
    const parts = cutAtRandom(text, {random: createRandom(text.length), most: 90});
    expect(renderParts(parts, {options: EXACT}).innerHTML).toBe(whole.innerHTML);
    expect(depth(whole)).toBeLessThanOrEqual(MOST_LEVELS * 2 + 4);
    const letters = (of: string) => of.replace(/[^a-z]/g, '').length;
    // what marks something is not shown; destinations and titles are not shown either
    expect(letters(whole.textContent ?? '')).toBeGreaterThanOrEqual(letters(text) / 5);
  });

  test('there are 24 of them', () => {
    expect(SHAPES).toHaveLength(24);
  });
});

describe('the readable text', () => {
  test('has the words and no marks', () => {
    const root = document.createElement('div');
    const renderer = createRenderer(root);
    renderer.write(
      '# The *shop*\n\nTwo **words** and [a link](https://shop.example/).\n\n- one\n- two\n\n```js\nlet a;\n```\n',
    );
    renderer.flush();
    renderer.end();
    expect(
      renderer
        .plainText()
        .split(/\n+/)
        .map((line) => line.trim())
        .filter(Boolean),
    ).toEqual(['The shop', 'Two words and a link.', 'one', 'two', 'let a;']);
  });

  test('grows while the answer streams and ends as that of one write', () => {
    const text = writeAnswer({seed: 5, tokenCount: 300});
    const whole = createRenderer(document.createElement('div'));
    whole.write(text);
    whole.end();
    const renderer = createRenderer(document.createElement('div'));
    let longest = 0;
    for (const part of cutAtRandom(text, {random: createRandom(3), most: 40})) {
      renderer.write(part);
      renderer.flush();
      longest = Math.max(longest, renderer.plainText().length);
    }
    renderer.end();
    expect(renderer.plainText()).toBe(whole.plainText());
    expect(longest).toBeGreaterThan(whole.plainText().length * 0.9);
  });
});

describe('when it is stopped', () => {
  test('what has come stays, and what comes later is not drawn', async () => {
    const root = document.createElement('div');
    document.body.append(root);
    const renderer = createRenderer(root);
    renderer.write('One **two');
    renderer.abort('the visitor left');
    expect(words(root)).toBe('One **two');
    renderer.write(' three');
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    expect(words(root)).toBe('One **two');
    root.remove();
  });

  test('an end can be followed by another', () => {
    const root = document.createElement('div');
    const renderer = createRenderer(root);
    renderer.write('One');
    renderer.end();
    renderer.end();
    renderer.abort('late');
    renderer.flush();
    expect(words(root)).toBe('One');
  });
});

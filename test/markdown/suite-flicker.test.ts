import {describe, expect, onTestFinished, test} from 'vitest';
import {createRenderer, type RendererOptions} from '../../src/markdown/index.ts';
import {watchChanges} from './suite/changes.ts';
import {writeAnswer} from './suite/corpus.ts';
import {characters, tokens} from './suite/cut.ts';
import {renderParts} from './suite/feed.ts';

const answers = [1, 2, 3].map((seed) => writeAnswer({seed, tokenCount: 700}));

/** An element that is really on the page, as selections need it. */
function createRoot(): HTMLElement {
  const root = document.createElement('div');
  document.body.append(root);
  onTestFinished(() => root.remove());
  return root;
}

/** What is shown after each character of a text, as HTML without the attributes that carry no meaning here. */
function showings(text: string): string[] {
  const root = createRoot();
  const shown: string[] = [];
  const simple = () => root.innerHTML.replaceAll(/ (?:dir|rel|target|referrerpolicy)="[^"]*"/g, '');
  renderParts(characters(text), {root, onStep: () => shown.push(simple())});
  return shown;
}

describe('while an answer streams', () => {
  test('at most 6 elements are removed and 30 characters taken back in 2,100 tokens', () => {
    const total = {removedElementCount: 0, takenBackCharacterCount: 0};
    const steps: object[] = [];
    for (const [at, text] of answers.entries()) {
      expect(tokens(text)).toHaveLength(700);
      const root = createRoot();
      const changes = watchChanges(root);
      renderParts(tokens(text), {
        root,
        onStep(written) {
          const {removedElementCount, takenBackCharacterCount} = changes.step();
          total.removedElementCount += removedElementCount;
          total.takenBackCharacterCount += takenBackCharacterCount;
          if (removedElementCount + takenBackCharacterCount > 0) {
            steps.push({at, end: written.slice(-40), removedElementCount, takenBackCharacterCount});
          }
        },
      });
      changes.stop();
      expect(root.childElementCount).toBeGreaterThan(2);
    }
    const withinLimits = total.removedElementCount <= 6 && total.takenBackCharacterCount <= 30;
    expect(withinLimits ? [] : [total, ...steps]).toEqual([]);
  });

  test('the nodes of finished blocks are never touched again', () => {
    for (const [at, text] of answers.entries()) {
      const root = createRoot();
      const changes = watchChanges(root);
      const kinds: string[] = [];
      const finished = new Map<Node, string>();
      const options: RendererOptions = {onBlock: (kind) => kinds.push(kind)};
      let touchedCount = 0;
      renderParts(tokens(text), {
        options,
        root,
        onStep() {
          for (const target of changes.step().targets) {
            for (const block of finished.keys()) if (block.contains(target)) touchedCount++;
          }
          for (const block of [...root.children].slice(0, kinds.length)) {
            if (!finished.has(block)) finished.set(block, block.outerHTML);
          }
        },
      });
      changes.stop();
      expect(touchedCount, `answer ${at}`).toBe(0);
      expect([...finished.keys()], `answer ${at}`).toEqual([...root.children]);
      expect([...finished.values()], `answer ${at}`).toEqual([...root.children].map((block) => block.outerHTML));
      expect(finished.size, `answer ${at}`).toBeGreaterThan(2);
    }
  });

  test('each block is told once, when it is finished, with its kind and its words', () => {
    const told: [string, string][] = [];
    const root = createRoot();
    const text =
      'Some *words*.\n\n## A heading\n\n- one\n- [two](https://shop.example/)\n\n> quoted\n\n```js\nlet a;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\nThe end';
    const counts: number[] = [];
    renderParts(characters(text), {
      root,
      options: {onBlock: (kind, plain) => told.push([kind, plain.trim()])},
      onStep: () => counts.push(told.length),
    });
    expect(told.map(([kind]) => kind)).toEqual([
      'paragraph',
      'heading',
      'list',
      'quote',
      'code',
      'table',
      'rule',
      'paragraph',
    ]);
    expect(told[0]?.[1]).toBe('Some words.');
    expect(told[1]?.[1]).toBe('A heading');
    expect(told[2]?.[1]).toMatch(/^one\s+two$/);
    expect(told[4]?.[1]).toBe('let a;');
    expect(told[5]?.[1]).toMatch(/^a\s+b\s+1\s+2$/);
    expect(told[7]?.[1]).toBe('The end');
    // the last block is finished by the end alone
    expect(counts.at(-2)).toBe(7);
  });

  test('a selection in the first paragraph survives', () => {
    const root = createRoot();
    const renderer = createRenderer(root);
    renderer.write('The first paragraph has **strong** words in it.\n\nThe second');
    renderer.flush();
    const first = root.querySelector('p');
    if (!first) throw new Error('there is no paragraph');
    const selection = getSelection();
    selection?.selectAllChildren(first);
    const selected = selection?.toString() ?? '';
    expect(selected).toContain('strong words');
    const range = selection?.getRangeAt(0);
    const {startContainer, endContainer} = range ?? {};
    for (const part of tokens(answers[0] ?? '')) {
      renderer.write(part);
      renderer.flush();
      expect(selection?.toString()).toBe(selected);
    }
    renderer.end();
    expect(selection?.toString()).toBe(selected);
    expect(range?.startContainer).toBe(startContainer);
    expect(range?.endContainer).toBe(endContainer);
    expect(range?.collapsed).toBe(false);
  });

  test('a finished item, row or line of an open block keeps its nodes', () => {
    const cases = [
      {open: '- one\n- two\n', more: '- three\n', parts: 'li'},
      {open: '| a | b |\n|---|---|\n| 1 | 2 |\n', more: '| 3 | 4 |\n', parts: 'tr'},
      {open: '> one\n>\n> two\n>\n', more: '> three\n', parts: 'p'},
    ];
    for (const {open, more, parts} of cases) {
      const root = createRoot();
      const renderer = createRenderer(root);
      renderer.write(open);
      renderer.flush();
      const before = [...root.querySelectorAll(parts)];
      expect(before.length, open).toBeGreaterThan(1);
      for (const part of characters(more)) {
        renderer.write(part);
        renderer.flush();
      }
      renderer.end();
      const after = [...root.querySelectorAll(parts)];
      expect(after.slice(0, before.length), open).toEqual(before);
      expect(after, open).toHaveLength(before.length + 1);
    }
  });
});

describe('half-written syntax is not flashed:', () => {
  const always = (text: string, allowed: RegExp) => {
    for (const shown of showings(text)) expect(shown).toMatch(allowed);
  };

  test('emphasis is shown as such before it is closed', () => {
    expect(showings('a **bo').at(-2)).toBe('<p>a <strong>bo</strong></p>');
    expect(showings('a **bold*').at(-2)).toBe('<p>a <strong>bold</strong></p>');
    expect(showings('a *bo').at(-2)).toBe('<p>a <em>bo</em></p>');
    expect(showings('a `co').at(-2)).toBe('<p>a <code>co</code></p>');
    for (const text of ['a **bold** b', 'a *em* b', 'a `code` b', 'a ~~del~~ b']) always(text, /^[^*`~]*$/);
  });

  test('signs that are no emphasis stay signs', () => {
    always('5*3 is 15 and 2 * 4 is 8', /^(?!.*<em)/);
    always('the snake_case_name', /^(?!.*<em)/);
  });

  test('a link is inert text until it is closed', () => {
    const shown = showings('a [text](https://shop.example/a) b');
    const unclosed = shown.slice(0, 'a [text](https://shop.example/a'.length);
    for (const each of unclosed) expect(each).toMatch(/^(?:<p>a?(?: t?e?x?t?)?<\/p>)?$/);
    expect(shown.at(-1)).toContain('<a href="https://shop.example/a">text</a>');
  });

  test('an image is nothing until it is closed', () => {
    const [opened, closed] = ['a ![', 'a ![alt](https://shop.example/a.png)'];
    const shown = showings(`${closed} b`);
    for (const each of shown.slice(opened.length - 1, closed.length - 1)) expect(each).toMatch(/^<p>a ?<\/p>$/);
    expect(shown.at(-1)).toContain('alt');
  });

  test('a dash or equals sign below a paragraph makes no heading by itself', () => {
    for (const text of ['para\n-', 'para\n=', 'para\n- item', 'para\n--']) {
      for (const shown of showings(text).slice(0, -1)) expect(shown).not.toMatch(/<h\d|<li[^>]*><\/li>/);
    }
    expect(showings('para\n-').at(-2)).toBe('<p>para</p>');
  });

  test('a bullet has no empty item before its words', () => {
    for (const shown of showings('- x\n- yes').slice(0, -1)) expect(shown).not.toMatch(/<li[^>]*><\/li>/);
    expect(showings('- x\n-').at(-2)).toMatch(/^<ul>\s*<li>x<\/li>\s*<\/ul>$/);
  });

  test('a table row is held until the row below it decides', () => {
    const shown = showings('| a | b |\n| - | - |\n| 1 | 2 |');
    for (const each of shown) expect(each).not.toContain('|');
    expect(shown.at(-1)).toContain('<td>2</td>');
  });

  test('an entity, an escape and an address in brackets are held until they are whole', () => {
    // the first sign alone may be a sign and nothing more
    for (const shown of showings('a &amp; b')) expect(shown).not.toMatch(/&amp;[amp]/);
    for (const shown of showings('a \\* b')) expect(shown).not.toContain('\\');
    for (const shown of showings('a <https://shop.example/> b')) expect(shown).not.toMatch(/&lt;h/);
  });
});

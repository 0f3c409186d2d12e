import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {type BlockKind, createRenderer, type RendererOptions} from '../../src/markdown/index.ts';

let root: HTMLElement;

beforeEach(() => {
  root = document.body.appendChild(document.createElement('div'));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  root.remove();
});

/** Draws a whole answer, in parts that are each painted. */
function draw(parts: Iterable<string>, options?: RendererOptions) {
  const renderer = createRenderer(root, options);
  for (const part of parts) {
    renderer.write(part);
    renderer.flush();
  }
  renderer.end();
  return renderer;
}

/** What was drawn, without the attributes that every element has. */
const html = () => root.innerHTML.replaceAll(/ (dir|target|rel|referrerpolicy|loading)="[^"]*"/g, '');

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

describe('painting', () => {
  test('waits for a frame and then draws all that came', async () => {
    const renderer = createRenderer(root);
    renderer.write('one ');
    renderer.write('two');
    expect(root.childNodes).toHaveLength(0);
    await expect.poll(() => root.textContent).toBe('one two');
  });

  test('happens once for many writes of a frame', async () => {
    const request = vi.spyOn(globalThis, 'requestAnimationFrame');
    const renderer = createRenderer(root);
    for (const word of 'many words in one frame'.split(' ')) renderer.write(`${word} `);
    expect(request).toHaveBeenCalledTimes(1);
    renderer.end();
  });

  test('happens without frames on a hidden page', async () => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    vi.stubGlobal('requestAnimationFrame', () => 1);
    createRenderer(root).write('unseen');
    await expect.poll(() => root.textContent).toBe('unseen');
  });

  test('of what waits for a frame goes on when the page is hidden meanwhile', async () => {
    const renderer = createRenderer(root);
    vi.stubGlobal('requestAnimationFrame', () => 1);
    renderer.write('un');
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    renderer.write('seen');
    await expect.poll(() => root.textContent).toBe('unseen');
  });

  test('of a long text is spread over frames', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 5));
    const text = 'word '.repeat(4000);
    createRenderer(root).write(text);
    await nextFrame();
    const firstChars = root.textContent?.length ?? 0;
    expect(firstChars).toBeGreaterThan(0);
    expect(firstChars).toBeLessThan(text.length / 2);
    // ten frames of up to LONGEST_WAIT_MS each are about the second that a poll waits by itself
    await expect.poll(() => root.textContent, {timeout: 30_000}).toBe(text.trim());
  });

  test('of a burst is spread by the pace, and ends at once', async () => {
    const text = 'word '.repeat(200).trim();
    const renderer = createRenderer(root, {paceMs: 10_000});
    renderer.write(text);
    await nextFrame();
    expect(root.textContent?.length).toBeLessThan(text.length / 2);
    renderer.end();
    expect(root.textContent).toBe(text);
  });

  test('stops at the end', () => {
    const cancel = vi.spyOn(globalThis, 'cancelAnimationFrame');
    const renderer = createRenderer(root);
    renderer.write('one');
    renderer.end();
    expect(cancel).toHaveBeenCalled();
    renderer.write(' two');
    renderer.flush();
    renderer.end();
    expect(root.textContent).toBe('one');
  });
});

test('an aborted answer keeps what has come', () => {
  const renderer = createRenderer(root);
  renderer.write('one **two');
  renderer.abort(new Error('gone'));
  renderer.write(' three');
  renderer.flush();
  expect(html()).toBe('<p>one **two</p>');
});

test('line ends and characters may be cut in half', () => {
  draw(['a\r', '\nb\r', 'c\r', '\n\r', '\nd\ud83d', '\ude00e\ud83d']);
  expect(html()).toBe('<p>a\nb\nc</p><p>d😀e\ud83d</p>');
});

test('headings are lowered, to the sixth at most', () => {
  draw(['# a\n### b\n###### c']);
  expect(html()).toBe('<h3>a</h3><h5>b</h5><h6>c</h6>');
  root.replaceChildren();
  draw(['# a\nb\n==='], {headingOffset: 1});
  expect(html()).toBe('<h2>a</h2><h2>b</h2>');
});

test('a paragraph that becomes a heading keeps its nodes', () => {
  const renderer = createRenderer(root);
  renderer.write('the **title**\n');
  renderer.flush();
  const [words, strong] = root.querySelector('p')?.childNodes ?? [];
  renderer.write('===\n');
  renderer.flush();
  expect([...(root.querySelector('h3')?.childNodes ?? [])]).toEqual([words, strong]);
  expect(strong?.isConnected).toBe(true);
});

test('what is finished keeps its nodes while the rest is written', () => {
  const renderer = createRenderer(root);
  const kept = new Map<Node, string>();
  const blocks = [
    'a *b*\n\n',
    '- c\n- d\n  - e\n',
    '- f\n\n',
    '> g\n\n',
    '```\nh\ni\n',
    '```\n',
    '| j |\n|-|\n| k |\n',
    '| l |\n\n',
    'm',
  ];
  for (const text of blocks) {
    renderer.write(text);
    renderer.flush();
    for (const node of kept.keys()) expect(node.isConnected, kept.get(node)).toBe(true);
    for (const node of root.querySelectorAll('p,li,blockquote,td,span.line')) kept.set(node, text);
  }
  renderer.end();
  expect(kept.size).toBeGreaterThan(10);
  for (const node of kept.keys()) expect(node.isConnected, kept.get(node)).toBe(true);
});

test('a list that turns loose moves the words of its items, and makes none again', () => {
  const renderer = createRenderer(root);
  renderer.write('- a *b*\n  - c\n- d\n');
  renderer.flush();
  const words = [...root.querySelectorAll('em, li')];
  const first = root.querySelector('li')?.firstChild;
  renderer.write('\n- e');
  renderer.end();
  expect(html()).toBe('<ul><li><p>a <em>b</em></p><ul><li>c</li></ul></li><li><p>d</p></li><li><p>e</p></li></ul>');
  expect(words.every((each) => each.isConnected)).toBe(true);
  expect(first?.parentNode?.nodeName).toBe('P');
});

test('links that are defined later are made at the end, and nothing else is touched', () => {
  const renderer = createRenderer(root, {policy: {link: (url) => url, image: () => null}});
  renderer.write('- [a]\n- b *c*\n\n[d] e\n\n');
  renderer.flush();
  const others = [...root.querySelectorAll('em, li')];
  renderer.write('[A]: /1 "t"\n[d]: /2\n');
  renderer.flush();
  expect(root.querySelector('a')).toBeNull();
  renderer.end();
  expect(html()).toBe('<ul><li><a href="/1" title="t">a</a></li><li>b <em>c</em></li></ul><p><a href="/2">d</a> e</p>');
  expect(others.every((each) => each.isConnected)).toBe(true);
});

describe('tables', () => {
  test('begin with the last line of a paragraph', () => {
    draw('Prices:\n| a | b |\n|:-|-:|\n| 1 |\n| 2 | 3 | 4 |');
    expect(html()).toBe(
      '<p>Prices:</p><table><thead><tr><th align="left">a</th><th align="right">b</th></tr></thead>' +
        '<tbody><tr><td align="left">1</td><td align="right"></td></tr>' +
        '<tr><td align="left">2</td><td align="right">3</td></tr></tbody></table>',
    );
  });

  test('have no more columns than fit, and no rows that are made of nothing', () => {
    const row = (text: string, count: number) => `|${text.repeat(count)}\n`;
    draw([row('a|', 33) + row('-|', 33)]);
    expect(root.querySelector('table')).toBeNull();
    root.replaceChildren();
    draw([row('a|', 32) + row('-|', 32) + row('b|', 1).repeat(1000)]);
    expect(root.querySelectorAll('tr')).toHaveLength(1001);
    expect(root.querySelectorAll('td').length).toBeLessThan(1000 + 4200);
  });

  test('keep pipes that are escaped, in code too', () => {
    draw('| a \\| b | `c \\| d` |\n|-|-|');
    expect(html()).toContain('<th>a | b</th><th><code>c | d</code></th>');
  });
});

describe('an answer that goes beyond', () => {
  test('500 links has no more of them, however it is cut', () => {
    const text = '[a](/b) '.repeat(510);
    draw([text]);
    const whole = html();
    expect(root.querySelectorAll('a')).toHaveLength(500);
    expect(root.textContent).toContain('[a](/b)');
    root.replaceChildren();
    draw(text.match(/.{1,37}/gs) ?? []);
    expect(html()).toBe(whole);
  });

  test('its length goes on as plain text, with all its lines', () => {
    draw(['**a**\n**b', '**\n\n**c**\n'], {maxChars: 9});
    expect(html()).toBe('<p><strong>a</strong>\n**b</p><p>**\n\n</p><p>**c**\n</p>');
  });

  test('the reach of emphasis ends it, however it is cut', () => {
    const text = `*a ${'word '.repeat(1000)}b* c *d*`;
    draw([text]);
    const whole = html();
    expect(root.querySelectorAll('em')).toHaveLength(1);
    root.replaceChildren();
    draw(text.match(/.{1,61}/gs) ?? []);
    expect(html()).toBe(whole);
  });
});

describe('a long paragraph', () => {
  const text = Array.from({length: 400}, (_, at) => `word ${at} *with* [a](/b${at}) & \`code\` in 中文 it,`).join(' ');

  test('comes out the same however it is cut', () => {
    draw([text]);
    const whole = root.cloneNode(true);
    for (const size of [1, 7, 256, 5000]) {
      root.replaceChildren();
      draw(text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []);
      expect(root.isEqualNode(whole), `${size} at a time`).toBe(true);
    }
  });

  test('keeps the nodes that nothing can change any more', () => {
    const renderer = createRenderer(root);
    renderer.write(text.slice(0, 4000));
    renderer.flush();
    const early = [...(root.querySelector('p')?.childNodes ?? [])].slice(0, 20);
    const changes = new MutationObserver(() => {});
    for (const node of early) changes.observe(node, {characterData: true, childList: true, subtree: true});
    renderer.write(text.slice(4000));
    renderer.end();
    expect(changes.takeRecords()).toHaveLength(0);
    expect(early.every((node) => node.isConnected)).toBe(true);
  });
});

describe('onBlock', () => {
  test('hears of each finished block once, in order, with its words', () => {
    const heard: [BlockKind, string][] = [];
    const text =
      '# A *b*\n\nc [d](https://e.example) ![f](/g)\n\n- h\n  1. i\n- [x] j\n\n> k\n\n```js\nl\n\nm\n```\n\n| n | o |\n|-|-|\n| p | q |\n\n---\n\nr\\\ns';
    draw(text, {onBlock: (kind, plainText) => heard.push([kind, plainText])});
    expect(heard).toEqual([
      ['heading', 'A b'],
      ['paragraph', 'c d f'],
      ['list', 'h\ni\n j'],
      ['quote', 'k'],
      ['code', 'l\n\nm'],
      ['table', 'n\to\np\tq'],
      ['rule', ''],
      ['paragraph', 'r\ns'],
    ]);
  });

  test('may fail without harm', () => {
    draw(['a\n\nb'], {
      onBlock: () => {
        throw new Error('deaf');
      },
    });
    expect(html()).toBe('<p>a</p><p>b</p>');
  });
});

test('plain text is what a reader reads, at any time', () => {
  const renderer = createRenderer(root, {copyLabel: 'Copy'});
  expect(renderer.plainText()).toBe('');
  renderer.write('a **b\n\n');
  renderer.flush();
  expect(renderer.plainText()).toBe('a **b');
  renderer.write('[c](https://d.example)\n\n```\ne\n```\n');
  renderer.end();
  expect(renderer.plainText()).toBe('a **b\nc\ne');
});

describe('after a fault', () => {
  test('of the page the block and the rest are plain text', () => {
    const create = document.createElement.bind(document);
    const renderer = createRenderer(root);
    renderer.write('# a\n\nb\n\n');
    renderer.flush();
    vi.spyOn(document, 'createElement').mockImplementation((tag: string) => {
      if (tag === 'table') throw new Error('no tables here');
      return create(tag);
    });
    expect(() => {
      renderer.write('| c |\n|-|\n| **d** |\n');
      renderer.flush();
      renderer.write('**e**\n');
      renderer.end();
    }).not.toThrow();
    expect(html()).toBe('<h3>a</h3><p>b</p><p>| c |\n</p><p>|-|\n</p><p>| **d** |\n</p><p>**e**\n</p>');
  });

  test('of a policy its links are text', () => {
    const fail = () => {
      throw new Error('who knows');
    };
    draw('[a](/b) ![c](/d) <https://e.example>', {policy: {link: fail, image: fail}});
    expect(html()).toBe('<p>a c https://e.example</p>');
  });
});

describe('links and images', () => {
  test('have what keeps the page apart from where they lead', () => {
    draw('[a](https://b.example "c") ![d](/e "f")', {
      policy: {link: (url) => url, image: () => 'data:image/gif;base64,R0lGODlhAQABAAAAACw='},
    });
    const attributes = (tag: string) =>
      Object.fromEntries([...(root.querySelector(tag)?.attributes ?? [])].map(({name, value}) => [name, value]));
    expect(attributes('a')).toEqual({
      href: 'https://b.example',
      title: 'c',
      target: '_blank',
      rel: 'noopener noreferrer nofollow ugc',
      referrerpolicy: 'no-referrer',
    });
    expect(attributes('img')).toEqual({
      alt: 'd',
      title: 'f',
      loading: 'lazy',
      referrerpolicy: 'no-referrer',
      src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=',
    });
  });

  test('to another host name it, those of the page do not', () => {
    draw('[a](https://b.example/c) [d](/e)');
    expect(root.querySelector('a')?.nextElementSibling?.outerHTML).toBe('<span class="host"> (b.example)</span>');
    expect(root.querySelectorAll('span.host')).toHaveLength(1);
    expect(root.textContent).toBe('a (b.example) d');
  });

  test('have nothing added by a policy of two functions, even on a page that extends all objects', () => {
    Object.defineProperty(Object.prototype, 'foreignHost', {value: () => 'evil.example', configurable: true});
    try {
      draw('[a](https://b.example)', {policy: {link: (url) => url, image: () => null}});
    } finally {
      Reflect.deleteProperty(Object.prototype, 'foreignHost');
    }
    expect(html()).toBe('<p><a href="https://b.example">a</a></p>');
  });

  test('ask the policy once about an address', () => {
    const link = vi.fn((url: string) => url);
    draw('[a](/b) and **more', {policy: {link, image: () => null}});
    expect(link.mock.calls).toEqual([['/b']]);
  });
});

describe('code', () => {
  test('has an element for each line and keeps its text', () => {
    draw('```JS x\na\n\n  b\n```');
    expect(html()).toBe(
      '<pre><code class="language-js"><span class="line">a\n</span><span class="line">\n</span><span class="line">  b\n</span></code></pre>',
    );
  });

  test('names no language that is no word', () => {
    draw('```"onclick=x\na\n```');
    expect(html()).toBe('<pre><code><span class="line">a\n</span></code></pre>');
  });

  test('is copied by its button as it stands, whatever holds it', async () => {
    const writeText = vi.fn(async () => {});
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({writeText} as unknown as Clipboard); // all that is used
    draw('- a\n\n  ```\n  b <c>\n  ```\n\n```\nd', {copyLabel: 'Copy'});
    const buttons = root.querySelectorAll('button');
    expect([...buttons].map((each) => each.outerHTML)).toEqual(
      Array(2).fill('<button type="button" part="copy" class="copy">Copy</button>'),
    );
    for (const button of buttons) {
      expect(button.nextElementSibling?.nodeName).toBe('PRE');
      button.click();
    }
    expect(writeText.mock.calls).toEqual([['b <c>\n'], ['d\n']]);
  });

  test('can still be selected where the clipboard is refused', async () => {
    const writeText = vi.fn(async () => {
      throw new Error('refused');
    });
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({writeText} as unknown as Clipboard); // all that is used
    const unhandled = vi.fn();
    addEventListener('unhandledrejection', unhandled);
    draw('```\nb\n```', {copyLabel: 'Copy'});
    root.querySelector('button')?.click();
    await expect.poll(() => writeText.mock.settledResults[0]?.type).toBe('rejected');
    await nextFrame();
    removeEventListener('unhandledrejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

test('invisible characters are removed, and those that scripts need are kept', () => {
  draw('a\u202Eb\u2066c\u200Bd\u{E0041}e\u0007f &#x202E;g&#0; \u200Ch\u200Di\u200E', {});
  expect(root.textContent).toBe('abcdef g\uFFFD \u200Ch\u200Di\u200E');
});

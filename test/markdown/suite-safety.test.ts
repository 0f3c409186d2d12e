import {describe, expect, onTestFinished, test} from 'vitest';
import {createPolicy, createRenderer} from '../../src/markdown/index.ts';
import dompurify from './data/dompurify-payloads.json';
import {attack, type Feed, renderAll} from './suite/attack.ts';
import {canonical} from './suite/canonical.ts';
import {writeDocument} from './suite/corpus.ts';
import {watchDanger} from './suite/danger.ts';
import {renderWhole} from './suite/feed.ts';
import {HOSTILE_PAGES} from './suite/hostile.ts';
import {exfiltrations, hiddenTexts, obfuscatedSchemes, redirections, SHOP} from './suite/payloads.ts';

const target = {createRenderer, createPolicy};
const SETS: readonly {name: string; payloads: readonly string[]; count: number}[] = [
  {name: 'what DOMPurify is tested with', payloads: dompurify, count: 223},
  {name: 'obfuscated schemes', payloads: obfuscatedSchemes(), count: 14 * 39 * 6},
  {name: 'exfiltration', payloads: exfiltrations(), count: 230},
  {name: 'redirections', payloads: redirections(), count: 215},
  {name: 'hidden characters', payloads: hiddenTexts(), count: 216},
];
const FEEDS: readonly Feed[] = ['whole', 'character by character', 'split at every place'];

/** Counts what the page asks other hosts for from now on, and what runs. */
function watchPage(): {settled(): Promise<{foreign: string[]; alertCount: number}>} {
  const asked: string[] = [];
  const observer = new PerformanceObserver((list) => asked.push(...list.getEntries().map(({name}) => name)));
  observer.observe({type: 'resource'});
  let alertCount = 0;
  const original = window.alert;
  window.alert = () => alertCount++;
  onTestFinished(() => {
    observer.disconnect();
    window.alert = original;
  });
  return {
    async settled() {
      // what was asked for before this has been seen when this has
      const last = new URL(`/?last=${crypto.randomUUID()}`, location.href).href;
      await fetch(last);
      await expect.poll(() => asked).toContain(last);
      return {foreign: asked.filter((url) => new URL(url).origin !== location.origin), alertCount};
    },
  };
}

describe.each(SETS)('$name', ({payloads, count}) => {
  test('is the whole set', () => {
    expect(payloads).toHaveLength(count);
  });

  test.each(FEEDS)('fed %s brings no dangerous node, no script and no request', async (feed) => {
    const page = watchPage();
    const outcome = attack(target, {payloads, feed, allowed: SHOP});
    expect(outcome.faults).toEqual([]);
    expect(outcome.stepCount).toBeGreaterThanOrEqual(payloads.length);
    expect(await page.settled()).toEqual({foreign: [], alertCount: 0});
  });
});

describe('what is allowed', () => {
  const options = {policy: createPolicy(SHOP)};

  test('comes through, so that the sets above were looked at with open eyes', () => {
    const root = renderWhole(
      'A [own](/help?a=1) [docs](https://docs.shop.example/a) [mail](mailto:a@shop.example) [call](tel:+4612345) [other](https://other.example/a) ![shoe](https://img.shop.example/answers/a.png "A shoe")',
      options,
    );
    const links = [...root.querySelectorAll('a')];
    expect(links.map((link) => link.getAttribute('href'))).toEqual([
      'https://shop.example/help?a=1',
      'https://docs.shop.example/a',
      'mailto:a@shop.example',
      'tel:+4612345',
      'https://other.example/a',
    ]);
    expect([...root.querySelectorAll('.host')].map((host) => host.textContent)).toEqual([
      expect.stringContaining('other.example'),
    ]);
    expect(root.querySelector('img')?.getAttribute('src')).toBe('https://img.shop.example/answers/a.png');
    expect(root.querySelector('img')?.alt).toBe('shoe');
  });

  test('is watched by a watch that sees what is wrong', () => {
    const root = document.createElement('div');
    const danger = watchDanger(root, SHOP);
    const make = (name: string, attributes: Record<string, string> = {}) => {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      return element;
    };
    const rel = 'noopener noreferrer nofollow ugc';
    const safe = {rel, target: '_blank', referrerpolicy: 'no-referrer'};
    const wrong = [
      make('script'),
      make('p', {onclick: 'alert(1)'}),
      make('p', {id: 'location'}),
      make('p', {class: 'other'}),
      make('p', {href: 'https://shop.example/'}),
      make('a', {...safe}),
      make('a', {...safe, href: 'javascript:alert(1)'}),
      make('a', {...safe, href: '/relative'}),
      make('a', {...safe, href: 'https://a:b@shop.example/'}),
      make('a', {...safe, href: 'https://evil.example/'}),
      make('a', {...safe, href: 'http://evil.example/'}),
      make('a', {href: 'https://shop.example/'}),
      make('img', {src: 'https://evil.example/a.png', referrerpolicy: 'no-referrer', loading: 'lazy'}),
      make('input', {type: 'checkbox'}),
      document.createElementNS('http://www.w3.org/2000/svg', 'svg'),
      document.createTextNode('a\u202eb'),
    ];
    for (const node of wrong) {
      root.append(node);
      node.remove();
      expect(danger.look(), node instanceof Element ? node.outerHTML : 'text').toHaveLength(1);
    }
    root.append(make('p'), make('a', {...safe, href: 'https://shop.example/'}));
    expect(danger.look()).toEqual([]);
    danger.stop();
  });

  test('is looked at where requests and scripts would be seen', async () => {
    const page = watchPage();
    const nowhere = 'http://127.0.0.1:9/a.png';
    new Image().src = nowhere;
    alert('once');
    expect(await page.settled()).toEqual({foreign: [nowhere], alertCount: 1});
  });

  test('without a policy nothing is loaded and no script can be reached', () => {
    const root = renderWhole('![a](https://img.shop.example/answers/a.png) [b](javascript:alert(1)) [c](/help)');
    expect(root.querySelector('img')).toBeNull();
    expect(root.textContent).toMatch(/^a b c/);
    expect([...root.querySelectorAll('a')].map((link) => link.href)).toEqual([new URL('/help', document.baseURI).href]);
  });

  test('a refused link and a refused image leave their words', () => {
    const root = renderWhole('[*the* words](javascript:alert(1)) ![of `it`](https://evil.example/a.png)', options);
    expect(root.textContent?.trim()).toBe('the words of it');
    expect(root.querySelector('em')?.textContent).toBe('the');
  });
});

describe('on a page with', () => {
  const payloads = [
    ...dompurify,
    ...Array.from({length: 60}, (_, seed) => writeDocument(seed)),
    ...exfiltrations(),
    ...redirections(),
    ...hiddenTexts(),
    ...obfuscatedSchemes().filter((_, at) => at % 7 === 0),
  ];
  const expected = renderAll(target, {payloads, allowed: SHOP});

  test.each(HOSTILE_PAGES)('$name the output is the same', ({spoil}) => {
    const restore = spoil();
    let outputs: string[];
    try {
      outputs = renderAll(target, {payloads, allowed: SHOP});
    } finally {
      restore();
    }
    const different = outputs.flatMap((output, at) =>
      output === expected[at] ? [] : [{payload: payloads[at], expected: expected[at], output}],
    );
    expect(different.slice(0, 5), `${different.length} of ${payloads.length}`).toEqual([]);
  });

  test('nothing spoiled the output is made of elements and words', () => {
    expect(expected.filter((output) => output.startsWith('thrown'))).toEqual([]);
    const root = document.createElement('div');
    root.innerHTML = expected[230] ?? '';
    expect(canonical(root).length).toBeGreaterThan(100);
  });
});

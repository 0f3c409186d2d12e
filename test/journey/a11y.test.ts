import type {Page as Tab} from 'playwright-core';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {askAloud, focused, found, openAloud, openPanel, PHONE, stands, until} from './aloud.ts';

const missing = typeof found === 'string' ? found : undefined;

/** What was said in a live region, and when it was put there and taken away, in ms of the page's clock. */
interface Said {
  text: string;
  atMs: number;
  goneMs: number;
}

/** Answers of every kind of block, some wider than the panel. */
const RICH = `## How long

It is **thirty** nights. See [the rules](/help) first.

- Beds
- Pillows

\`\`\`js
const nights = 30; // ${'wide '.repeat(40)}
\`\`\`

| a | b |
|---|---|
| ${'wide'.repeat(40)} | 2 |

Done.`;

/** Writes down all that is said from now on. */
const listen = (tab: Tab, role: 'status' | 'alert') =>
  tab.evaluate((role) => {
    const region = document.querySelector('firstword-chat')?.shadowRoot?.querySelector(`[role=${role}]`);
    const said: Said[] = [];
    Object.assign(window, {[`said ${role}`]: said});
    if (!region) throw new Error(`no ${role}`);
    new MutationObserver(() => {
      const atMs = performance.now();
      const last = said.at(-1);
      if (last && !last.goneMs) last.goneMs = atMs;
      if (region.textContent) said.push({text: region.textContent, atMs, goneMs: 0});
    }).observe(region, {childList: true, characterData: true, subtree: true});
  }, role);

const said = (tab: Tab, role: 'status' | 'alert') =>
  tab.evaluate((role) => (window as unknown as Record<string, Said[]>)[`said ${role}`] ?? [], role);

const texts = async (tab: Tab, role: 'status' | 'alert') => (await said(tab, role)).map(({text}) => text);

describe.skipIf(missing)(`the panel${missing ? ` is skipped: ${missing}` : ''}`, () => {
  let stage: Awaited<ReturnType<typeof openAloud>>;
  beforeAll(async () => {
    stage = await openAloud();
  });
  afterAll(() => stage.close());
  beforeEach(() => () => stage.speaker.end());

  /** Answers a question with one text. */
  async function converse(tab: Tab, text: string): Promise<void> {
    await askAloud(tab, stage.speaker);
    stage.speaker.say(text);
    stage.speaker.end();
    await stands(tab, 'complete');
  }

  test('rule 1: the conversation is no live region, only what is meant to be spoken is', async () => {
    const tab = await stage.open();
    await openPanel(tab);
    await converse(tab, 'It is thirty nights.');
    await until(() => tab.locator('[role=status]').textContent()).toBe('It is thirty nights.');
    await until(() => tab.locator('[role=status]').textContent()).toBe('');
    const wire = await tab.context().newCDPSession(tab);
    const {nodes} = await wire.send('Accessibility.getFullAXTree');
    const live = (id: string | undefined): string[] => {
      const node = nodes.find(({nodeId}) => nodeId === id);
      if (!node) return [];
      const own = node.properties?.find(({name}) => name === 'live')?.value.value;
      return [...(own && own !== 'off' ? [`${own}`] : []), ...live(node.parentId)];
    };
    const words = nodes.filter(({name}) => `${name?.value}`.includes('thirty nights'));
    expect(words.length).toBeGreaterThan(0);
    expect(words.flatMap(({nodeId}) => live(nodeId))).toEqual([]);
    expect(nodes.filter(({role}) => role?.value === 'log')).toEqual([]);
    expect(nodes.find(({role}) => role?.value === 'dialog')?.name?.value).toBe('Help');
    expect(nodes.filter(({role}) => role?.value === 'status').flatMap(({nodeId}) => live(nodeId))).toEqual(['polite']);
  });

  test.each([
    ['a desktop', {}],
    ['a phone', PHONE],
  ])(
    'rule 2: one region is spoken from before the opening to the end on %s, out of sight but there',
    async (_, look) => {
      const tab = await stage.open({}, look);
      await tab.evaluate(() => {
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        Object.assign(window, {region: root?.querySelector('[role=status]')});
      });
      const region = () =>
        tab.evaluate(() => {
          const {region} = window as unknown as {region: HTMLElement};
          const {width, height} = region.getBoundingClientRect();
          const rest = document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[role=status]').length;
          const modal = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('dialog:modal');
          return {connected: region.isConnected, width, height, rest, heard: !modal || modal.contains(region)};
        });
      const there = {connected: true, width: 1, height: 1, rest: 1, heard: true};
      expect(await region()).toEqual(there);
      await openPanel(tab);
      await converse(tab, 'It is thirty nights.');
      expect(await region()).toEqual(there);
      await tab.locator('[part~=close]').click();
      expect(await region()).toEqual(there);
    },
  );

  test('rule 3: an answer of 500 tokens is said in few whole sentences, with time between them', async () => {
    const tab = await stage.open();
    await openPanel(tab);
    await listen(tab, 'status');
    await askAloud(tab, stage.speaker);
    await until(() => texts(tab, 'status')).toEqual(['Sent.', 'An answer is on its way.']);
    const paragraphs = Array.from({length: 10}, (_, n) =>
      Array.from({length: 8}, (_, m) => `Sentence ${n * 8 + m} is *here*.`).join(' '),
    );
    for (const [at, paragraph] of paragraphs.slice(0, 3).entries()) {
      stage.speaker.say(`${paragraph} Half a`);
      await until(() => texts(tab, 'status')).toHaveLength(3 + at);
      stage.speaker.say(' sentence.\n\n');
    }
    for (const paragraph of paragraphs.slice(3)) stage.speaker.say(`${paragraph}\n\n`);
    stage.speaker.say('```\na\nb\n```\n\n| x |\n|---|\n| y |\n\n- One\n- Two [link](/help)');
    stage.speaker.end();
    await stands(tab, 'complete');
    await until(() => texts(tab, 'status')).toHaveLength(6);
    await until(async () => (await said(tab, 'status')).at(-1)?.goneMs).toBeGreaterThan(0);
    const heard = await said(tab, 'status');
    expect(heard.length).toBeLessThanOrEqual(8);
    const all = heard.map(({text}) => text.replace(/\s+/g, ' ')).slice(2);
    expect(all.join(' ')).toBe(
      [
        ...paragraphs.map((text, at) => text.replaceAll('*', '') + (at < 3 ? ' Half a sentence.' : '')),
        'Code, 2 lines. Table, 1 rows. One. Two link.',
      ].join(' '),
    );
    for (const text of all) expect(text).toMatch(/\.$/);
    for (const [at, {atMs, goneMs}] of heard.entries()) {
      const next = heard[at + 1];
      expect(goneMs - atMs).toBeGreaterThan(1000);
      if (next) expect(next.atMs).toBeGreaterThan(goneMs);
    }
  });

  test('rule 4: why an answer failed is alerted once; stop, asking again and copying are told', async () => {
    const tab = await stage.open({}, {permissions: ['clipboard-read', 'clipboard-write']});
    await openPanel(tab);
    await listen(tab, 'alert');
    await listen(tab, 'status');
    stage.speaker.refuse();
    await tab.locator('textarea').fill('How long?');
    await tab.keyboard.press('Enter');
    await stands(tab, 'failed');
    await until(() => texts(tab, 'alert')).toEqual(['This question was not accepted.']);
    await tab.locator('[part~=retry]').click();
    await stage.speaker.asked();
    await until(() => texts(tab, 'status')).toEqual(['Sent.', 'Sent.', 'An answer is on its way.']);
    stage.speaker.say('```\na\n```\n\nIt');
    await stands(tab, 'streaming');
    await tab.locator('[part~=stop]').click();
    await stands(tab, 'stopped');
    await until(() => texts(tab, 'status')).toContain('Stopped.');
    await tab.locator('button.copy').click();
    await until(async () => (await texts(tab, 'status')).at(-1)).toBe('Copied.');
    expect(await texts(tab, 'alert')).toHaveLength(1);
  });

  test('rule 5: focus moves by the visitor’s own act only, and what goes hands it to the field', async () => {
    const own = await stage.open({attributes: 'data-open'});
    await own.locator('textarea').waitFor();
    expect(await focused(own)).toBe('body');

    const tab = await stage.open();
    await openPanel(tab);
    expect(await focused(tab)).toBe('input');
    await tab.keyboard.press('Escape');
    expect(await focused(tab)).toBe('launcher');
    await tab.keyboard.press('Enter');
    await until(() => focused(tab)).toBe('input');
    await tab.locator('[part~=close]').focus();
    await tab.keyboard.press('Enter');
    expect(await focused(tab)).toBe('launcher');
    await tab.keyboard.press('Enter');
    await askAloud(tab, stage.speaker);
    await tab.locator('[part~=log]').focus();
    stage.speaker.say('It is ');
    await stands(tab, 'streaming');
    expect(await focused(tab)).toBe('log');
    await tab.locator('[part~=stop]').focus();
    await tab.keyboard.press('Enter');
    await stands(tab, 'stopped');
    expect(await focused(tab)).toBe('input');
    await tab.locator('[part~=retry]').focus();
    await tab.keyboard.press('Enter');
    await stage.speaker.asked();
    expect(await focused(tab)).toBe('input');
    await tab.locator('[part~=stop]').focus();
    stage.speaker.say('It is.');
    stage.speaker.end();
    await stands(tab, 'complete');
    expect(await focused(tab)).toBe('input');
    // a page's own focus stays where it is while an answer comes
    await askAloud(tab, stage.speaker);
    await tab.locator('.first').focus();
    stage.speaker.say('It is.');
    stage.speaker.end();
    await until(() => tab.locator('[part~=answer][data-state=complete]').count()).toBe(2);
    expect(await focused(tab)).toBe('first');
  });

  test('rule 5: on a phone nothing behind the panel can be reached until it is closed', async () => {
    const tab = await stage.open({}, PHONE);
    await openPanel(tab);
    expect(await focused(tab)).toBe('input');
    const reached = new Set<string>();
    for (let step = 0; step < 12; step++) {
      await tab.keyboard.press('Tab');
      reached.add(await focused(tab));
    }
    expect([...reached]).toEqual(expect.arrayContaining(['input', 'log', 'close']));
    expect([...reached].filter((name) => ['first', 'ask', 'launcher'].includes(name))).toEqual([]);
    await tab.keyboard.press('Escape');
    expect(await focused(tab)).toBe('launcher');
    await tab.locator('.first').click();
    expect(await focused(tab)).toBe('first');

    const own = await stage.open({attributes: 'data-open'}, PHONE);
    await own.locator('textarea').waitFor();
    expect(await focused(own)).toBe('body');
    expect(await own.locator('dialog').evaluate((box) => box.matches(':modal'))).toBe(false);
    await own.locator('textarea').tap();
    await until(() => own.locator('dialog').evaluate((box) => box.matches(':modal'))).toBe(true);
    expect(await focused(own)).toBe('input');
  });

  test('rule 6: Enter sends but not while a word is composed, Escape closes what is innermost, arrows scroll', async () => {
    const tab = await stage.open({}, {viewport: {width: 1000, height: 600}});
    await openPanel(tab);
    const questions = tab.locator('[part~=question]');
    await tab.keyboard.type('One');
    await tab.keyboard.press('Shift+Enter');
    for (const init of [{isComposing: true}, {keyCode: 229}]) {
      await tab.locator('textarea').evaluate((field, init) => {
        field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...init}));
      }, init);
    }
    expect(await questions.count()).toBe(0);
    expect(await tab.locator('textarea').inputValue()).toBe('One\n');
    await tab.keyboard.type('two');
    await tab.keyboard.press('Enter');
    await stage.speaker.asked();
    expect(await questions.first().textContent()).toContain('One\ntwo');
    stage.speaker.say(`${'A line of words.\n\n'.repeat(60)}[away](https://other.example/x)`);
    stage.speaker.end();
    await stands(tab, 'complete');

    await tab.locator('[part~=log]').focus();
    await tab.keyboard.press('ArrowUp');
    await until(() => tab.locator('[part~=log]').evaluate((log) => log.scrollTop)).toBeLessThan(0);
    await tab.keyboard.press('End');

    await tab.locator('.menu > button').focus();
    await tab.keyboard.press('Enter');
    await tab.locator('.items').waitFor();
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Escape');
    expect(await tab.locator('.items').count()).toBe(0);
    expect(await tab.locator('.menu > button').evaluate((button) => button.matches(':focus'))).toBe(true);
    await tab.locator('.text a').focus();
    await tab.keyboard.press('Enter');
    await tab.locator('.leave').waitFor();
    await tab.keyboard.press('Escape');
    expect(await tab.locator('.leave').count()).toBe(0);
    expect(await focused(tab)).toBe('a');
    await tab.keyboard.press('Escape');
    expect(await focused(tab)).toBe('launcher');
    expect(await tab.locator('textarea').isVisible()).toBe(false);
  });

  test('rule 7: the launcher, messages and times say what they are, headings keep below the page’s', async () => {
    const tab = await stage.open();
    const launcher = tab.getByRole('button', {name: 'Help'});
    expect(await launcher.getAttribute('aria-expanded')).toBe('false');
    await openPanel(tab);
    expect(await tab.locator('[part~=launcher]').getAttribute('aria-expanded')).toBe('true');
    await converse(tab, '# How long\n\nThirty.');
    expect(await tab.locator('[part~=question]').textContent()).toBe('You asked: How long?');
    expect(await tab.locator('[part~=answer]').textContent()).toMatch(/^Answer: How long/);
    expect(await tab.locator('.text h3').count()).toBe(1);
    expect(await tab.locator('.text :is(h1, h2)').count()).toBe(0);
    expect(Date.parse((await tab.locator('[part~=answer] time').getAttribute('datetime')) ?? '')).toBeGreaterThan(0);
    await askAloud(tab, stage.speaker);
    await tab.keyboard.press('Escape');
    await listen(tab, 'status');
    stage.speaker.say('Later.');
    stage.speaker.end();
    await tab.getByRole('button', {name: 'Help, 1 new message'}).waitFor();
    await until(() => texts(tab, 'status')).toContain('1 new message');
    expect(await texts(tab, 'status')).not.toContain('Later.');
  });

  test('rule 8: every target is 24 pixels in both directions, the launcher and send are 44', async () => {
    const tab = await stage.open({attributes: 'data-suggestions="One|Two"'}, {permissions: ['clipboard-write']});
    const small = (least: number, selector: string) =>
      tab.evaluate(
        ({least, selector}) =>
          [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll(selector) ?? [])]
            .map((target) => ({name: target.outerHTML.slice(0, 80), ...target.getBoundingClientRect().toJSON()}))
            .filter(({width, height}) => width > 0 && (width < least || height < least)),
        {least, selector},
      );
    expect(await small(44, '[part~=launcher]')).toEqual([]);
    await openPanel(tab);
    expect(await small(24, 'button, textarea')).toEqual([]);
    await converse(tab, `${RICH}\n\n${'A line.\n\n'.repeat(40)}`);
    await tab.locator('[part~=feedback]').last().click();
    await tab.locator('[part~=log]').focus();
    await tab.keyboard.press('Home');
    await tab.locator('.newest button').waitFor();
    await tab.locator('.menu > button').click();
    await tab.locator('.items').waitFor();
    expect(await tab.locator('button').count()).toBeGreaterThan(14);
    expect(await small(24, 'button, textarea, .items a')).toEqual([]);
    expect(await small(44, '[part~=send]')).toEqual([]);
    await askAloud(tab, stage.speaker);
    expect(await small(44, '[part~=stop]')).toEqual([]);
  });

  test('rule 9: words on any brand colour have a contrast of 4.5', async () => {
    const tab = await stage.open();
    const worst = await tab.evaluate(() => {
      const host = document.querySelector('firstword-chat') as HTMLElement;
      const launcher = host.shadowRoot?.querySelector('[part~=launcher]');
      const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      if (!launcher || !pen) throw new Error('nothing to measure');
      const light = (color: string) => {
        pen.fillStyle = color;
        pen.fillRect(0, 0, 1, 1);
        const [r = 0, g = 0, b = 0] = [...pen.getImageData(0, 0, 1, 1).data].map((part) =>
          part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      let least = {contrast: Number.POSITIVE_INFINITY, accent: ''};
      for (let n = 0; n < 1000; n++) {
        // a step that meets all residues, so that the colours are spread and the same every time
        const accent = `#${((n * 9_973_181) % 0x1000000).toString(16).padStart(6, '0')}`;
        host.style.setProperty('--_c', accent);
        const {color, backgroundColor} = getComputedStyle(launcher);
        const [low = 0, high = 0] = [light(color), light(backgroundColor)].sort((a, b) => a - b);
        const contrast = (high + 0.05) / (low + 0.05);
        if (contrast < least.contrast) least = {contrast, accent};
      }
      return least;
    });
    expect(worst.contrast, worst.accent).toBeGreaterThanOrEqual(4.5);
  });

  test('rule 10: who wants less motion sees none, and forced colours keep every edge', async () => {
    const still = await stage.open({}, {reducedMotion: 'reduce'});
    await openPanel(still);
    await askAloud(still, stage.speaker);
    await still.locator('.dots').waitFor();
    const moving = (tab: Tab) =>
      tab.evaluate(() => document.querySelector('firstword-chat')?.shadowRoot?.getAnimations().length);
    expect(await moving(still)).toBe(0);
    expect(await still.locator('.dots').evaluate((dots) => getComputedStyle(dots, '::before').opacity)).toBe('1');
    stage.speaker.end();

    const tab = await stage.open({}, {forcedColors: 'active'});
    const width = (selector: string, side: 'borderTopWidth' | 'outlineWidth') =>
      tab
        .locator(selector)
        .last()
        .evaluate((element, side) => Number.parseFloat(getComputedStyle(element)[side]), side);
    expect(await width('[part~=launcher]', 'borderTopWidth')).toBeGreaterThanOrEqual(1);
    await openPanel(tab);
    await askAloud(tab, stage.speaker);
    expect(await moving(tab)).toBeGreaterThan(0); // what is looked for above is found where there is some
    const dot = await tab.locator('.dots').evaluate((dots) => getComputedStyle(dots, '::before').backgroundColor);
    const ground = await tab.locator('[part~=panel]').evaluate((panel) => getComputedStyle(panel).backgroundColor);
    expect(dot).not.toBe(ground);
    stage.speaker.say('Yes.');
    stage.speaker.end();
    await stands(tab, 'complete');
    for (const part of ['panel', 'question', 'composer', 'send']) {
      expect(await width(`[part~=${part}]`, 'borderTopWidth'), part).toBeGreaterThanOrEqual(1);
    }
    await tab.keyboard.press('Shift+Tab');
    expect(await width(':focus-visible', 'outlineWidth')).toBeGreaterThanOrEqual(2);
  });

  test('rule 11: at a zoom of 400 % the field and send are in sight and nothing but code and tables scrolls sideways', async () => {
    const tab = await stage.open(
      {attributes: 'data-suggestions="One|Two|Three of them|Four"'},
      {viewport: {width: 320, height: 256}},
    );
    await openPanel(tab);
    const inSight = (selector: string) =>
      tab.locator(selector).evaluate((element) => {
        const {top, bottom, left, right} = element.getBoundingClientRect();
        return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
      });
    for (const part of ['input', 'send', 'close']) expect(await inSight(`[part~=${part}]`), part).toBe(true);
    await converse(tab, RICH);
    for (const part of ['input', 'send', 'close']) expect(await inSight(`[part~=${part}]`), part).toBe(true);
    const wide = () =>
      tab.evaluate(() =>
        [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('*') ?? [])]
          .filter(
            (element) =>
              element.scrollWidth > element.clientWidth &&
              element.clientWidth > 1 &&
              getComputedStyle(element).overflowX !== 'visible', // what it does not fit is cut or scrolled
          )
          .map((element) => element.className || element.localName),
      );
    expect(await wide()).toEqual(['pre', 'table']);
    expect(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await until(() => tab.locator('.text pre').getAttribute('tabindex')).toBe('0');
    expect(await tab.locator('.text pre').getAttribute('aria-label')).toBe('Code, 1 lines.');
    expect(await tab.locator('.text table').getAttribute('aria-label')).toBe('Table, 1 rows.');
    await converse(tab, '```\nshort\n```');
    expect(await tab.locator('.text pre').last().getAttribute('tabindex')).toBe(null);

    // WCAG 2.2, 1.4.12
    await tab.evaluate(() => {
      const root = document.querySelector('firstword-chat')?.shadowRoot;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important} p{margin-bottom:2em!important}',
      );
      root?.adoptedStyleSheets.push(sheet);
    });
    const clipped = await tab.evaluate(() =>
      [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('dialog *') ?? [])]
        .filter((element) => {
          const {overflowY} = getComputedStyle(element);
          const hides = overflowY === 'hidden' || overflowY === 'clip';
          return hides && element.clientHeight > 1 && element.scrollHeight > element.clientHeight;
        })
        .map((element) => element.className),
    );
    expect(clipped).toEqual([]);
    for (const part of ['input', 'send', 'close']) expect(await inSight(`[part~=${part}]`), part).toBe(true);
  });

  test('rule 12: where text runs from right to left the panel is mirrored, without a physical side in its sheets', async () => {
    const tab = await stage.open({dir: 'rtl', attributes: 'data-language="ar"'});
    await openPanel(tab);
    await converse(tab, RICH);
    const left = (selector: string) =>
      tab.locator(selector).evaluate((element) => element.getBoundingClientRect().left);
    expect(await left('[part~=send]')).toBeLessThan(await left('[part~=input]'));
    expect(await left('[part~=close]')).toBeLessThan(await left('[part~=title]'));
    expect(await left('[part~=launcher]')).toBeLessThan(200);
    const undirected = await tab
      .locator('.text > *:not(ul, .code, table)')
      .evaluateAll((blocks) =>
        blocks.filter((block) => block.getAttribute('dir') !== 'auto').map((block) => block.outerHTML),
      );
    expect(undirected).toEqual([]);
    const rules = await tab.evaluate(() =>
      [...(document.querySelector('firstword-chat')?.shadowRoot?.adoptedStyleSheets ?? [])]
        .flatMap((sheet) => [...sheet.cssRules].map(({cssText}) => cssText))
        .filter((text) => /[-\s;{](left|right)(-\w+)?:|text-align: (left|right)/.test(text)),
    );
    expect(rules.filter((text) => !/safe-area|\.copy/.test(text))).toEqual([]);
  });

  test('rule 14: who reads further up or selects words is left alone while an answer comes', async () => {
    const tab = await stage.open();
    await openPanel(tab);
    await askAloud(tab, stage.speaker);
    stage.speaker.say('First words to select.\n\n');
    stage.speaker.say('A line of words.\n\n'.repeat(60));
    await until(() => tab.locator('.text p').count()).toBeGreaterThan(59);
    const log = tab.locator('[part~=log]');
    expect(await log.evaluate((element) => element.scrollTop)).toBe(0);
    await tab.evaluate(() => {
      const first = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.text p')?.firstChild;
      if (first) getSelection()?.setBaseAndExtent(first, 6, first, 11);
      Object.assign(window, {first});
    });
    const selected = () =>
      tab.evaluate(() => {
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        const selection = getSelection();
        const [range] = root ? (selection?.getComposedRanges({shadowRoots: [root]}) ?? []) : [];
        const {first} = window as unknown as {first: Node};
        return [range?.startContainer === first, range?.startOffset, range?.endOffset];
      });
    expect(await selected()).toEqual([true, 6, 11]);
    await log.evaluate((element) => {
      element.scrollTop = -element.scrollHeight;
    });
    await tab.locator('.newest button').waitFor();
    const topOf = () =>
      tab
        .locator('.text p')
        .first()
        .evaluate((words) => words.getBoundingClientRect().top);
    const before = await topOf();
    stage.speaker.say('More of them.\n\n'.repeat(40));
    await until(() => tab.locator('.text p').count()).toBeGreaterThan(99);
    expect(Math.abs((await topOf()) - before)).toBeLessThanOrEqual(1);
    expect(await selected()).toEqual([true, 6, 11]);
    await tab.locator('.newest button').click();
    await until(() => log.evaluate((element) => element.scrollTop)).toBe(0);
    await until(() => tab.locator('.newest').count()).toBe(0);
  });

  test('rule 14: the place of who reads further up is held in browsers that do not do so themselves', async () => {
    const tab = await stage.open();
    await tab.addInitScript(() => {
      const supports = CSS.supports.bind(CSS);
      CSS.supports = (...words: [string, string?]) =>
        words[0] !== 'overflow-anchor' && supports(...(words as [string, string]));
    });
    await tab.reload();
    await tab.locator('[part~=launcher][aria-haspopup]').waitFor();
    await openPanel(tab);
    const log = tab.locator('[part~=log]');
    await log.evaluate((element: HTMLElement) => {
      element.style.overflowAnchor = 'none';
    });
    await askAloud(tab, stage.speaker);
    stage.speaker.say('A line of words.\n\n'.repeat(60));
    await until(() => tab.locator('.text p').count()).toBeGreaterThan(59);
    await log.evaluate((element) => {
      element.scrollTop = 300 - element.scrollHeight + element.clientHeight;
    });
    await tab.locator('.newest button').waitFor();
    const topOf = () =>
      tab
        .locator('.text p')
        .first()
        .evaluate((words) => words.getBoundingClientRect().top);
    const before = await topOf();
    for (let more = 1; more <= 4; more++) {
      stage.speaker.say('More of them.\n\n'.repeat(10));
      await until(() => tab.locator('.text p').count()).toBeGreaterThan(59 + more * 10);
    }
    await until(async () => Math.abs((await topOf()) - before)).toBeLessThanOrEqual(1);
  });

  test('rule 15: an answer can be stopped in sight, and no failure takes what was typed', async () => {
    const tab = await stage.open();
    await openPanel(tab);
    await askAloud(tab, stage.speaker);
    stage.speaker.say('It is ');
    await stands(tab, 'streaming');
    expect(await tab.getByRole('button', {name: 'Stop'}).isVisible()).toBe(true);
    await tab.keyboard.type('And then?');
    await tab.locator('[part~=stop]').click();
    await stands(tab, 'stopped');
    expect(await tab.locator('textarea').inputValue()).toBe('And then?');
    stage.speaker.refuse();
    await tab.keyboard.press('Enter');
    await tab.keyboard.type('Once more');
    await stands(tab, 'failed');
    expect(await tab.locator('textarea').inputValue()).toBe('Once more');
    expect(await tab.locator('[part~=question]').last().textContent()).toContain('And then?');
  });
});

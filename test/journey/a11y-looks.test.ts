import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {askAloud, converse, openAloud, openPanel} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {attributeOf, boxOf, clickOn, countOf, focusOn, inChat, shown, stands, styleOf, until} from './in-chat.ts';
import {testUnless} from './test-unless.ts';

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

describe.each(findEngines())('$title', ({engine, missing, lacks}) => {
  describe.skipIf(missing)('the panel to be seen', () => {
    let stage: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      stage = await openAloud(engine);
    });
    afterAll(() => stage.close());
    beforeEach(() => () => stage.speaker.end());

    test('rule 8: every target is 24 pixels in both directions, the launcher and send are 44', async () => {
      const page = await stage.open({attributes: 'data-suggestions="One|Two"'});
      const small = (least: number, selector: string) =>
        inChat(
          page,
          selector,
          (found, least) =>
            found
              .map((target) => ({
                name: target.outerHTML.slice(0, 80),
                width: target.offsetWidth,
                height: target.offsetHeight,
              }))
              .filter(({width, height}) => width > 0 && (width < least || height < least)),
          least,
        );
      expect(await small(44, '[part~=launcher]')).toEqual([]);
      await openPanel(page);
      expect(await small(24, 'button, textarea')).toEqual([]);
      await converse(page, stage.speaker, `${RICH}\n\n${'A line.\n\n'.repeat(40)}`);
      await clickOn(page, '[part~=feedback] ~ [part~=feedback]');
      await focusOn(page, '[part~=log]');
      await page.press('Home');
      await shown(page, '.newest button');
      await clickOn(page, '.menu > button');
      await shown(page, '.items');
      expect(await countOf(page, 'button')).toBeGreaterThan(14);
      expect(await small(24, 'button, textarea, .items a')).toEqual([]);
      expect(await small(44, '[part~=send]')).toEqual([]);
      await askAloud(page, stage.speaker);
      expect(await small(44, '[part~=stop]')).toEqual([]);
    });

    test('rule 9: words on any brand colour have a contrast of 4.5', async () => {
      const page = await stage.open();
      const worst = await page.run(() => {
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

    test.each([
      ['light', false],
      ['dark', true],
    ])('rule 6: what has the focus by keyboard has a ring of 2 pixels that is seen at 3 to 1, %s', async (_, dark) => {
      const page = await stage.open({attributes: 'data-suggestions="One|Two" data-accent="#ffd400"'}, {dark});
      await openPanel(page);
      const stops = new Set<string>();
      for (let step = 0; step < 8; step++) {
        await page.press('Shift+Tab');
        if ((await countOf(page, 'dialog :focus-visible')) === 0) break;
        const ring = await inChat(page, 'dialog :focus-visible', ([stop]) => {
          const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
          const panel = stop?.closest('[part~=panel]');
          if (!stop || !pen || !panel) throw new Error('nothing to measure');
          const light = (color: string) => {
            pen.fillStyle = color;
            pen.fillRect(0, 0, 1, 1);
            const [r = 0, g = 0, b = 0] = [...pen.getImageData(0, 0, 1, 1).data].map((part) =>
              part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
            );
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const {outlineWidth, outlineStyle, outlineColor} = getComputedStyle(stop);
          const [low = 0, high = 0] = [light(outlineColor), light(getComputedStyle(panel).backgroundColor)].sort(
            (a, b) => a - b,
          );
          return {
            name: stop.part.value || stop.ariaLabel || '',
            style: outlineStyle,
            widthPx: Number.parseFloat(outlineWidth),
            contrast: (high + 0.05) / (low + 0.05),
          };
        });
        stops.add(ring.name);
        expect(ring.style, ring.name).not.toBe('none');
        expect(ring.widthPx, ring.name).toBeGreaterThanOrEqual(2);
        expect(ring.contrast, ring.name).toBeGreaterThanOrEqual(3);
      }
      expect([...stops]).toEqual(expect.arrayContaining(['suggestion', 'log', 'close', 'More']));
    });

    test('rule 10: who wants less motion sees none', async () => {
      const still = await stage.open({}, {reducedMotion: true});
      await openPanel(still);
      await askAloud(still, stage.speaker);
      await shown(still, '.dots');
      const moving = (page: Page) =>
        page.run(() => document.querySelector('firstword-chat')?.shadowRoot?.getAnimations().length);
      expect(await moving(still)).toBe(0);
      expect(await styleOf(still, '.dots', 'opacity', '::before')).toBe('1');
      stage.speaker.end();

      const page = await stage.open();
      await openPanel(page);
      await askAloud(page, stage.speaker);
      await shown(page, '.dots');
      expect(await moving(page)).toBeGreaterThan(0); // what is looked for above is found where there is some
    });

    testUnless(lacks.forcedColors, 'rule 10: forced colours keep every edge', async () => {
      const page = await stage.open({}, {forcedColors: true});
      const width = async (selector: string, side: 'border-top-width' | 'outline-width') =>
        Number.parseFloat(await styleOf(page, selector, side));
      expect(await width('[part~=launcher]', 'border-top-width')).toBeGreaterThanOrEqual(1);
      await openPanel(page);
      await askAloud(page, stage.speaker);
      await shown(page, '.dots');
      const dot = await styleOf(page, '.dots', 'background-color', '::before');
      const ground = await styleOf(page, '[part~=panel]', 'background-color');
      expect(dot).not.toBe(ground);
      stage.speaker.say('Yes.');
      stage.speaker.end();
      await stands(page, 'complete');
      for (const part of ['panel', 'question', 'composer', 'send']) {
        expect(await width(`[part~=${part}]`, 'border-top-width'), part).toBeGreaterThanOrEqual(1);
      }
      await page.press('Shift+Tab');
      expect(await width(':focus-visible', 'outline-width')).toBeGreaterThanOrEqual(2);
    });

    test('rule 11: at a zoom of 400 % the field and send are in sight and nothing but code and tables scrolls sideways', async () => {
      const page = await stage.open(
        {attributes: 'data-suggestions="One|Two|Three of them|Four"'},
        {width: 320, height: engine === 'webkit' ? 294 : 256},
      );
      await openPanel(page);
      const inSight = (selector: string) =>
        inChat(page, selector, ([element]) => {
          const {top, bottom, left, right} = element?.getBoundingClientRect() ?? new DOMRect(-1);
          return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
        });
      for (const part of ['input', 'send', 'close']) expect(await inSight(`[part~=${part}]`), part).toBe(true);
      await converse(page, stage.speaker, RICH);
      for (const part of ['input', 'send', 'close']) expect(await inSight(`[part~=${part}]`), part).toBe(true);
      const wide = () =>
        page.run(() =>
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
      expect(await page.run(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await until(() => attributeOf(page, '.text pre', 'tabindex')).toBe('0');
      expect(await attributeOf(page, '.text pre', 'aria-label')).toBe('Code, 1 lines.');
      expect(await attributeOf(page, '.text table', 'aria-label')).toBe('Table, 1 rows.');
      await converse(page, stage.speaker, '```\nshort\n```');
      expect(await attributeOf(page, '.text pre', 'tabindex')).toBe(null);

      // WCAG 2.2, 1.4.12
      await page.run(() => {
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(
          '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important} p{margin-bottom:2em!important}',
        );
        root?.adoptedStyleSheets.push(sheet);
      });
      const clipped = await page.run(() =>
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
      const page = await stage.open({dir: 'rtl', attributes: 'data-language="ar"'});
      await openPanel(page);
      await converse(page, stage.speaker, RICH);
      const left = (selector: string) => boxOf(page, selector).then((box) => box.left);
      expect(await left('[part~=send]')).toBeLessThan(await left('[part~=input]'));
      expect(await left('[part~=close]')).toBeLessThan(await left('[part~=title]'));
      expect(await left('[part~=launcher]')).toBeLessThan(200);
      const undirected = await inChat(page, '.text > *:not(ul, .code, table)', (blocks) =>
        blocks.filter((block) => block.getAttribute('dir') !== 'auto').map((block) => block.outerHTML),
      );
      expect(undirected).toEqual([]);
      expect(await attributeOf(page, '.text', 'lang')).toBe('ar'); // the language that was asked for
      const rules = await page.run(() =>
        [...(document.querySelector('firstword-chat')?.shadowRoot?.adoptedStyleSheets ?? [])]
          .flatMap((sheet) => [...sheet.cssRules].map(({cssText}) => cssText))
          .filter((text) => /[-\s;{](left|right)(-\w+)?:|text-align: (left|right)/.test(text)),
      );
      expect(rules.filter((text) => !/safe-area|\.copy/.test(text))).toEqual([]);
    });
  });
});

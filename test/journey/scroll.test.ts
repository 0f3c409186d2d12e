import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {startAloud} from './aloud.ts';
import {type Browser, findEngines, openBrowser, type Page} from './drive/index.ts';
import {answerIs, ask, openByKeyboard} from './stage.ts';

/** Waits until the last answer has so many paragraphs. */
const paragraphs = (page: Page, count: number) =>
  page.waitFor(
    (count) => (document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('.text p').length ?? 0) >= count,
    count,
  );

/** How far a part of the panel is scrolled, and where the first paragraph stands. */
const places = (page: Page) =>
  page.run(() => {
    const root = document.querySelector('firstword-chat')?.shadowRoot;
    const log = root?.querySelector('.log');
    const third = root?.querySelectorAll('.text p')[3];
    if (!log || !third) throw new Error('nothing to scroll');
    return {
      scrolled: Math.round(log.scrollTop),
      third: Math.round(third.getBoundingClientRect().top),
      newest: Boolean(root?.querySelector('.newest')),
    };
  });

/** Waits until two frames have passed, so that whoever looks at the layout has seen it. */
const frames = (page: Page) =>
  page.run(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('the conversation', () => {
    let stage: Awaited<ReturnType<typeof startAloud>>;
    let browser: Browser;
    beforeAll(async () => {
      stage = await startAloud();
      browser = await openBrowser(engine);
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
    });
    beforeEach(() => () => stage.speaker.end());

    test('rule 14: who reads further up keeps the place while an answer grows, who reads at the end follows', async () => {
      const {speaker} = stage;
      const page = await browser.open(stage.lay());
      await openByKeyboard(page);
      await ask(page, 'How long?');
      await speaker.asked();
      speaker.say('A line of words.\n\n'.repeat(60));
      await paragraphs(page, 60);
      await frames(page);
      expect(await places(page)).toMatchObject({scrolled: 0, newest: false});

      await page.run(() => {
        const log = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.log');
        if (log) log.scrollTop = 300 - log.scrollHeight + log.clientHeight;
      });
      await page.waitFor(() =>
        Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.newest button')),
      );
      const before = await places(page);
      for (let more = 1; more <= 5; more++) {
        speaker.say('More of them.\n\n'.repeat(8));
        await paragraphs(page, 60 + more * 8);
        await frames(page);
        const after = await places(page);
        expect(Math.abs(after.third - before.third), `after ${more} parts`).toBeLessThanOrEqual(2);
        expect(after.scrolled).toBeLessThan(before.scrolled);
      }

      await page.click('firstword-chat >>> .newest button');
      await page.waitFor(() => !document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.newest'));
      expect((await places(page)).scrolled).toBeGreaterThanOrEqual(-1);
      // a little above the end is at the end, where the browser tells that somebody has stopped scrolling
      await page.run(() => {
        const log = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.log');
        if (log && 'onscrollend' in window) log.scrollTop = -20;
      });
      await page.waitFor(
        () => (document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.log')?.scrollTop ?? -20) > -20,
      );
      speaker.say('The end of it.\n\n'.repeat(10));
      await paragraphs(page, 110);
      await frames(page);
      expect((await places(page)).scrolled).toBeGreaterThanOrEqual(-1);
      speaker.end();
      await answerIs(page, 'complete');
      expect(await page.errors()).toEqual([]);
    });

    test('rule 5: on a small screen the panel is alone, and its field keeps the focus when that begins', async () => {
      const page = await browser.open(stage.lay(), {width: 400, height: 460});
      await openByKeyboard(page);
      await page.type('H');
      await page.waitFor(() =>
        Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('dialog:modal')),
      );
      await page.type('ow long?');
      const field = await page.run(() => {
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        const field = root?.activeElement;
        const {left, top, width, height} = root?.querySelector('dialog')?.getBoundingClientRect() ?? {};
        const fills =
          left === 0 && top === 0 && width === document.documentElement.clientWidth && height === innerHeight;
        return {words: field instanceof HTMLTextAreaElement && field.value, fills};
      });
      expect(field).toEqual({words: 'How long?', fills: true});
      await page.press('Escape');
      await page.waitFor(
        () => document.querySelector('firstword-chat')?.shadowRoot?.activeElement?.localName === 'button',
      );
      const after = await page.run(() => {
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        return {open: root?.querySelector('dialog')?.open, part: root?.activeElement?.getAttribute('part')};
      });
      expect(after).toEqual({open: false, part: 'launcher'});
      await page.click('.first');
      expect(await page.errors()).toEqual([]);
    });
  });
});

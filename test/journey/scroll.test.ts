import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {askAloud, openAloud, openPanel} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {clickOn, countOf, frames, gone, inChat, scrolledOf, shown, until} from './in-chat.ts';
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

/** Takes from a page that its browser holds the place of who reads further up. */
const NO_ANCHOR = `<script>
const supports = CSS.supports.bind(CSS);
CSS.supports = (...words) => words[0] !== 'overflow-anchor' && supports(...words);
</script>`;

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('the conversation', () => {
    let stage: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      stage = await openAloud(engine);
    });
    afterAll(() => stage.close());
    beforeEach(() => () => stage.speaker.end());

    test('rule 14: who reads further up keeps the place while an answer grows, who reads at the end follows', async () => {
      const {speaker} = stage;
      const page = await stage.open();
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
      await frames(page); // the way back itself takes room
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
    });

    test('rule 14: what is selected stays selected, node for node, while an answer comes', async () => {
      const page = await stage.open();
      await openPanel(page);
      await askAloud(page, stage.speaker);
      stage.speaker.say('First words to select.\n\n');
      stage.speaker.say('A line of words.\n\n'.repeat(60));
      await until(() => countOf(page, '.text p')).toBeGreaterThan(59);
      expect(await scrolledOf(page, '.log')).toBe(0);
      await inChat(page, '.text p', ([paragraph]) => {
        const first = paragraph?.firstChild;
        if (first) getSelection()?.setBaseAndExtent(first, 6, first, 11);
        Object.assign(window, {first});
      });
      const selected = () =>
        page.run(() => {
          const root = document.querySelector('firstword-chat')?.shadowRoot;
          const selection = getSelection();
          const [range] = root ? (selection?.getComposedRanges({shadowRoots: [root]}) ?? []) : [];
          const {first} = window as unknown as {first: Node};
          return [range?.startContainer === first, range?.startOffset, range?.endOffset];
        });
      expect(await selected()).toEqual([true, 6, 11]);
      await inChat(page, '.log', ([log]) => {
        if (log) log.scrollTop = -log.scrollHeight;
      });
      await shown(page, '.newest button');
      stage.speaker.say('More of them.\n\n'.repeat(40));
      await until(() => countOf(page, '.text p')).toBeGreaterThan(99);
      expect(await selected()).toEqual([true, 6, 11]);
      await clickOn(page, '.newest button');
      await until(() => scrolledOf(page, '.log')).toBe(0);
      await gone(page, '.newest');
    });

    test('rule 14: the place of who reads further up is held in browsers that do not do so themselves', async () => {
      const page = await stage.open({head: NO_ANCHOR});
      await openPanel(page);
      await inChat(page, '.log', ([log]) => log?.style.setProperty('overflow-anchor', 'none'));
      await askAloud(page, stage.speaker);
      stage.speaker.say('A line of words.\n\n'.repeat(60));
      await paragraphs(page, 60);
      await inChat(page, '.log', ([log]) => {
        if (log) log.scrollTop = 300 - log.scrollHeight + log.clientHeight;
      });
      await shown(page, '.newest button');
      const topOf = () => inChat(page, '.text p', ([first]) => first?.getBoundingClientRect().top ?? 0);
      const before = await topOf();
      for (let more = 1; more <= 4; more++) {
        stage.speaker.say('More of them.\n\n'.repeat(10));
        await paragraphs(page, 60 + more * 10);
      }
      await until(async () => Math.abs((await topOf()) - before)).toBeLessThanOrEqual(1);
    });

    test('what decorates the panel moves nothing when it comes, and what is opened after that rises', async () => {
      const page = await stage.open();
      await openByKeyboard(page);
      await page.run(() => {
        const moved: string[] = [];
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        for (const type of ['animationstart', 'transitionrun'])
          root?.addEventListener(type, ({target}) => {
            if (target instanceof Element && target.matches('.panel')) moved.push(type);
          });
        Object.assign(window, {moved});
      });
      const moved = () => page.run(() => (window as unknown as {moved: string[]}).moved);
      await page.type('H');
      await page.waitFor(() => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.menu')));
      await frames(page);
      expect(await moved()).toEqual([]);
      await page.press('Escape');
      await page.press('Enter');
      await frames(page);
      const rises = await page.run(() => 'CSSStartingStyleRule' in window);
      expect((await moved()).length > 0).toBe(rises);
    });

    test('rule 5: on a small screen the panel is alone, and its field keeps the focus when that begins', async () => {
      const page = await stage.open({}, {width: 400, height: 460});
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
    });
  });
});

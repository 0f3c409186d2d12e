import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {startAloud} from './aloud.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {clickOn, gone, shown, stands, textOf, textsOf, until, written} from './in-chat.ts';
import {ask, lastAnswer, noticeIs, openByKeyboard} from './stage.ts';
import {testUnless} from './test-unless.ts';

const KEPT = 'You are offline. Your question is kept and sent when you are back.';

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('without a network', () => {
    let stage: Awaited<ReturnType<typeof startAloud>>;
    let browser: Borrowed;
    beforeAll(async () => {
      stage = await startAloud();
      browser = await borrowBrowser(engine);
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
    });

    /** Opens the chat with one answer in it, so that all its files are there. */
    async function open(): Promise<Page> {
      const page = await browser.open(stage.lay());
      onTestFinished(async () => {
        expect(await page.errors()).toEqual([]);
        await page.goOnline(); // for the pages after it
        await page.close();
      });
      await openByKeyboard(page);
      await ask(page, 'How long?');
      await answer(page, 'It is thirty nights.');
      await shown(page, '.menu');
      return page;
    }

    async function answer(page: Page, text: string): Promise<void> {
      await stage.speaker.asked();
      stage.speaker.say(text);
      stage.speaker.end();
      await stands(page, 'complete');
    }

    /** The questions that reached the endpoint from here on. */
    function countFrom(): () => string[] {
      const {questions} = stage.speaker;
      const before = questions.length;
      return () => questions.slice(before).map(({messages}) => messages.at(-1)?.content ?? '');
    }

    test('says so, keeps the question, and sends it exactly once when the network is back', async () => {
      const page = await open();
      const asked = countFrom();
      await page.goOffline();
      await until(() => textOf(page, '.banner')).toBe('You are offline.');
      await ask(page, 'And then?');
      await stands(page, 'failed');
      await noticeIs(page, KEPT);
      expect(await textsOf(page, '[part~=question]')).toEqual(['You asked: How long?', 'You asked: And then?']);
      // neither a try of the visitor's own nor going and coming makes two of it
      await clickOn(page, '[part~=retry]');
      await stands(page, 'failed');
      await page.type('Once more');
      expect(asked()).toEqual([]);
      await page.goOnline();
      await stage.speaker.asked();
      await gone(page, '.banner');
      await page.run(() => void dispatchEvent(new Event('online')));
      stage.speaker.say('We collect it.');
      stage.speaker.end();
      await stands(page, 'complete');
      await page.run(() => void dispatchEvent(new Event('online')));
      expect((await lastAnswer(page)).text).toBe('We collect it.');
      expect(await textsOf(page, '[part~=question]')).toEqual(['You asked: How long?', 'You asked: And then?']);
      expect(await written(page)).toBe('Once more');
      // what is asked next is the next that the endpoint sees
      await page.press('Enter');
      await answer(page, 'Yes.');
      expect(asked()).toEqual(['And then?', 'Once more']);
    });

    test('keeps more than one question, and asks them one after the other', async () => {
      const page = await open();
      const asked = countFrom();
      await page.goOffline();
      await until(() => textOf(page, '.banner')).toBe('You are offline.');
      for (const question of ['And then?', 'How much?']) {
        await ask(page, question);
        await stands(page, 'failed');
      }
      await page.goOnline();
      await stage.speaker.asked();
      stage.speaker.say('We collect it.');
      stage.speaker.end();
      await answer(page, 'Nothing.');
      expect(asked()).toEqual(['And then?', 'How much?']);
      expect(await textsOf(page, '[part~=answer] .text')).toEqual([
        'It is thirty nights.',
        'We collect it.',
        'Nothing.',
      ]);
      expect(await textsOf(page, '[part~=notice]')).toEqual([]);
    });

    const gives = engine === 'chromium' ? 'its driver gives the network back to a page that is being left' : undefined;
    testUnless(gives, 'asks on the next page what the last one could not', async () => {
      const page = await open();
      const asked = countFrom();
      await page.goOffline();
      await until(() => textOf(page, '.banner')).toBe('You are offline.');
      await ask(page, 'And then?');
      await stands(page, 'failed');
      await page.goto('about:blank');
      await page.goOnline();
      await page.goto(stage.lay());
      await openByKeyboard(page);
      await answer(page, 'We collect it.');
      expect(asked()).toEqual(['And then?']);
    });

    test('goes and comes while nothing is asked: says so, and sends nothing', async () => {
      const page = await open();
      const asked = countFrom();
      await page.goOffline();
      await until(() => textOf(page, '.banner')).toBe('You are offline.');
      await page.goOnline();
      await gone(page, '.banner');
      await ask(page, 'And then?');
      await answer(page, 'We collect it.');
      expect(asked()).toEqual(['And then?']);
    });
  });
});

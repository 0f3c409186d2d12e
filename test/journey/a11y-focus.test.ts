import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {askAloud, openAloud, openPanel, phoneOf} from './aloud.ts';
import {findEngines} from './drive/index.ts';
import {
  clickOn,
  countOf,
  focused,
  focusOn,
  inChat,
  isShown,
  scrolledOf,
  shown,
  stands,
  textOf,
  until,
  written,
} from './in-chat.ts';

describe.each(findEngines())('$title', ({engine, missing, lacks}) => {
  describe.skipIf(missing)('the panel by keyboard and focus', () => {
    let stage: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      stage = await openAloud(engine);
    });
    afterAll(() => stage.close());
    beforeEach(() => () => stage.speaker.end());

    test('rule 5: focus moves by the visitor’s own act only, and what goes hands it to the field', async () => {
      const own = await stage.open({attributes: 'data-open'});
      await shown(own, 'textarea');
      expect(await focused(own)).toBe('body');

      const page = await stage.open();
      await openPanel(page);
      expect(await focused(page)).toBe('input');
      await page.press('Escape');
      expect(await focused(page)).toBe('launcher');
      await page.press('Enter');
      await until(() => focused(page)).toBe('input');
      await focusOn(page, '[part~=close]');
      await page.press('Enter');
      expect(await focused(page)).toBe('launcher');
      await page.press('Enter');
      await askAloud(page, stage.speaker);
      await focusOn(page, '[part~=log]');
      stage.speaker.say('It is ');
      await stands(page, 'streaming');
      expect(await focused(page)).toBe('log');
      await focusOn(page, '[part~=stop]');
      await page.press('Enter');
      await stands(page, 'stopped');
      expect(await focused(page)).toBe('input');
      await focusOn(page, '[part~=retry]');
      await page.press('Enter');
      await stage.speaker.asked();
      expect(await focused(page)).toBe('input');
      await focusOn(page, '[part~=stop]');
      stage.speaker.say('It is.');
      stage.speaker.end();
      await stands(page, 'complete');
      expect(await focused(page)).toBe('input');
      // a page's own focus stays where it is while an answer comes
      await askAloud(page, stage.speaker);
      await page.run(() => document.querySelector<HTMLElement>('.first')?.focus());
      stage.speaker.say('It is.');
      stage.speaker.end();
      await until(() => countOf(page, '[part~=answer][data-state=complete]')).toBe(2);
      expect(await focused(page)).toBe('first');
    });

    test('rule 5: on a desktop the panel holds nobody: the page beside it can be reached and read', async () => {
      const page = await stage.open();
      await openPanel(page);
      expect(await countOf(page, 'dialog:modal, [aria-modal]')).toBe(0);
      expect(await page.run(() => document.querySelectorAll('[inert], [aria-hidden]').length)).toBe(0);
      const passed: string[] = [];
      for (let step = 0; step < 12 && passed.at(-1) !== 'ask'; step++) {
        await page.press('Shift+Tab');
        passed.push(await focused(page));
      }
      expect(passed.at(-1), passed.join(' ')).toBe('ask');
      expect(await isShown(page, 'textarea')).toBe(true);
    });

    test('rule 5: on a phone nothing behind the panel can be reached until it is closed', async () => {
      const page = await stage.open({}, phoneOf(lacks));
      await openPanel(page);
      expect(await focused(page)).toBe('input');
      const reached = new Set<string>();
      // what is past the last stop is the browser's own, from which not every engine comes back
      for (const way of ['Tab', 'Shift+Tab'] as const) {
        await focusOn(page, 'textarea');
        for (let step = 0; step < 12; step++) {
          reached.add(await focused(page));
          await page.press(way);
        }
      }
      await focusOn(page, 'textarea');
      expect([...reached]).toEqual(expect.arrayContaining(['input', 'log', 'close']));
      expect([...reached].filter((name) => ['first', 'ask', 'launcher'].includes(name))).toEqual([]);
      await page.press('Escape');
      expect(await focused(page)).toBe('launcher');
      await page.click('.first');
      expect(await focused(page)).toBe('first');

      const own = await stage.open({attributes: 'data-open'}, phoneOf(lacks));
      await shown(own, 'textarea');
      expect(await focused(own)).toBe('body');
      expect(await countOf(own, 'dialog:modal')).toBe(0);
      await clickOn(own, 'textarea');
      if (engine !== 'chromium') await own.type('H'); // what tells a phone comes at the first key where no touch screen is told of
      await until(() => countOf(own, 'dialog:modal')).toBe(1);
      expect(await focused(own)).toBe('input');
    });

    test('rule 6: Enter sends but not while a word is composed, Escape closes what is innermost, arrows scroll', async () => {
      const page = await stage.open({}, {width: 1000, height: 600});
      await openPanel(page);
      await page.type('One');
      await page.press('Shift+Enter');
      for (const init of [{isComposing: true}, {keyCode: 229}]) {
        await inChat(
          page,
          'textarea',
          ([field], init) => {
            const how = {key: 'Enter', bubbles: true, cancelable: true, ...(init as object)};
            field?.dispatchEvent(new KeyboardEvent('keydown', how));
          },
          init,
        );
      }
      expect(await countOf(page, '[part~=question]')).toBe(0);
      expect(await written(page)).toBe('One\n');
      await page.type('two');
      await page.press('Enter');
      await stage.speaker.asked();
      expect(await textOf(page, '[part~=question]')).toContain('One\ntwo');
      stage.speaker.say(`${'A line of words.\n\n'.repeat(60)}[away](https://other.example/x)`);
      stage.speaker.end();
      await stands(page, 'complete');

      await focusOn(page, '[part~=log]');
      await page.press('ArrowUp');
      await until(() => scrolledOf(page, '[part~=log]')).toBeLessThan(0);
      await page.press('End');

      await focusOn(page, '.menu > button');
      await page.press('Enter');
      await shown(page, '.items');
      await page.press('Tab');
      await page.press('Escape');
      expect(await countOf(page, '.items')).toBe(0);
      const hasFocus = ([each]: HTMLElement[]) =>
        each === (each?.getRootNode() as ShadowRoot | undefined)?.activeElement;
      expect(await inChat(page, '.menu > button', hasFocus)).toBe(true);
      await focusOn(page, '.text a');
      await page.press('Enter');
      await shown(page, '.leave');
      await page.press('Escape');
      expect(await countOf(page, '.leave')).toBe(0);
      expect(await focused(page)).toBe('a');
      await page.press('Escape');
      expect(await focused(page)).toBe('launcher');
      expect(await isShown(page, 'textarea')).toBe(false);
    });
  });
});

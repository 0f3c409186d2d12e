import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openAloud} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {countOf, focused, isShown, stands, textsOf, until} from './in-chat.ts';

/** How many stops there may be on the way to anything. */
const STOP_COUNT = 40;

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('by keyboard alone', () => {
    let stage: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      stage = await openAloud(engine);
    });
    afterAll(() => stage.close());

    /** The name of what has the focus, as a screen reader gives it. */
    const name = (page: Page) =>
      page.run(() => {
        const {activeElement} = document;
        const inside = activeElement?.shadowRoot?.activeElement ?? activeElement;
        return inside?.ariaLabel || inside?.textContent || '';
      });

    /** Goes from stop to stop until the focus is on what has a name, and presses it. */
    async function press(page: Page, wanted: string, way: 'Tab' | 'Shift+Tab' = 'Shift+Tab'): Promise<void> {
      const passed: string[] = [];
      for (let step = 0; step < STOP_COUNT && (await name(page)) !== wanted; step++) {
        await page.press(way);
        passed.push(await name(page));
      }
      expect(await name(page), `after ${passed.join(' | ')}`).toBe(wanted);
      await page.press('Enter');
    }

    test('a whole conversation can be had: ask, stop, ask again, judge, copy, edit, start over, close', async () => {
      const {speaker} = stage;
      const page = await stage.open();

      await press(page, 'Help', 'Tab');
      await until(() => focused(page)).toBe('input');
      await page.type('How long?');
      await page.press('Enter');
      await speaker.asked();
      speaker.say('It is');
      await stands(page, 'streaming');
      await press(page, 'Stop', 'Tab');
      await stands(page, 'stopped');
      expect(await focused(page)).toBe('input');

      await press(page, 'Try again');
      await speaker.asked();
      speaker.say('It is thirty nights.');
      speaker.end();
      await stands(page, 'complete');
      expect(await focused(page)).toBe('input');

      await press(page, 'Bad answer');
      await press(page, 'Not true', 'Tab');
      await until(() => countOf(page, '.why')).toBe(0);
      expect(await focused(page)).toBe('input');
      // what is said goes again after a second, which a busy machine may miss
      await page.run(() => {
        const said: string[] = [];
        const status = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[role=status]');
        if (!status) throw new Error('nothing to hear');
        new MutationObserver(() => said.push(status.textContent ?? '')).observe(status, {
          childList: true,
          subtree: true,
        });
        Object.assign(window, {said});
      });
      await press(page, 'Copy');
      // WebKitGTK refuses the clipboard now and then; that it copies is shown by a journey of its own
      if (engine !== 'webkit')
        await until(() => page.run(() => (window as unknown as {said: string[]}).said)).toContain('Copied.');

      await press(page, 'Edit');
      await until(() => focused(page)).toBe('input');
      await page.press('Control+a');
      await page.type('How wide?');
      await page.press('Enter');
      await speaker.asked();
      speaker.say('A metre.');
      speaker.end();
      await until(() => textsOf(page, '[part~=answer]')).toEqual([expect.stringContaining('A metre.')]);
      expect(await textsOf(page, '[part~=question]')).toEqual(['You asked: How wide?']);

      await press(page, 'More');
      await press(page, 'Start over', 'Tab');
      await until(() => textsOf(page, '[part~=question]')).toEqual([]);
      expect(await focused(page)).toBe('input');
      await press(page, 'Close chat');
      expect(await focused(page)).toBe('launcher');
      expect(await isShown(page, 'textarea')).toBe(false);
    });
  });
});

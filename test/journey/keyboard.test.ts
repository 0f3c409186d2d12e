import type {Page as Tab} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {focused, found, openAloud, stands, until} from './aloud.ts';

const missing = typeof found === 'string' ? found : undefined;

/** How many stops there may be on the way to anything. */
const STOP_COUNT = 40;

describe.skipIf(missing)(`by keyboard alone${missing ? ` is skipped: ${missing}` : ''}`, () => {
  let stage: Awaited<ReturnType<typeof openAloud>>;
  beforeAll(async () => {
    stage = await openAloud();
  });
  afterAll(() => stage.close());

  /** The name of what has the focus, as a screen reader gives it. */
  const name = (tab: Tab) =>
    tab.evaluate(() => {
      const {activeElement} = document;
      const inside = activeElement?.shadowRoot?.activeElement ?? activeElement;
      return inside?.ariaLabel || inside?.textContent || '';
    });

  /** Goes from stop to stop until the focus is on what has a name, and presses it. */
  async function press(tab: Tab, wanted: string, way: 'Tab' | 'Shift+Tab' = 'Shift+Tab'): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step < STOP_COUNT && (await name(tab)) !== wanted; step++) {
      await tab.keyboard.press(way);
      passed.push(await name(tab));
    }
    expect(await name(tab), `after ${passed.join(' | ')}`).toBe(wanted);
    await tab.keyboard.press('Enter');
  }

  test('a whole conversation can be had: ask, stop, ask again, judge, copy, edit, start over, close', async () => {
    const {speaker} = stage;
    const tab = await stage.open({}, {permissions: ['clipboard-read', 'clipboard-write']});
    const texts = (part: string) => tab.locator(`[part~=${part}]`).allTextContents();

    await press(tab, 'Help', 'Tab');
    await until(() => focused(tab)).toBe('input');
    await tab.keyboard.type('How long?');
    await tab.keyboard.press('Enter');
    await speaker.asked();
    speaker.say('It is');
    await stands(tab, 'streaming');
    await press(tab, 'Stop', 'Tab');
    await stands(tab, 'stopped');
    expect(await focused(tab)).toBe('input');

    await press(tab, 'Try again');
    await speaker.asked();
    speaker.say('It is thirty nights.');
    speaker.end();
    await stands(tab, 'complete');
    expect(await focused(tab)).toBe('input');

    await press(tab, 'Bad answer');
    await press(tab, 'Not true', 'Tab');
    await until(() => tab.locator('.why').count()).toBe(0);
    expect(await focused(tab)).toBe('input');
    await press(tab, 'Copy');
    await until(() => tab.evaluate(() => navigator.clipboard.readText())).toBe('It is thirty nights.');

    await press(tab, 'Edit');
    await until(() => focused(tab)).toBe('input');
    await tab.keyboard.press('Control+A');
    await tab.keyboard.type('How wide?');
    await tab.keyboard.press('Enter');
    await speaker.asked();
    speaker.say('A metre.');
    speaker.end();
    await until(() => texts('answer')).toEqual([expect.stringContaining('A metre.')]);
    expect(await texts('question')).toEqual(['You asked: How wide?']);

    await press(tab, 'More');
    await press(tab, 'Start over', 'Tab');
    await until(() => texts('question')).toEqual([]);
    expect(await focused(tab)).toBe('input');
    await press(tab, 'Close chat');
    expect(await focused(tab)).toBe('launcher');
    expect(await tab.locator('textarea').isVisible()).toBe(false);
  });
});

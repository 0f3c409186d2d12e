import type {Page as Tab} from 'playwright-core';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {askAloud, focused, found, openAloud, openPanel, PHONE, stands, until} from './aloud.ts';

const missing = typeof found === 'string' ? found : undefined;

/** Puts a viewport in the real one's place that a test can change, as keyboards do where no driver can show one. */
function pretendViewport(): void {
  const real = window.visualViewport;
  const view = Object.assign(new EventTarget(), {
    width: real?.width,
    height: real?.height,
    offsetTop: 0,
    offsetLeft: 0,
    scale: 1,
  });
  Object.defineProperty(window, 'visualViewport', {value: view});
}

describe.skipIf(missing)(`a phone${missing ? ` is skipped: ${missing}` : ''}`, () => {
  let stage: Awaited<ReturnType<typeof openAloud>>;
  beforeAll(async () => {
    stage = await openAloud();
  });
  afterAll(() => stage.close());
  beforeEach(() => () => stage.speaker.end());

  async function fill(tab: Tab): Promise<void> {
    await askAloud(tab, stage.speaker);
    stage.speaker.say(`${'A line of words.\n\n'.repeat(40)}The last line.`);
    stage.speaker.end();
    await stands(tab, 'complete');
  }

  const bottomOf = (tab: Tab, selector: string) =>
    tab
      .locator(selector)
      .last()
      .evaluate((element) => element.getBoundingClientRect().bottom);

  test('rule 13: the keyboard covers neither the field nor the last line, also where it moves the page', async () => {
    const tab = await stage.open({}, PHONE);
    await tab.addInitScript(pretendViewport);
    await tab.reload();
    await tab.locator('[part~=launcher][aria-haspopup]').waitFor();
    await openPanel(tab);
    await fill(tab);
    expect(await bottomOf(tab, '[part~=composer]')).toBeGreaterThan(600);
    const change = (next: object) =>
      tab.evaluate((next) => {
        const view = Object.assign(window.visualViewport ?? {}, next) as EventTarget;
        view.dispatchEvent(new Event('resize'));
      }, next);
    await change({height: 380, offsetTop: 0});
    expect(await bottomOf(tab, '[part~=composer]')).toBeLessThanOrEqual(380);
    expect(await bottomOf(tab, '.text p')).toBeLessThanOrEqual(380);
    expect(await bottomOf(tab, '.text p')).toBeGreaterThan(100);
    await change({height: 380, offsetTop: 150});
    const box = () => tab.locator('dialog').evaluate((dialog) => dialog.getBoundingClientRect().toJSON());
    expect(await box()).toMatchObject({top: 150, height: 380});
    // who zooms in with two fingers moves about in the whole
    await change({height: 190, offsetTop: 0, scale: 2});
    expect(await box()).toMatchObject({top: 0, height: 700});
  });

  test('rule 13: the field and its words are large enough that no phone zooms, and edges keep clear of notches', async () => {
    const tab = await stage.open({}, PHONE);
    await openPanel(tab);
    expect(await tab.locator('textarea').evaluate((field) => getComputedStyle(field).fontSize)).toBe('16px');
    const wire = await tab.context().newCDPSession(tab);
    await wire.send('Emulation.setSafeAreaInsetsOverride', {insets: {top: 40, bottom: 30, left: 20, right: 10}});
    const padding = () =>
      tab.locator('dialog').evaluate((box) => {
        const {paddingTop, paddingRight, paddingBottom, paddingLeft} = getComputedStyle(box);
        return [paddingTop, paddingRight, paddingBottom, paddingLeft];
      });
    await until(padding).toEqual(['40px', '20px', '30px', '20px']);
    expect(await bottomOf(tab, '[part~=composer]')).toBeLessThanOrEqual(670);
  });

  test('rule 13: turning the phone keeps the field in sight and the panel on the whole screen', async () => {
    const tab = await stage.open({}, PHONE);
    await openPanel(tab);
    await fill(tab);
    for (const [width, height] of [
      [700, 390],
      [390, 700],
    ] as const) {
      await tab.setViewportSize({width, height});
      await until(() => tab.locator('dialog').evaluate((box) => box.getBoundingClientRect().toJSON())).toMatchObject({
        left: 0,
        top: 0,
        width,
        height,
      });
      expect(await bottomOf(tab, '[part~=composer]')).toBeLessThanOrEqual(height);
      expect(await focused(tab)).toBe('input');
    }
    // on a larger screen it is a panel in a corner again, beside the page
    await tab.setViewportSize({width: 1000, height: 800});
    await until(() => tab.locator('dialog').evaluate((box) => box.matches(':modal'))).toBe(false);
    expect(await tab.locator('dialog').evaluate((box) => box.getBoundingClientRect().width)).toBe(392);
    expect(await focused(tab)).toBe('input');
    expect(await tab.locator('[part~=input]').isVisible()).toBe(true);
  });

  test.each([
    ['before anything was said', false],
    ['with a long answer', true],
  ])('neither a finger nor a wheel over the panel scrolls the page, %s', async (_, long) => {
    const tab = await stage.open({}, PHONE);
    await openPanel(tab);
    if (long) await fill(tab);
    const wire = await tab.context().newCDPSession(tab);
    const swipe = async (y: number, downPx: number) => {
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: {x: number; y: number}[]) =>
        wire.send('Input.dispatchTouchEvent', {type, touchPoints});
      await touch('touchStart', {x: 150, y});
      for (let step = 1; step <= 10; step++) await touch('touchMove', {x: 150, y: y + (downPx * step) / 10});
      await touch('touchEnd');
    };
    const place = () => tab.evaluate(() => scrollY);
    for (const y of [30, 350, 675]) {
      await swipe(y, -250);
      expect(await place(), `swipe at ${y}`).toBe(0);
      await tab.mouse.move(150, y);
      await tab.mouse.wheel(0, 300);
    }
    await swipe(350, 300);
    if (long) await until(() => tab.locator('[part~=log]').evaluate((log) => log.scrollTop)).toBeLessThan(-100);
    expect(await place()).toBe(0);
    // the same finger does scroll the page once the panel is closed
    await tab.keyboard.press('Escape'); // a tap would only end the movement of the swipe before
    await swipe(350, -250);
    await until(place).toBeGreaterThan(100);
  });

  test('a wheel over the panel in its corner scrolls the conversation and never the page', async () => {
    const tab = await stage.open({}, {viewport: {width: 1000, height: 700}});
    await openPanel(tab);
    const {x = 0, width = 0, y = 0} = (await tab.locator('[part~=panel]').boundingBox()) ?? {};
    const roll = async (down: number) => {
      for (const at of [30, 250]) {
        await tab.mouse.move(x + width / 2, y + at);
        await tab.mouse.wheel(0, down);
      }
    };
    await roll(400);
    await fill(tab);
    await roll(-5000);
    await until(() => tab.locator('[part~=log]').evaluate((log) => log.scrollTop)).toBeLessThan(-400);
    await roll(9000);
    await until(() => tab.locator('[part~=log]').evaluate((log) => log.scrollTop)).toBeGreaterThanOrEqual(0);
    await roll(400);
    expect(await tab.evaluate(() => scrollY)).toBe(0);
    await tab.mouse.move(20, 300);
    await tab.mouse.wheel(0, 400);
    await until(() => tab.evaluate(() => scrollY)).toBeGreaterThan(100);
  });

  test('the way back closes the panel, and the page’s router hears nothing but its own address and state', async () => {
    const tab = await stage.open({}, PHONE);
    await tab.evaluate(() => {
      history.replaceState({page: 'one'}, '', '?one');
      history.pushState({page: 'two'}, '', '?two');
      const heard: string[] = [];
      const push = history.pushState;
      history.pushState = (...args) => {
        heard.push('push');
        push.apply(history, args);
      };
      addEventListener('popstate', (event) => heard.push(`pop ${JSON.stringify(event.state)}`));
      Object.assign(window, {heard});
    });
    const heard = () => tab.evaluate(() => (window as unknown as {heard: string[]}).heard);
    const entries = () => tab.evaluate(() => history.length);
    const before = await entries();
    const where = () => tab.evaluate(() => [location.search, JSON.stringify(history.state)]);
    const isOpen = () => tab.locator('textarea').isVisible();

    await openPanel(tab);
    await until(entries).toBe(before + 1);
    expect(await where()).toEqual(['?two', '{"page":"two"}']);
    await tab.evaluate(() => history.back());
    await until(isOpen).toBe(false);
    expect(await where()).toEqual(['?two', '{"page":"two"}']);
    expect(await focused(tab)).toBe('launcher');

    await tab.locator('[part~=launcher]').tap();
    await tab.locator('textarea').waitFor();
    await tab.locator('[part~=close]').tap();
    expect(await isOpen()).toBe(false);
    // its own address and state are all that a router hears of
    await until(heard).toEqual(['pop {"page":"two"}', 'pop {"page":"two"}']);
    // what was pushed is gone: the next way back is the page's own
    await tab.evaluate(() => history.back());
    await until(where).toEqual(['?one', '{"page":"one"}']);
    await until(async () => (await heard()).at(-1)).toBe('pop {"page":"one"}');
  });

  test('a panel that the page itself left behind takes no way back from it', async () => {
    const tab = await stage.open({}, PHONE);
    await openPanel(tab);
    await tab.evaluate(() => history.pushState({page: 'next'}, '', '?next'));
    await tab.locator('[part~=close]').tap();
    await until(() => tab.locator('textarea').isVisible()).toBe(false);
    expect(await tab.evaluate(() => location.search)).toBe('?next');
    await tab.evaluate(() => history.back());
    await until(() => tab.evaluate(() => location.search)).toBe('');
  });

  test.each([
    ['on a desktop', '', {}],
    ['by itself', 'data-open', PHONE],
    ['inline', 'data-container="main"', PHONE],
  ])('a panel that is open %s adds nothing to the history', async (_, attributes, look) => {
    const tab = await stage.open({attributes}, look);
    if (!attributes) await openPanel(tab);
    await tab.locator('textarea').waitFor();
    if (attributes.includes('container')) await tab.locator('textarea').focus();
    expect(await tab.evaluate(() => history.length)).toBe(2);
  });
});

import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {converse, openAloud, openPanel, phoneOf} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {boxOf, countOf, focused, focusOn, frames, isShown, scrolledOf, shown, styleOf, until} from './in-chat.ts';
import {testUnless} from './test-unless.ts';

/** Puts a viewport in the real one's place that a test can change, as keyboards do where no driver can show one. */
const PRETEND_VIEWPORT = `<script>
Object.defineProperty(window, 'visualViewport', {value: Object.assign(new EventTarget(), {
  width: innerWidth, height: innerHeight, offsetTop: 0, offsetLeft: 0, scale: 1,
})});
</script>`;

/** Counts what is added to the history. */
const COUNT_PUSHES = `<script>
window.pushes = 0;
const {pushState} = History.prototype;
History.prototype.pushState = function (...state) { window.pushes++; return pushState.apply(this, state); };
</script>`;

describe.each(findEngines())('$title', ({engine, missing, lacks}) => {
  describe.skipIf(missing)('a phone', () => {
    const PHONE = phoneOf(lacks);
    let stage: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      stage = await openAloud(engine);
    });
    afterAll(() => stage.close());
    beforeEach(() => () => stage.speaker.end());

    const fill = (page: Page) => converse(page, stage.speaker, `${'A line of words.\n\n'.repeat(40)}The last line.`);

    const bottomOf = async (page: Page, css: string) => (await boxOf(page, css)).bottom;

    test('rule 13: the keyboard covers neither the field nor the last line, also where it moves the page', async () => {
      const page = await stage.open({head: PRETEND_VIEWPORT}, PHONE);
      await openPanel(page);
      await fill(page);
      expect(await bottomOf(page, '[part~=composer]')).toBeGreaterThan(600);
      const change = (next: Record<string, number>) =>
        page.run((next) => {
          const view = Object.assign(window.visualViewport ?? new EventTarget(), next);
          view.dispatchEvent(new Event('resize'));
        }, next);
      await change({height: 380, offsetTop: 0});
      expect(await bottomOf(page, '[part~=composer]')).toBeLessThanOrEqual(380);
      await until(() => bottomOf(page, '.text p')).toBeLessThanOrEqual(380); // what has not been seen yet has an estimated height
      expect(await bottomOf(page, '.text p')).toBeGreaterThan(100);
      await change({height: 380, offsetTop: 150});
      expect(await boxOf(page, 'dialog')).toMatchObject({top: 150, height: 380});
      // who zooms in with two fingers moves about in the whole
      await change({height: 190, offsetTop: 0, scale: 2});
      expect(await boxOf(page, 'dialog')).toMatchObject({top: 0, height: 700});
    });

    test('rule 13: the field and its words are large enough that no phone zooms', async () => {
      const page = await stage.open({}, PHONE);
      await openPanel(page);
      expect(await styleOf(page, 'textarea', 'font-size')).toBe('16px');
    });

    testUnless(lacks.notches, 'rule 13: edges keep clear of notches', async () => {
      const page = await stage.open({}, PHONE);
      await openPanel(page);
      const insets = {top: 40, bottom: 30, left: 20, right: 10};
      await page.chromium?.cdp('Emulation.setSafeAreaInsetsOverride', {insets});
      await until(() => styleOf(page, 'dialog', 'padding')).toBe('40px 20px 30px');
      expect(await bottomOf(page, '[part~=composer]')).toBeLessThanOrEqual(670);
    });

    test('rule 13: turning the phone keeps the field in sight and the panel on the whole screen', async () => {
      const page = await stage.open({}, PHONE);
      await openPanel(page);
      await fill(page);
      for (const [width, height] of [
        [700, 390],
        [390, 700],
      ] as const) {
        await page.resize({width, height});
        const inner = await page.run(() => document.documentElement.clientWidth); // beside a bar that scrolls
        expect(inner).toBeGreaterThan(width - 20);
        await until(() => boxOf(page, 'dialog')).toMatchObject({left: 0, top: 0, width: inner, height});
        expect(await bottomOf(page, '[part~=composer]')).toBeLessThanOrEqual(height);
        expect(await focused(page)).toBe('input');
      }
      // on a larger screen it is a panel in a corner again, beside the page
      await page.resize({width: 1000, height: 800});
      await until(() => countOf(page, 'dialog:modal')).toBe(0);
      expect((await boxOf(page, 'dialog')).width).toBe(392);
      expect(await focused(page)).toBe('input');
      expect(await isShown(page, '[part~=input]')).toBe(true);
    });

    test.each([
      ['before anything was said', false],
      ['with a long answer', true],
    ])('a wheel over the panel does not scroll the page, %s', async (_, long) => {
      const page = await stage.open({}, PHONE);
      await openPanel(page);
      if (long) {
        await fill(page);
        await page.wheel('firstword-chat >>> [part~=log]', -200);
        await until(() => scrolledOf(page, '[part~=log]')).toBeLessThan(-100);
        await page.wheel('firstword-chat >>> [part~=log]', 300);
        await until(() => scrolledOf(page, '[part~=log]')).toBeGreaterThanOrEqual(0);
      }
      for (const part of ['header', 'log', 'composer']) {
        await page.wheel(`firstword-chat >>> [part~=${part}]`, 300);
        await frames(page);
        expect(await page.run(() => scrollY), part).toBe(0);
      }
      await page.press('Escape');
      await page.wheel('h1', 300);
      await page.waitFor(() => scrollY > 100);
    });

    describe.each([
      ['before anything was said', false],
      ['with a long answer', true],
    ])('%s', (_, long) => {
      testUnless(lacks.swipe, 'no finger over the panel scrolls the page', async () => {
        const page = await stage.open({}, PHONE);
        await openPanel(page);
        if (long) await fill(page);
        const swipe = async (y: number, downPx: number) => {
          const touch = (type: string, ...touchPoints: {x: number; y: number}[]) =>
            page.chromium?.cdp('Input.dispatchTouchEvent', {type, touchPoints});
          await touch('touchStart', {x: 150, y});
          for (let step = 1; step <= 10; step++) await touch('touchMove', {x: 150, y: y + (downPx * step) / 10});
          await touch('touchEnd');
        };
        const place = () => page.run(() => scrollY);
        for (const y of [30, 350, 675]) {
          await swipe(y, -250);
          expect(await place(), `swipe at ${y}`).toBe(0);
        }
        await swipe(350, 300);
        if (long) await until(() => scrolledOf(page, '[part~=log]')).toBeLessThan(-100);
        expect(await place()).toBe(0);
        // the same finger does scroll the page once the panel is closed
        await page.press('Escape'); // a tap would only end the movement of the swipe before
        await swipe(350, -250);
        await until(place).toBeGreaterThan(100);
      });
    });

    test('a wheel over the panel in its corner scrolls the conversation and never the page', async () => {
      const page = await stage.open({}, {width: 1000, height: 700});
      await openPanel(page);
      const roll = async (downPx: number) => {
        for (const part of ['header', 'log']) {
          await page.wheel(`firstword-chat >>> [part~=${part}]`, downPx);
          await frames(page);
        }
      };
      await roll(400);
      await fill(page);
      await roll(-5000);
      await until(() => scrolledOf(page, '[part~=log]')).toBeLessThan(-400);
      await roll(9000);
      await until(() => scrolledOf(page, '[part~=log]')).toBeGreaterThanOrEqual(0);
      await roll(400);
      expect(await page.run(() => scrollY)).toBe(0);
      await page.wheel('.first', 400);
      await page.waitFor(() => scrollY > 100);
    });

    testUnless(
      lacks.touch,
      'the way back closes the panel, and the page’s router hears nothing but its own address and state',
      async () => {
        const page = await stage.open({}, PHONE);
        await page.run(() => {
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
        const heard = () => page.run(() => [...(window as unknown as {heard: string[]}).heard]);
        const entries = () => page.run(() => history.length);
        const before = await entries();
        const where = () => page.run(() => [location.search, JSON.stringify(history.state)]);
        const back = () => page.run(() => history.back());

        await openPanel(page);
        await until(entries).toBe(before + 1);
        expect(await where()).toEqual(['?two', '{"page":"two"}']);
        await back();
        await until(() => isShown(page, 'textarea')).toBe(false);
        expect(await where()).toEqual(['?two', '{"page":"two"}']);
        expect(await focused(page)).toBe('launcher');

        await page.touch('firstword-chat >>> [part~=launcher]');
        await shown(page, 'textarea');
        await page.touch('firstword-chat >>> [part~=close]');
        await until(() => isShown(page, 'textarea')).toBe(false);
        // its own address and state are all that a router hears of
        await until(heard).toEqual(['pop {"page":"two"}', 'pop {"page":"two"}']);
        // what was pushed is gone: the next way back is the page's own
        await back();
        await until(where).toEqual(['?one', '{"page":"one"}']);
        await until(async () => (await heard()).at(-1)).toBe('pop {"page":"one"}');
      },
    );

    testUnless(lacks.touch, 'a panel that the page itself left behind takes no way back from it', async () => {
      const page = await stage.open({}, PHONE);
      await openPanel(page);
      await page.run(() => history.pushState({page: 'next'}, '', '?next'));
      await page.touch('firstword-chat >>> [part~=close]');
      await until(() => isShown(page, 'textarea')).toBe(false);
      expect(await page.run(() => location.search)).toBe('?next');
      await page.run(() => history.back());
      await until(() => page.run(() => location.search)).toBe('');
    });

    test.each([
      ['on a desktop', '', {}],
      ['by itself', 'data-open', PHONE],
      ['inline', 'data-container="main"', PHONE],
    ])('a panel that is open %s adds nothing to the history', async (_, attributes, look) => {
      const page = await stage.open({attributes, head: COUNT_PUSHES}, look);
      if (attributes) await shown(page, 'textarea');
      else await openPanel(page);
      if (attributes.includes('container')) await focusOn(page, 'textarea');
      expect(await page.run(() => (window as unknown as {pushes: number}).pushes)).toBe(0);
    });
  });
});

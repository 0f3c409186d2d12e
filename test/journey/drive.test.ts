import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest';
import {type Browser, findEngines, openBrowser, type Page, waitUntil} from './drive/index.ts';
import {type SampleSite, type Seen, startSampleSite} from './drive/sample-site.ts';
import {testUnless} from './test-unless.ts';

declare global {
  var seen: Seen;
}

vi.setConfig({testTimeout: 60_000, hookTimeout: 60_000});

let site: SampleSite;
/** Where the tests themselves write. */
const folder = mkdtempSync(join(tmpdir(), 'firstword-test-'));

beforeAll(async () => {
  site = await startSampleSite();
});

afterAll(() => {
  site.close();
  rmSync(folder, {recursive: true});
});

describe.each(findEngines())('$title', ({engine, missing, lacks}) => {
  const here = test.skipIf(missing !== undefined);
  let browser: Browser | undefined;

  beforeAll(async () => {
    if (missing === undefined) browser = await openBrowser(engine);
    else console.log(`${engine} is skipped: ${missing}`);
  });
  afterAll(() => browser?.close());

  async function withPage<T>(work: (page: Page, browser: Browser) => Promise<T>, path = '/'): Promise<T> {
    if (!browser) throw new Error(`${engine} did not start`);
    const page = await browser.open(site.origin + path);
    try {
      return await work(page, browser);
    } finally {
      await page.close();
    }
  }

  here('runs functions in the page and brings back their values and errors', async () => {
    await withPage(async (page) => {
      const listed = page.run((a: number, b: {c: string[]}) => [document.title, a, ...b.c], 1, {c: ['x']});
      expect(await listed).toEqual(['sample', 1, 'x']);
      expect(await page.run(() => undefined)).toBeUndefined();
      // One run may wait for what another one does.
      const late = page.run(() => new Promise<string>((done) => addEventListener('settle', () => done('late'))));
      await page.run(() => dispatchEvent(new Event('settle')));
      expect(await late).toBe('late');
      const failing = page.run(async () => {
        throw new TypeError('from the page');
      });
      await expect(failing).rejects.toThrow('from the page');
    });
  });

  here('works in a page with a strict Content-Security-Policy and leaves the policy alone', async () => {
    await withPage(async (page) => {
      expect(await page.run(() => document.getElementById('outer')?.shadowRoot?.childElementCount)).toBe(2);
      expect(await page.run(() => seen.policy)).toBe('strict');
      expect(await page.consoleLines()).toContain('written while loading twice');
    }, '/strict');
  });

  here('types into a text field in a shadow root by trusted key events', async () => {
    await withPage(async (page) => {
      await page.click('#outer >>> textarea');
      await page.type('Hä 漢\n1');
      await page.press('Shift+Enter');
      await page.press('Backspace');
      const read = () => document.querySelector('#outer')?.shadowRoot?.querySelector('textarea')?.value;
      expect(await page.run(read)).toBe('Hä 漢\n1');
      expect(await page.run(() => seen.keys.join(','))).toMatch(/^(Shift,)?H,.*Enter,1,Shift,Enter,Backspace$/);
      await page.press('Control+a');
      await page.press('Delete');
      expect(await page.run(read)).toBe('');
      await page.press('Tab');
      await page.waitFor(() => document.querySelector('#outer')?.shadowRoot?.activeElement?.id === 'inner');
      await page.press('Shift+Tab');
      await page.waitFor(() => document.querySelector('#outer')?.shadowRoot?.activeElement?.localName === 'textarea');
    });
  });

  here('clicks and hovers through nested shadow roots, once nothing covers the element', async () => {
    await withPage(async (page) => {
      await page.hover('#outer >>> #inner >>> button');
      await page.waitFor(() => seen.hovers);
      await page.run(() => {
        const cover = document.createElement('div');
        cover.style.cssText = 'position: fixed; inset: 0';
        document.body.append(cover);
        addEventListener('uncover', () => cover.remove());
      });
      const clicked = page.click('#outer >>> #inner >>> button');
      await page.run(() => dispatchEvent(new Event('uncover')));
      await clicked;
      expect(await page.waitFor(() => seen.clicks)).toBe(1);
    });
  });

  here('really hides the page and shows it again', async () => {
    await withPage(async (page) => {
      const read = () => [document.hidden, ...seen.visibility];
      await page.run(() => seen.visibility.splice(0).length);
      expect(await page.run(read)).toEqual([false]);
      await page.hide();
      expect(await page.run(read)).toEqual([true, 'hidden']);
      await page.show();
      expect(await page.run(read)).toEqual([false, 'hidden', 'visible']);
    });
  });

  here('sees the requests of the page, beacons and failed ones too, and lets none beyond the loopback', async () => {
    await withPage(async (page) => {
      const ask = (url: string) => fetch(url).then(String, () => 'failed');
      await page.run(() => fetch('/posted', {method: 'POST', body: 'x'}).then((response) => response.status));
      await page.run(() => navigator.sendBeacon('/beacon', 'x'));
      expect(await page.run(ask, `${site.closedOrigin}/`)).toBe('failed');
      expect(await page.run(ask, 'http://192.0.2.1/')).toBe('failed');
      const {origin, closedOrigin} = site;
      const expected = [`GET ${origin}/`, `POST ${origin}/posted`, `POST ${origin}/beacon`, `GET ${closedOrigin}/`];
      const read = () => page.tap().map(({method, url}) => `${method} ${url}`);
      await waitUntil(
        () => expected.every((request) => read().includes(request)),
        () => `${expected} in ${read()}`,
      );
    });
  });

  here('tells what the page wrote to the console and what it did not catch', async () => {
    await withPage(async (page) => {
      expect(await page.consoleLines()).toEqual(['written while loading twice']);
      await page.run(() => console.warn('[firstword] later'));
      expect(await page.consoleLines()).toEqual(['written while loading twice', '[firstword] later']);
      const errors = await waitUntil(
        async () => {
          const all = await page.errors();
          return all.length >= 2 && all;
        },
        () => 'two errors',
      );
      expect([...errors].sort()).toEqual(['RangeError: rejected while loading', 'TypeError: thrown while loading']);
    });
  });

  here('gives a page the size and the wishes of its visitor, and no other page', async () => {
    const read = () => [
      innerWidth,
      innerHeight,
      matchMedia('(prefers-color-scheme: dark)').matches,
      matchMedia('(prefers-reduced-motion: reduce)').matches,
    ];
    await withPage(async (usual, {open}) => {
      const wishful = await open(site.origin, {width: 360, height: 640, dark: true, reducedMotion: true});
      expect(await wishful.run(read)).toEqual([360, 640, true, true]);
      await wishful.close();
      expect(await usual.run(read)).toEqual([1280, 800, false, false]);
    });
  });

  here('goes elsewhere, back, and loads again', async () => {
    await withPage(async (page, {open}) => {
      await page.goto(`${site.origin}/other`);
      expect(await page.run(() => location.pathname)).toBe('/other');
      await page.back();
      await page.waitFor(() => location.pathname === '/' && seen.shown.length > 0);
      await page.reload();
      expect(await page.run(() => [location.pathname, document.readyState])).toEqual(['/', 'complete']);
      await page.run(() => console.log('after all that'));
      expect((await page.consoleLines()).at(-1)).toBe('after all that');
      await expect(page.goto(site.closedOrigin)).rejects.toThrow();
      await expect(open(site.closedOrigin)).rejects.toThrow();
    });
  });

  here('closes the tab as a visitor would: the page can still send', async () => {
    const page = await withPage(async (open) => {
      site.arrived.length = 0;
      return open;
    });
    await waitUntil(
      () => site.arrived.includes('POST /hidden'),
      () => `the beacon of a hidden page among ${site.arrived}`,
    );
    await expect(page.run(() => 1)).rejects.toThrow('closed');
  });

  here('writes what is shown to a file', async () => {
    const file = join(folder, `${engine}.png`);
    await withPage((page) => page.screenshot(file));
    expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
  });

  here('takes the network away and gives it back', async () => {
    await withPage(async (page) => {
      await page.run(() => {
        const heard: string[] = [];
        for (const type of ['offline', 'online']) addEventListener(type, () => heard.push(type));
        Object.assign(window, {heard});
      });
      const read = () =>
        page.run(async () => {
          const status = await fetch('/other').then(
            ({status}) => String(status),
            () => 'failed',
          );
          return [navigator.onLine, status, ...(window as unknown as {heard: string[]}).heard];
        });
      expect(await read()).toEqual([true, '200']);
      await page.goOffline();
      expect(await read()).toEqual([false, 'failed', 'offline']);
      await page.goOnline();
      expect(await read()).toEqual([true, '200', 'offline', 'online']);
    });
  });

  here('turns the wheel over an element, and the phone', async () => {
    await withPage(async (page) => {
      await page.run(() => {
        document.body.style.minHeight = '3000px';
      });
      await page.wheel('#outer', 200);
      await page.waitFor(() => scrollY > 100);
      await page.wheel('#outer', -400);
      await page.waitFor(() => scrollY === 0);
      await page.resize({width: 700, height: 390});
      expect(await page.run(() => [innerWidth, innerHeight])).toEqual([700, 390]);
    });
  });

  testUnless(missing ?? lacks.touch, 'touches with a finger where a visitor has one', async () => {
    const page = await browser?.open(site.origin, {width: 390, height: 700, touch: true});
    expect(await page?.run(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
    await page?.run(() => {
      const heard: string[] = [];
      for (const type of ['touchstart', 'touchend', 'click']) addEventListener(type, () => heard.push(type));
      Object.assign(window, {heard});
    });
    await page?.touch('#outer');
    await page?.waitFor(() => (window as unknown as {heard: string[]}).heard.join() === 'touchstart,touchend,click');
    await page?.close();
  });

  testUnless(missing ?? lacks.forcedColors, 'forces the colours of a visitor', async () => {
    const page = await browser?.open(site.origin, {forcedColors: true});
    expect(await page?.run(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
    await page?.close();
  });

  test.runIf(engine === 'chromium' && !missing)('slows down a page of Chromium', async () => {
    await withPage(async ({chromium}) => {
      await chromium?.slowCpu(2);
      expect(await chromium?.cdp('Runtime.evaluate', {expression: '6 * 7'})).toMatchObject({result: {value: 42}});
    });
  });

  here('says what it waited for in vain', async () => {
    const hasty = await openBrowser(engine, {waitLimitMs: 200});
    const page = await hasty.open(site.origin);
    await expect(page.waitFor((what: string) => document.querySelector(what), '#never')).rejects.toThrow('#never');
    await expect(page.click('#never')).rejects.toThrow('nothing matches "#never"');
    await hasty.close();
  });
});

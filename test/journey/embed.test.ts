import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Borrowed, borrowBrowser, findEngines, type Page, waitUntil} from './drive/index.ts';
import {shown} from './in-chat.ts';
import {answerIs, lastAnswer, ownLines, panelReady, type Stage, startStage} from './stage.ts';

type Api = Record<'open' | 'close' | 'toggle' | 'forget' | 'destroy', () => void> &
  Record<'send' | 'suggest', (text: string) => void> & {
    version: string;
    on(name: string, listener: (detail: unknown) => void): () => void;
    init(options: object): Api | undefined;
  };
type Seen = Window & {Firstword: Api; heard: string[]; other: Api | undefined};

const SCRIPT = '<script async src="/firstword.js" data-endpoint="/chat"';

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('on a page', () => {
    let stage: Stage;
    let browser: Borrowed;
    let html = '';
    let headers: Record<string, string> = {};

    beforeAll(async () => {
      browser = await borrowBrowser(engine);
      stage = await startStage({
        intercept: (request) =>
          new URL(request.url).pathname === '/page'
            ? new Response(html, {headers: {'content-type': 'text/html; charset=utf-8', ...headers}})
            : undefined,
      });
    });
    afterAll(async () => {
      await stage.close();
      await browser.close();
    });

    async function openPage(head: string, body = ''): Promise<Page> {
      html = `<!doctype html><html lang="en"><head><title>Page</title>${head}</head><body><input id="mail"><button class="ask">Ask us</button>${body}</body></html>`;
      const page = await browser.open(`${stage.url}/page`);
      onTestFinished(async () => {
        expect(await page.errors()).toEqual([]);
        await page.close();
      });
      return page;
    }

    const isOpen = (page: Page) =>
      page.run(() => {
        const box = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=panel]');
        return box instanceof HTMLElement && box.offsetHeight > 0;
      });
    const chats = (page: Page) => page.run(() => document.querySelectorAll('firstword-chat').length);

    test('calls that were made before the script came are made in their order', async () => {
      const page = await openPage(
        `<script>window.Firstword = {q: [['on', 'complete', () => document.body.dataset.done = ''], ['send', 'Do you take PayPal?']]}</script>${SCRIPT}></script>`,
      );
      await page.waitFor(() => 'done' in document.body.dataset);
      expect((await lastAnswer(page)).text).toContain('PayPal');
    });

    test('it hears events, opens and closes from code and from its own buttons, and takes no focus by itself', async () => {
      const page = await openPage(`${SCRIPT} data-open-selector=".ask" data-open></script>`);
      await page.waitFor(() =>
        Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=panel]')),
      );
      expect(await page.run(() => document.activeElement === document.body)).toBe(true);
      await page.run(() => {
        const seen = window as unknown as Seen;
        seen.heard = [];
        for (const name of ['open', 'close', 'send', 'firsttoken', 'complete', 'turn']) {
          seen.Firstword.on(name, () => seen.heard.push(name));
        }
        seen.Firstword.on('open', () => seen.heard.push('never'))();
        seen.Firstword.close();
      });
      expect(await isOpen(page)).toBe(false);
      await page.click('.ask');
      expect(await isOpen(page)).toBe(true);
      await page.run(() => (window as unknown as Seen).Firstword.suggest('Do you take PayPal?'));
      await page.click('firstword-chat >>> [part~=send]');
      await answerIs(page, 'complete');
      await page.waitFor(() => (window as unknown as Seen).heard.includes('turn'));
      expect(await page.run(() => (window as unknown as Seen).heard)).toEqual([
        'close',
        'open',
        'send',
        'firsttoken',
        'complete',
        'turn',
      ]);
    });

    test('a second tag with the same endpoint says so and does nothing; another chat of its own may stand inline', async () => {
      const page = await openPage(`${SCRIPT}></script>${SCRIPT}></script>`, '<div id="here"></div>');
      await panelReady(page);
      expect(await chats(page)).toBe(1);
      expect(await ownLines(page)).toEqual([expect.stringMatching(/is here already/)]);
      await page.run(() => {
        const seen = window as unknown as Seen;
        seen.other = seen.Firstword.init({endpoint: '/chat', container: '#here', title: 'Inline', zIndex: 5});
      });
      await page.waitFor(() =>
        Boolean(document.querySelector('#here firstword-chat')?.shadowRoot?.querySelector('[part~=panel]')),
      );
      expect(
        await page.run(() => {
          const inline = document.querySelector('#here firstword-chat');
          if (!inline) return null;
          const {position, display} = getComputedStyle(inline);
          return {position, display, title: inline.shadowRoot?.querySelector('[part~=title]')?.textContent};
        }),
      ).toEqual({position: 'static', display: 'block', title: 'Inline'});
      await page.run(() => (window as unknown as Seen).other?.destroy());
      expect(await chats(page)).toBe(1);
    });

    test('destroy leaves no node, no global and no request, and the same chat can come again', async () => {
      const page = await openPage(`${SCRIPT}></script>`);
      await panelReady(page);
      await page.run(() => {
        const seen = window as unknown as Seen;
        Object.assign(window, {init: seen.Firstword.init, heard: []});
        seen.Firstword.on('turn', () => seen.heard.push('turn'));
        seen.Firstword.send('Do you take PayPal?');
      });
      await answerIs(page, 'complete');
      // an answer waits for neither the file that measures nor that with the menu: both have come by then
      await page.waitFor(() => (window as unknown as Seen).heard.includes('turn'));
      await shown(page, '.menu');
      const before = page.tap().length;
      await page.run(() => (window as unknown as Seen).Firstword.destroy());
      expect(await chats(page)).toBe(0);
      expect(await page.run(() => 'Firstword' in window)).toBe(false);
      await page.click('.ask');
      expect(page.tap().length).toBe(before);
      await page.run(() => void (window as unknown as {init: Api['init']}).init({endpoint: '/chat'}));
      expect(await chats(page)).toBe(1);
    });

    test('destroy of a chat that is gone already leaves the newer one its place and the global', async () => {
      const page = await openPage(`${SCRIPT} data-load="intent"></script>`);
      await page.waitFor(() => Boolean(document.querySelector('firstword-chat')));
      await page.run(() => {
        const seen = window as unknown as Seen;
        const old = seen.Firstword;
        old.destroy();
        seen.other = old.init({endpoint: '/chat'});
        Object.assign(window, {Firstword: {...old}});
        old.destroy();
        old.init({endpoint: '/chat'});
      });
      expect(await chats(page)).toBe(1);
      expect(await page.run(() => 'Firstword' in window)).toBe(true);
      expect(await ownLines(page)).toEqual([expect.stringMatching(/is here already/)]);
    });

    test('the launcher stands in the corner that was asked for, mirrored where text runs from right to left', async () => {
      const corner = (page: Page) =>
        page.run(() => {
          const box = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=launcher]');
          const {left = 0, top = 0} = box?.getBoundingClientRect() ?? {};
          return `${top < innerHeight / 2 ? 'top' : 'bottom'} ${left < innerWidth / 2 ? 'left' : 'right'}`;
        });
      const right = await openPage(`${SCRIPT}></script>`);
      await panelReady(right);
      expect(await corner(right)).toBe('bottom right');
      const left = await openPage(`${SCRIPT} data-position="top-left"></script>`);
      await panelReady(left);
      expect(await corner(left)).toBe('top left');
      const mirrored = await openPage(`<script>document.documentElement.dir = 'rtl'</script>${SCRIPT}></script>`);
      await panelReady(mirrored);
      expect(await corner(mirrored)).toBe('bottom left');
    });

    test('it stands as far from the edge, and as high above the page, as the site says', async () => {
      const page = await openPage(`${SCRIPT} data-offset="7px" data-z-index="5"></script>`);
      await panelReady(page);
      const place = await page.run(() => {
        const host = document.querySelector('firstword-chat');
        const box = host?.shadowRoot?.querySelector('[part~=launcher]')?.getBoundingClientRect();
        if (!host || !box) return null;
        const {clientWidth} = document.documentElement;
        return [clientWidth - box.right, innerHeight - box.bottom, getComputedStyle(host).zIndex];
      });
      expect(place).toEqual([7, 7, '5']);
    });

    test('it asks for no right of the visitor’s, from the first moment to the end of a turn', async () => {
      const page = await openPage(
        `<script>
          window.asked = [];
          for (const [place, name] of [
            [window.MediaDevices?.prototype, 'getUserMedia'],
            [window.MediaDevices?.prototype, 'getDisplayMedia'],
            [window.Permissions?.prototype, 'query'],
            [window.Geolocation?.prototype, 'getCurrentPosition'],
            [window.StorageManager?.prototype, 'persist'],
            [window.Notification, 'requestPermission'],
            [document, 'requestStorageAccess'],
          ]) if (place && name in place) place[name] = () => { asked.push(name); return Promise.reject(new Error('no')); };
        </script>${SCRIPT}></script>`,
      );
      await panelReady(page);
      await page.run(() => (window as unknown as Seen).Firstword.send('Do you take PayPal?'));
      await answerIs(page, 'complete');
      await shown(page, '.menu');
      expect(await page.run(() => (window as unknown as {asked: string[]}).asked)).toEqual([]);
      // what would have been written down is
      await page.run(() => document.requestStorageAccess().catch(() => undefined));
      expect(await page.run(() => (window as unknown as {asked: string[]}).asked)).toEqual(['requestStorageAccess']);
    });

    test('a page that is isolated from other origins has a whole turn', async () => {
      headers = {'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp'};
      onTestFinished(() => {
        headers = {};
      });
      const page = await openPage(`${SCRIPT}></script>`);
      expect(await page.run(() => crossOriginIsolated)).toBe(true);
      await panelReady(page);
      await page.run(() => (window as unknown as Seen).Firstword.send('Do you take PayPal?'));
      await answerIs(page, 'complete');
      expect((await lastAnswer(page)).text).toContain('PayPal');
      expect(await ownLines(page)).toEqual([]);
    });

    test('it keeps its looks against a page that resets everything, and harms none of the page’s', async () => {
      const page = await openPage(
        `<style>*{all:revert!important} firstword-chat{display:none!important;position:static!important}</style>${SCRIPT} data-accent="#ffd400"></script>`,
      );
      await panelReady(page);
      const looks = await page.run(() => {
        const host = document.querySelector('firstword-chat');
        const launcher = host?.shadowRoot?.querySelector('[part~=launcher]');
        if (!host || !launcher) return null;
        const {width, height} = launcher.getBoundingClientRect();
        const {backgroundColor} = getComputedStyle(launcher);
        return {position: getComputedStyle(host).position, width, height, backgroundColor};
      });
      expect(looks).toEqual({position: 'fixed', width: 56, height: 56, backgroundColor: 'rgb(255, 212, 0)'});
    });

    test('data-load="intent" fetches nothing more before the visitor comes near', async () => {
      const page = await openPage(`${SCRIPT} data-load="intent"></script>`);
      await page.waitFor(() =>
        Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=launcher]')),
      );
      await page.waitFor(() => document.readyState === 'complete');
      const ours = () => page.tap().filter(({url}) => /firstword|chat/.test(url)).length;
      expect(ours()).toBe(1);
      await page.hover('firstword-chat >>> [part~=launcher]');
      await panelReady(page);
      expect(ours()).toBeGreaterThan(1);
      await waitUntil(
        () => page.tap().some(({url}) => url.endsWith('/chat?fw=hello')),
        () => 'hello',
      );
    });
  });
});

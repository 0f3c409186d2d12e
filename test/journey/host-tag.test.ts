import {readFile} from 'node:fs/promises';
import {basename} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {chatCount, type Hosted, html, isOpen, ownLines, playTurn, servePages, TAG} from './hosts/host-page.ts';
import {answerIs, panelReady, type Stage, startStage} from './stage.ts';

const PLAIN = '<script src="/firstword.js" data-endpoint="/chat"></script>';
const INJECT = `const tag = document.createElement('script'); tag.src = '/firstword.js'; tag.dataset.endpoint = '/chat'; tag.dataset.firstword = ''; document.head.append(tag);`;

/** Every way in which a tag gets into a page. */
const WAYS: Record<string, string> = {
  'in the head, blocking': html({head: PLAIN}),
  'in the head, with defer': html({head: PLAIN.replace(' src', ' defer src')}),
  'in the head, with async': html({head: `${TAG}></script>`}),
  'at the end of the body': html({body: `<h1>Page</h1>${PLAIN}`}),
  'from a tag manager in the head': html({head: `<script>${INJECT}</script>`}),
  'from a tag manager after the page was loaded': html({
    body: `<script>addEventListener('load', () => setTimeout(() => {${INJECT}}))</script>`,
  }),
};

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a tag', () => {
    const pages = new Map<string, string>();
    let stage: Stage;
    let browser: Borrowed;

    beforeAll(async () => {
      browser = await borrowBrowser(engine);
      const {intercept} = servePages(pages);
      stage = await startStage({intercept: async (request) => intercept(request) ?? answerForeign(request)});
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
    });

    async function open(page: string): Promise<Page> {
      pages.set('/page', page);
      const opened = await browser.open(`${stage.url}/page`);
      onTestFinished(async () => {
        expect(await opened.errors()).toEqual([]);
        await opened.close();
      });
      return opened;
    }

    test.each(Object.entries(WAYS))('%s: a whole turn, and the launcher comes last', async (_, way) => {
      const page = await open(way);
      await playTurn(page);
      expect(await chatCount(page)).toBe(1);
      expect(await ownLines(page)).toEqual([]);
      expect(await page.run(() => document.documentElement.lastElementChild?.localName)).toBe('firstword-chat');
    });

    test('twice on a page: the second says so and does nothing', async () => {
      const page = await open(html({head: `${TAG}></script>${TAG}></script>`}));
      await playTurn(page);
      expect(await chatCount(page)).toBe(1);
      expect(await ownLines(page)).toEqual([expect.stringMatching(/chat is here already/)]);
    });

    test.each([
      ['of the same origin', (url: string) => `src="${url}/inner"`],
      ['of another origin', (url: string) => `src="${url.replace('127.0.0.1', 'localhost')}/inner"`],
      // whoever sandboxes a frame makes its own server another origin's: the files must allow it
      ['that is sandboxed, without storage', (url: string) => `sandbox="allow-scripts" src="${url}/foreign/inner"`],
    ])('in a frame %s: a whole turn', async (_, attributes) => {
      pages.set('/inner', html({body: `<h1>Inner</h1>${ASK}${TAG} data-open></script>`}));
      pages.set('/foreign/inner', html({body: `<h1>Inner</h1>${ASK}${FOREIGN_TAG} data-open></script>`}));
      // a frame of another origin cannot be looked into: it tells what it sees
      const page = await open(
        html({
          head: `<script>window.told = []; addEventListener('message', (event) => told.push(event.data))</script>`,
          body: `<iframe ${attributes(stage.url)} width="600" height="500"></iframe>`,
        }),
      );
      const told = () => page.run(() => (window as unknown as {told: string[]}).told);
      await page.waitFor(() => (window as unknown as {told: string[]}).told.some((word) => word.includes('PayPal')));
      expect(await told()).toEqual(
        expect.arrayContaining(['ready', 'open', 'send', 'firsttoken', 'complete', expect.stringContaining('PayPal')]),
      );
      expect(await chatCount(page)).toBe(0);
    });

    test('destroyed and drawn again as frameworks do that try components twice: one chat, with its conversation', async () => {
      const page = await open(html({head: `${TAG}></script>`}));
      await panelReady(page);
      await page.run(() => {
        const {Firstword} = window as unknown as Hosted;
        Firstword.destroy();
        const once = Firstword.init({endpoint: '/chat'});
        once?.destroy();
        Object.assign(window, {kept: Firstword.init, chat: Firstword.init({endpoint: '/chat', open: true})});
      });
      expect(await chatCount(page)).toBe(1);
      await page.run(() => (window as unknown as {chat: Hosted['Firstword']}).chat.send('Do you take PayPal?'));
      await answerIs(page, 'complete');
      await page.run(() => {
        const hosted = window as unknown as {chat?: Hosted['Firstword']; kept: Hosted['Firstword']['init']};
        hosted.chat?.destroy();
        hosted.chat = hosted.kept({endpoint: '/chat', open: true}) as Hosted['Firstword'];
      });
      await answerIs(page, 'complete');
      expect(await chatCount(page)).toBe(1);
      expect(await isOpen(page)).toBe(true);
      expect(await ownLines(page)).toEqual([]);
    });
  });
});

/** Asks from inside a frame, and tells the page above of each event and of the answer. */
const ASK = `<script>
for (const name of ['ready', 'open', 'send', 'firsttoken', 'complete'])
  addEventListener('firstword:' + name, () => {
    parent.postMessage(name, '*');
    if (name === 'open') Firstword.send('Do you take PayPal?');
    if (name === 'complete') parent.postMessage(document.querySelector('firstword-chat').shadowRoot.querySelector('[part~=answer] .text').textContent, '*');
  });
</script>`;

const FOREIGN_TAG = '<script async src="/foreign/firstword.js" data-endpoint="/foreign/chat"';

const ANSWER = [
  {type: 'start'},
  {type: 'text-start', id: 't'},
  {type: 'text-delta', id: 't', delta: 'Yes, PayPal too.'},
  {type: 'text-end', id: 't'},
  {type: 'finish'},
];

/** Serves files and an endpoint that any origin may read. */
async function answerForeign(request: Request): Promise<Response | undefined> {
  const {pathname} = new URL(request.url);
  if (!pathname.startsWith('/foreign/')) return undefined;
  const headers = new Headers({'access-control-allow-origin': '*', 'access-control-allow-headers': '*'});
  if (pathname.endsWith('.js')) {
    headers.set('content-type', 'text/javascript');
    return new Response(await readFile(`dist/${basename(pathname)}`), {headers});
  }
  if (request.method !== 'POST') return new Response(null, {status: 204, headers});
  headers.set('content-type', 'text/event-stream');
  return new Response(ANSWER.map((part) => `data: ${JSON.stringify(part)}\n\n`).join(''), {headers});
}

import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {createGate} from '../gate.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page, waitUntil} from './drive/index.ts';
import {COUNT, type Held} from './hosts/count.ts';
import {type Api, type Hosted, html, ownLines, QUESTION, servePages, TAG} from './hosts/host-page.ts';
import {answerIs, instantModel, panelReady, type Stage, startStage} from './stage.ts';

type Counted = Hosted & {
  init: Api['init'];
  chat: Api | undefined;
  countFrom(): void;
  held(): {readonly [K in keyof Held]: number};
  heldNames(): string[];
};

const NOTHING: Held = {listeners: 0, timers: 0, frames: 0, observers: 0, ports: 0, requests: 0, nodes: 0, globals: 0};

/** A page with what the chat listens to and keeps clear of; it counts where a script is given that does. */
const hosting = (script: string) =>
  html({
    head: `<script>${script}</script>${TAG}></script>`,
    body: '<h1>Page</h1><form class="checkout"><button>Pay</button></form><button class="ask">Ask</button><div id="here"></div>',
  });

/** When a chat is destroyed; each begins with a chat that was just made by \`init\`. */
const MOMENTS: Record<string, {options: object; until: (page: Page) => Promise<unknown>}> = {
  'before its panel is there': {options: {}, until: async () => undefined},
  'once its panel is there': {options: {}, until: panelReady},
  'while it is open': {options: {open: true, avoid: 'h1', openSelector: '.ask'}, until: panelOpen},
  'drawn inline': {options: {container: '#here'}, until: panelOpen},
  'in the middle of an answer': {
    options: {open: true, rum: '/v1/turns'},
    async until(page) {
      await panelOpen(page);
      await page.run((question) => (window as unknown as Counted).chat?.send(question), QUESTION);
      await answerIs(page, 'streaming');
    },
  },
  'with a draft that is still to be kept': {
    options: {open: true},
    async until(page) {
      await panelOpen(page);
      await page.run(() => (window as unknown as Counted).chat?.suggest('Half a'));
    },
  },
};

async function panelOpen(page: Page): Promise<void> {
  await page.waitFor(() =>
    Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=panel]')),
  );
}

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('destroy() leaves nothing', () => {
    const gate = createGate();
    let stage: Stage;
    let browser: Borrowed;

    beforeAll(async () => {
      browser = await borrowBrowser(engine);
      const model = instantModel({heldFrom: 3, opened: gate.opened});
      stage = await startStage({
        ...servePages(
          new Map([
            ['/counted', hosting(COUNT)],
            ['/plain', hosting('')],
          ]),
        ),
        model,
      });
    });
    afterAll(async () => {
      gate.open();
      await browser.close();
      await stage.close();
    });

    async function open(path: '/counted' | '/plain'): Promise<Page> {
      const page = await browser.open(stage.url + path);
      onTestFinished(async () => {
        expect(await page.errors()).toEqual([]);
        expect(await ownLines(page)).toEqual([]);
        await page.close();
      });
      await panelReady(page);
      await page.run(() => {
        const counted = window as unknown as Counted;
        counted.init = counted.Firstword.init;
        counted.chat = undefined;
        counted.Firstword.destroy();
      });
      return page;
    }

    test.each(Object.entries(MOMENTS))(
      '%s: no node, listener, timer, observer, request or global',
      async (_, moment) => {
        const page = await open('/counted');
        await page.run(
          (options) => {
            const counted = window as unknown as Counted;
            counted.countFrom();
            counted.chat = counted.init({endpoint: '/chat', ...(options as object)});
          },
          moment.options as {[name: string]: string},
        );
        await moment.until(page);
        const before = await page.run(() => (window as unknown as Counted).held());
        expect(before.nodes).toBeGreaterThanOrEqual(1); // files on their way have a link each
        expect(before.listeners).toBeGreaterThan(0);
        await page.run(() => (window as unknown as Counted).chat?.destroy());
        let names: string[] = [];
        await waitUntil(
          async () => {
            names = await page.run(() => (window as unknown as Counted).heldNames());
            const {nodes} = await page.run(() => (window as unknown as Counted).held());
            return names.length === 0 && nodes === 0;
          },
          () => `nothing to be held, but there is ${names}`,
          3000,
        );
        expect(await page.run(() => (window as unknown as Counted).held())).toEqual(NOTHING);
      },
    );

    test('the first chat takes its global along', async () => {
      const page = await open('/plain');
      expect(await page.run(() => 'Firstword' in window)).toBe(false);
      expect(await page.run(() => document.querySelectorAll('firstword-chat, link').length)).toBe(0);
    });

    test.runIf(engine === 'chromium')(
      'hundreds of chats made and destroyed leave the page as light as it was',
      async () => {
        const page = await open('/plain');
        const {cdp} = page.chromium ?? {};
        if (!cdp) throw new Error('this page has no DevTools');
        const cycle = (count: number) =>
          page.run(async (times) => {
            const counted = window as unknown as Counted;
            for (let time = 0; time < times; time++) {
              const opened = new Promise((done) => addEventListener('firstword:open', done, {once: true}));
              const chat = counted.init({endpoint: '/chat', open: true, persist: 'none', prefetch: 'off'});
              await opened;
              if (time % 10 === 0) chat?.send('Do you take PayPal?');
              chat?.destroy();
            }
          }, count);
        const weigh = async () => {
          for (let time = 0; time < 3; time++) await cdp('HeapProfiler.collectGarbage');
          const {nodes, jsEventListeners} = (await cdp('Memory.getDOMCounters')) as Record<string, number>;
          const {usedSize} = (await cdp('Runtime.getHeapUsage')) as Record<string, number>;
          return {nodes, jsEventListeners, heapBytes: usedSize ?? Number.NaN};
        };
        await cycle(100);
        const before = await weigh();
        for (let time = 0; time < 3; time++) await cycle(100);
        const after = await weigh();
        expect(after.nodes).toBeLessThanOrEqual((before.nodes ?? 0) + 10);
        expect(after.jsEventListeners).toBeLessThanOrEqual((before.jsEventListeners ?? 0) + 3);
        expect(after.heapBytes).toBeLessThan(before.heapBytes + 300_000);
      },
    );
  });
});

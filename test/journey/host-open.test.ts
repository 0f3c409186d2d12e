import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {type Api, html, isOpen, ownLines, servePages, TAG} from './hosts/host-page.ts';
import {ask, type Stage, startStage} from './stage.ts';

type Two = Window & {chats: (Api | undefined)[]; Firstword: Api};

const LONG = '<p>Some words of a page that is long enough to scroll.</p>'.repeat(200);

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a chat', () => {
    const pages = new Map<string, string>();
    let stage: Stage;
    let browser: Borrowed;

    beforeAll(async () => {
      browser = await borrowBrowser(engine);
      stage = await startStage(servePages(pages));
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
    });

    async function open(text: string): Promise<Page> {
      pages.set('/page', text);
      const page = await browser.open(`${stage.url}/page`);
      onTestFinished(async () => {
        expect(await page.errors()).toEqual([]);
        expect(await ownLines(page)).toEqual([]);
        await page.close();
      });
      return page;
    }

    test('opens by buttons of the page, those that come later and what is in them too', async () => {
      const page = await open(
        html({head: `${TAG} data-open-selector=".ask" data-launcher="false"></script>`, body: '<h1>Page</h1>'}),
      );
      await page.waitFor(() => Boolean(document.querySelector('firstword-chat')));
      await page.run(() => {
        const button = document.createElement('button');
        button.className = 'ask';
        button.append(Object.assign(document.createElement('b'), {textContent: 'Ask us'}));
        document.body.append(button);
      });
      await page.click('.ask b');
      await page.waitFor(
        () => document.querySelector('firstword-chat')?.shadowRoot?.activeElement?.localName === 'textarea',
      );
      await page.press('Escape');
      expect(await isOpen(page)).toBe(false);
    });

    test.each([
      ['in its corner', 'data-open'],
      ['inline', 'data-container="#here"'],
    ])('that opens by itself %s takes no focus, scrolls nothing and moves nothing', async (_, attributes) => {
      const page = await open(
        html({
          head: `<style>#here {height: 560px}</style>${TAG} data-load="intent"></script>`,
          // it is in sight wherever the page stands, so that no browser scrolls to what is typed
          body: `<input id="mail" style="position: fixed; top: 0">${LONG}<div id="here"></div>${LONG}`,
        }),
      );
      await page.click('#mail');
      await page.type('a');
      await page.run(() => scrollTo(0, 400));
      const [name = '', value = ''] = attributes.replace('data-', '').replaceAll('"', '').split('=');
      await page.run(
        (option, given) => {
          const two = window as unknown as Two;
          two.chats = [two.Firstword.init({endpoint: '/other', [option]: given || true})];
        },
        name,
        value,
      );
      await page.waitFor(() =>
        [...document.querySelectorAll('firstword-chat')].some((chat) =>
          chat.shadowRoot?.querySelector('[part~=panel]'),
        ),
      );
      const seen = () => page.run(() => [document.activeElement?.id, scrollY]);
      expect(await seen()).toEqual(['mail', 400]);
      await page.type('b');
      expect(await page.run(() => document.querySelector('input')?.value)).toBe('ab');
    });

    test('inline, twice: each with its own conversation, also after a reload', async () => {
      const twice =
        '<script>addEventListener("load", () => { window.chats = ["#one", "#two"].map((container) => Firstword.init({endpoint: "/chat", container, title: container})); })</script>';
      const page = await open(
        html({
          // of a height of their own, so that the second stands still while an answer grows in the first
          head: `<style>#one, #two {height: 380px}</style>${TAG} data-load="intent"></script>${twice}`,
          body: '<div id="one"></div><div id="two"></div>',
        }),
      );
      const said = () =>
        page.run(() =>
          ['#one', '#two'].map((container) =>
            [
              ...(document
                .querySelector(`${container} firstword-chat`)
                ?.shadowRoot?.querySelectorAll('[part~=question]') ?? []),
            ].map((question) => question.lastChild?.textContent),
          ),
        );
      for (const [container, question] of [
        ['#one', 'Do you take PayPal?'],
        ['#two', 'How long can I try a mattress?'],
      ] as const) {
        await page.click(`${container} firstword-chat >>> textarea`);
        await page.waitFor(
          (where) =>
            document.querySelector(`${where} firstword-chat`)?.shadowRoot?.activeElement?.localName === 'textarea',
          container,
        );
        await ask(page, question);
        await page.waitFor(
          (where) =>
            document
              .querySelector(`${where} firstword-chat`)
              ?.shadowRoot?.querySelector('[part~=answer]')
              ?.getAttribute('data-state') === 'complete',
          container,
        );
      }
      const wanted = [['Do you take PayPal?'], ['How long can I try a mattress?']];
      expect(await said()).toEqual(wanted);
      await page.reload();
      await page.waitFor(() =>
        ['#one', '#two'].every((container) =>
          document.querySelector(`${container} firstword-chat`)?.shadowRoot?.querySelector('[part~=question]'),
        ),
      );
      expect(await said()).toEqual(wanted);
      await page.run(() => (window as unknown as Two).chats[0]?.destroy());
      expect(await said()).toEqual([[], wanted[1]]);
    });
  });
});

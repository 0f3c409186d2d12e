import {randomBytes} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {openCheckout} from './checkout.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {POLICIES, type PolicyCase} from './policies.ts';
import {answerIs, ask, openByKeyboard, ownLines, panelReady, type StageOptions, startStage} from './stage.ts';

const STRICT = "default-src 'none'; connect-src 'self'; img-src 'self'";

/** Counts violations from the first moment on. */
const WATCH = `window.violations = []; document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI)); window.readyCount = 0; addEventListener('firstword:ready', () => readyCount++);`;

/** Serves `/page` with one policy and the tag as the case brings it. */
function pageFor({policy, embed}: PolicyCase): Pick<StageOptions, 'intercept'> {
  return {
    intercept(request) {
      const {pathname} = new URL(request.url);
      if (pathname === '/watch.js') return new Response(WATCH, {headers: {'content-type': 'text/javascript'}});
      if (pathname !== '/page') return undefined;
      const nonce = randomBytes(16).toString('base64');
      const html = `<!doctype html><html lang="en"><head><title>Page</title><script nonce="${nonce}" src="/watch.js"></script>${embed(nonce)}</head><body><h1>Page</h1><button>Pay</button></body></html>`;
      const headers = new Headers({'content-type': 'text/html; charset=utf-8'});
      if (policy(nonce)) headers.set('content-security-policy', policy(nonce));
      return new Response(html, {headers});
    },
  };
}

const violations = (page: Page) => page.run(() => (window as unknown as {violations: string[]}).violations);

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a strict page', () => {
    test('the shop answers under nonces and Trusted Types without one violation', async () => {
      const {page} = await openCheckout(engine, {
        policy: (nonce) =>
          `${STRICT}; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; require-trusted-types-for 'script'; trusted-types 'none'`,
      });
      await page.run(() => {
        const violations: string[] = [];
        Object.assign(window, {violations});
        // what was refused before this listener stands in the console
        document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
      });
      await openByKeyboard(page);
      await ask(page, 'Do you take PayPal?');
      await answerIs(page, 'complete');
      expect(await violations(page)).toEqual([]);
      expect((await page.consoleLines()).filter((line) => /security|policy|refused|blocked/i.test(line))).toEqual([]);
      expect(await page.errors()).toEqual([]);
    });

    describe('under every policy', () => {
      let browser: Borrowed;
      beforeAll(async () => {
        browser = await borrowBrowser(engine);
      });
      afterAll(() => browser.close());

      async function openPage(example: PolicyCase, tamper?: StageOptions['tamper']): Promise<Page> {
        const stage = await startStage({...pageFor(example), ...(tamper ? {tamper} : {})});
        onTestFinished(async () => void (await stage.close()));
        const page = await browser.open(`${stage.url}/page`);
        onTestFinished(() => page.close());
        return page;
      }

      test.each(POLICIES)('it works without a violation, a cookie or a third party: $name', async (example) => {
        const page = await openPage(example);
        await panelReady(page);
        await openByKeyboard(page);
        await ask(page, 'Do you take PayPal?');
        await answerIs(page, 'complete');
        expect(await violations(page)).toEqual([]);
        expect(await page.run(() => document.cookie)).toBe('');
        expect(page.tap().filter(({url}) => new URL(url).hostname !== '127.0.0.1')).toEqual([]);
      });

      // the ways to load a file that differ; the later policies only combine them, and integrity is one mechanism in each
      const harmed = POLICIES.slice(0, engine === 'chromium' ? 6 : 3);
      test.each(harmed)('a file with one byte changed is not run: $name', async (example) => {
        let servedCount = 0;
        const page = await openPage(example, (path, text) => {
          if (!path.includes('panel')) return text;
          servedCount++;
          return text.replace('firstword:', 'firstwore:'); // still JavaScript: it would run
        });
        await page.waitFor(() =>
          Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[aria-disabled=true]')),
        );
        expect(servedCount).toBeGreaterThan(0);
        expect(
          await page.run(() => ({
            ready: (window as unknown as {readyCount: number}).readyCount,
            label: document.querySelector('firstword-chat')?.shadowRoot?.querySelector('button')?.ariaLabel,
            mounted: document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[aria-haspopup]') !== null,
            heading: document.querySelector('h1')?.textContent,
          })),
        ).toEqual({ready: 0, label: 'Chat is unavailable', mounted: false, heading: 'Page'});
        // Firefox lists its own report of the refused file among the errors
        expect((await page.errors()).filter((line) => !line.includes('integrity'))).toEqual([]);
        expect(await ownLines(page)).toHaveLength(1);
      });
    });
  });
});

import {randomBytes} from 'node:crypto';
import {describe, expect, onTestFinished, test} from 'vitest';
import {openCheckout} from './checkout.ts';
import {findEngines, openBrowser, type Page} from './drive/index.ts';
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

    test('works, and runs no file with one byte changed, under every policy', async () => {
      const browser = await openBrowser(engine);
      onTestFinished(() => browser.close());
      for (const example of POLICIES) {
        const whole = await startStage(pageFor(example));
        const page = await browser.open(`${whole.url}/page`);
        await panelReady(page);
        await openByKeyboard(page);
        await ask(page, 'Do you take PayPal?');
        await answerIs(page, 'complete');
        expect(await violations(page), example.name).toEqual([]);
        await page.close();
        await whole.close();

        let servedCount = 0;
        const changed = await startStage({
          ...pageFor(example),
          tamper(path, text) {
            if (!path.includes('panel')) return text;
            servedCount++;
            return text.replace('firstword:', 'firstwore:'); // still JavaScript: it would run
          },
        });
        const hurt = await browser.open(`${changed.url}/page`);
        await hurt.waitFor(() =>
          Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[aria-disabled=true]')),
        );
        expect(servedCount, example.name).toBeGreaterThan(0);
        expect(
          await hurt.run(() => ({
            ready: (window as unknown as {readyCount: number}).readyCount,
            label: document.querySelector('firstword-chat')?.shadowRoot?.querySelector('button')?.ariaLabel,
            mounted: document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[aria-haspopup]') !== null,
            heading: document.querySelector('h1')?.textContent,
          })),
          example.name,
        ).toEqual({ready: 0, label: 'Chat is unavailable', mounted: false, heading: 'Page'});
        // Firefox lists its own report of the refused file among the errors
        const ownErrors = (await hurt.errors()).filter((line) => !line.includes('integrity'));
        expect(ownErrors, example.name).toEqual([]);
        expect(await ownLines(hurt), example.name).toHaveLength(1);
        await hurt.close();
        await changed.close();
      }
    });
  });
});

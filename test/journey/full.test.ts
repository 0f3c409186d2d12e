import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {describe, expect, onTestFinished, test} from 'vitest';
import {borrowBrowser, findEngines} from './drive/index.ts';
import {answerIs, ask, lastAnswer, openByKeyboard, type StageOptions, startStage} from './stage.ts';

const HASH = `sha384-${createHash('sha384').update(readFileSync('dist/firstword.full.js')).digest('base64')}`;
/** Lets run what has this hash, and nothing else whatever. */
const POLICY = `default-src 'none'; connect-src 'self'; script-src '${HASH}'; require-trusted-types-for 'script'; trusted-types 'none'`;
const PAGE = `<!doctype html><html lang="en"><head><title>Page</title><script async integrity="${HASH}" src="/firstword.full.js" data-endpoint="/chat"></script></head><body><h1>Page</h1><button>Pay</button></body></html>`;

const pinned: StageOptions = {
  intercept: ({url}) =>
    new URL(url).pathname === '/page'
      ? new Response(PAGE, {headers: {'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY}})
      : undefined,
};

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a site that pins one hash', () => {
    test('gets the whole chat from one file, and no other code is ever asked for', async () => {
      const stage = await startStage(pinned);
      onTestFinished(async () => void (await stage.close()));
      const browser = await borrowBrowser(engine);
      onTestFinished(() => browser.close());
      const page = await browser.open(`${stage.url}/page`);
      await openByKeyboard(page);
      await ask(page, 'Do you take PayPal?');
      await answerIs(page, 'complete');
      expect((await lastAnswer(page)).text).toContain('PayPal');
      const scripts = page.tap().filter(({url}) => new URL(url).pathname.endsWith('.js'));
      expect(scripts.map(({url}) => new URL(url).pathname)).toEqual(['/firstword.full.js']);
      expect(await page.errors()).toEqual([]);
      const lines = await page.consoleLines();
      // how slow the machine is, is not what is asked
      expect(lines.filter((line) => !line.startsWith('[firstword] over budget: '))).toEqual([]);
    });

    test('runs nothing of a file with one byte changed', async () => {
      const stage = await startStage({...pinned, tamper: (_, text) => text.replace('Chat', 'Chit')});
      onTestFinished(async () => void (await stage.close()));
      const browser = await borrowBrowser(engine);
      onTestFinished(() => browser.close());
      const page = await browser.open(`${stage.url}/page`);
      await page.waitFor(() => document.readyState === 'complete');
      expect(page.tap().some(({url}) => url.endsWith('/firstword.full.js'))).toBe(true);
      expect(await page.run(() => ['Firstword' in window, document.querySelector('firstword-chat')])).toEqual([
        false,
        null,
      ]);
    });
  });
});

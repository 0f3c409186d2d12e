import {describe, expect, onTestFinished, test} from 'vitest';
import {findEngines, openBrowser} from './drive/index.ts';
import {answerIs, ask, lastAnswer, openByKeyboard, startStage} from './stage.ts';

describe.each(findEngines())('$title', ({engine, missing}) => {
  test.skipIf(missing)(
    'a question is answered, kept over a reload, and forgotten when the visitor says so',
    async () => {
      const stage = await startStage();
      onTestFinished(async () => void (await stage.close()));
      const browser = await openBrowser(engine);
      onTestFinished(() => browser.close());
      const page = await browser.open(`${stage.url}/checkout`);

      await openByKeyboard(page);
      await ask(page, 'Do you take PayPal?');
      await answerIs(page, 'complete');
      expect((await lastAnswer(page)).text).toContain('PayPal');

      await page.press('Escape');
      expect(await focused()).toBe('button');
      await page.reload();
      await openByKeyboard(page);
      expect((await lastAnswer(page)).text).toContain('PayPal');

      await page.run(() => (window as unknown as {Firstword: {forget(): void}}).Firstword.forget());
      await page.waitFor(() => !document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=answer]'));
      expect(await page.run(() => sessionStorage.length + localStorage.length)).toBe(0);
      expect(await page.errors()).toEqual([]);

      async function focused() {
        return page.run(() => document.querySelector('firstword-chat')?.shadowRoot?.activeElement?.localName);
      }
    },
  );
});

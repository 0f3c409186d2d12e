import {describe, expect, test} from 'vitest';
import {openCheckout} from './checkout.ts';
import {findEngines} from './drive/index.ts';
import {answerIs, ask, lastAnswer, openByKeyboard} from './stage.ts';

describe.each(findEngines())('$title', ({engine, missing}) => {
  test.skipIf(missing)(
    'a question is answered, kept over a reload, and forgotten when the visitor says so',
    async () => {
      const {page} = await openCheckout(engine);
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

import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {createGate, type Gate} from '../gate.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {answerIs, ask, lastAnswer, ownLines, postCount, startStage} from './stage.ts';

/** What the visitor has asked so far, and what stands in the field. */
const written = (page: Page) =>
  page.run(() => {
    const root = document.querySelector('firstword-chat')?.shadowRoot;
    const questions = [...(root?.querySelectorAll('[part~=question]') ?? [])];
    return {
      asked: questions.map((question) => question.lastChild?.textContent ?? ''),
      draft: root?.querySelector<HTMLTextAreaElement>('[part~=input]')?.value,
      fields: root?.querySelectorAll('textarea').length,
      focus: root?.activeElement?.getAttribute('part'),
    };
  });

for (const {engine, missing} of findEngines()) {
  describe.skipIf(missing)(`a chat that is clicked before its file is there, in ${engine}`, () => {
    let browser: Borrowed;
    beforeAll(async () => {
      browser = await borrowBrowser(engine);
    });
    afterAll(() => browser.close());

    /** Opens the shop with the panel's file held back, and clicks the launcher. */
    async function clickCold(gate: Gate, status = 200): Promise<Page> {
      const stage = await startStage({
        async intercept({url}) {
          if (!new URL(url).pathname.startsWith('/firstword-panel-')) return undefined;
          await gate.opened;
          return status === 200 ? undefined : new Response('no', {status});
        },
      });
      onTestFinished(async () => void (await stage.close()));
      const page = await browser.open(`${stage.url}/checkout`);
      onTestFinished(() => page.close());
      await page.click('firstword-chat >>> [part~=launcher]');
      return page;
    }

    test('takes what is typed meanwhile, and the rest of it', async () => {
      const gate = createGate();
      const page = await clickCold(gate);
      await page.type('Do you ta');
      gate.open();
      await page.waitFor(
        () =>
          document.querySelector('firstword-chat')?.shadowRoot?.activeElement?.getAttribute('part') === 'input' &&
          document.activeElement?.localName === 'firstword-chat',
      );
      expect(await written(page)).toEqual({asked: [], draft: 'Do you ta', fields: 1, focus: 'input'});
      await ask(page, 'ke PayPal?');
      await answerIs(page, 'complete');
      expect((await written(page)).asked).toEqual(['Do you take PayPal?']);
      expect((await lastAnswer(page)).text).toContain('PayPal');
    });

    test('asks what was asked meanwhile, once', async () => {
      const gate = createGate();
      const page = await clickCold(gate);
      await ask(page, 'Do you take PayPal?');
      gate.open();
      await answerIs(page, 'complete');
      expect(await written(page)).toEqual({asked: ['Do you take PayPal?'], draft: '', fields: 1, focus: 'input'});
      expect(postCount(page)).toBe(1);
    });

    test('says so where the file never comes, and keeps no field', async () => {
      const gate = createGate();
      const page = await clickCold(gate, 404);
      await page.type('Do you');
      gate.open();
      const title = await page.waitFor(
        () =>
          document.querySelector('firstword-chat')?.shadowRoot?.querySelector<HTMLElement>('[aria-disabled]')?.title,
      );
      expect(title).toBe('Chat is unavailable');
      expect((await written(page)).fields).toBe(0);
      expect(await ownLines(page)).toEqual([expect.stringContaining('did not load unchanged')]);
    });
  });
}

import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openAloud} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {clickOn, shown, stands, textOf, until} from './in-chat.ts';
import {ask, openByKeyboard} from './stage.ts';

const CODE = 'const nights = 30;\n  // <b>not bold</b> **nor this**\n';
const ANSWER = `It is **thirty** nights, see [the rules](/rules).\n\n- Beds\n- Pillows\n\n\`\`\`js\n${CODE}\`\`\`\n\nDone.`;

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('who copies', () => {
    let stage: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      stage = await openAloud(engine);
    });
    afterAll(() => stage.close());

    /** Opens a page with a field of its own, and a conversation on it. */
    async function converse(head = ''): Promise<Page> {
      const {speaker} = stage;
      const page = await stage.open({head, body: '<textarea class="paste"></textarea>'});
      await openByKeyboard(page);
      await ask(page, 'How long?');
      await speaker.asked();
      speaker.say(ANSWER);
      speaker.end();
      await stands(page, 'complete');
      await shown(page, '.menu > button');
      return page;
    }

    /** Clicks, waits until that is said to have copied, and gives what a field of the page gets by pasting. */
    async function copyBy(page: Page, css: string): Promise<string> {
      await until(() => textOf(page, '[role=status]')).not.toBe('Copied.');
      await clickOn(page, css);
      await until(() => textOf(page, '[role=status]')).toBe('Copied.');
      await page.run(() => {
        const field = document.querySelector<HTMLTextAreaElement>('.paste');
        if (field) field.value = '';
        field?.focus();
      });
      await page.press('Control+v');
      return page.waitFor(() => document.querySelector<HTMLTextAreaElement>('.paste')?.value);
    }

    test('gets an answer as it reads, a block of code letter by letter, and the whole conversation', async () => {
      const page = await converse();
      const answer = await copyBy(page, '.bar [aria-label=Copy]');
      expect(answer.split(/\s*\n\s*/)).toEqual([
        'It is thirty nights, see the rules.',
        expect.stringMatching(/Beds$/),
        expect.stringMatching(/Pillows$/),
        ...CODE.trim().split(/\s*\n\s*/),
        'Done.',
      ]);
      expect(await copyBy(page, 'button.copy')).toBe(CODE);
      await clickOn(page, '.menu > button');
      await shown(page, '.items');
      const items = 'li:nth-last-child(2) button';
      expect(await textOf(page, `.items ${items}`)).toBe('Copy the conversation');
      expect(await copyBy(page, `.items ${items}`)).toBe(`You asked: How long?\n\nAnswer: ${ANSWER}`);
    });

    test('is told nothing where the page’s policy lets nothing be copied, and can select the words', async () => {
      const page = await converse(
        `<script>navigator.clipboard.writeText = () => { window.tried = true; return Promise.reject(new DOMException('no', 'NotAllowedError')); }</script>`,
      );
      await until(() => textOf(page, '[role=status]')).toBe('');
      await page.run(() => {
        const region = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[role=status]');
        const said: string[] = [];
        Object.assign(window, {said});
        if (region) new MutationObserver(() => said.push(region.textContent)).observe(region, {childList: true});
      });
      await clickOn(page, '.bar [aria-label=Copy]');
      await page.waitFor(() => 'tried' in window);
      await clickOn(page, '[part~=feedback]');
      await until(() => textOf(page, '[role=status]')).toBe('Thank you.');
      expect(await page.run(() => (window as unknown as {said: string[]}).said)).not.toContain('Copied.');
    });
  });
});

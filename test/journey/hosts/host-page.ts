import {expect} from 'vitest';
import type {Page} from '../drive/index.ts';
import {answerIs, ask, lastAnswer, openByKeyboard, type StageOptions} from '../stage.ts';

/** The tag as a page without a policy brings it, up to the end of its attributes. */
export const TAG = '<script async src="/firstword.js" data-endpoint="/chat"';

/** What a test asks, and a word that is in the answer only. */
export const QUESTION = 'Do you take PayPal?';
const ANSWERED = 'PayPal';

/** What a page's own script has of the widget. */
export type Api = Record<'open' | 'close' | 'forget' | 'destroy', () => void> & {
  send(text: string): void;
  suggest(text: string): void;
  init(options: object): Api | undefined;
};

/** A page's window with the widget in it. */
export type Hosted = Window & {Firstword: Api};

/** Writes a whole page out of what is in its head and its body. */
export function html({
  head = '',
  body = '',
  root = 'lang="en"',
}: {
  head?: string;
  body?: string;
  root?: string;
}): string {
  return `<!doctype html><html ${root}><head><meta charset="utf-8"><title>Page</title>${head}</head><body>${body}</body></html>`;
}

/** Serves pages beside the demo, each under its path. A test may change them between two loads. */
export function servePages(pages: ReadonlyMap<string, string>): Required<Pick<StageOptions, 'intercept'>> {
  return {
    intercept(request) {
      const page = pages.get(new URL(request.url).pathname);
      return page === undefined ? undefined : new Response(page, {headers: {'content-type': 'text/html'}});
    },
  };
}

/** Opens the chat, asks, reads the whole answer and closes it again, by keyboard only. */
export async function playTurn(page: Page): Promise<void> {
  await openByKeyboard(page);
  await ask(page, QUESTION);
  await answerIs(page, 'complete');
  expect((await lastAnswer(page)).text).toContain(ANSWERED);
  expect((await lastAnswer(page)).notice).toBe('');
  await page.press('Escape');
  expect(await isOpen(page)).toBe(false);
}

/** Whether the panel is to be seen. */
export function isOpen(page: Page): Promise<boolean> {
  return page.run(() => {
    const panel = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=panel]');
    return panel instanceof HTMLElement && panel.offsetHeight > 0;
  });
}

/** How many chats stand in the document. */
export function chatCount(page: Page): Promise<number> {
  return page.run(() => document.querySelectorAll('firstword-chat').length);
}

/** The widget's own console lines. */
export async function ownLines(page: Page): Promise<string[]> {
  return (await page.consoleLines()).filter((line) => line.startsWith('[firstword]'));
}

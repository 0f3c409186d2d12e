import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {createGate} from '../gate.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {chatCount, html, isOpen, ownLines, playTurn, QUESTION, servePages, TAG} from './hosts/host-page.ts';
import {answerIs, ask, instantModel, lastAnswer, openByKeyboard, type Stage, startStage} from './stage.ts';

/**
 * How frameworks go to another page without loading one, as a visitor's click makes them do it. Each puts a second page
 * with the heading "Next" and the same containers into the document.
 */
const NAVIGATIONS: Record<string, string> = {
  'Turbo, which keeps a copy of the body and swaps it': `
    window.kept = document.body.cloneNode(true);
    document.documentElement.replaceChild(next(), document.body);`,
  'Turbo, back to the copy that it kept': `
    const kept = document.body.cloneNode(true);
    document.documentElement.replaceChild(next(), document.body);
    kept.querySelector('h1').textContent = 'Next';
    document.body.replaceWith(kept);`,
  'Astro, which swaps attributes, head and body within a view transition': `
    const swap = () => {
      const root = document.documentElement;
      for (const {name} of [...root.attributes]) root.removeAttribute(name);
      root.setAttribute('lang', 'en');
      for (const element of [...document.head.children]) if (element.localName !== 'script') element.remove();
      document.head.append(Object.assign(document.createElement('title'), {textContent: 'Next'}));
      document.body.replaceWith(next());
    };
    if (document.startViewTransition) document.startViewTransition(swap); else swap();`,
  'htmx, which writes into the body': 'document.body.innerHTML = next().innerHTML;',
  'a router that pushes a state and draws its view anew': `
    history.pushState({}, '', '/next');
    document.querySelector('main').replaceChildren(...next().querySelector('main').childNodes);`,
};

const script = (work: string) =>
  `<script>function next() {
    const body = document.createElement('body');
    body.innerHTML = '<main><h1>Next</h1><div id="here"></div></main>';
    return body;
  }
  function go() {${work}}</script>`;

const hosting = (work: string, attributes = '') =>
  html({
    head: `${script(work)}${TAG} ${attributes}></script>`,
    body: '<main><h1>First</h1><div id="here"></div></main>',
  });

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a navigation by', () => {
    const pages = new Map<string, string>();
    let gate = createGate();
    let stage: Stage;
    let browser: Borrowed;

    beforeAll(async () => {
      browser = await borrowBrowser(engine);
      const held = {
        heldFrom: 3,
        get opened() {
          return gate.opened;
        },
      };
      stage = await startStage({...servePages(pages), model: instantModel(held)});
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
    });

    async function open(text: string): Promise<Page> {
      pages.set('/page', text);
      const opened = await browser.open(`${stage.url}/page`);
      onTestFinished(async () => {
        expect(await opened.errors()).toEqual([]);
        expect(await ownLines(opened)).toEqual([]);
        await opened.close();
      });
      return opened;
    }

    async function navigate(opened: Page): Promise<void> {
      await opened.run(() => (window as unknown as {go(): void}).go());
      await opened.waitFor(() => document.querySelector('h1')?.textContent === 'Next');
    }

    test.each(Object.entries(NAVIGATIONS))(
      '%s: one chat, as open as it was, with its answer going on',
      async (_, work) => {
        gate = createGate();
        const opened = await open(hosting(work));
        await openByKeyboard(opened);
        await ask(opened, QUESTION);
        await navigate(opened);
        await opened.waitFor(() => document.querySelector('firstword-chat')?.isConnected);
        expect(await chatCount(opened)).toBe(1);
        expect(await isOpen(opened)).toBe(true);
        gate.open();
        await answerIs(opened, 'complete');
        expect((await lastAnswer(opened)).text).toContain('PayPal');
        expect(opened.tap().filter(({method}) => method === 'POST')).toHaveLength(1);
        await opened.run(() => (window as unknown as {Firstword: {close(): void}}).Firstword.close());
        await navigate(opened);
        await playTurn(opened);
        expect(await chatCount(opened)).toBe(1);
      },
    );
  });
});

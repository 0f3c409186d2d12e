import {expect, onTestFinished} from 'vitest';
import {borrowBrowser, type EngineName, type FoundEngine, type OpenOptions, type Page} from './drive/index.ts';
import {clickOn, countOf, focused, focusOn, shown, stands, until} from './in-chat.ts';
import {type Stage, type StageOptions, startStage, UNHURRIED} from './stage.ts';

/** A page that has nothing wrong by itself. */
export interface Sheet {
  /** Attributes of the script tag. */
  attributes?: string;
  dir?: 'ltr' | 'rtl';
  /** Markup in the page's head, before anything else of it runs. */
  head?: string;
  /** Markup after the page's own. */
  body?: string;
}

const TEXT = '<p>Words of the page, which is long.</p>'.repeat(60);

/** Writes a page around the widget. */
const writePage = ({attributes = '', dir = 'ltr', head = '', body = ''}: Sheet = {}) =>
  `<!doctype html><html lang="en" dir="${dir}"><head><meta charset="utf-8"><title>Shop</title><meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark}</style>${head}</head><body><main><h1>Shop</h1><button class="first">First</button>${TEXT}<button class="ask">Ask us</button>${body}</main><script async src="/firstword.js" data-endpoint="/chat" ${UNHURRIED} data-title="Help" ${attributes}></script></body></html>`;

/** One event of an answer as the endpoint writes it. */
const event = (part: object) => `data: ${JSON.stringify(part)}\n\n`;

/** An endpoint that says what a test lets it say, one answer after the other. */
export interface Speaker {
  /** Adds words to the answer that is open. */
  say(text: string): void;
  /** Ends it well. */
  end(): void;
  /** Waits until another question is asked. */
  asked(): Promise<void>;
  /** Answers the next question with an error. */
  refuse(): void;
  /** The questions that have reached the endpoint, each as it was asked. */
  readonly questions: readonly AskedQuestion[];
}

/** What a question says to the endpoint. */
export interface AskedQuestion {
  messages: {content: string}[];
  fw: {key: string; attempt: number};
}

/** A stage whose answers are said by the test. */
export async function startAloud({intercept}: Pick<StageOptions, 'intercept'> = {}) {
  let html = '';
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  let refused = false;
  let asked = Promise.withResolvers<void>();
  const questions: AskedQuestion[] = [];
  const write = (part: object) => sink?.enqueue(new TextEncoder().encode(event(part)));
  const stage: Stage = await startStage({
    async intercept(request) {
      const {pathname} = new URL(request.url);
      const answered = await intercept?.(request);
      if (answered) return answered;
      if (pathname === '/page') return new Response(html, {headers: {'content-type': 'text/html; charset=utf-8'}});
      if (pathname !== '/chat' || request.method !== 'POST') return undefined;
      // the widget wrote it
      const question = (await request.json()) as AskedQuestion & {trigger: string};
      if (question.trigger === 'fw-stop') return new Response(null, {status: 204});
      questions.push(question);
      if (refused) {
        refused = false;
        return new Response('no', {status: 403});
      }
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          sink = own;
          write({type: 'start'});
          asked.resolve();
        },
        cancel() {
          if (sink === own) sink = undefined; // another answer may be said by the time that this one is left
        },
      });
      return new Response(body, {headers: {'content-type': 'text/event-stream', 'x-firstword': '1'}});
    },
  });
  const speaker: Speaker = {
    questions,
    say: (delta) => write({type: 'text-delta', id: 't', delta}),
    end() {
      write({type: 'finish', finishReason: 'stop'});
      sink?.close();
      sink = undefined;
    },
    async asked() {
      await asked.promise;
      asked = Promise.withResolvers();
    },
    refuse() {
      refused = true;
    },
  };
  return {
    speaker,
    /** Lays a page out; gives its address. */
    lay(sheet: Sheet = {}): string {
      html = writePage(sheet);
      return `${stage.url}/page`;
    },
    close: () => stage.close(),
  };
}

/** A stage whose answers are said by the test, and a browser beside it. */
export async function openAloud(engine: EngineName, options: Pick<StageOptions, 'intercept'> = {}) {
  const stage = await startAloud(options);
  const browser = await borrowBrowser(engine);
  return {
    speaker: stage.speaker,
    /** Opens a page, which goes with the test. */
    async open(sheet: Sheet = {}, options: OpenOptions = {}): Promise<Page> {
      const page = await browser.open(stage.lay(sheet), options);
      onTestFinished(async () => {
        expect(await page.errors()).toEqual([]);
        await page.close();
      });
      await until(() => countOf(page, '[part~=launcher][aria-haspopup], [part~=panel]')).toBeGreaterThan(0);
      return page;
    },
    async close() {
      await browser.close();
      await stage.close();
    },
  };
}

/** A phone, with fingers where the engine has some. */
export const phoneOf = (lacks: FoundEngine['lacks']): OpenOptions => ({width: 390, height: 700, touch: !lacks.touch});

/** Opens the panel by its launcher and waits until all files of ours have run. */
export async function openPanel(page: Page): Promise<void> {
  await clickOn(page, '[part~=launcher]');
  await until(() => focused(page)).toBe('input');
  await page.type(' ');
  await page.press('Backspace');
  await shown(page, '.menu');
}

/** Asks a question by keyboard and waits until the endpoint has it. */
export async function askAloud(page: Page, speaker: Speaker, question = 'How long?'): Promise<void> {
  await focusOn(page, 'textarea');
  await page.type(question);
  await page.press('Enter');
  await speaker.asked();
}

/** Has a question answered with one text, and waits until its end was painted and told. */
export async function converse(page: Page, speaker: Speaker, text: string): Promise<void> {
  await askAloud(page, speaker);
  speaker.say(text);
  speaker.end();
  await stands(page, 'complete');
  // a machine that paints slowly tells of it later than it stands there
  await page.run(() => new Promise<void>((done) => requestAnimationFrame(() => setTimeout(done))));
}

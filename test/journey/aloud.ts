import {chromium, type Browser as Driver, type Page as Tab} from 'playwright-core';
import {expect, onTestFinished} from 'vitest';
import {findPrograms} from './drive/engines.ts';
import {WAIT_LIMIT_MS} from './drive/index.ts';
import {type Stage, startStage} from './stage.ts';

/** Whether these tests can run here; they need what only Chromium's driver can pretend: fingers, colours, zoom. */
export const found = findPrograms('chromium');

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
  `<!doctype html><html lang="en" dir="${dir}"><head><meta charset="utf-8"><title>Shop</title><meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark}</style>${head}</head><body><main><h1>Shop</h1><button class="first">First</button>${TEXT}<button class="ask">Ask us</button>${body}</main><script async src="/firstword.js" data-endpoint="/chat" data-title="Help" ${attributes}></script></body></html>`;

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
export async function startAloud() {
  let html = '';
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  let refused = false;
  let asked = Promise.withResolvers<void>();
  const questions: AskedQuestion[] = [];
  const write = (part: object) => sink?.enqueue(new TextEncoder().encode(event(part)));
  const stage: Stage = await startStage({
    async intercept(request) {
      const {pathname} = new URL(request.url);
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
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          sink = controller;
          write({type: 'start'});
          asked.resolve();
        },
        cancel() {
          sink = undefined;
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
export async function openAloud() {
  const stage = await startAloud();
  const programs = findPrograms('chromium');
  const driver: Driver = await chromium.launch({
    ...(typeof programs === 'string' ? {} : {executablePath: programs.browser}),
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  });
  return {
    speaker: stage.speaker,
    /** Opens a page in a context of its own, which goes with the test. */
    async open(sheet: Sheet = {}, look: NonNullable<Parameters<Driver['newContext']>[0]> = {}): Promise<Tab> {
      const context = await driver.newContext({bypassCSP: false, ...look});
      onTestFinished(() => context.close());
      const tab = await context.newPage();
      await tab.goto(stage.lay(sheet));
      await tab.locator('[part~=launcher][aria-haspopup], [part~=panel]').first().waitFor({state: 'attached'});
      return tab;
    },
    async close() {
      await driver.close();
      await stage.close();
    },
  };
}

/** A phone, with fingers. */
export const PHONE = {viewport: {width: 390, height: 700}, hasTouch: true, isMobile: true} as const;

/** Opens the panel by its launcher and waits until all files of ours have run. */
export async function openPanel(tab: Tab): Promise<void> {
  await tab.locator('[part~=launcher]').click();
  await tab.locator('textarea').waitFor();
  await tab.keyboard.type(' ');
  await tab.keyboard.press('Backspace');
  await tab.locator('.menu').waitFor();
}

/** Asks a question by keyboard and waits until the endpoint has it. */
export async function askAloud(tab: Tab, speaker: Speaker, question = 'How long?'): Promise<void> {
  await tab.locator('textarea').focus();
  await tab.keyboard.type(question);
  await tab.keyboard.press('Enter');
  await speaker.asked();
}

/** Waits until the last answer stands in a state. */
export const stands = (tab: Tab, state: string) => tab.locator(`[part~=answer][data-state=${state}]`).last().waitFor();

/** What has the focus: a part of ours, or an element of the page. */
export const focused = (tab: Tab) =>
  tab.evaluate(() => {
    const {activeElement} = document;
    const inside = activeElement?.shadowRoot?.activeElement ?? activeElement;
    return inside?.part.value || inside?.className || inside?.localName || '';
  });

/** Waits until what is asked again and again is as expected. */
export const until = <T>(ask: () => T | Promise<T>) => expect.poll(ask, {timeout: WAIT_LIMIT_MS});

import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {createGate} from '../gate.ts';
import {FINISH, NATIVE, numberEvents, START, word} from '../stream/endpoint.ts';
import {type Browser, findEngines, openBrowser, type Page, waitUntil} from './drive/index.ts';
import {answerIs, ask, lastAnswer, type Stage, startStage} from './stage.ts';

const events = numberEvents([START, ...['Your order ', 'is on ', 'its way ', 'to you.'].map(word), FINISH]);
const HALF = 3;
const WHOLE = 'Your order is on its way to you.';

/** A page that keeps its conversation for all tabs, and opens the chat. */
const PAGE = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title>
<body><h1>Shop</h1><script async src="/firstword.js" data-endpoint="/chat" data-persist="local" data-open></script>`;

interface Asked {
  trigger: string;
  messages: {content: string}[];
  fw: {key: string; lastEventId?: string};
}

let asked: Asked[] = [];
let gate = createGate();

/** Answers up to the middle, waits for the gate, and answers the rest; the rest alone where that is asked for. */
async function answer(request: Request): Promise<Response | undefined> {
  const {pathname} = new URL(request.url);
  if (pathname === '/local') return new Response(PAGE, {headers: {'content-type': 'text/html; charset=utf-8'}});
  if (pathname !== '/chat' || request.method !== 'POST') return undefined;
  const question = (await request.json()) as Asked;
  asked.push(question);
  if (question.trigger === 'fw-stop') return new Response(null, {status: 204});
  const from = Number(question.fw.lastEventId?.split('-').at(-1) ?? -1) + 1;
  const texts = from > 0 ? [events(from)] : [events(0, HALF), gate.opened.then(() => events(HALF))];
  const body = new ReadableStream<Uint8Array>({
    async pull(sink) {
      const text = await texts.shift();
      if (text !== undefined) sink.enqueue(new TextEncoder().encode(text));
      else sink.close();
    },
  });
  return new Response(body, {headers: NATIVE});
}

const questions = () => asked.filter(({trigger, fw}) => trigger === 'submit-message' && !fw.lastEventId);

async function shows(page: Page, text: string): Promise<void> {
  await page.waitFor(
    (wanted) =>
      [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=answer] .text') ?? [])].at(-1)
        ?.textContent === wanted,
    text,
  );
}

const said = (page: Page) =>
  page.run(() =>
    [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=message]') ?? [])].map(
      (message) => message.getAttribute('part')?.replace('message ', '') ?? '',
    ),
  );

describe.each(findEngines())('two tabs in $title', ({engine, missing}) => {
  let browser: Browser;
  let stage: Stage;

  beforeAll(async () => {
    if (missing) return;
    stage = await startStage({intercept: answer});
    browser = await openBrowser(engine);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** Opens a tab with the chat in it, and closes it when the test has finished. */
  async function open(): Promise<Page> {
    const page = await browser.open(`${stage.url}/local`);
    onTestFinished(() => page.close());
    await page.waitFor(() => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('textarea')));
    return page;
  }

  /** Asks in a tab up to the middle of the answer. */
  async function askIn(page: Page): Promise<void> {
    await page.show();
    await page.run(() => document.querySelector('firstword-chat')?.shadowRoot?.querySelector('textarea')?.focus());
    await ask(page, 'Where is my order?');
    await shows(page, 'Your order is on');
  }

  /** Two tabs, an answer half way in the first. */
  async function openTwo(): Promise<[Page, Page]> {
    asked = [];
    gate = createGate();
    const first = await open();
    await first.run(() => localStorage.clear());
    await first.reload();
    await first.waitFor(() => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('textarea')));
    await askIn(first);
    return [first, await open()];
  }

  test.skipIf(missing)('show one answer, that one of them reads', async () => {
    const [first, second] = await openTwo();
    await shows(second, 'Your order is on');
    expect((await lastAnswer(second)).state).toBe('streaming');
    gate.open();
    for (const page of [first, second]) {
      await answerIs(page, 'complete');
      await shows(page, WHOLE);
    }
    expect(questions()).toHaveLength(1);
    expect(asked).toHaveLength(1);

    // the conversation goes on in either of them
    gate = createGate();
    await askIn(second);
    await first.waitFor(
      () => document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=message]').length === 4,
    );
    gate.open();
    await answerIs(first, 'complete');
    await shows(first, WHOLE);
    expect(questions()).toHaveLength(2);
    expect(questions()[1]?.messages.map(({content}) => content)).toEqual([
      'Where is my order?',
      WHOLE,
      'Where is my order?',
    ]);
  });

  test.skipIf(missing)('stop in one is stop in both', async () => {
    const [first, second] = await openTwo();
    await shows(second, 'Your order is on');
    await second.click('firstword-chat >>> [part~=stop]');
    for (const page of [first, second]) await answerIs(page, 'stopped');
    await waitUntil(
      () => asked.some(({trigger}) => trigger === 'fw-stop'),
      () => 'the server to be told',
    );
    expect(questions()).toHaveLength(1);
  });

  test.skipIf(missing)('the one that is left reads on when the other is closed', async () => {
    const [first, second] = await openTwo();
    await shows(second, 'Your order is on');
    await first.close();
    await answerIs(second, 'complete');
    await shows(second, WHOLE);
    expect(questions()).toHaveLength(1);
    expect(asked.map(({fw}) => fw.lastEventId)).toEqual([undefined, `run-1-${HALF - 1}`]);
    expect(asked[1]?.fw.key).toBe(asked[0]?.fw.key);
  });

  test.skipIf(missing)('forget in one forgets in both', async () => {
    const [first, second] = await openTwo();
    gate.open();
    await answerIs(second, 'complete');
    await second.run(() => (window as unknown as {Firstword: {forget(): void}}).Firstword.forget());
    await first.waitFor(
      () => document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=message]').length === 0,
    );
    expect(await said(second)).toEqual([]);
    expect(await first.run(() => localStorage.length)).toBe(0);
  });
});

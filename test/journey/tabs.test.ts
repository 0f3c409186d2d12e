import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {createGate} from '../gate.ts';
import {FINISH, NATIVE, numberEvents, START, word} from '../stream/endpoint.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page, waitUntil} from './drive/index.ts';
import {answerIs, ask, lastAnswer, type Stage, startStage, UNHURRIED} from './stage.ts';

const events = numberEvents([START, ...['Your order ', 'is on ', 'its way ', 'to you.'].map(word), FINISH]);
const HALF = 3;
const WHOLE = 'Your order is on its way to you.';

/** A page that keeps its conversation for all tabs, and opens the chat. */
const PAGE = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title>
<body><h1>Shop</h1><script async src="/firstword.js" data-endpoint="/chat" ${UNHURRIED} data-persist="local" data-open></script>`;

/** The same in a frame that has no origin of its own, and asks by itself. */
const FRAMED = `<!doctype html><title>Shop</title><script>heard = []; addEventListener('message', ({data}) => heard.push(data))</script>
<iframe sandbox="allow-scripts" src="/frame"></iframe>`;
const FRAME = `<!doctype html><title>Shop</title><script>Firstword = {q: [['on', 'complete', () => parent.postMessage('complete', '*')], ['send', 'Where?']]}</script>
<script src="/firstword.full.js" data-endpoint="/chat" data-persist="local" data-prefetch="off"></script>`;
/** A page whose conversation is its own, with words for when nobody answers. */
const OWN = PAGE.replace('data-persist="local"', 'data-fallback="[&quot;\\&quot;Call us.\\&quot;&quot;]"');
const PAGES = new Map([
  ['/own', OWN],
  ['/local', PAGE],
  ['/framed', FRAMED],
  ['/frame', FRAME],
]);

/** A frame without an origin of its own is of another origin than its endpoint. */
const ANY_ORIGIN = {'access-control-allow-origin': '*', 'access-control-allow-headers': '*'};

interface Asked {
  trigger: string;
  messages: {content: string}[];
  fw: {key: string; lastEventId?: string};
}

let asked: Asked[] = [];
let gate = createGate();
let isDown = false;

/** Answers up to the middle, waits for the gate, and answers the rest; the rest alone where that is asked for. */
async function answer(request: Request): Promise<Response | undefined> {
  const {pathname} = new URL(request.url);
  const page = PAGES.get(pathname);
  if (page) return new Response(page, {headers: {'content-type': 'text/html; charset=utf-8'}});
  if (pathname === '/chat' && request.method === 'OPTIONS')
    return new Response(null, {status: 204, headers: ANY_ORIGIN});
  if (pathname !== '/chat' || request.method !== 'POST') return undefined;
  const question = (await request.json()) as Asked;
  asked.push(question);
  if (question.trigger === 'fw-stop') return new Response(null, {status: 204});
  if (isDown) return new Response(null, {status: 501});
  const from = Number(question.fw.lastEventId?.split('-').at(-1) ?? -1) + 1;
  const texts = from > 0 ? [events(from)] : [events(0, HALF), gate.opened.then(() => events(HALF))];
  const body = new ReadableStream<Uint8Array>({
    async pull(sink) {
      const text = await texts.shift();
      if (text !== undefined) sink.enqueue(new TextEncoder().encode(text));
      else sink.close();
    },
  });
  return new Response(body, {headers: {...NATIVE, ...ANY_ORIGIN}});
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

const states = (page: Page) =>
  page.run(() =>
    [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=answer]') ?? [])].map(
      (answer) => answer.getAttribute('data-state'),
    ),
  );

const ids = (page: Page) =>
  page.run(() =>
    [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[data-id]') ?? [])].map((message) =>
      message.getAttribute('data-id'),
    ),
  );

describe.each(findEngines())('two tabs in $title', ({engine, missing}) => {
  let browser: Borrowed;
  let stage: Stage;

  beforeAll(async () => {
    if (missing) return;
    stage = await startStage({intercept: answer});
    browser = await borrowBrowser(engine);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** Opens a tab with the chat in it, and closes it when the test has finished. */
  async function open(path = '/local'): Promise<Page> {
    const page = await browser.open(`${stage.url}${path}`);
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

  /** A tab in which nothing was asked before. */
  async function openEmpty(): Promise<Page> {
    asked = [];
    gate = createGate();
    const page = await open();
    await page.run(() => localStorage.clear());
    await page.reload();
    await page.waitFor(() => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('textarea')));
    return page;
  }

  /** Two tabs, an answer half way in the first. */
  async function openTwo(): Promise<[Page, Page]> {
    const first = await openEmpty();
    await askIn(first);
    return [first, await open()];
  }

  test.skipIf(missing)('leave an endpoint alone that failed three times in one of them', async () => {
    asked = [];
    isDown = true;
    onTestFinished(() => {
      isDown = false;
    });
    const focus = async (page: Page) => {
      await page.show();
      await page.run(() => document.querySelector('firstword-chat')?.shadowRoot?.querySelector('textarea')?.focus());
    };
    const one = await open('/own');
    const other = await open('/own');
    for (const page of [other, one]) {
      await focus(page);
      await page.type('W'); // from here on a tab hears of the other one
      await page.waitFor(() => performance.getEntriesByType('resource').some(({name}) => /-measure/.test(name)));
    }
    for (const turn of [1, 2, 3]) {
      await ask(one, 'here?');
      await waitUntil(
        async () => (await states(one)).filter((state) => state === 'complete').length === turn,
        () => `turn ${turn} to be over`,
      );
    }
    await shows(one, 'Call us.');
    expect(questions()).toHaveLength(3);
    await focus(other);
    await ask(other, 'here?');
    await shows(other, 'Call us.');
    expect(questions()).toHaveLength(3);
  });

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

  test.skipIf(missing)('show what is asked in one of them where nothing was asked before', async () => {
    const first = await openEmpty();
    const second = await open();
    await askIn(second);
    await shows(first, 'Your order is on');
    gate.open();
    await answerIs(first, 'complete');
    await shows(first, WHOLE);
    expect(questions()).toHaveLength(1);
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

  test.skipIf(missing)(
    'a question in the one that follows ends the answer in the other, and nothing is lost',
    async () => {
      const [first, second] = await openTwo();
      await shows(second, 'Your order is on');
      await askIn(second);
      await first.waitFor(
        () => document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=message]').length === 4,
      );
      gate.open();
      for (const page of [first, second]) {
        await answerIs(page, 'complete');
        await shows(page, WHOLE);
        expect(await states(page)).toEqual(['stopped', 'complete']);
      }
      expect(questions()).toHaveLength(2);
    },
  );

  test.skipIf(missing)('what is asked again in one takes the place of the old answer in both', async () => {
    const [first, second] = await openTwo();
    gate.open();
    await answerIs(second, 'complete');
    const before = await ids(second);
    gate = createGate();
    await second.click('firstword-chat >>> .bar button[aria-label="Answer again"]');
    await shows(first, 'Your order is on');
    gate.open();
    for (const page of [first, second]) {
      await answerIs(page, 'complete');
      await shows(page, WHOLE);
    }
    expect(await ids(first)).toEqual(await ids(second));
    expect((await ids(first))[0]).toBe(before[0]);
    expect((await ids(first))[1]).not.toBe(before[1]);
  });

  test.skipIf(missing)(
    'both have their answers when they ask at the same instant, and then show one conversation',
    async () => {
      const pages = [await openEmpty(), await open()];
      await Promise.all(
        pages.map((page) =>
          page.run(() => (window as unknown as {Firstword: {send(text: string): void}}).Firstword.send('Where?')),
        ),
      );
      await Promise.all(pages.map((page) => shows(page, 'Your order is on')));
      gate.open();
      for (const page of pages) await answerIs(page, 'complete');
      await waitUntil(
        async () => JSON.stringify(await ids(pages[0] as Page)) === JSON.stringify(await ids(pages[1] as Page)),
        () => 'both tabs to show one conversation',
      );
      for (const page of pages) await shows(page, WHOLE);
      expect(questions()).toHaveLength(2);
    },
  );

  test.skipIf(missing)(
    'the one that was left for another page shows what was said meanwhile when its visitor is back',
    async () => {
      const first = await openEmpty();
      // what is on its way when a page is left does not come any more, and nobody hears then until somebody writes
      await first.waitFor(() => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.menu')));
      await first.goto(`${stage.url}/healthz`);
      const second = await open();
      await askIn(second);
      await first.show();
      await first.back();
      await shows(first, 'Your order is on');
      gate.open();
      for (const page of [first, second]) {
        await answerIs(page, 'complete');
        await shows(page, WHOLE);
      }
      expect(questions()).toHaveLength(1);
    },
  );

  test.skipIf(missing)('forget in the one that follows forgets in both, half way in an answer too', async () => {
    const [first, second] = await openTwo();
    await shows(second, 'Your order is on');
    await second.run(() => (window as unknown as {Firstword: {forget(): void}}).Firstword.forget());
    await first.waitFor(
      () => document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=message]').length === 0,
    );
    gate.open();
    for (const page of [first, second]) {
      await page.waitFor(() => localStorage.length === 0);
      expect(await said(page)).toEqual([]);
    }
    // the next question is the first of another conversation
    gate = createGate();
    await askIn(first);
    await shows(second, 'Your order is on');
    expect(questions().map(({messages}) => messages.length)).toEqual([1, 1]);
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

  test.skipIf(missing)('a frame that may keep and share nothing answers all the same', async () => {
    asked = [];
    gate = createGate();
    gate.open();
    const page = await browser.open(`${stage.url}/framed`);
    onTestFinished(() => page.close());
    const heard = await page.waitFor(() => (window as unknown as {heard?: string[]}).heard?.includes('complete'));
    expect(heard).toBe(true);
    expect(questions()).toHaveLength(1);
    expect(await page.errors()).toEqual([]);
  });
});

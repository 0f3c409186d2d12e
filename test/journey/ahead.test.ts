import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {clickOn, countOf, focusOn, shown, until} from './in-chat.ts';
import {answerIs, type Stage, startStage, UNHURRIED} from './stage.ts';

const PACK = {
  version: '2026-11-20',
  language: 'en',
  entries: [
    ['returns', 'How do I return an order?', 'can i send it back', 'i want to return my order', 'return policy'],
    ['delivery', 'When will my parcel arrive?', 'how long does delivery take', 'delivery time', 'when do you deliver'],
    ['payment', 'Do you take PayPal?', 'can i pay with paypal', 'which credit cards do you accept', 'pay by invoice'],
    ['care', 'How do I wash the cover?', 'may it go into the washing machine', 'cleaning the mattress', 'stains'],
  ].map(([topic, question, ...variants]) => ({id: topic, topic, question, variants})),
};

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><h1>Shop</h1>
<script>window.turns = []; addEventListener('firstword:turn', ({detail}) => turns.push(detail))</script>
<script async src="/firstword.js" data-endpoint="/chat" data-faq="/faq.json" data-suggestions="When will my parcel arrive?|Do you take PayPal?" ${UNHURRIED}></script>`;

interface Asked {
  trigger: string;
  fw: {topics?: string[]; contextId?: string};
}

describe.each(findEngines())('work ahead of a question in $title', ({engine, missing}) => {
  let browser: Borrowed;
  let stage: Stage;
  let asked: Asked[] = [];

  beforeAll(async () => {
    if (missing) return;
    stage = await startStage({
      async intercept(request) {
        const {pathname} = new URL(request.url);
        if (pathname === '/page') return new Response(PAGE, {headers: {'content-type': 'text/html; charset=utf-8'}});
        if (pathname === '/chat' && request.method === 'POST') asked.push(await request.clone().json());
        return pathname === '/faq.json' ? Response.json(PACK) : undefined;
      },
    });
    browser = await borrowBrowser(engine);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const ahead = () => asked.filter(({trigger}) => trigger === 'fw-context');
  const questions = () => asked.filter(({trigger}) => trigger === 'submit-message');

  /** Opens the chat and waits until its pack is there, which suggests by then. */
  async function open(): Promise<Page> {
    asked = [];
    const page = await browser.open(`${stage.url}/page`);
    onTestFinished(async () => {
      expect(await page.errors()).toEqual([]);
      await page.close();
    });
    await clickOn(page, '[part~=launcher]');
    await shown(page, '.menu');
    await focusOn(page, 'textarea');
    await page.type('how');
    await until(() => countOf(page, '.foreseen button')).toBeGreaterThan(0);
    for (const key of ['Backspace', 'Backspace', 'Backspace'] as const) await page.press(key);
    await until(() => countOf(page, '.foreseen button')).toBe(0);
    expect(ahead()).toEqual([]);
    return page;
  }

  const lastTurn = async (page: Page) => {
    await page.waitFor(() => (window as unknown as {turns: unknown[]}).turns.length);
    return page.run(() => {
      const [{prefetch} = {}] = (window as unknown as {turns: Pick<TurnRecord, 'prefetch'>[]}).turns;
      return prefetch ?? {};
    });
  };

  test.skipIf(missing)('is there when the question comes, and the answer is made of it', async () => {
    const page = await open();
    await page.type('how long does delivery take to ');
    await until(() => ahead().length).toBe(1);
    expect(ahead()[0]?.fw.topics).toContain('delivery');
    await page.type('Norway?');
    await page.press('Enter');
    await answerIs(page, 'complete');
    expect(questions()).toMatchObject([
      {fw: {topics: ['delivery'], contextId: expect.stringMatching(/^[0-9a-f-]{36}$/)}},
    ]);
    expect(await lastTurn(page)).toMatchObject({r: 'used', count: 1});
    const span = stage.spans.at(-1);
    expect(span?.outcome).toBe('complete');
  });

  test.skipIf(missing)(
    'is done for a question that is offered when a pointer rests on it, and when it is chosen',
    async () => {
      const page = await open();
      await page.hover('firstword-chat >>> [part~=suggestion]');
      await until(() => ahead().length).toBe(1);
      expect(ahead()[0]?.fw.topics).toContain('delivery');
      await clickOn(page, '[part~=suggestion]');
      await answerIs(page, 'complete');
      expect(ahead()).toHaveLength(1);
      expect(questions()).toMatchObject([{fw: {topics: ['delivery']}}]);
      expect(await lastTurn(page)).toMatchObject({r: 'used', count: 1});
    },
  );

  test.skipIf(missing)('is dropped with a draft that is deleted', async () => {
    const page = await open();
    await page.type('how long does delivery take to ');
    await until(() => ahead().length).toBe(1);
    await page.press('Control+a');
    await page.press('Delete');
    await page.type('Do you take PayPal?');
    await page.press('Enter');
    await answerIs(page, 'complete');
    expect(questions()[0]?.fw.topics ?? []).not.toContain('delivery');
  });
});

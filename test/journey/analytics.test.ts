import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {createGate} from '../gate.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page, waitUntil} from './drive/index.ts';
import {
  answerIs,
  ask,
  firstWords,
  instantModel,
  ownLines,
  panelReady,
  type Stage,
  type StageOptions,
  startStage,
  UNHURRIED,
} from './stage.ts';

const QUESTION = 'How long does delivery take?';

/** What a page's own scripts do before ours: here they note what they are told. */
const NOTING = `
  window.told = []; window.turns = [];
  window.dataLayer = [];
  function gtag() { dataLayer.push(arguments); told.push(['gtag', ...arguments]); }
  window.posthog = {capture(...given) { told.push(['posthog', ...given]); navigator.sendBeacon('/told', JSON.stringify(given)); }};
  addEventListener('firstword:turn', ({detail}) => turns.push(detail));`;

interface Told {
  name: string;
  parameters: Record<string, string | number | boolean>;
}

interface Noted {
  told: [target: string, ...given: unknown[]][];
  turns: {id: string; t: {paint?: number; done?: number}}[];
}

describe.each(findEngines())('analytics of the page in $title', ({engine, missing}) => {
  let browser: Borrowed;
  let stage: Stage;
  let html = '';
  let reported: Told[] = [];
  let gate = createGate();

  /** The demo, with a page that each test writes, and where the page's own analytics report. */
  const startPages = (tamper?: StageOptions['tamper']): Promise<Stage> =>
    startStage({
      ...(tamper ? {tamper} : {}),
      model: instantModel({
        heldFrom: 2,
        get opened() {
          return gate.opened;
        },
      }),
      async intercept(request) {
        const {pathname} = new URL(request.url);
        if (pathname === '/told') {
          const [name, parameters] = await request.json();
          reported.push({name, parameters});
          return new Response(null, {status: 204});
        }
        if (pathname !== '/page') return undefined;
        return new Response(html, {headers: {'content-type': 'text/html; charset=utf-8'}});
      },
    });

  beforeAll(async () => {
    if (missing) return;
    stage = await startPages();
    browser = await borrowBrowser(engine);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** Opens a page with these attributes, after a script of its own. */
  async function openPage(attributes: string, {script = NOTING, on = stage} = {}): Promise<Page> {
    html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><body><h1>Shop</h1>
<script>${script}; window.namesBefore = Object.getOwnPropertyNames(window);</script>
<script async src="/firstword.js" data-endpoint="/chat" data-persist="none" ${UNHURRIED} ${attributes}></script>`;
    reported = [];
    gate = createGate();
    gate.open();
    const page = await browser.open(`${on.url}/page`);
    onTestFinished(() => page.close());
    return page;
  }

  async function openChat(page: Page): Promise<void> {
    await page.click('firstword-chat >>> [part~=launcher]');
    await page.waitFor(
      () => document.querySelector('firstword-chat')?.shadowRoot?.activeElement?.getAttribute('part') === 'input',
    );
  }

  const fileCount = (page: Page) => page.tap().filter(({url}) => url.includes('firstword-analytics')).length;
  const toldCount = (page: Page, count: number) =>
    page.waitFor((wanted) => (window as unknown as Noted).told.length >= wanted, count);
  async function noted(page: Page): Promise<Noted> {
    const text = await page.run(() => {
      const {told, turns} = window as unknown as Noted;
      return JSON.stringify({told, turns});
    });
    return JSON.parse(text);
  }

  test.skipIf(missing)('hear that the chat was opened, how a turn went and what the visitor thinks of it', async () => {
    const page = await openPage('data-analytics="auto"');
    await panelReady(page);
    expect(fileCount(page), 'before the chat is opened').toBe(0);
    await openChat(page);
    await toldCount(page, 1);
    await ask(page, QUESTION);
    await answerIs(page, 'complete');
    await toldCount(page, 2);
    await page.click('firstword-chat >>> [part~=feedback]');
    await toldCount(page, 3);
    const {told, turns} = await noted(page);
    const [turn] = turns;
    expect(told.map(([target, , event]) => `${target} ${event}`)).toEqual([
      'gtag firstword_open',
      'gtag firstword_turn',
      'gtag firstword_feedback',
    ]);
    expect(told[0]?.[3]).toEqual({route: '/page'});
    expect(told[1]?.[3]).toMatchObject({
      turn_id: turn?.id,
      route: '/page',
      outcome: 'complete',
      source: 'model',
      ttft_ms: Math.round(turn?.t.paint ?? Number.NaN),
      complete_ms: Math.round(turn?.t.done ?? Number.NaN),
    });
    expect(told[2]?.[3]).toMatchObject({turn_id: turn?.id, feedback: 'up', route: '/page', source: 'model'});
    // nothing of what was said: neither the question nor the answer, nor a longer word of either
    const words = `${QUESTION} ${await firstWords(page)}`.toLowerCase().match(/\b[a-z]{5,}\b/g) ?? [];
    expect(words.length).toBeGreaterThan(5);
    const values = told.flatMap(([, , , parameters]) => Object.values(parameters as object)).map(String);
    for (const word of words)
      expect(
        values.filter((value) => value.includes(word)),
        word,
      ).toEqual([]);
    // nothing of the page was changed
    const added = await page.run(() => {
      const before = (window as unknown as {namesBefore: string[]}).namesBefore;
      return Object.getOwnPropertyNames(window).filter((name) => !before.includes(name));
    });
    expect(added.filter((name) => name !== 'Firstword' && name !== 'namesBefore' && !name.startsWith('__'))).toEqual(
      [],
    );
    expect(await page.run(() => document.scripts.length)).toBe(2);
    expect(fileCount(page)).toBeGreaterThan(0);
    expect(await page.errors()).toEqual([]);
    expect(await ownLines(page)).toEqual([]);
  });

  test.skipIf(missing)('hear each time that the chat is opened, and of no other event of that name', async () => {
    const page = await openPage('data-analytics="posthog"');
    await openChat(page);
    await toldCount(page, 1);
    await page.press('Escape');
    await page.waitFor(() => !document.querySelector('firstword-chat')?.hasAttribute('open'));
    await openChat(page);
    await toldCount(page, 2);
    await page.run(() => window.dispatchEvent(new CustomEvent('firstword:open', {detail: {}})));
    await page.run(() => (window as unknown as {Firstword: {destroy(): void}}).Firstword.destroy());
    expect((await noted(page)).told.map(([, event]) => event)).toEqual(['firstword_open', 'firstword_open']);
  });

  test.skipIf(missing)('hear of a turn that the visitor leaves', async () => {
    const page = await openPage('data-analytics="posthog"');
    gate = createGate();
    await openChat(page);
    await toldCount(page, 1);
    await ask(page, QUESTION);
    await firstWords(page);
    await page.goto(`${stage.url}/help`);
    await waitUntil(
      () => reported.length === 2,
      () => 'the turn to be told',
    );
    gate.open();
    expect(reported[1]).toMatchObject({name: 'firstword_turn', parameters: {source: 'model'}});
    // whether the page is kept for going back is the engine's affair
    expect(['open', 'abandoned']).toContain(reported[1]?.parameters['outcome']);
    expect(reported[1]?.parameters['waited_ms']).toBeGreaterThan(0);
    expect(reported[1]?.parameters).not.toHaveProperty('complete_ms');
  });

  test.skipIf(missing)('that come late hear what was told before they came', async () => {
    const page = await openPage('data-analytics="posthog|mixpanel"');
    await openChat(page);
    await toldCount(page, 1);
    await page.run(() => {
      const {told: list} = window as unknown as Noted;
      Object.assign(window, {mixpanel: {track: (...given: unknown[]) => list.push(['mixpanel', ...given])}});
    });
    await toldCount(page, 2);
    expect((await noted(page)).told.map(([target, event]) => [target, event])).toEqual([
      ['posthog', 'firstword_open'],
      ['mixpanel', 'firstword_open'],
    ]);
  });

  test.skipIf(missing)('that throw leave chat and page as they are', async () => {
    const script = `${NOTING} window.analytics = {track() { told.push(['segment']); throw new Error('quota'); }}`;
    const page = await openPage('data-analytics="segment"', {script});
    await openChat(page);
    await ask(page, QUESTION);
    await answerIs(page, 'complete');
    await toldCount(page, 2);
    expect(await page.errors()).toEqual([]);
    expect(await ownLines(page)).toEqual(['[firstword] data-analytics: segment threw: quota']);
  });

  test.skipIf(missing)('wait for the visitor where consent is required', async () => {
    const page = await openPage('data-analytics="posthog" data-consent="required"');
    await openChat(page);
    await ask(page, QUESTION);
    await answerIs(page, 'complete');
    await page.waitFor(() => (window as unknown as Noted).turns.length);
    await page.run(
      () => new Promise<void>((resolve) => (window.requestIdleCallback ?? setTimeout)(() => setTimeout(resolve))),
    );
    expect((await noted(page)).told).toEqual([]);
    await page.run(() =>
      (window as unknown as {Firstword: {consent(answer: string): void}}).Firstword.consent('granted'),
    );
    await toldCount(page, 2);
    expect((await noted(page)).told.map(([, event]) => event)).toEqual(['firstword_open', 'firstword_turn']);
  });

  test.skipIf(missing).each([
    ['without data-analytics', '', ''],
    ['with none', 'data-analytics="none"', ''],
    ['under Global Privacy Control', 'data-analytics="posthog"', 'globalPrivacyControl'],
    ['under Do Not Track', 'data-analytics="posthog"', 'doNotTrack'],
  ])('hear nothing, and nothing is loaded for them, %s', async (_, attributes, signal) => {
    const value = signal === 'doNotTrack' ? "'1'" : 'true';
    const script = `${NOTING} ${signal && `Object.defineProperty(navigator, '${signal}', {value: ${value}})`}`;
    const page = await openPage(attributes, {script});
    await openChat(page);
    await ask(page, QUESTION);
    await answerIs(page, 'complete');
    await page.waitFor(() => (window as unknown as Noted).turns.length);
    await page.waitFor(() =>
      Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=feedback]')),
    );
    expect((await noted(page)).told).toEqual([]);
    expect(fileCount(page)).toBe(0);
  });

  test.skipIf(missing)('hear nothing from a file that was changed on its way, with one line', async () => {
    // on an origin of its own, from which nothing is cached
    const on = await startPages((path, text) => (path.includes('-analytics') ? `window.ran = true;${text}` : text));
    onTestFinished(async () => void (await on.close()));
    const page = await openPage('data-analytics="posthog"', {on});
    await openChat(page);
    await ask(page, QUESTION);
    await answerIs(page, 'complete');
    await waitUntil(
      async () => (await ownLines(page)).length > 0,
      () => 'a line',
    );
    expect(await ownLines(page)).toEqual([expect.stringContaining('firstword-analytics did not load unchanged')]);
    await page.waitFor(() => (window as unknown as Noted).turns.length);
    expect((await noted(page)).told).toEqual([]);
    expect(await page.run(() => 'ran' in window)).toBe(false);
  });
});

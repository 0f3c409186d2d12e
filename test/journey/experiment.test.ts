import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {answerIs, ask, type Stage, startStage, UNHURRIED} from './stage.ts';

const writePage = (experiment: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<body><h1>Shop</h1><script>window.turns = []; addEventListener('firstword:turn', ({detail}) => turns.push(detail))</script>
<script async src="/firstword.js" data-endpoint="/chat" data-experiment='${experiment}' ${UNHURRIED}></script>`;

/** What a test reads of a turn's record. */
interface Told {
  arms?: Record<string, string>;
  prefetch?: {r: string};
}

describe.each(findEngines())('an experiment in $title', ({engine, missing}) => {
  let browser: Borrowed;
  let stage: Stage;
  let experiment = '';
  let hellos = 0;
  let questions: {fw: {arms?: Record<string, string>; contextId?: string}}[] = [];

  beforeAll(async () => {
    if (missing) return;
    stage = await startStage({
      async intercept(request) {
        const {pathname, search} = new URL(request.url);
        if (search.includes('fw=hello')) hellos++;
        if (pathname === '/chat' && request.method === 'POST') questions.push(await request.clone().json());
        if (pathname !== '/page') return undefined;
        return new Response(writePage(experiment), {headers: {'content-type': 'text/html; charset=utf-8'}});
      },
    });
    browser = await borrowBrowser(engine);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** Opens a page with an experiment and asks there; gives the record. */
  async function askIn(declared: string): Promise<{page: Page; told: Told}> {
    experiment = declared;
    hellos = 0;
    questions = [];
    const page = await browser.open(`${stage.url}/page`);
    onTestFinished(() => page.close());
    await page.click('firstword-chat >>> [part~=launcher]');
    await page.waitFor(
      () => document.querySelector('firstword-chat')?.shadowRoot?.activeElement?.getAttribute('part') === 'input',
    );
    await ask(page, 'How long does delivery take?');
    await answerIs(page, 'complete');
    await page.waitFor(() => (window as unknown as {turns: Told[]}).turns.length);
    const told = await page.run(() => {
      const [{arms, prefetch} = {}] = (window as unknown as {turns: Told[]}).turns;
      return {...(arms ? {arms} : {}), ...(prefetch ? {prefetch} : {})};
    });
    return {page, told};
  }

  test.skipIf(missing)('holds a speed feature back on some pages, and tells in which arm a turn was', async () => {
    const {page, told} = await askIn('prefetch:on=0|off=1');
    expect(hellos).toBe(0);
    expect(told.arms).toEqual({prefetch: 'off'});
    expect(questions.map(({fw}) => fw.arms)).toEqual([{prefetch: 'off'}]);
    expect(await page.errors()).toEqual([]);
  });

  test.skipIf(missing)('leaves what is configured as it is in the arm `on`', async () => {
    const {told} = await askIn('prefetch:on=1|off=0');
    expect(hellos).toBe(1);
    expect(told.arms).toEqual({prefetch: 'on'});
    expect(questions[0]?.fw.contextId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.skipIf(missing)('that is declared wrong decides nothing, and says so', async () => {
    const {page, told} = await askIn('{"size": {"big": {"share": 1, "set": {"accent": "red"}}}}');
    expect(told.arms).toBeUndefined();
    expect(hellos).toBe(1);
    const lines = await page.consoleLines();
    expect(lines.filter((line) => line.includes('data-experiment'))).toEqual([
      expect.stringContaining('it cannot set accent, but prefetch, faq, hedge'),
    ]);
  });
});

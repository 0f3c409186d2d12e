import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {BeaconBatch} from '../../src/protocol/index.ts';
import {type Borrowed, borrowBrowser, findEngines, waitUntil} from './drive/index.ts';
import {html, QUESTION, TAG} from './hosts/host-page.ts';
import {answerIs, ask, openByKeyboard, ownLines, type Stage, startStage} from './stage.ts';

/** A page that is slow with one key, wherever it is pressed. */
const SLOW = `<script>
addEventListener('keydown', ({key}) => { const until = performance.now() + (key === 'D' ? 200 : 0); while (performance.now() < until); }, true);
</script>`;

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('the vitals of the page', () => {
    const posted: BeaconBatch[] = [];
    const scripts: string[] = [];
    let stage: Stage;
    let browser: Borrowed;

    beforeAll(async () => {
      browser = await borrowBrowser(engine);
      stage = await startStage({
        async intercept(request) {
          const {pathname} = new URL(request.url);
          if (pathname.endsWith('.js')) scripts.push(pathname);
          if (pathname === '/v1/turns' && request.method === 'POST') posted.push(await request.clone().json());
          if (pathname !== '/page') return undefined;
          const body = html({head: `${SLOW}${TAG} data-rum="/v1/turns"></script>`, body: '<h1>Page</h1>'});
          return new Response(body, {headers: {'content-type': 'text/html'}});
        },
      });
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
    });

    test('are told with its turns, and what of ours made it slow is named in the timeline', async () => {
      const page = await browser.open(`${stage.url}/page`);
      onTestFinished(() => page.close());
      const isLoaded = () => scripts.some((path) => path.startsWith('/firstword-vitals-'));
      await page.waitFor(() => document.readyState === 'complete');
      expect(isLoaded(), 'before the chat was opened').toBe(false);
      await openByKeyboard(page);
      await waitUntil(isLoaded, () => 'the file that measures vitals');
      const hasEvents = await page.run(
        () =>
          PerformanceObserver.supportedEntryTypes.includes('event') &&
          'interactionId' in PerformanceEventTiming.prototype,
      );
      await page.type('Do');
      if (hasEvents) {
        await page.waitFor(() => performance.getEntriesByName('firstword-inp:input').length > 0);
        const [named] = await page.run(() =>
          performance.getEntriesByName('firstword-inp:input').map((each) => each.duration),
        );
        expect(named).toBeGreaterThanOrEqual(200);
      }
      await ask(page, QUESTION.slice(2));
      await answerIs(page, 'complete');
      await waitUntil(
        () => posted.length > 0,
        () => 'a beacon',
      );
      const {vitals} = posted[0]?.page ?? {};
      // what an engine does not measure is absent, not zero
      expect(vitals?.ttfb).toBeGreaterThanOrEqual(0);
      expect(vitals?.fcp).toBeGreaterThan(0);
      if (hasEvents) expect(vitals?.inp).toBeGreaterThanOrEqual(200);
      else expect(vitals).not.toHaveProperty('inp');
      if (engine === 'chromium') expect(vitals).toMatchObject({cls: expect.any(Number)});
      expect(await ownLines(page)).toEqual([]);
      expect(await page.errors()).toEqual([]);
    });
  });
});

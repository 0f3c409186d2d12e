import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {openAloud, openPanel} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {clickOn, focusOn, stands} from './in-chat.ts';

/** How long the page keeps an event of the visitor waiting, in ms. */
const BLOCK_MS = 120;

/** What the page keeps: its turns, the event before whose listeners it is busy, and what it was told of having been so. */
type Seen = Window & {turns: TurnRecord[]; blocked: string; told: string[]};

const HEAD = `<script>
window.turns = []; window.blocked = ''; window.told = [];
addEventListener('firstword:turn', ({detail}) => turns.push(detail));
for (const type of ['keydown', 'click']) addEventListener(type, (event) => {
  if (type !== blocked || (type === 'keydown' && event.key !== 'Enter')) return;
  for (const untilMs = performance.now() + ${BLOCK_MS}; performance.now() < untilMs; );
}, true);
new PerformanceObserver((list) => told.push(...list.getEntries().map(({entryType}) => entryType)))
  .observe({entryTypes: PerformanceObserver.supportedEntryTypes.filter((type) => /^event$|animation/.test(type))});
</script>`;

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a page that is busy when a question is sent', () => {
    let aloud: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      aloud = await openAloud(engine);
    });
    afterAll(() => aloud.close());

    /** Asks by a key or a click, and gives the record of the turn. */
    async function ask(page: Page, {by, blocked}: {by: 'keydown' | 'click'; blocked: boolean}): Promise<TurnRecord> {
      const {speaker} = aloud;
      const count = await page.run(
        (type) => {
          const seen = window as unknown as Seen;
          seen.blocked = type;
          seen.told = [];
          return seen.turns.length;
        },
        blocked ? by : '',
      );
      await focusOn(page, 'textarea');
      await page.type('How long?');
      if (by === 'click') await clickOn(page, '[part~=send]');
      else await page.press('Enter');
      await speaker.asked();
      speaker.say('Two days.');
      // browsers tell of it some frames later, and of shorter acts not at all
      const isTold = () =>
        ['event', 'long-animation-frame'].every((type) => (window as unknown as Seen).told.includes(type));
      if (blocked && engine === 'chromium') await page.waitFor(isTold);
      speaker.end();
      await stands(page, 'complete');
      await page.waitFor((known) => (window as unknown as Seen).turns.length > known, count);
      const text = await page.run(() => JSON.stringify((window as unknown as Seen).turns.at(-1)));
      return JSON.parse(text) as TurnRecord;
    }

    test.each(['keydown', 'click'] as const)('has its part in the times that the visitor waited: %s', async (by) => {
      const page = await aloud.open({head: HEAD});
      await openPanel(page);
      const free: TurnRecord[] = [];
      const kept: TurnRecord[] = [];
      for (let at = 0; at < 3; at++) {
        free.push(await ask(page, {by, blocked: false}));
        kept.push(await ask(page, {by, blocked: true}));
      }
      for (const milestone of ['sent', 'echo', 'paint'] as const) {
        const least = (records: TurnRecord[]) => Math.min(...records.map(({t}) => t[milestone] ?? Number.NaN));
        expect(least(kept), milestone).toBeGreaterThanOrEqual(BLOCK_MS - 1);
        // WebKit without a screen has a frame when it likes
        if (milestone === 'sent' || engine !== 'webkit')
          expect(least(kept) - least(free), milestone).toBeGreaterThan(BLOCK_MS / 2);
      }
      if (engine !== 'chromium') return;
      const busyMs = (records: TurnRecord[]) => Math.min(...records.map(({busy = Number.NaN}) => busy));
      expect(busyMs(kept)).toBeGreaterThan(BLOCK_MS / 2);
      expect(busyMs(free)).toBeLessThan(BLOCK_MS / 2);
      for (const {inp} of kept) expect(inp).toBeGreaterThanOrEqual(BLOCK_MS - 8);
    });
  });
});

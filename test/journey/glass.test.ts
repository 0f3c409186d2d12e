import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {askAloud, openAloud, openPanel, phoneOf} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {
  attributeOf,
  clickOn,
  countOf,
  focused,
  focusOn,
  gone,
  inChat,
  isShown,
  shown,
  stands,
  textOf,
  until,
} from './in-chat.ts';

/** What the page was given to copy. */
type Copied = Window & {copied?: string};

const HEAD = `<script>
history.replaceState(null, '', '#firstword-debug');
Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}});
</script>`;

const QUESTION = 'Where is my secret parcel?';
const ANSWER = 'It lies in the hidden cellar.';

/** Counts the requests for the file that only the glass needs. */
const glassRequests = (page: Page) => page.tap().filter(({url}) => url.includes('firstword-glass')).length;

describe.each(findEngines())('$title', ({engine, missing, lacks}) => {
  describe.skipIf(missing)('the latency glass', () => {
    let aloud: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      aloud = await openAloud(engine);
    });
    afterAll(() => aloud.close());

    test('opens, draws a turn as it goes and when it has ended, gives a report without its words, and closes', async () => {
      const {speaker} = aloud;
      const page = await aloud.open({
        head: HEAD,
        attributes: 'data-budget="first-token=1ms complete=60s" data-deadline="first=50s"',
      });
      await openPanel(page);
      await shown(page, '.glass');
      expect(glassRequests(page)).toBeGreaterThan(0);
      expect(await textOf(page, '.glass .inside')).toContain('Ask something');
      await askAloud(page, speaker, QUESTION);
      await until(() => textOf(page, '.glass .turn')).toContain('on its way');
      speaker.say(ANSWER);
      await until(() => textOf(page, '.glass .instants')).toContain('first word shown');
      speaker.end();
      await stands(page, 'complete');
      await until(() => attributeOf(page, '.glass .turn', 'data-outcome')).toBe('complete');
      expect(await countOf(page, '.glass .turn')).toBe(1);
      expect(await textOf(page, '.glass .fix')).toContain('Try: ');
      await clickOn(page, '.glass header button:nth-of-type(2)');
      await until(() => textOf(page, '.glass .said')).toContain('Copied');
      const report = await page.waitFor(() => (window as unknown as Copied).copied);
      const [turn] = (JSON.parse(report) as {turns: {outcome: string; t: object; culprit: string}[]}).turns;
      expect(turn).toMatchObject({
        outcome: 'complete',
        culprit: expect.stringMatching(/\d ms/),
        t: {done: expect.any(Number)},
      });
      const told = report + (await textOf(page, '.glass'));
      for (const word of ['secret', 'parcel', 'hidden', 'cellar']) expect(told).not.toContain(word);
      await focusOn(page, '.glass button');
      await page.press('Escape');
      await gone(page, '.glass');
      expect(await focused(page)).toBe('input');
      expect(await isShown(page, '[part~=panel]')).toBe(true);
    });

    test('is fetched for nobody who did not ask for it, and comes and goes with the address', async () => {
      const page = await aloud.open();
      await openPanel(page);
      await askAloud(page, aloud.speaker);
      aloud.speaker.end();
      await until(() => attributeOf(page, '[part~=answer]', 'data-state')).not.toBe('waiting');
      expect(glassRequests(page)).toBe(0);
      await page.run(() => location.replace('#firstword-debug'));
      await shown(page, '.glass');
      await page.run(() => location.replace('#delivery'));
      await gone(page, '.glass');
    });

    test('is a sheet on a phone that leaves the composer free and can be folded', async () => {
      const page = await aloud.open({head: HEAD}, phoneOf(lacks));
      await openPanel(page);
      await shown(page, '.glass');
      const layout = () =>
        inChat(page, '.glass, [part~=composer]', (found) => {
          const [glass, composer] = found
            .map((each) => ({isGlass: each.matches('.glass'), box: each.getBoundingClientRect()}))
            .sort((a, b) => Number(b.isGlass) - Number(a.isGlass));
          return {
            share: (glass?.box.height ?? 0) / innerHeight,
            apart: (glass?.box.top ?? 0) - (composer?.box.bottom ?? Number.NaN),
          };
        });
      await until(async () => (await layout()).apart).toBeGreaterThanOrEqual(0);
      expect((await layout()).share).toBeLessThanOrEqual(0.41);
      await clickOn(page, '.glass header button');
      await until(async () => (await layout()).share).toBeLessThan(0.1);
      await until(async () => (await layout()).apart).toBeGreaterThanOrEqual(0);
      expect(await attributeOf(page, '.glass header button:first-of-type', 'aria-expanded')).toBe('false');
    });

    test('has switches that hold for the turns from then on', async () => {
      const page = await aloud.open({head: HEAD});
      await openPanel(page);
      await shown(page, '.glass [role=switch]');
      expect(await attributeOf(page, '.glass [role=switch]', 'aria-checked')).toBe('true');
      await clickOn(page, '.glass [role=switch]');
      await until(() => inChat(page, '.glass [role=switch]', ([first]) => first?.ariaChecked)).toBe('false');
    });
  });
});

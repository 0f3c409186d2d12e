import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {openAloud, openPanel} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {
  attributeOf,
  clickOn,
  countOf,
  focused,
  focusOn,
  gone,
  shown,
  textOf,
  textsOf,
  until,
  written,
} from './in-chat.ts';

const PACK = {
  version: '2026-11-20',
  language: 'en',
  entries: [
    {
      id: 'returns',
      question: 'How long do I have to return an item?',
      variants: ['what is your return policy', 'can i send it back', 'how many days for a return', 'return period'],
      answer: 'You have **30 days** from the day it arrived.',
      links: [{url: '/returns', title: 'Returns'}],
    },
    {
      id: 'paypal',
      question: 'Do you take PayPal?',
      variants: ['can i pay with paypal', 'paypal', 'is paypal possible', 'pay by paypal'],
      answer: 'Yes, at no extra cost.',
    },
    {id: 'pickup', question: 'Can I pick it up?', answer: 'Yes, in Leipzig.', expiresAt: '2020-01-01'},
  ],
  negatives: ['Where is my return?'],
};

/** What the page keeps of its events. */
type Seen = Window & {turns: TurnRecord[]; told: string[]};

const WATCH = `<script>
window.turns = []; window.told = [];
addEventListener('firstword:turn', ({detail}) => turns.push(detail));
for (const name of ['send', 'faq', 'firsttoken', 'complete']) addEventListener('firstword:' + name, () => told.push(name));
</script>`;

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a question of the FAQ', () => {
    let aloud: Awaited<ReturnType<typeof openAloud>>;
    let asked: string[] = [];
    beforeAll(async () => {
      aloud = await openAloud(engine, {
        intercept(request) {
          const {pathname} = new URL(request.url);
          if (pathname !== '/faq.json') return undefined;
          asked.push(request.headers.get('if-none-match') ?? '');
          const isKnown = request.headers.get('if-none-match') === '"1"';
          const headers = {'content-type': 'application/json', etag: '"1"', 'cache-control': 'no-cache'};
          return isKnown ? new Response(null, {status: 304, headers}) : Response.json(PACK, {headers});
        },
      });
    });
    afterAll(() => aloud.close());

    async function open(attributes = ''): Promise<Page> {
      asked = [];
      const page = await aloud.open({attributes: `data-faq="/faq.json" ${attributes}`, head: WATCH});
      expect(asked).toEqual([]);
      await openPanel(page);
      // it is there once it suggests
      await focusOn(page, 'textarea');
      await page.type('return');
      await shown(page, '.foreseen');
      for (let at = 0; at < 6; at++) await page.press('Backspace');
      await gone(page, '.foreseen');
      return page;
    }

    const turns = (page: Page) => page.run(() => (window as unknown as Seen).turns);
    async function turn(page: Page, count: number): Promise<TurnRecord> {
      await page.waitFor((count) => (window as unknown as Seen).turns.length >= count, count);
      return (await turns(page)).at(-1) as TurnRecord; // waited for
    }

    test('is answered at once without a request, says where that comes from, and goes to the model when it was another', async () => {
      const page = await open();
      const before = aloud.speaker.questions.length;
      await page.type('what is your return policy?');
      await page.press('Enter');
      await until(() => textsOf(page, '[part~=answer] .text')).toEqual(['You have 30 days from the day it arrived.']);
      expect(await textOf(page, '[part~=answer] strong')).toBe('30 days');
      await shown(page, '.stored');
      expect(await textOf(page, '.stored span')).toBe('Stored answer from our FAQ, Nov 20, 2026');
      expect(await textsOf(page, 'a[part=source]')).toEqual(['Returns']);
      expect(await attributeOf(page, '[part~=answer]', 'data-source')).toBe('faq');
      expect(aloud.speaker.questions.length).toBe(before);
      const {source, cache, outcome, t, proto: _, ...rest} = await turn(page, 1);
      expect({source, outcome, hit: cache?.hit, at: cache?.at}).toEqual({
        ...{source: 'faq', outcome: 'complete', hit: 'exact', at: 'browser'},
      });
      expect(JSON.stringify(rest)).not.toMatch(/return|policy|30 days/);
      const {echo = 0, token = -1, paint = 0, done = 0} = t;
      expect(token).toBeLessThanOrEqual(paint);
      expect(echo).toBe(paint);
      expect(paint).toBeLessThanOrEqual(done);
      expect(await page.run(() => (window as unknown as Seen).told)).toEqual(['send', 'faq', 'firsttoken', 'complete']);

      await clickOn(page, '.stored button');
      await aloud.speaker.asked();
      expect(aloud.speaker.questions.at(-1)?.messages.at(-1)?.content).toBe('what is your return policy?');
      expect(await focused(page)).toBe('input');
      aloud.speaker.say('Do you mean the goods?');
      aloud.speaker.end();
      await until(() => textsOf(page, '[part~=answer] .text')).toEqual(['Do you mean the goods?']);
      const second = await turn(page, 2);
      expect(second).toMatchObject({source: 'model', again: 'rejected'});
      expect(second.cache).toBeUndefined();

      // and does so when it is asked again
      await page.type('What is your return policy');
      await page.press('Enter');
      await aloud.speaker.asked();
      aloud.speaker.say('As I said.');
      aloud.speaker.end();
      expect(await turn(page, 3)).toMatchObject({source: 'model', cache: {hit: 'none', at: 'browser'}});
    });

    test('is offered to who writes, and no key is taken from them', async () => {
      const page = await open();
      await page.type('how long do i have to ret');
      await shown(page, '.foreseen');
      expect((await textsOf(page, '.foreseen button'))[0]).toBe('How long do I have to return an item?');
      await page.press('ArrowUp');
      expect(await focused(page)).toBe('suggestion');
      await page.press('Escape');
      expect(await focused(page)).toBe('input');
      await gone(page, '.foreseen');
      expect(await written(page)).toBe('how long do i have to ret');
      await page.type('u');
      await shown(page, '.foreseen');
      await page.press('ArrowUp');
      await page.press('ArrowDown');
      expect(await focused(page)).toBe('input');
      // Enter sends what is written, and nothing else
      await page.press('Enter');
      await until(() => countOf(page, '[part~=question]')).toBe(1);
      expect(await textOf(page, '[part~=question]')).toContain('how long do i have to retu');

      await until(() => written(page)).toBe('');
      await page.type('do you ta');
      await shown(page, '.foreseen');
      await clickOn(page, '.foreseen li:first-child button');
      await until(() => textsOf(page, '[part~=answer] .text').then((all) => all.at(-1))).toBe('Yes, at no extra cost.');
      expect(await written(page)).toBe('');
    });

    test('that is known to have no answer goes to the model', async () => {
      const page = await open();
      for (const question of ['Where is my return?', 'Can I pick it up?']) {
        await page.type(question);
        await page.press('Enter');
        await aloud.speaker.asked();
        aloud.speaker.say('I will look.');
        aloud.speaker.end();
        await until(() => textsOf(page, '[part~=answer] .text').then((all) => all.at(-1))).toBe('I will look.');
      }
    });
  });
});

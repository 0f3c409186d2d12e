import {readFileSync} from 'node:fs';
import type {AxeResults, RunOptions} from 'axe-core';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {askAloud, openAloud, openPanel} from './aloud.ts';
import {findEngines, type Page} from './drive/index.ts';
import {clickOn, focusOn, inChat, shown, stands} from './in-chat.ts';

/** The levels that are promised, and what axe holds to be good besides. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** axe itself, as a page's own script. */
const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

const RICH = `# How long

It is **thirty** nights, see [the rules](https://a.example/rules). ~~Not~~ \`code\`

- [x] Beds
- Pillows

> Quoted

\`\`\`js
const nights = 30; // ${'wide '.repeat(40)}
\`\`\`

| a | b |
|---|---|
| ${'wide'.repeat(40)} | 2 |
`;

const FAQ = {
  entries: [{id: 'paypal', question: 'Do you take PayPal?', answer: 'Yes.', links: [{url: '/help', title: 'Help'}]}],
};

/** The looks in which every state is looked at: all in one engine, one in the others, as what axe reads is the same. */
const LOOKS = [
  ['light', 'ltr'],
  ['light', 'rtl'],
  ['dark', 'ltr'],
  ['dark', 'rtl'],
] as const;

/** Says what axe finds, in the page and in every open shadow root of it. */
async function violations(page: Page): Promise<string[]> {
  await page.run((source) => {
    if (!('axe' in window))
      document.head.append(Object.assign(document.createElement('script'), {textContent: source}));
  }, AXE);
  const {found, ours} = await page.run(
    async (tags) => {
      const {axe} = window as unknown as {axe: {run(options: RunOptions): Promise<AxeResults>}};
      const {violations, passes} = await axe.run({runOnly: [...tags]});
      return {
        ours: passes.flatMap(({nodes}) => nodes).filter(({target}) => `${target}`.includes('firstword-chat')).length,
        found: violations.flatMap(({id, nodes}) =>
          nodes.map(({target, failureSummary}) => `${id} ${target}: ${failureSummary}`),
        ),
      };
    },
    [...TAGS],
  );
  expect(ours).toBeGreaterThan(0); // it does look inside
  return found;
}

describe.each(findEngines())('axe in $title', ({engine, missing}) => {
  describe.skipIf(missing)('rule 16', () => {
    let stage: Awaited<ReturnType<typeof openAloud>>;
    beforeAll(async () => {
      stage = await openAloud(engine, {
        intercept: (request) => (request.url.endsWith('/faq.json') ? Response.json(FAQ) : undefined),
      });
    });
    afterAll(() => stage.close());
    afterEach(() => stage.speaker.end());

    test.each(engine === 'chromium' ? LOOKS : LOOKS.slice(0, 1))(
      'finds nothing in any state, %s and %s',
      async (theme, dir) => {
        // without movement, so that no colour is caught halfway
        const page = await stage.open(
          {
            dir,
            attributes: `data-suggestions="One|Two" data-disclaimer="May be wrong." data-faq="/faq.json" data-language="${dir === 'rtl' ? 'ar' : 'en'}"`,
          },
          {dark: theme === 'dark', reducedMotion: true},
        );
        const states: Record<string, string[]> = {};
        states['closed'] = await violations(page);
        await openPanel(page);
        states['open'] = await violations(page);
        await askAloud(page, stage.speaker);
        await shown(page, '.dots');
        states['waiting'] = await violations(page);
        stage.speaker.say(`${RICH}\nAnd`);
        await stands(page, 'streaming');
        await shown(page, '.text table[tabindex]'); // once the browser has laid it out
        states['streaming'] = await violations(page);
        stage.speaker.end();
        await stands(page, 'complete');
        await shown(page, '.text pre[tabindex]');
        await clickOn(page, '[part~=feedback] ~ [part~=feedback]');
        await clickOn(page, '.menu > button');
        await shown(page, '.items');
        states['done'] = await violations(page);
        await focusOn(page, '.text a');
        await page.press('Enter');
        await shown(page, '.leave');
        states['leaving'] = await violations(page);
        stage.speaker.refuse();
        await focusOn(page, 'textarea');
        await page.type('And then?');
        await page.press('Enter');
        await stands(page, 'failed');
        states['error'] = await violations(page);
        await page.goOffline();
        await shown(page, '.banner');
        states['offline'] = await violations(page);
        await page.goOnline();
        await focusOn(page, 'textarea');
        await page.type('paypal');
        await shown(page, '.foreseen');
        states['foreseen'] = await violations(page);
        await clickOn(page, '.foreseen button');
        await shown(page, '.stored');
        states['stored'] = await violations(page);
        await page.run(() => location.replace('#firstword-debug'));
        await shown(page, '.glass .turn, .glass .inside > p');
        states['glass'] = await violations(page);
        expect(states).toEqual(Object.fromEntries(Object.keys(states).map((state) => [state, []])));
      },
    );

    test('does find what is wrong', async () => {
      const page = await stage.open();
      await openPanel(page);
      await inChat(page, '[part~=close]', ([button]) => button?.removeAttribute('aria-label'));
      expect((await violations(page)).map((line) => line.split(' ')[0])).toEqual(['button-name']);
    });
  });
});

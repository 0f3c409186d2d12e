import {AxeBuilder} from '@axe-core/playwright';
import type {Page as Tab} from 'playwright-core';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {askAloud, found, openAloud, openPanel, stands} from './aloud.ts';

const missing = typeof found === 'string' ? found : undefined;

/** The levels that are promised, and what axe holds to be good besides. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

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

describe.skipIf(missing)(`axe${missing ? ` is skipped: ${missing}` : ''}`, () => {
  let stage: Awaited<ReturnType<typeof openAloud>>;
  beforeAll(async () => {
    stage = await openAloud();
  });
  afterAll(() => stage.close());
  afterEach(() => stage.speaker.end());

  /** Says what axe finds, in the page and in every open shadow root of it. */
  async function violations(tab: Tab): Promise<string[]> {
    const {violations, passes} = await new AxeBuilder({page: tab}).withTags(TAGS).analyze();
    const ours = passes.flatMap(({nodes}) => nodes).filter(({target}) => `${target}`.includes('firstword-chat'));
    expect(ours.length).toBeGreaterThan(0); // it does look inside
    return violations.flatMap(({id, nodes}) =>
      nodes.map(({target, failureSummary}) => `${id} ${target}: ${failureSummary}`),
    );
  }

  test.each([
    ['light', 'ltr'],
    ['light', 'rtl'],
    ['dark', 'ltr'],
    ['dark', 'rtl'],
  ] as const)('rule 16: finds nothing in any state, %s and %s', async (colorScheme, dir) => {
    // without movement, so that no colour is caught halfway
    const tab = await stage.open(
      {
        dir,
        attributes: `data-suggestions="One|Two" data-disclaimer="May be wrong." data-language="${dir === 'rtl' ? 'ar' : 'en'}"`,
      },
      {colorScheme, reducedMotion: 'reduce'},
    );
    const states: Record<string, string[]> = {};
    states['closed'] = await violations(tab);
    await openPanel(tab);
    states['open'] = await violations(tab);
    await askAloud(tab, stage.speaker);
    await tab.locator('.dots').waitFor();
    states['waiting'] = await violations(tab);
    stage.speaker.say(`${RICH}\nAnd`);
    await stands(tab, 'streaming');
    states['streaming'] = await violations(tab);
    stage.speaker.end();
    await stands(tab, 'complete');
    await tab.locator('.text pre[tabindex]').waitFor();
    await tab.locator('[part~=feedback]').last().click();
    await tab.locator('.menu > button').click();
    await tab.locator('.items').waitFor();
    states['done'] = await violations(tab);
    await tab.locator('.text a').first().click();
    await tab.locator('.leave').waitFor();
    states['leaving'] = await violations(tab);
    stage.speaker.refuse();
    await tab.locator('textarea').fill('And then?');
    await tab.keyboard.press('Enter');
    await stands(tab, 'failed');
    states['error'] = await violations(tab);
    await tab.context().setOffline(true);
    await tab.locator('.banner').waitFor();
    states['offline'] = await violations(tab);
    expect(states).toEqual(Object.fromEntries(Object.keys(states).map((state) => [state, []])));
  });

  test('does find what is wrong', async () => {
    const tab = await stage.open();
    await openPanel(tab);
    await tab.locator('[part~=close]').evaluate((button) => button.removeAttribute('aria-label'));
    expect((await violations(tab)).map((line) => line.split(' ')[0])).toEqual(['button-name']);
  });
});

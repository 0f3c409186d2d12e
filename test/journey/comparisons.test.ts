import {expect, onTestFinished, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {createChance} from '../collector/simulated.ts';
import {borrowBrowser} from './drive/index.ts';
import {startStage} from './stage.ts';

/** So few posts hold as many turns and tasks as are compared in a thread of its own. */
const PAGE_COUNT = 250;

/** Turns of a page. */
const TURN_COUNT = 8;

/** Turns of a page, two for each need, in an arm whose first words come sooner and that is asked twice more often. */
function turnsOf(page: number, chance: ReturnType<typeof createChance>): TurnRecord[] {
  const isOn = page % 2 === 1;
  return Array.from({length: TURN_COUNT}, (_, index) => {
    const n = index + 1;
    const paint = chance.time(isOn ? 500 : 900, 0.4);
    const hasLeft = chance.share() < 0.1;
    return {
      id: (TURN_COUNT * page + n).toString(16).padStart(32, '0'),
      rev: 1,
      final: true,
      n,
      task: isOn ? Math.ceil(n / 2) : n,
      age: 100_000 - 10_000 * n,
      route: isOn ? 'fast' : 'powerful',
      arms: {route: isOn ? 'on' : 'off'},
      budget: {token: 1500, done: 8000},
      ...(n === 1 ? {cold: true} : {}),
      ...(hasLeft
        ? {outcome: 'abandoned', left: 'pagehide', waited: paint / 2, t: {sent: 1}}
        : {outcome: 'complete', source: 'model', t: {sent: 1, token: paint, paint, done: paint + 700}}),
    };
  });
}

test('the dashboard compares arms, tasks and cold starts, says when, and decides nothing that was not planned', async () => {
  const stage = await startStage();
  onTestFinished(async () => void (await stage.close()));
  const chance = createChance(31);
  const posts = Array.from({length: PAGE_COUNT}, (_, page) =>
    fetch(`${stage.url}/v1/turns`, {
      method: 'POST',
      body: JSON.stringify({
        v: 1,
        site: 'shop',
        page: {id: page.toString(16).padStart(16, '0'), route: '/checkout'},
        turns: turnsOf(page, chance),
      }),
    }),
  );
  expect((await Promise.all(posts)).filter(({status}) => status !== 200)).toEqual([]);

  const browser = await borrowBrowser('chromium');
  onTestFinished(() => browser.close());
  const dashboard = await browser.open(`${stage.url}/dashboard/`);
  for (const id of ['arms', 'tasks', 'leaving', 'cold']) {
    await dashboard.waitFor((name) => document.querySelector(`section[aria-labelledby="${name}"] table`) !== null, id);
  }
  const textOf = (id: string) =>
    dashboard.run((name) => document.querySelector(`section[aria-labelledby="${name}"]`)?.textContent ?? '', id);
  const arms = await textOf('arms');
  expect(arms).toMatch(/^Experimentscomputed at \d\d:\d\d:\d\d/);
  expect(arms).toContain('Not decided yet: the collector was not told how many turns are planned');
  expect(arms).not.toMatch(/better|worse|winner/);
  expect(await textOf('tasks')).toMatch(/route=off.+route=on/s);
  expect(await textOf('cold')).toContain('first of a server process');
  // nothing of the days before: drift has nothing to tell
  expect(await textOf('drift')).toBe('');
  expect(await dashboard.errors()).toEqual([]);
});

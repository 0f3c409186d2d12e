import {readFileSync} from 'node:fs';
import type {AxeResults, RunOptions} from 'axe-core';
import {expect, onTestFinished, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {borrowBrowser, type Page} from './drive/index.ts';
import {startStage} from './stage.ts';

const TOKEN = 'a-token-of-24-characters';
const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

/** Says what axe finds on the page. */
async function violations(page: Page): Promise<string[]> {
  await page.run((source) => {
    if (!('axe' in window))
      document.head.append(Object.assign(document.createElement('script'), {textContent: source}));
  }, AXE);
  return page.run(async () => {
    const {axe} = window as unknown as {axe: {run(options: RunOptions): Promise<AxeResults>}}; // its own script
    const found = (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}))
      .violations;
    return found.flatMap(({id, nodes}) =>
      nodes.map(({target, failureSummary}) => `${id} ${target}: ${failureSummary}`),
    );
  });
}

async function openStage(readTokens: readonly string[] = []) {
  const stage = await startStage({readTokens});
  onTestFinished(async () => void (await stage.close()));
  const browser = await borrowBrowser('chromium');
  onTestFinished(() => browser.close());
  let number = 0;
  const post = async (count: number, change: Partial<TurnRecord>) => {
    const turns = Array.from({length: count}, () => ({
      ...{id: (number++).toString(16).padStart(32, '0'), rev: 1, final: true, age: 1000, outcome: 'complete'},
      ...{source: 'model', t: {paint: 600, done: 2000}, budget: {token: 3000, done: 8000}},
      ...change,
    }));
    const body = JSON.stringify({v: 1, site: 'shop', page: {id: '9f3c1a5b7d2e4f60', route: '/checkout'}, turns});
    expect((await fetch(`${stage.url}/v1/turns`, {method: 'POST', body})).status).toBe(200);
  };
  return {stage, browser, post};
}

const words = (page: Page) => page.run(() => document.body.textContent.replace(/\s+/g, ' '));
const kept = (page: Page) => page.run(() => sessionStorage.getItem('firstword-read-token'));

test('the dashboard asks for a token, says why one is refused, keeps one that is good for the tab, and forgets it', async () => {
  const {stage, browser, post} = await openStage([TOKEN]);
  await post(1, {});
  const page = await browser.open(`${stage.url}/dashboard/`);
  await page.waitFor(() => document.activeElement?.id === 'token');
  expect(await words(page)).toContain('A token is needed');
  expect(await violations(page)).toEqual([]);

  await page.type('a-token-of-24-characterz\n');
  await page.waitFor(() => document.querySelector('[role=alert]')?.textContent.includes('does not know that token'));
  expect(await kept(page)).toBeNull();
  expect(await words(page)).not.toContain('Time to first word');

  await page.run(() => document.querySelector<HTMLInputElement>('#token')?.select());
  await page.type(`${TOKEN}\n`);
  await page.waitFor(() => document.body.textContent.includes('Time to first word'));
  await page.waitFor(() => document.querySelector('.budgets'));
  expect(await kept(page)).toBe(TOKEN);
  expect(await page.run(() => location.href)).not.toContain(TOKEN);
  expect(await page.run(() => JSON.stringify({...localStorage}) + document.cookie)).not.toContain(TOKEN);
  await page.reload();
  await page.waitFor(() => document.body.textContent.includes('Time to first word'));

  await page.run(() =>
    [...document.querySelectorAll('button')].find(({textContent}) => /Forget/.test(textContent))?.click(),
  );
  await page.waitFor(() => document.querySelector('#token'));
  expect(await kept(page)).toBeNull();
  expect(await words(page)).not.toContain('Time to first word');
  await page.reload();
  await page.waitFor(() => document.querySelector('#token'));
  expect(await page.errors()).toEqual([]);
});

test('budgets stand with their verdicts, what fires first, and the share of lesser answers beside what a deadline cut', async () => {
  const {stage, browser, post} = await openStage();
  const stages: TurnRecord['stages'] = [{s: 'tools', ms: 1900, b: 800, st: 'timeout'}];
  const fallback: TurnRecord['fallback'] = {why: 'deadline-token', kind: 'faq'};
  for (let at = 0; at < 5; at++) {
    await post(16, {stages: [{s: 'model', ms: 500, b: 1500}], route: 'fast'});
    await post(4, {stages, outcome: 'fallback', source: 'fallback', fallback, route: 'powerful'});
  }
  const page = await browser.open(`${stage.url}/dashboard/`);
  await page.waitFor(() => document.querySelectorAll('.budgets tbody tr').length === 4);
  const rows = await page.run(() =>
    [...document.querySelectorAll('.budgets tbody tr')].map((row) =>
      [...row.children].map(({textContent}) => textContent.replace(/\s+/g, ' ').trim()),
    ),
  );
  const row = (name: string) => rows.find(([first]) => first?.startsWith(name)) ?? [];
  expect(row('first-token').slice(0, 2).join(' ')).toMatch(/^first-token P95 within 3 s missed ?burns since /);
  expect(row('first-token')[3]).toMatch(/^20 %/);
  expect(row('model').slice(0, 2).join(' ')).toMatch(/^model stage ?P95 within 1\.5 s attained/);
  expect(row('tools')[1]).toMatch(/^n too small/);
  expect(row('tools')[4]).toMatch(/^100 %.*20 turns$/);
  expect(row('tools')[7]).toBe('20');
  expect(await violations(page)).toEqual([]);
  expect(await page.errors()).toEqual([]);
});

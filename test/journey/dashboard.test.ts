import {expect, onTestFinished, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {borrowBrowser} from './drive/index.ts';
import {answerIs, ask, openByKeyboard, startStage} from './stage.ts';

test('the dashboard shows a turn of the shop as it comes in, and no figure that too few turns carry', async () => {
  const stage = await startStage();
  onTestFinished(async () => void (await stage.close()));
  const browser = await borrowBrowser('chromium');
  onTestFinished(() => browser.close());
  const dashboard = await browser.open(`${stage.url}/dashboard/`);
  await dashboard.waitFor(() => document.body.textContent.includes('No turns yet'));

  const shop = await browser.open(`${stage.url}/checkout`);
  await openByKeyboard(shop);
  await ask(shop, 'Do you take PayPal?');
  await answerIs(shop, 'complete');
  await dashboard.show();
  await dashboard.waitFor(() => /n too small \(n=1, needs 3688\)/.test(document.body.textContent));
  expect(await dashboard.run(() => document.body.textContent)).not.toMatch(/PayPal/);
  expect(await dashboard.errors()).toEqual([]);
});

test('the dashboard says what the FAQ in the page answered at once, once it was asked', async () => {
  const stage = await startStage();
  onTestFinished(async () => void (await stage.close()));
  const browser = await borrowBrowser('chromium');
  onTestFinished(() => browser.close());
  const post = async (number: number, more: Partial<TurnRecord>) => {
    const id = number.toString(16).padStart(32, '0');
    const turn = {
      id,
      rev: 1,
      final: true,
      n: number,
      age: 1000,
      outcome: 'complete',
      t: {paint: 20, done: 30},
      ...more,
    };
    const page = {id: '9f3c1a5b7d2e4f60'};
    const body = JSON.stringify({v: 1, site: 'shop', page, turns: [turn]});
    expect((await fetch(`${stage.url}/v1/turns`, {method: 'POST', body})).status).toBe(200);
  };
  await post(1, {source: 'model'});
  const dashboard = await browser.open(`${stage.url}/dashboard/`);
  await dashboard.waitFor(() => document.body.textContent.includes('Latest turns'));
  expect(await dashboard.run(() => document.body.textContent)).not.toContain('Answered at once');

  await post(2, {source: 'faq', cache: {hit: 'exact', at: 'browser', ms: 2}});
  await post(3, {source: 'faq', cache: {hit: 'semantic', at: 'browser', ms: 2}, fb: 'wrong'});
  const shares = () => [...document.querySelectorAll('.facts-instant .value')].map((value) => value.textContent);
  await dashboard.waitFor(() => /\(2\); the last share/.test(document.body.textContent));
  expect((await dashboard.run(shares)).map((share) => share?.replace('\u202f', ' '))).toEqual([
    '50 %',
    'at least 50 %',
    '100 %',
    'at most 50 %',
    'at most 50 %',
  ]);
  expect(await dashboard.errors()).toEqual([]);
});

import {expect, onTestFinished, test} from 'vitest';
import {openBrowser} from './drive/index.ts';
import {answerIs, ask, openByKeyboard, startStage} from './stage.ts';

test('the dashboard shows a turn of the shop as it comes in, and no figure that too few turns carry', async () => {
  const stage = await startStage();
  onTestFinished(async () => void (await stage.close()));
  const browser = await openBrowser('chromium');
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

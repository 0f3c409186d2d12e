// npm run pictures: the pictures of the README, made from the built files by the demo's simulated model.
import {mkdir} from 'node:fs/promises';
import {createSimulatedModel} from 'firstword/server';
import {openBrowser} from './drive/index.ts';
import {answerIs, ask, knowledge, openByKeyboard, panelReady, startStage} from './stage.ts';

const FOLDER = 'demo/pictures';

const stage = await startStage({model: createSimulatedModel({knowledge, seed: 1})});
const browser = await openBrowser('chromium');
try {
  await mkdir(FOLDER, {recursive: true});
  for (const dark of [false, true]) {
    for (const [device, size] of [
      ['desktop', {width: 1280, height: 800}],
      ['phone', {width: 390, height: 844}],
    ] as const) {
      const name = `${FOLDER}/${device}-${dark ? 'dark' : 'light'}`;
      const page = await browser.open(`${stage.url}/checkout`, {...size, dark});
      await panelReady(page);
      await openByKeyboard(page);
      await ask(page, 'How long can I try a mattress?');
      await answerIs(page, 'complete');
      await ask(page, 'Do you take PayPal?');
      await answerIs(page, 'complete');
      await page.screenshot(`${name}.png`);
      await page.close();
    }
  }
} finally {
  await browser.close();
  await stage.close();
}

// npm run pictures: the pictures of the README, made from the built files by the demo's simulated model, and those that
// test/journey/looks.test.ts compares with.
import {mkdir, writeFile} from 'node:fs/promises';
import {createSimulatedModel} from 'firstword/server';
import {type Layout, readLayout, readLetters} from './compare-pictures.ts';
import {openBrowser} from './drive/index.ts';
import {comeToRest, openScene, PICTURED, SCENES, startScenes} from './scenes.ts';
import {answerIs, ask, knowledge, openByKeyboard, panelReady, startStage} from './stage.ts';

const FOLDER = 'demo/pictures';
const REFERENCES = 'test/journey/pictures';

const stage = await startStage({model: createSimulatedModel({knowledge, seed: 1})});
const scenes = await startScenes();
const browser = await openBrowser('chromium');
try {
  await mkdir(FOLDER, {recursive: true});
  for (const dark of [false, true]) {
    for (const [device, size] of [
      ['desktop', {width: 1280, height: 800}],
      ['phone', {width: 390, height: 844}],
    ] as const) {
      const name = `${FOLDER}/${device}-${dark ? 'dark' : 'light'}`;
      const page = await browser.open(`${stage.url}/checkout`, {...size, dark, reducedMotion: true});
      await panelReady(page);
      await openByKeyboard(page);
      await ask(page, 'How long can I try a mattress?');
      await answerIs(page, 'complete');
      await ask(page, 'Do you take PayPal?');
      await answerIs(page, 'complete');
      await comeToRest(page);
      await page.screenshot(`${name}.png`);
      await page.close();
    }
  }

  await mkdir(REFERENCES, {recursive: true});
  const layouts: Record<string, Layout> = {};
  let letters = '';
  for (const scene of SCENES) {
    const page = await openScene(browser, scenes, scene);
    layouts[scene.name] = await readLayout(page);
    letters = await readLetters(page);
    if (PICTURED.includes(scene.name)) await page.screenshot(`${REFERENCES}/${scene.name}.png`);
    await page.close();
  }
  const lines = Object.entries(layouts).map(([name, layout]) => `${JSON.stringify(name)}: ${JSON.stringify(layout)}`);
  const text = `{"letters": ${JSON.stringify(letters)}, "layouts": {\n${lines.join(',\n')}\n}}\n`;
  await writeFile(`${REFERENCES}/layouts.json`, text);
} finally {
  await browser.close();
  await stage.close();
  await scenes.close();
}

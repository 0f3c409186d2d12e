import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {comparePictures, type Layout, readLayout, readLetters} from './compare-pictures.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {openScene, PICTURED, SCENES, type Scene, startScenes} from './scenes.ts';
import type {Stage} from './stage.ts';

const REFERENCES = 'test/journey/pictures';
const {letters, layouts} = JSON.parse(readFileSync(`${REFERENCES}/layouts.json`, 'utf8')) as {
  letters: string;
  layouts: Record<string, Layout>;
};

/** The largest share of a picture's blocks that may differ: other corners are over it. */
const MOST_BLOCK_SHARE = 0.002;

/** How far a box may be from where it was, in CSS pixels. */
const MOST_PIXELS = 1;

/** Parts that a site may style. */
const PARTS = [
  ...['launcher', 'panel', 'header', 'title', 'close', 'log', 'message', 'question', 'answer', 'status'],
  ...['suggestions', 'suggestion', 'composer', 'input', 'send', 'stop', 'retry', 'feedback', 'source', 'notice'],
];

const sceneOf = (name: string): Scene => {
  const scene = SCENES.find((each) => each.name === name);
  if (!scene) throw new Error(`no scene ${name}`);
  return scene;
};

describe('the looks', () => {
  let stage: Stage;
  let browser: Borrowed;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'firstword-looks-'));
    stage = await startScenes();
    browser = await borrowBrowser('chromium');
  });
  afterAll(async () => {
    await stage.close();
    await browser.close();
    rmSync(folder, {recursive: true});
  });

  async function open(scene: Scene): Promise<Page> {
    const page = await openScene(browser, stage, scene);
    onTestFinished(() => page.close());
    return page;
  }

  async function shoot(page: Page, name: string): Promise<Buffer> {
    const path = join(folder, `${name}.png`);
    await page.screenshot(path);
    return readFileSync(path);
  }

  test.each(SCENES.map(({name}) => name))('%s: what has a size of its own stands where it stood', async (name) => {
    const page = await open(sceneOf(name));
    const found = await readLayout(page);
    const wanted = layouts[name] ?? {};
    expect(Object.keys(found)).toEqual(Object.keys(wanted));
    for (const [part, box] of Object.entries(wanted)) {
      box.forEach((value, at) => {
        expect(
          Math.abs((found[part]?.[at] ?? Number.NaN) - value),
          `${part}: ${found[part]}, was ${box}`,
        ).toBeLessThanOrEqual(MOST_PIXELS);
      });
    }
    // other fonts draw other pictures: then the boxes are all that can be held
    if (!PICTURED.includes(name) || (await readLetters(page)) !== letters) return;
    const reference = readFileSync(`${REFERENCES}/${name}.png`);
    const {blockShare} = await comparePictures(page, [await shoot(page, name), reference]);
    expect(blockShare, 'npm run pictures makes them anew').toBeLessThanOrEqual(MOST_BLOCK_SHARE);
  });

  test('a picture is told from one with another colour, other corners, or another width', async () => {
    const page = await open(sceneOf('greeting'));
    const before = await shoot(page, 'before');
    expect((await comparePictures(page, [before, await shoot(page, 'same')])).blockShare).toBe(0);
    for (const change of ['--firstword-surface: #f4f4f4', '--firstword-radius: 12px', '--firstword-width: 380px']) {
      await page.run((style) => document.documentElement.setAttribute('style', style), change);
      const {blockShare} = await comparePictures(page, [before, await shoot(page, 'after')]);
      expect(blockShare, change).toBeGreaterThan(MOST_BLOCK_SHARE);
    }
  });
});

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a site', () => {
    let stage: Stage;
    let browser: Borrowed;
    beforeAll(async () => {
      stage = await startScenes();
      browser = await borrowBrowser(engine);
    });
    afterAll(async () => {
      await stage.close();
      await browser.close();
    });

    async function open(scene: Scene): Promise<Page> {
      const page = await openScene(browser, stage, scene);
      onTestFinished(() => page.close());
      return page;
    }

    test('styles every public part', async () => {
      const styled = new Set<string>();
      for (const name of ['greeting', 'waiting', 'done', 'error']) {
        const page = await open(sceneOf(name));
        const found = await page.run((parts) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(parts.map((part) => `firstword-chat::part(${part}) {text-indent: 3px}`).join(''));
          document.adoptedStyleSheets.push(sheet);
          const root = document.querySelector('firstword-chat')?.shadowRoot;
          return parts.filter((part) => {
            const element = root?.querySelector(`[part~=${part}]`);
            return element && getComputedStyle(element).textIndent === '3px';
          });
        }, PARTS);
        for (const part of found) styled.add(part);
      }
      expect([...styled].sort()).toEqual(PARTS.toSorted());
    });

    test('decides by its own properties on colours, corners, letters and size', async () => {
      const page = await open(sceneOf('greeting'));
      const looks = await page.run(() => {
        const properties = {
          accent: 'rgb(1, 2, 3)',
          'on-accent': 'rgb(4, 5, 6)',
          surface: 'rgb(7, 8, 9)',
          text: 'rgb(10, 11, 12)',
          muted: 'rgb(13, 14, 15)',
          radius: '3px',
          font: 'serif',
          width: '300px',
          height: '400px',
        };
        for (const [name, value] of Object.entries(properties)) {
          document.documentElement.style.setProperty(`--firstword-${name}`, value);
        }
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        const styleOf = (part: string) => {
          const element = root?.querySelector(`[part~=${part}]`);
          return element ? getComputedStyle(element) : new CSSStyleDeclaration();
        };
        const panel = styleOf('panel');
        return {
          accent: styleOf('send').backgroundColor,
          'on-accent': styleOf('send').color,
          surface: panel.backgroundColor,
          text: panel.color,
          muted: styleOf('close').color,
          radius: panel.borderStartStartRadius,
          font: panel.fontFamily,
          width: panel.width,
          height: panel.height,
        };
      });
      expect(looks).toEqual({
        accent: 'rgb(1, 2, 3)',
        'on-accent': 'rgb(4, 5, 6)',
        surface: 'rgb(7, 8, 9)',
        text: 'rgb(10, 11, 12)',
        muted: 'rgb(13, 14, 15)',
        radius: '3px',
        font: 'serif',
        width: '300px',
        height: '400px',
      });
    });

    test('has text that reads on any accent', async () => {
      const page = await open(sceneOf('closed'));
      const painted = await page.run(() => {
        const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const launcher = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=launcher]');
        if (!canvas || !launcher) return [];
        const paint = (colour: string) => {
          canvas.fillStyle = colour;
          canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        return ['#ffd400', '#0000ff', '#ff0000', '#ffffff', '#000000', '#00ff00', '#767676'].map((accent) => {
          document.documentElement.style.setProperty('--firstword-accent', accent);
          const {backgroundColor, color} = getComputedStyle(launcher);
          return {accent, surface: paint(backgroundColor), text: paint(color)};
        });
      });
      const [black, white] = [
        [0, 0, 0],
        [255, 255, 255],
      ];
      expect(painted).toEqual([
        {accent: '#ffd400', surface: [255, 212, 0], text: black},
        {accent: '#0000ff', surface: [0, 0, 255], text: white},
        {accent: '#ff0000', surface: [255, 0, 0], text: black},
        {accent: '#ffffff', surface: white, text: black},
        {accent: '#000000', surface: black, text: white},
        {accent: '#00ff00', surface: [0, 255, 0], text: black},
        {accent: '#767676', surface: [118, 118, 118], text: black},
      ]);
    });
  });
});

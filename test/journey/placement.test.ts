import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Browser, findEngines, openBrowser, type Page} from './drive/index.ts';
import {html, ownLines, servePages, TAG} from './hosts/host-page.ts';
import {LAYOUTS, type Layout} from './layouts.ts';
import {panelReady, type Stage, startStage} from './stage.ts';

/** What the page is asked: whether anything of ours lies over what is to stay in sight. */
interface Look {
  /** Whether the launcher, where it would stand by itself, would cover any of it. */
  inTheWay: boolean;
  /** What is covered, at a grid of points, and by which part. */
  covered: string[];
  launcher: {x: number; y: number; width: number; height: number; seen: boolean};
  panel: {x: number; y: number; width: number; height: number} | null;
  view: {width: number; height: number};
  /** Whether the panel leaves the launcher in sight. */
  apart: boolean;
  moving: boolean;
}

/** Looks at the page: every point of what is to stay in sight, where it is in sight. Travels into the page as text. */
function lookAt(selector: string): Look {
  const host = document.querySelector('firstword-chat');
  const root = host?.shadowRoot;
  const launcher = root?.querySelector<HTMLElement>('[part~=launcher]');
  const panel = root?.querySelector<HTMLElement>('[part~=panel]');
  if (!host || !root) throw new Error('no chat');
  const rectOf = (element: Element | null | undefined) => {
    const {x, y, width, height} = element?.getBoundingClientRect() ?? new DOMRect();
    return {x, y, width, height};
  };
  const home = rectOf(host);
  const covered: string[] = [];
  let inTheWay = false;
  for (const element of document.querySelectorAll(selector)) {
    const {x, y, width, height} = rectOf(element);
    inTheWay ||= x < home.x + home.width && home.x < x + width && y < home.y + home.height && home.y < y + height;
    for (let across = 0; across <= 20; across++) {
      for (let down = 0; down <= 20; down++) {
        const [left, top] = [x + 0.5 + ((width - 1) * across) / 20, y + 0.5 + ((height - 1) * down) / 20];
        if (document.elementFromPoint(left, top) !== host) continue;
        covered.push(
          `${element.className || element.localName} by ${root.elementFromPoint(left, top)?.getAttribute('part')}`,
        );
      }
    }
  }
  const own = rectOf(launcher);
  const open = panel && panel.offsetHeight > 0 ? rectOf(panel) : null;
  const apart =
    !open ||
    open.x + open.width <= own.x ||
    own.x + own.width <= open.x ||
    open.y + open.height <= own.y ||
    own.y + own.height <= open.y;
  return {
    inTheWay,
    covered: [...new Set(covered)],
    launcher: {...own, seen: Boolean(launcher?.checkVisibility({visibilityProperty: true}))},
    panel: open,
    apart,
    view: {width: document.documentElement.clientWidth, height: innerHeight},
    moving: (launcher?.getAnimations().length ?? 0) > 0,
  };
}

const within = ({x, y, width, height}: Omit<Look['launcher'], 'seen'>, view: Look['view']) =>
  x >= 0 && y >= 0 && x + width <= view.width + 0.5 && y + height <= view.height + 0.5;

/** Waits until what is needed stands where the launcher would, and nothing is covered; gives what is then to be seen. */
async function clear(page: Page, selector: string): Promise<Look> {
  await page.run((source) => {
    Object.assign(window, {lookAt: new Function(`return ${source}`)()});
  }, String(lookAt));
  await page.waitFor((selector) => {
    const look = (window as unknown as {lookAt: typeof lookAt}).lookAt(selector);
    return look.inTheWay && look.apart && look.covered.length === 0 && !look.moving;
  }, selector);
  return page.run(lookAt, selector);
}

/** Waits until the launcher stands where it would by itself. */
const home = (page: Page) =>
  page.waitFor(() => {
    const host = document.querySelector('firstword-chat');
    const launcher = host?.shadowRoot?.querySelector('[part~=launcher]');
    const [own, wanted] = [launcher?.getBoundingClientRect(), host?.getBoundingClientRect()];
    return own && wanted && own.width > 0 && own.x === wanted.x && own.y === wanted.y;
  });

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('nothing that a visitor needs is covered', () => {
    const pages = new Map<string, string>();
    let stage: Stage;
    let browser: Browser;

    beforeAll(async () => {
      browser = await openBrowser(engine);
      stage = await startStage(servePages(pages));
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
    });

    async function open({size, tag = '', head = '', body, root}: Layout): Promise<Page> {
      pages.set(
        '/shop',
        html({head: `<style>body{margin:0}</style>${head}${TAG} ${tag}></script>`, body, ...(root && {root})}),
      );
      const page = await browser.open(`${stage.url}/shop`, {width: size[0], height: size[1]});
      onTestFinished(async () => {
        expect(await page.errors()).toEqual([]);
        expect(await ownLines(page)).toEqual([]);
        await page.close();
      });
      await panelReady(page);
      return page;
    }

    const layouts = Object.entries(LAYOUTS).filter(([, {everywhere}]) => everywhere || engine === 'chromium');
    test.each(layouts)('%s', async (_, layout) => {
      const {needed, act, leave, isPhone} = layout;
      const page = await open(layout);
      if (act) {
        await home(page);
        await page.run(act);
      }
      const closed = await clear(page, needed);
      expect(closed.launcher.seen).toBe(true);
      expect(closed.launcher.width).toBe(56);
      expect(within(closed.launcher, closed.view), JSON.stringify(closed)).toBe(true);

      await page.click('firstword-chat >>> [part~=launcher]');
      await page.waitFor(() => document.querySelector('firstword-chat')?.hasAttribute('open'));
      if (isPhone) {
        // a screen of its own, by the visitor's own act
        const {panel, view} = await page.run(lookAt, needed);
        expect(panel).toMatchObject({x: 0, y: 0, ...view});
      } else {
        const {panel, view, launcher} = await clear(page, needed);
        if (!panel) throw new Error('no panel');
        expect(panel.height).toBeGreaterThanOrEqual(280);
        expect(within(panel, view), JSON.stringify(panel)).toBe(true);
        expect(launcher.seen).toBe(true);
      }
      await page.click('firstword-chat >>> [part~=close]');
      await clear(page, needed);
      if (!leave) return;
      await page.run(leave);
      await home(page);
    });
  });
});

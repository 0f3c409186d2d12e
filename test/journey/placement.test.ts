import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
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

/** What is counted of a page: what of ours asks for the layout or begins to observe, and how far the page was shifted. */
interface Watched {
  reads: number;
  looks: number;
  shift: number;
}

const WATCH = `const watched = window.watched = {reads: 0, looks: 0, shift: 0};
const {getBoundingClientRect} = Element.prototype;
Element.prototype.getBoundingClientRect = function () { if (this.localName === 'firstword-chat') watched.reads++; return getBoundingClientRect.call(this); };
const {observe} = IntersectionObserver.prototype;
IntersectionObserver.prototype.observe = function (element) { watched.looks++; return observe.call(this, element); };
try { new PerformanceObserver((list) => { for (const {value} of list.getEntries()) watched.shift += value; }).observe({type: 'layout-shift', buffered: true}); } catch {}`;

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
    let browser: Borrowed;

    beforeAll(async () => {
      browser = await borrowBrowser(engine);
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
      if (!tag.includes('data-container')) await panelReady(page);
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
      await page.waitFor(() => {
        const panel = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=panel]');
        return panel instanceof HTMLElement && panel.offsetHeight > 0; // its language comes first
      });
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

    test('where only what pays is left to cover, the launcher is hidden while that is so', async () => {
      const page = await open({size: [1000, 700], body: '<form><button class="all">Pay</button></form>', needed: ''});
      await home(page);
      const style = (css: string) => page.run((css) => document.querySelector('.all')?.setAttribute('style', css), css);
      await style('position:fixed;inset:0;width:100%');
      await page.waitFor(
        () =>
          !document
            .querySelector('firstword-chat')
            ?.shadowRoot?.querySelector('[part~=launcher]')
            ?.checkVisibility({visibilityProperty: true}),
      );
      await style('position:fixed;inset:auto 0 0;width:100%;height:100px');
      await page.waitFor(() =>
        document
          .querySelector('firstword-chat')
          ?.shadowRoot?.querySelector('[part~=launcher]')
          ?.checkVisibility({visibilityProperty: true}),
      );
      await clear(page, '.all');
    });

    test('what the site named is covered where all is named, in the corner that the site chose', async () => {
      const page = await open({
        size: [1000, 700],
        tag: 'data-avoid="body, main"',
        body: '<main style="height:1400px">All of it</main>',
        needed: '',
      });
      await home(page);
      await page.click('firstword-chat >>> [part~=launcher]');
      await page.click('firstword-chat >>> [part~=close]');
    });

    test('what is hidden, without a size or scrolled out of sight in its own box moves nothing', async () => {
      const corner = 'position:fixed;right:0;bottom:0;width:200px;height:100px';
      const page = await open({
        size: [1000, 700],
        body: `<form><button style="${corner};visibility:hidden">1</button><button style="${corner};display:none">2</button><button style="${corner};height:0;width:0;padding:0;border:0;overflow:hidden"></button></form><div style="${corner};overflow:auto"><p style="height:300px">Words</p><form><button class="below" style="width:100%;height:60px">3</button></form></div>`,
        needed: '',
      });
      await home(page);
      await page.run(() => document.querySelector('.below')?.scrollIntoView({block: 'end', behavior: 'instant'}));
      await clear(page, '.below');
    });

    test('inline there is nothing to place', async () => {
      const page = await open({
        size: [1000, 700],
        tag: 'data-container="#here" data-avoid="h1"',
        body: '<h1>Help</h1><div id="here"></div><form><button>Pay</button></form>',
        needed: '',
      });
      await page.waitFor(() =>
        Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=input]')),
      );
      await page.click('firstword-chat >>> [part~=input]');
      const {panel, style} = await page.run(() => {
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        const here = document.querySelector('#here')?.getBoundingClientRect();
        const panel = root?.querySelector('[part~=panel]')?.getBoundingClientRect();
        return {
          panel: panel?.top === here?.top && panel?.width === here?.width,
          style: root?.querySelector('dialog')?.style.getPropertyValue('--_t'),
        };
      });
      expect({panel, style}).toEqual({panel: true, style: ''});
    });

    test('while the page is scrolled or rests nothing is measured, and the page is not shifted', async () => {
      const page = await open({
        size: [1000, 700],
        head: `<script>${WATCH}</script>`,
        body: `${'<p>Something that is read.</p>'.repeat(40)}<div style="text-align:end">${'<form><button class="pay" style="width:300px;height:48px">Pay</button></form>'}</div>${'<p>More.</p>'.repeat(40)}`,
        needed: '',
      });
      await home(page);
      const seen = () => page.run(() => ({...(window as unknown as {watched: Watched}).watched}));
      const frames = (count: number, downPx: number) =>
        page.run(
          async (count, downPx) => {
            for (let frame = 0; frame < count; frame++) {
              if (downPx) scrollBy({top: downPx, behavior: 'instant'});
              await new Promise((done) => requestAnimationFrame(done));
            }
          },
          count,
          downPx,
        );
      await page.waitFor(() => (window as unknown as {watched: Watched}).watched.reads > 0);
      const before = await seen();
      await frames(20, 5);
      const scrolled = await seen();
      expect(scrolled.reads - before.reads, 'at most one measurement, if a frame took very long').toBeLessThanOrEqual(
        2,
      );
      await page.run(() => {
        const {bottom = 0} = document.querySelector('.pay')?.getBoundingClientRect() ?? {};
        scrollBy({top: bottom - innerHeight + 40, behavior: 'instant'});
      });
      await clear(page, '.pay');
      await frames(30, 0);
      const rested = await seen();
      await frames(30, 0);
      expect(await seen()).toEqual(rested);
      expect(rested.shift).toBe(0);
    });
  });
});

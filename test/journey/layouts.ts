/** A page on which something that a visitor needs stands where the launcher would. */
export interface Layout {
  /** Width and height of the viewport, in CSS pixels. */
  size: readonly [width: number, height: number];
  /** Attributes of the script tag. */
  tag?: string;
  head?: string;
  body: string;
  /** Attributes of the root element. */
  root?: string;
  /** A selector of what is to stay in sight. */
  needed: string;
  /** Brings it into the launcher's way; without it, it is there from the beginning. */
  act?: () => void;
  /** Takes it away again. */
  leave?: () => void;
  /** Whether the panel fills the screen there. */
  isPhone?: true;
  /** Whether all engines are asked, and not only Chromium. */
  everywhere?: true;
}

const DESK = [1280, 800] as const;

const style = (css: string) => `<style>${css}</style>`;
const LINES = '<p>Something that is read.</p>'.repeat(20);
const pay = (css: string) => `<form><button class="pay" style="${css}">Pay</button></form>`;

/** A button that pays, in a corner of the screen. */
const corner = (position: string): Layout => ({
  size: DESK,
  tag: `data-position="${position}"`,
  body: `${LINES}${pay(`position:fixed;${position.split('-').join(':10px;')}:10px;width:240px;height:56px`)}`,
  needed: '.pay',
});

/** Layouts as shops have them, by what is said of them. */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  'a bar at the bottom of a phone that stays': {
    size: [390, 700],
    body: `${LINES}<div style="position:sticky;bottom:0;padding:12px;background:#fff">${pay('width:100%;height:52px')}</div>`,
    needed: '.pay',
    isPhone: true,
    everywhere: true,
  },
  'a button that pays, on the bottom right of a desktop': {...corner('bottom-right'), everywhere: true},
  'one on the bottom left': corner('bottom-left'),
  'one on the top right': corner('top-right'),
  'one on the top left': corner('top-left'),
  'a checkout of two columns, of which the site named one': {
    size: DESK,
    tag: 'data-avoid=".summary"',
    head: style('main{display:grid;grid-template-columns:1fr 360px}.summary{height:100vh;position:sticky;top:0}'),
    body: `<main><div>${LINES}${LINES}</div><aside class="summary"><h2>Your order</h2></aside></main>`,
    needed: '.summary',
    everywhere: true,
  },
  'a cookie banner that is answered': {
    size: DESK,
    tag: 'data-avoid=".cookies"',
    body: `${LINES}<div class="cookies" style="position:fixed;inset:auto 0 0;height:180px;background:#fff"><button>Yes</button></div>`,
    needed: '.cookies',
    leave: () => document.querySelector('.cookies')?.remove(),
    everywhere: true,
  },
  'a shop from right to left, with its button on the bottom left': {
    size: DESK,
    root: 'lang="ar" dir="rtl"',
    head: '<script>addEventListener("DOMContentLoaded", () => { document.body.dir = "rtl"; });</script>',
    body: `${LINES}${pay('position:fixed;inset-block-end:16px;inset-inline-end:16px;width:200px;height:48px')}`,
    needed: '.pay',
    everywhere: true,
  },
  'a button that is scrolled into the corner, and out of it': {
    size: DESK,
    body: `${LINES}${LINES}<div style="display:flow-root;text-align:end">${pay('width:300px;height:48px')}</div>${LINES}${LINES}`,
    needed: '.pay',
    act: () => {
      const {bottom = 0} = document.querySelector('.pay')?.getBoundingClientRect() ?? {};
      scrollBy({top: bottom - innerHeight + 40, behavior: 'instant'});
    },
    leave: () => scrollTo({top: 0, behavior: 'instant'}),
    everywhere: true,
  },
  'a button that is scrolled into the corner within a part of the page': {
    size: DESK,
    body: `<div class="part" style="height:100vh;overflow:auto">${LINES}${LINES}<div style="text-align:end">${pay('width:300px;height:48px')}</div>${LINES}${LINES}</div>`,
    needed: '.pay',
    act: () => {
      const {bottom = 0} = document.querySelector('.pay')?.getBoundingClientRect() ?? {};
      document.querySelector('.part')?.scrollBy({top: bottom - innerHeight + 40, behavior: 'instant'});
    },
    leave: () => document.querySelector('.part')?.scrollTo({top: 0, behavior: 'instant'}),
  },
  'a wallet that comes late, and goes': {
    size: DESK,
    body: LINES,
    needed: '.gpay-button',
    act: () => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'gpay-button';
      button.style.cssText = 'position:fixed;inset-block-end:0;inset-inline-end:0;width:50%;height:90px';
      document.body.append(button);
    },
    leave: () => document.querySelector('.gpay-button')?.remove(),
    everywhere: true,
  },
  'a bar that slides in, and out': {
    size: DESK,
    tag: 'data-avoid=".bar"',
    head: style(
      '.bar{position:fixed;inset:auto 0 0;height:120px;translate:0 100%;transition:translate .2s}.in{translate:0}',
    ),
    body: `${LINES}<div class="bar">Pay</div>`,
    needed: '.bar',
    act: () => document.querySelector('.bar')?.classList.add('in'),
    leave: () => document.querySelector('.bar')?.classList.remove('in'),
  },
  'a bar that is shown, and hidden': {
    size: DESK,
    head: style('.bar{position:fixed;inset:auto 0 0;height:100px;visibility:hidden}.in{visibility:visible}'),
    body: `${LINES}<button type="submit" class="bar">Pay</button>`,
    needed: '.bar',
    act: () => document.querySelector('.bar')?.classList.add('in'),
    leave: () => document.querySelector('.bar')?.classList.remove('in'),
  },
  'a bar that grows': {
    size: DESK,
    head: style('.bar{position:fixed;inset:auto 0 0;height:10px}.bar:has(img){height:150px}'),
    tag: 'data-avoid=".bar"',
    body: `${LINES}<div class="bar"></div>`,
    needed: '.bar',
    act: () => document.querySelector('.bar')?.append(document.createElement('img')),
    leave: () => document.querySelector('.bar')?.replaceChildren(),
  },
  'a dialog of the page': {
    size: DESK,
    body: `${LINES}<div style="position:fixed;inset:0;background:#0006"><div style="position:absolute;inset:100px 10px 10px 700px;background:#fff;text-align:end">${LINES.slice(0, 200)}<a href="/checkout" class="go" style="position:absolute;right:20px;bottom:20px;width:200px;height:44px">Go on</a></div></div>`,
    needed: '.go',
  },
  'a very small screen': {
    size: [320, 256],
    body: `${LINES}${pay('position:fixed;bottom:0;left:0;width:100%;height:60px')}`,
    needed: '.pay',
    isPhone: true,
  },
  'a phone that lies on its side': {
    size: [700, 390],
    body: `${LINES}${pay('position:fixed;bottom:8px;right:8px;width:45%;height:52px')}`,
    needed: '.pay',
    isPhone: true,
  },
  'a launcher far from the edges': {
    size: DESK,
    tag: 'data-offset="160px"',
    body: `${LINES}${pay('position:fixed;bottom:130px;right:130px;width:140px;height:100px')}`,
    needed: '.pay',
  },
};

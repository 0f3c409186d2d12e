import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {chatCount, type Hosted, html, ownLines, playTurn, servePages, TAG} from './hosts/host-page.ts';
import {panelReady, type Stage, startStage} from './stage.ts';

/** Style sheets of pages that know nothing of guests. */
const STYLES: Record<string, string> = {
  'resets everything': '* {all: revert !important}',
  'hides what it does not know': 'body *, firstword-chat, html > :not(head, body) {display: none !important}',
  'dresses every button':
    'button, textarea {position: static !important; width: 100% !important; padding: 40px !important; font: 9px fantasy !important; display: none !important}',
  'has a small root font':
    'html {font-size: 62.5%; line-height: 4; letter-spacing: 1em; text-transform: uppercase; cursor: none; user-select: none}',
  'has a huge root font': 'html {font-size: 30px} * {font-size: 2rem !important; box-sizing: content-box !important}',
  'moves its body': 'body {transform: translateX(-40px) scale(0.5); height: 3000px}',
  'filters its body':
    'body {filter: grayscale(1); contain: paint; will-change: transform; overflow: hidden; height: 100px}',
  'zooms its body': 'body {zoom: 1.5; perspective: 100px; opacity: 0.5; pointer-events: none; display: grid}',
};

/** Scripts of pages that changed what everybody stands on, as they did before the widget came. */
const SCRIPTS: Record<string, string> = {
  'an old library that extends everything': `
    Object.prototype.extend = function () { return this; };
    Object.prototype.key = Object.prototype.ref = Object.prototype.kind = Object.prototype.each = Object.prototype.extend;
    Array.prototype.each = Array.prototype.include = function () { return this; };
    Array.prototype.toJSON = function () { return 'polluted'; };
    String.prototype.toJSON = Object.prototype.toJSON = function () { return this; };
    Function.prototype.bind = function () { var own = this, args = [].slice.call(arguments), to = args.shift(); return function () { return own.apply(to, args.concat([].slice.call(arguments))); }; };
    Element.prototype.remove = Element.prototype.hide = function () { this.title = 'hidden'; return this; };
    Element.prototype.append = function (what) { if (typeof what === 'string') this.innerHTML += what; else this.appendChild(what); return this; };
    Element.prototype.closest = Element.prototype.up = function (css) { for (var at = this; at && at.matches; at = at.parentNode) if (at.matches(css)) return at; return null; };`,
  'a fetch of its own that adds headers and gives a response of its own': `
    const own = window.fetch;
    class Traced extends Response {}
    window.fetch = async (input, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('x-trace', '1');
      const answer = await own(input, {...init, headers});
      return answer.status === 204 ? answer : new Traced(answer.body, answer);
    };`,
  'a promise of its own': `
    const Own = window.Promise;
    class Zone extends Own { then(done, failed) { return super.then(done && ((value) => done(value)), failed && ((cause) => failed(cause))); } }
    window.Promise = Zone;`,
  'a JSON of its own': `
    const {parse, stringify} = JSON;
    JSON.parse = (text, reviver) => parse(text, reviver);
    JSON.stringify = (value, replacer) => stringify(value, replacer, 2);`,
  'listeners of its own': `
    const {addEventListener, removeEventListener} = EventTarget.prototype;
    const wrapped = new WeakMap();
    EventTarget.prototype.addEventListener = function (type, work, options) {
      if (typeof work !== 'function') return addEventListener.call(this, type, work, options);
      const mine = wrapped.get(work) ?? function (event) { return work.call(this, event); };
      wrapped.set(work, mine);
      return addEventListener.call(this, type, mine, options);
    };
    EventTarget.prototype.removeEventListener = function (type, work, options) {
      return removeEventListener.call(this, type, wrapped.get(work) ?? work, options);
    };`,
  'names of its own on window': `
    window.name = 'shop'; window.status = 'busy'; window.open = undefined; window.$ = window._ = null;
    var event = 1, origin = 'x', parent = null, top = null, self = 1, closed = true, length = 5, options = {}, chat = 1, h = 1;
    window.event = {type: 'none'}; window.external = null; window.find = null; window.stop = null; window.scroll = null;`,
  'an element of our name': `
    customElements.define('firstword-chat', class extends HTMLElement {
      constructor() { super(); this.mine = true; }
      connectedCallback() { this.dataset.taken = ''; }
    });`,
};

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a page that', () => {
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

    async function open(text: string): Promise<Page> {
      pages.set('/page', text);
      const page = await browser.open(`${stage.url}/page`);
      onTestFinished(async () => {
        // WebKit's driver brings its lists home through the page's own toJSON
        const spoiled = engine === 'webkit' && text.includes('toJSON');
        if (spoiled) console.log('webkit: what a page with a toJSON on lists wrote to its console is not looked at');
        expect(spoiled ? [] : await page.errors()).toEqual([]);
        expect(spoiled ? [] : await ownLines(page)).toEqual([]);
        await page.close();
      });
      return page;
    }

    /** Where the launcher stands and how it looks, and how the panel does once it was open. */
    const looks = (page: Page) =>
      page.run(() => {
        const root = document.querySelector('firstword-chat')?.shadowRoot;
        const measure = (part: string) => {
          const element = root?.querySelector(part);
          if (!element) return null;
          const {right, bottom, width, height} = element.getBoundingClientRect();
          const {fontSize, lineHeight, letterSpacing, textTransform, cursor, filter, opacity} =
            getComputedStyle(element);
          const box = {
            right: document.documentElement.clientWidth - right,
            bottom: innerHeight - bottom,
            width,
            height,
          };
          return {...box, fontSize, lineHeight, letterSpacing, textTransform, cursor, filter, opacity};
        };
        return {launcher: measure('[part~=launcher]'), panel: measure('[part~=panel]'), input: measure('textarea')};
      });

    async function looksOpen(page: Page): Promise<Awaited<ReturnType<typeof looks>>> {
      await panelReady(page);
      await page.run(() => (window as unknown as Hosted).Firstword.open());
      await page.waitFor(() =>
        Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('textarea')),
      );
      const seen = await looks(page);
      await page.run(() => (window as unknown as Hosted).Firstword.close());
      return seen;
    }

    test('has style sheets of any kind changes nothing of the chat, and a whole turn works', async () => {
      const plain = await looksOpen(await open(html({head: `${TAG}></script>`, body: '<h1>Page</h1>'})));
      expect(plain.panel?.height).toBeGreaterThan(400);
      for (const [name, css] of Object.entries(STYLES)) {
        const page = await open(
          html({head: `<style>${css}</style>${TAG}></script>`, body: '<h1>Page</h1><button>Pay</button>'}),
        );
        expect(await looksOpen(page), name).toEqual(plain);
        await playTurn(page);
      }
    });

    test.each(['<html dir>', '<body dir>'])('runs from right to left by %s mirrors the chat', async (where) => {
      const text = html({
        head: `${TAG} data-open></script>`,
        body: '<h1>Page</h1>',
        root: where.includes('html') ? 'lang="ar" dir="rtl"' : 'lang="ar"',
      });
      const page = await open(where.includes('html') ? text : text.replace('<body>', '<body dir="rtl">'));
      await page.waitFor(() =>
        Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=panel]')),
      );
      const lefts = await page.run(() =>
        ['[part~=launcher]', '[part~=panel]'].map(
          (part) =>
            document.querySelector('firstword-chat')?.shadowRoot?.querySelector(part)?.getBoundingClientRect().left,
        ),
      );
      expect(lefts).toEqual([20, 20]);
      await page.run(() => (window as unknown as Hosted).Firstword.close());
      await playTurn(page);
    });

    test.each(Object.entries(SCRIPTS))('has %s: a whole turn, and it goes when it is told to', async (_, script) => {
      const page = await open(html({head: `<script>${script}</script>${TAG}></script>`, body: '<h1>Page</h1>'}));
      await playTurn(page);
      await page.run(() => (window as unknown as Hosted).Firstword.destroy());
      expect(await chatCount(page)).toBe(0);
    });
  });
});

import {readFileSync} from 'node:fs';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {Inventory} from '../../inventory.ts';
import {borrowBrowser, findEngines} from './drive/index.ts';
import {answerIs, ask, panelReady, startStage} from './stage.ts';

const {scripts} = JSON.parse(readFileSync('dist/script-inventory.json', 'utf8')) as Inventory;

/** What the page saw its scripts do; there is no script but ours and this. */
interface Touched {
  listened: string[];
  read: string[];
  keys: string[];
  globals: string[];
}

/** Writes down who listens where, whose fields are read, what is stored; and what is on the page before us. */
const WATCH = `
const touched = window.touched = {listened: [], read: [], keys: [], globals: []};
const listen = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (type, ...rest) {
  if (this === window || this === document || this === document.documentElement || this === document.body) touched.listened.push(type);
  return listen.call(this, type, ...rest);
};
function watch(prototype, name, note) {
  const {get, set, ...rest} = Object.getOwnPropertyDescriptor(prototype, name);
  Object.defineProperty(prototype, name, {
    ...rest,
    get() { note(this); return get.call(this); },
    set(value) { note(this); set.call(this, value); },
  });
}
for (const prototype of [HTMLInputElement.prototype, HTMLTextAreaElement.prototype, HTMLSelectElement.prototype]) {
  watch(prototype, 'value', (field) => { if (field.getRootNode() === document) touched.read.push(field.id); });
}
watch(Document.prototype, 'cookie', () => touched.read.push('cookie'));
const FormDataBefore = window.FormData;
window.FormData = function (...args) { touched.read.push('FormData'); return new FormDataBefore(...args); };
const setItem = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) { touched.keys.push(key); setItem.call(this, key, value); };
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...args) { touched.keys.push('indexedDB'); return open.apply(this, args); };
const before = new Set(Object.getOwnPropertyNames(window));
window.globalsOfOthers = () => Object.getOwnPropertyNames(window).filter((name) => !before.has(name) && name !== 'globalsOfOthers');
`;

const HTML = `<!doctype html><html lang="en"><head><title>Pay</title><script>${WATCH}</script><script async src="/firstword.js" data-endpoint="/chat" data-rum="/v1/turns"></script></head>
<body><form><input id="card" autocomplete="cc-number"><textarea id="note"></textarea></form></body></html>`;

describe.each(findEngines())('$title', ({engine, missing}) => {
  test.skipIf(missing)('on a payment page it touches what the inventory says, and no field of the page', async () => {
    const stage = await startStage({
      intercept: (request) =>
        new URL(request.url).pathname === '/page'
          ? new Response(HTML, {headers: {'content-type': 'text/html; charset=utf-8'}})
          : undefined,
    });
    onTestFinished(async () => void (await stage.close()));
    const browser = await borrowBrowser(engine);
    onTestFinished(() => browser.close());
    const page = await browser.open(`${stage.url}/page`);
    await panelReady(page);
    await page.click('#card');
    await page.type('4111111111111111');
    await page.click('firstword-chat >>> [part~=launcher]');
    await page.waitFor(() => document.activeElement?.localName === 'firstword-chat');
    await ask(page, 'Do you take PayPal?');
    await answerIs(page, 'complete');

    const {listened, read, keys, globals} = await page.run(() => {
      const seen = window as unknown as {touched: Touched; globalsOfOthers: () => string[]};
      return {...seen.touched, globals: seen.globalsOfOthers()};
    });
    const allowed = new Set(scripts.flatMap(({listens}) => listens));
    // a chat's own events, of which one names its endpoint
    const types = listened.map((type) => (type.startsWith('firstword:') ? 'firstword:*' : type));
    expect([...new Set(types)].filter((type) => !allowed.has(type))).toEqual([]);
    expect(listened.length).toBeGreaterThan(2);
    expect(read).toEqual([]);
    expect([...new Set(keys)]).toEqual([expect.stringMatching(/^firstword:/)]);
    expect(globals.filter((name) => !name.startsWith('__'))).toEqual(['Firstword']);
    expect(await page.run(() => document.cookie)).toBe('');
    const own = new URL(stage.url).origin;
    expect(page.tap().filter(({url}) => new URL(url).origin !== own)).toEqual([]);
    // the watch sees what it is there for
    expect(
      await page.run(() => {
        const field = document.querySelector<HTMLInputElement>('#card');
        return {value: field?.value, read: (window as unknown as {touched: Touched}).touched.read};
      }),
    ).toEqual({value: '4111111111111111', read: ['cookie', 'card']});
  });
});

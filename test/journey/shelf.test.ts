import {afterAll, beforeAll, describe, expect, onTestFinished} from 'vitest';
import {type Listening, listen} from '../../demo/listen.ts';
import {bundle} from '../bundle.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {testUnless} from './test-unless.ts';

const FIVE_MINUTES_MS = 300_000;

const html = (body: string) =>
  new Response(`<!doctype html><title>Page</title><link rel="icon" href="data:,">${body}`, {
    headers: {'content-type': 'text/html'},
  });

/** A frame without an origin of its own, in which storage is refused; it tells what came of the pack and of a shelf. */
const FRAMED = `<script>addEventListener('message', ({data}) => { window.heard = data; })</script><iframe sandbox="allow-scripts" src="/frame"></iframe>`;
const FRAME = `<script type="module">import '/kit.js';
const {createShelf, visit} = window.kit;
const shelf = createShelf('firstword-framed');
const told = [String(await shelf.read('a')), await shelf.write('a', 1), await shelf.clear()];
parent.postMessage([...told, ...(await visit(new URL('/faq.json', import.meta.url).href, 1e12))], '*');</script>`;

/** The pack that the server has now. */
let version = 'v1';
/** The conditions under which the pack was asked for, in order. */
let asked: (string | null)[] = [];

async function openSite(): Promise<Listening> {
  const script = await bundle('test/journey/shelf-page.ts');
  return listen({
    port: 0,
    fetch({url, headers}) {
      const {pathname} = new URL(url);
      if (pathname === '/kit.js')
        return new Response(script, {
          headers: {'content-type': 'text/javascript', 'access-control-allow-origin': '*'},
        });
      if (pathname === '/framed') return html(FRAMED);
      if (pathname === '/frame') return html(FRAME);
      if (pathname === '/page') return html('<script type="module" src="/kit.js"></script>');
      if (pathname !== '/faq.json') return new Response(null, {status: 404});
      asked.push(headers.get('if-none-match'));
      const etag = `"${version}"`;
      const more = {etag, 'cache-control': 'max-age=0', 'access-control-allow-origin': '*'};
      if (headers.get('if-none-match') === etag) return new Response(null, {status: 304, headers: more});
      return Response.json({version}, {headers: more});
    },
  });
}

let site: Listening;

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

describe.each(findEngines())('$title', ({engine, missing}) => {
  const here = (name: string, work: () => Promise<void>) => testUnless(missing, name, work);
  let browser: Borrowed;
  let page: Page;

  async function openPage(path = '/page'): Promise<Page> {
    const opened = await browser.open(site.url + path);
    if (path === '/page') await opened.waitFor(() => 'kit' in window);
    return opened;
  }

  beforeAll(async () => {
    if (missing) return;
    browser = await borrowBrowser(engine);
    page = await openPage();
  });
  afterAll(async () => {
    if (missing) return;
    expect(await page.errors()).toEqual([]);
    await browser.close();
  });

  here('what is kept is there for the next page', async () => {
    const kept = await page.run(async () => {
      const shelf = window.kit.patientShelf('firstword-pages');
      return [await shelf.write('a', {list: [1, 'Ja. 📦']}), await shelf.write('b', 1), await shelf.erase('b')];
    });
    expect(kept).toEqual([true, true, true]);
    await page.reload();
    await page.waitFor(() => 'kit' in window);
    const found = await page.run(async () => {
      const shelf = window.kit.patientShelf('firstword-pages');
      return [JSON.stringify(await shelf.read('a')), String(await shelf.read('b'))];
    });
    expect(found).toEqual(['{"list":[1,"Ja. 📦"]}', 'undefined']);
  });

  here('two tabs that change one value at once lose nothing of it', async () => {
    const other = await openPage();
    onTestFinished(() => other.close());
    const addFifty = async () => {
      const shelf = window.kit.patientShelf('firstword-tabs');
      const add = (old: unknown) => Number(old ?? 0) + 1;
      return (await Promise.all(Array.from({length: 50}, () => shelf.update('n', add)))).every(Boolean);
    };
    expect(await Promise.all([page.run(addFifty), other.run(addFifty)])).toEqual([true, true]);
    expect(await page.run(async () => Number(await window.kit.patientShelf('firstword-tabs').read('n')))).toBe(100);
  });

  here('an open that hangs keeps nobody waiting, and what was late is done once it is over', async () => {
    const seen = await page.run(async () => {
      const {createShelf, openForeign, deleteForeign} = window.kit;
      const foreign = await openForeign('firstword-hangs', {stores: ['kept']});
      let isDeleted = false;
      const deleted = deleteForeign('firstword-hangs').then(({isBlocked}) => {
        isDeleted = true;
        return isBlocked;
      });
      const shelf = createShelf('firstword-hangs');
      const inVain = [await shelf.write('a', 1), await shelf.update('b', () => 2)];
      let late = 0;
      const read = new Promise<void>((done) => {
        void shelf.read('a', (value) => {
          late = Number(value);
          done();
        });
      });
      const wasHanging = !isDeleted && late === 0;
      foreign.close();
      const wasBlocked = await deleted;
      await read;
      return {inVain, wasHanging, wasBlocked, late};
    });
    expect(seen).toEqual({inVain: [false, false], wasHanging: true, wasBlocked: true, late: 1});
  });

  here('a connection that was lost without a word is opened again', async () => {
    const found = await page.run(async () => {
      const {transaction} = IDBDatabase.prototype;
      const databases: IDBDatabase[] = [];
      IDBDatabase.prototype.transaction = function (...args) {
        databases.push(this);
        return transaction.apply(this, args);
      };
      const shelf = window.kit.patientShelf('firstword-lost');
      await shelf.write('a', 1);
      IDBDatabase.prototype.transaction = transaction;
      databases[0]?.close();
      return [...(await Promise.all([shelf.read('a'), shelf.write('b', 2)])), await shelf.read('b')].map(String);
    });
    expect(found).toEqual(['1', 'true', '2']);
  });

  here('a database without our store, of whatever version, is made again', async () => {
    const found = await page.run(async () => {
      const {openForeign, patientShelf} = window.kit;
      const all: string[] = [];
      for (const version of [1, 7]) {
        (await openForeign(`firstword-foreign-${version}`, {version, stores: ['another']})).close();
        const shelf = patientShelf(`firstword-foreign-${version}`);
        all.push(String(await shelf.read('a')), String(await shelf.write('a', version)), String(await shelf.read('a')));
      }
      return all;
    });
    expect(found).toEqual(['undefined', 'true', '1', 'undefined', 'true', '7']);
  });

  here('the page can delete a database and raise its version while it is open', async () => {
    const seen = await page.run(async () => {
      const {deleteForeign, openForeign, patientShelf} = window.kit;
      const shelf = patientShelf('firstword-open');
      await shelf.write('a', 1);
      const {isBlocked} = await deleteForeign('firstword-open');
      const afterDeletion = [String(await shelf.read('a')), await shelf.write('a', 2)];
      const raised = await openForeign('firstword-open', {version: 5});
      raised.close();
      return {isBlocked, afterDeletion, version: raised.version, kept: Number(await shelf.read('a'))};
    });
    expect(seen).toEqual({isBlocked: false, afterDeletion: ['undefined', true], version: 5, kept: 2});
  });

  here('clearing takes the database away, and waits for no other tab', async () => {
    const other = await openPage();
    onTestFinished(() => other.close());
    await other.run(async () => {
      const shelf = window.kit.patientShelf('firstword-cleared');
      await shelf.write('a', 1);
    });
    const isCleared = await page.run(async () => {
      const shelf = window.kit.patientShelf('firstword-cleared');
      await shelf.read('a');
      return shelf.clear();
    });
    expect(isCleared).toBe(true);
    const names = await page.run(async () => (await indexedDB.databases()).map(({name}) => String(name)));
    expect(names).not.toContain('firstword-cleared');
  });

  here('where IndexedDB is blocked, missing or full every call has its neutral value', async () => {
    const found = await page.run(async () => {
      const all: string[] = [];
      const tryAll = async () => {
        const shelf = window.kit.patientShelf('firstword-refused');
        for (const call of [shelf.read('a'), shelf.write('a', 1), shelf.update('a', () => 1), shelf.clear()])
          all.push(String(await call));
      };
      const own = Object.getOwnPropertyDescriptor(window, 'indexedDB');
      const refuse = (get: () => unknown) => Object.defineProperty(window, 'indexedDB', {configurable: true, get});
      refuse(() => {
        throw new DOMException('blocked', 'SecurityError');
      });
      await tryAll();
      refuse(() => undefined);
      await tryAll();
      Object.defineProperty(window, 'indexedDB', own ?? {});
      const {put} = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
      const shelf = window.kit.patientShelf('firstword-full');
      all.push(String(await shelf.write('a', 1)), String(await shelf.update('a', () => 1)));
      IDBObjectStore.prototype.put = put;
      all.push(String(await shelf.write('a', () => 1)), String(await shelf.write('a', 1)));
      return all;
    });
    const refused = ['undefined', 'false', 'false', 'false'];
    expect(found).toEqual([...refused, ...refused, 'false', 'false', 'false', 'true']);
  });

  here('in a sandboxed frame the pack is fetched, and nothing else is lost', async () => {
    const framed = await openPage('/framed');
    onTestFinished(() => framed.close());
    await framed.waitFor(() => 'heard' in window);
    expect(await framed.run(() => (window as unknown as {heard: string[]}).heard)).toEqual([
      ...['undefined', false, false],
      `has ${version}`,
    ]);
    expect(await framed.errors()).toEqual([]);
  });

  here('what other code or a later version wrote is not read, and replaced', async () => {
    const found = await page.run(async () => {
      const {createLearned, createPackStore, patientShelf, putForeign} = window.kit;
      const shelf = patientShelf('firstword-odd');
      const all: string[] = [];
      for (const value of [
        'text',
        null,
        {v: 2, entries: [{key: ' a', usedAt: 1}], pack: {}, validator: '', currentAt: 1},
      ]) {
        await putForeign('firstword-odd', {key: 'a', value});
        await createPackStore('a', shelf).read(() => all.push('a pack'));
        const learned = createLearned('a', shelf);
        await learned.agree('granted');
        all.push(`${learned.entries().length}`);
      }
      return all;
    });
    expect(found).toEqual(['0', '0', '0']);
  });

  testUnless(
    missing ?? (engine === 'chromium' ? undefined : `the driver of ${engine} cannot evict what a site stored`),
    'what was evicted while it was open is as if nothing had been kept',
    async () => {
      await page.run(async () => {
        const shelf = window.kit.patientShelf('firstword-evicted');
        await shelf.write('a', 1);
        Object.assign(window, {evicted: shelf});
      });
      await page.chromium?.cdp('Storage.clearDataForOrigin', {origin: site.url, storageTypes: 'indexeddb'});
      const found = await page.run(async () => {
        const {evicted} = window as unknown as {evicted: ReturnType<typeof window.kit.createShelf>};
        return [String(await evicted.read('a')), await evicted.write('a', 2), Number(await evicted.read('a'))];
      });
      expect(found).toEqual(['undefined', true, 2]);
    },
  );

  here('a pack is asked after once in five minutes, by its ETag, and read again only when it is another', async () => {
    version = 'v1';
    asked = [];
    const visit = async (afterMs: number) => {
      await page.reload();
      await page.waitFor(() => 'kit' in window);
      return page.run((nowAt) => window.kit.visit(`${location.origin}/faq.json`, nowAt), 1e12 + afterMs);
    };
    await page.run(async () => {
      await window.kit.patientShelf('firstword-faq').clear();
    });
    expect(await visit(0)).toEqual(['has v1']);
    expect(await visit(1)).toEqual(['has v1']);
    expect(asked).toHaveLength(1);
    expect(await visit(FIVE_MINUTES_MS)).toEqual(['has v1']);
    const condition = engine === 'webkit' ? null : '"v1"'; // automated, it has no HTTP cache to ask out of
    expect(asked.slice(1)).toEqual([condition]);
    version = 'v2';
    expect(await visit(2 * FIVE_MINUTES_MS)).toEqual(['has v1', 'has v2']);
    expect(asked.slice(2)).toEqual([condition]);
    expect(await visit(2 * FIVE_MINUTES_MS + 1)).toEqual(['has v2']);
  });

  here(
    'learned answers and decoys are there for the next page once it is granted, and gone once it is refused',
    async () => {
      const names = () => page.run(async () => (await indexedDB.databases()).map(({name}) => String(name)));
      const visit = (agreement: 'granted' | 'denied' | 'required') =>
        page.run(async (said) => {
          const {createDecoys, createLearned, patientShelf} = window.kit;
          const learned = createLearned('/chat', patientShelf('firstword-learned'));
          const decoys = createDecoys('/faq.json', patientShelf('firstword-decoys'));
          await Promise.all([learned.agree(said), decoys.agree(said)]);
          const before = [learned.entries().length, decoys.entries().length];
          const answer = {
            question: 'A?',
            answer: 'Yes.',
            version: 'v1',
            tags: [],
            language: 'en',
            ttlMs: 1e9,
            links: [],
          };
          learned.learn(answer, Date.now());
          decoys.add('B?', Date.now());
          // what follows in the same databases comes after what was kept
          if (said === 'granted') await Promise.all([learned.agree(said), decoys.agree(said)]);
          return before;
        }, agreement);
      expect(await visit('required')).toEqual([0, 0]);
      expect(await names()).not.toContain('firstword-learned');
      expect(await visit('granted')).toEqual([0, 0]);
      await expect.poll(() => visit('granted')).toEqual([1, 1]);
      expect(await names()).toEqual(expect.arrayContaining(['firstword-learned', 'firstword-decoys']));
      expect(await visit('denied')).toEqual([0, 0]);
      for (const name of ['firstword-learned', 'firstword-decoys']) expect(await names()).not.toContain(name);
    },
  );
});

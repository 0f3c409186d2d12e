import {globSync, readFileSync} from 'node:fs';
import {stripTypeScriptTypes} from 'node:module';
import {compilePack, createMatcher} from '../../../src/faq/index.ts';
import {percentile} from '../../../src/latency/index.ts';
import {createPrefetch} from '../../../src/prefetch/index.ts';
import {splitIntents} from '../faq/splits.ts';
import {describeMiddle, differ, middleOf} from '../host/noise.ts';
import {type Chromium, startChromium, type Tab} from '../render/chromium.ts';
import {format, median, type Row} from '../render/figures.ts';
import {serve} from '../serve.ts';

/** How much is measured of what a key costs. */
export interface CostDraws {
  /** Questions that are read key by key in Node.js, and in a page. */
  questionCount: number;
  pageQuestionCount: number;
  /** How often the same words are typed into each of two chats. */
  pairCount: number;
}

/** What a keystroke may cost: at its 99th percentile, there at 4 times slowdown, and more than without at the median. */
const PROMISED = {keyMs: 1, slowKeyMs: 4, laterMs: 1} as const;

const SLOWDOWN = 4;

const {pack, queries} = splitIntents({seed: 0, phrasingCount: 20, division: 'kept'});
const texts = queries.filter(({kind}) => kind === 'in').map(({text}) => text);

const p99 = (times: readonly number[]) =>
  percentile(
    times.toSorted((a, b) => a - b),
    0.99,
  ) ?? Number.NaN;

/** Measures what a key costs: what is guessed at it, and the time until it is on the screen. */
export async function measureCost({questionCount, pageQuestionCount, pairCount}: CostDraws): Promise<Row[]> {
  const rows = [measureKeys(questionCount)];
  const chromium = await startChromium();
  const shop = await openShop();
  try {
    rows.push(await measureSlowKeys(chromium, {url: `${shop.origin}/keys`, count: pageQuestionCount}));
    rows.push(await measureLater(chromium, {origin: shop.origin, pairCount}));
  } finally {
    await chromium.close();
    await shop.close();
  }
  return rows;
}

/** Reads questions key by key as the chat does, with a request at every chance. */
function measureKeys(count: number): Row {
  const matcher = createMatcher(compilePack(pack));
  const times: number[] = [];
  const read = (text: string) => {
    const prefetch = createPrefetch({
      guess: (draft) => matcher.topics(draft, Number.POSITIVE_INFINITY),
      isKnown: (draft) => matcher.match(draft)?.confident === true,
      isAllowed: () => true,
      request: async () => undefined,
      now: () => performance.now(),
    });
    for (let end = 1; end <= text.length; end++) {
      const startedMs = performance.now();
      prefetch.draft(text.slice(0, end));
      times.push(performance.now() - startedMs);
    }
    prefetch.drop();
  };
  for (const text of texts.slice(-100)) read(text); // so that it is compiled
  times.length = 0;
  for (const text of texts.slice(0, count)) read(text);
  return {
    name: 'a key, P99 in Node.js',
    ...{value: p99(times), limit: PROMISED.keyMs, unit: 'ms'},
    detail: `guesses among ${pack.entries.length} topics of 20 phrasings; median ${format(median(times))}, ${times.length} keys`,
  };
}

/** Does the same in a page whose processor is slowed down. */
async function measureSlowKeys(chromium: Chromium, {url, count}: {url: string; count: number}): Promise<Row> {
  const tab = await chromium.open(url);
  try {
    await tab.session.send('Emulation.setCPUThrottlingRate', {rate: SLOWDOWN});
    const times = await tab.page.evaluate(
      async ({pack, texts}) => {
        const paths = ['/faq/index.ts', '/prefetch/index.ts'] as const;
        const {createMatcher} = (await import(paths[0])) as typeof import('../../../src/faq/index.ts');
        const {createPrefetch} = (await import(paths[1])) as typeof import('../../../src/prefetch/index.ts');
        const matcher = createMatcher(pack);
        const read = (text: string) => {
          const prefetch = createPrefetch({
            guess: (draft) => matcher.topics(draft, Number.POSITIVE_INFINITY),
            isKnown: (draft) => matcher.match(draft)?.confident === true,
            isAllowed: () => true,
            request: async () => undefined,
            now: () => performance.now(),
          });
          const times = Array.from(text, (_, at) => {
            const startedMs = performance.now();
            prefetch.draft(text.slice(0, at + 1));
            return performance.now() - startedMs;
          });
          prefetch.drop();
          return times;
        };
        texts.slice(-50).forEach(read);
        return texts.flatMap(read);
      },
      {pack: compilePack(pack), texts: texts.slice(0, count)},
    );
    return {
      name: `a key, P99 at ${SLOWDOWN} times slowdown`,
      ...{value: p99(times), limit: PROMISED.slowKeyMs, unit: 'ms'},
      detail: `in Chromium ${chromium.version}; median ${format(median(times))}, ${times.length} keys`,
    };
  } finally {
    await tab.close();
  }
}

/** Types the same words into two chats in turns, of which one guesses topics, and compares until when each key is seen. */
async function measureLater(
  chromium: Chromium,
  {origin, pairCount}: {origin: string; pairCount: number},
): Promise<Row> {
  const levels = ['warm', 'topics'] as const;
  const tabs = await Promise.all(levels.map((level) => openChat(chromium, `${origin}/?${level}`)));
  const [without, withTopics]: number[][] = [[], []];
  try {
    for (let pair = 0; pair < pairCount; pair++) {
      const text = texts[(pair * 37) % texts.length] ?? '';
      for (const at of pair % 2 ? [1, 0] : [0, 1]) {
        const tab = tabs[at] as Tab; // there are two
        await tab.page.bringToFront();
        (at === 0 ? without : withTopics)?.push(median(await typeIn(tab, `${text} `)));
      }
    }
  } finally {
    for (const tab of tabs) await tab.close();
  }
  const later = middleOf(differ(withTopics ?? [], without ?? []));
  return {
    name: 'from a key to its paint, with topics less without',
    ...{value: later.median, limit: PROMISED.laterMs, unit: 'ms'},
    detail: `median ${describeMiddle(later)} of ${pairCount} questions typed in both; without ${format(median(without ?? []))}`,
  };
}

async function openChat(chromium: Chromium, url: string): Promise<Tab> {
  const tab = await chromium.open(url);
  await tab.page.locator('firstword-chat [part~=launcher]').click();
  const input = tab.page.locator('firstword-chat textarea');
  await input.fill(pack.entries[0]?.question ?? '');
  await tab.page.locator('firstword-chat .foreseen li:last-child button').waitFor({timeout: 60_000}); // the pack is there
  await tab.page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, {seen});
    addEventListener(
      'keydown',
      ({timeStamp}) => {
        requestAnimationFrame(() => {
          const {port1, port2} = new MessageChannel();
          port1.onmessage = () => seen.push(performance.now() - timeStamp);
          port2.postMessage(0);
        });
      },
      {capture: true},
    );
  });
  return tab;
}

/** Types a text key by key; gives how long each took to be on the screen, in ms. */
async function typeIn({page}: Tab, text: string): Promise<number[]> {
  await page.locator('firstword-chat textarea').selectText(); // the first key takes the place of what was there
  await page.evaluate(() => {
    (window as unknown as {seen: number[]}).seen.length = 0;
  });
  for (const key of text) await page.keyboard.press(key === ' ' ? 'Space' : key);
  await page.waitForFunction((count) => (window as unknown as {seen: number[]}).seen.length === count, text.length);
  return page.evaluate(() => [...(window as unknown as {seen: number[]}).seen]);
}

/** Serves a page with the built widget and its FAQ, and modules of src as a page can run them. */
function openShop() {
  const files = new Map(globSync('*.js', {cwd: 'dist'}).map((name) => [`/${name}`, readFileSync(`dist/${name}`)]));
  if (!files.has('/firstword.js')) throw new Error('dist/firstword.js is not there: run `npm run build` first');
  for (const name of globSync('{faq,prefetch}/*.ts', {cwd: 'src'})) {
    files.set(`/${name}`, Buffer.from(stripTypeScriptTypes(readFileSync(`src/${name}`, 'utf8'))));
  }
  const faq = JSON.stringify(compilePack(pack));
  // a page of its own sees time in steps of microseconds
  const isolated = {'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp'};
  return serve((request, response) => {
    const {pathname, search} = new URL(`http://shop${request.url}`);
    const file = files.get(pathname);
    const json = (body: string) =>
      response.writeHead(200, {'content-type': 'application/json', 'x-firstword': '1'}).end(body);
    if (file) response.writeHead(200, {'content-type': 'text/javascript'}).end(file);
    else if (pathname === '/faq.json') json(faq);
    else if (pathname === '/chat') json('{"contextId":"c","ttlMs":120000,"speculate":true}');
    else if (pathname === '/keys')
      response.writeHead(200, {'content-type': 'text/html', ...isolated}).end('<p>Keys</p>');
    else
      response.writeHead(200, {'content-type': 'text/html'}).end(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><h1>Shop</h1>
<script async src="/firstword.js" data-endpoint="/chat" data-faq="/faq.json" data-prefetch="${search.slice(1)}"></script></html>`,
      );
  });
}

// Measures what an answer costs in the whole widget, as it was built; a part of npm run bench:render.
import type {Tab} from './render/chromium.ts';
import {describeSpread, median, type Row} from './render/figures.ts';
import {type Bench, cpuOf, streamBare} from './render/measures.ts';
import {askFor, openShop, type Shop} from './render/shop.ts';

declare global {
  interface Window {
    /** Resolves when the answer that is asked for is whole. */
    whole: Promise<void>;
  }
}

/** How many messages a long conversation has. */
const MESSAGE_COUNT = 200;

/** How many answers a page has drawn before its first is measured. */
const WARM_COUNT = 10;

/** Measures a long answer in the widget beside the bare appender, and a further answer after many. */
export async function measureWidget(bench: Bench): Promise<Row[]> {
  const shop = await openShop();
  try {
    return [...(await measureStreams(bench, shop)), ...(await measureLongChat(bench, shop))];
  } finally {
    await shop.close();
  }
}

async function openChat({chromium}: Bench, {url}: Shop): Promise<Tab> {
  const tab = await chromium.open(url);
  // Playwright's selectors look into open shadow roots
  await tab.page.locator('firstword-chat [part~=launcher]').click();
  await tab.page.locator('firstword-chat textarea').focus();
  return tab;
}

/** Asks a question and waits until the answer to it is whole: for the event, because looking for it would cost too. */
async function ask({page}: Tab, question: string): Promise<void> {
  await page.locator('firstword-chat textarea').fill(question);
  await page.evaluate(() => {
    window.whole = new Promise((done) => addEventListener('firstword:complete', () => done(), {once: true}));
  });
  await page.keyboard.press('Enter');
  await page.evaluate(() => window.whole);
}

async function measureStreams(bench: Bench, shop: Shop): Promise<Row[]> {
  const {repeatCount, streamTokenCount} = bench.draws;
  const bare: number[] = [];
  const widget: number[] = [];
  for (let at = 0; at < repeatCount; at++) {
    bare.push(await streamBare(bench, {tokenCount: streamTokenCount, seed: 300 + at}));
    const tab = await openChat(bench, shop);
    widget.push(await cpuOf(tab, () => ask(tab, askFor(streamTokenCount, 500))));
    await tab.close();
  }
  return [
    {
      name: `widget, ${streamTokenCount.toLocaleString('en-US')} tokens at 500/s over the bare appender`,
      value: median(widget) / median(bare),
      limit: 1.5,
      unit: 'times',
      detail: `${describeSpread(widget)} over ${describeSpread(bare)} ms of CPU`,
    },
  ];
}

const startOver = ({page}: Tab) =>
  page.evaluate(() => (window as unknown as {Firstword: {forget(): void}}).Firstword.forget());

/** Opens a chat without a message, on a page that has run what it runs often enough for it to be compiled. */
async function openWarmChat(bench: Bench, shop: Shop): Promise<Tab> {
  const tab = await openChat(bench, shop);
  for (let count = 0; count < WARM_COUNT; count++) await ask(tab, askFor(500, count % 2 ? 500 : 'max'));
  await startOver(tab);
  return tab;
}

/**
 * Measures answers of two chats in turns, the first of a conversation and one after many, and what the many left in the
 * heap.
 */
async function measureLongChat(bench: Bench, shop: Shop): Promise<Row[]> {
  const {repeatCount} = bench.draws;
  const short = await openWarmChat(bench, shop);
  const long = await openWarmChat(bench, shop);
  const heapBefore = await long.heapBytes();
  for (let count = 0; count < MESSAGE_COUNT; count += 2) await ask(long, askFor(500, 'max'));
  const heapAfter = await long.heapBytes();
  const first: number[] = [];
  const further: number[] = [];
  for (let at = 0; at < 3 * repeatCount; at++) {
    await startOver(short);
    for (const [tab, costs] of [
      [short, first],
      [long, further],
    ] as const) {
      await tab.page.bringToFront();
      await tab.heapBytes(); // no garbage of one is collected in another
      costs.push(await cpuOf(tab, () => ask(tab, askFor(500, 500))));
    }
  }
  await short.close();
  await long.close();
  return [
    {
      name: `widget, a further 500 tokens after ${MESSAGE_COUNT} messages over the first`,
      value: median(further.map((cost, at) => cost / (first[at] ?? Number.NaN))),
      limit: 1.1,
      unit: 'times',
      detail: `${describeSpread(further)} over ${describeSpread(first)} ms of CPU, in pairs`,
    },
    {
      name: `widget, growth of the heap over ${MESSAGE_COUNT} messages`,
      value: (heapAfter - heapBefore) / 1e6,
      limit: 1,
      unit: 'MB',
      detail: `from ${(heapBefore / 1e6).toFixed(2)} to ${(heapAfter / 1e6).toFixed(2)} MB`,
    },
  ];
}

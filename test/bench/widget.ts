// Measures what an answer costs in the whole widget, as it was built; a part of npm run bench:render.
import type {Tab} from './render/chromium.ts';
import {describeSpread, median, type Row} from './render/figures.ts';
import {type Bench, cpuOf, streamBare} from './render/measures.ts';
import {askFor, openShop, type Shop} from './render/shop.ts';

/** How many messages a long conversation has. */
const MESSAGE_COUNT = 200;

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
  const whole = page.evaluate(
    () => new Promise<void>((done) => addEventListener('firstword:complete', () => done(), {once: true})),
  );
  await page.keyboard.press('Enter');
  await whole;
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

async function measureLongChat(bench: Bench, shop: Shop): Promise<Row[]> {
  const {repeatCount} = bench.draws;
  const tab = await openChat(bench, shop);
  const answerCosts = async () => {
    const costs: number[] = [];
    for (let at = 0; at < repeatCount; at++) {
      await tab.heapBytes(); // no garbage of one is collected in another
      costs.push(await cpuOf(tab, () => ask(tab, askFor(500, 500))));
    }
    return costs;
  };
  await ask(tab, askFor(500, 500)); // compiles what all others use
  const first = await answerCosts();
  const heapBefore = await tab.heapBytes();
  for (let count = (repeatCount + 1) * 2; count < MESSAGE_COUNT; count += 2) await ask(tab, askFor(500, 'max'));
  const heapAfter = await tab.heapBytes();
  const further = await answerCosts();
  await tab.close();
  return [
    {
      name: `widget, a further 500 tokens after ${MESSAGE_COUNT} messages over the first`,
      value: median(further) / median(first),
      limit: 1.1,
      unit: 'times',
      detail: `${describeSpread(further)} over ${describeSpread(first)} ms of CPU`,
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

import type {TurnRecord} from '../../../src/latency/index.ts';
import type {Chromium, Tab} from '../render/chromium.ts';
import {describeSpread, median, type Row} from '../render/figures.ts';
import {askFor, openShop, type Shop} from '../render/shop.ts';

/** The browser, and how many turns are measured of each kind. */
export interface PaintBench {
  chromium: Chromium;
  turnCount: number;
}

/** What the bench keeps in its page. */
interface Probe {
  /** When each question was sent, by the event that sent it. */
  sentMs: number[];
  turns: TurnRecord[];
  /** How long the page is kept busy once the first words are drawn. */
  blockMs: number;
}

declare global {
  interface Window {
    paintProbe: Probe;
  }
}

/** Marks that the first words of an answer were written into the page. */
const WRITTEN = 'written';

/** How long one frame takes, in ms. */
const FRAME_MS = 1000 / 60;

/** How long a page is busy that is, in ms. */
const BLOCK_MS = 80;

/** How far from the screen the record's `paint` may be: half of the turns at most so far, and nine of ten within a frame. */
const MEDIAN_MS = 4;
const FAR_SHARE = 0.1;

/** Opens the chat on a page that notes what the bench asks about. */
export async function openProbed(chromium: Chromium, url: string): Promise<Tab> {
  const tab = await chromium.open(url);
  await tab.page.locator('firstword-chat [part~=launcher]').click();
  await tab.page.locator('firstword-chat textarea').focus();
  await tab.page.evaluate((written) => {
    const probe: Probe = {sentMs: [], turns: [], blockMs: 0};
    window.paintProbe = probe;
    const root = document.querySelector('firstword-chat')?.shadowRoot as ShadowRoot; // it is open
    const known = new WeakSet<Element>();
    new MutationObserver(() => {
      const element = [...root.querySelectorAll('[part~=answer] .text')].at(-1);
      if (!element?.textContent || known.has(element)) return;
      known.add(element);
      performance.mark(written);
      for (const untilMs = performance.now() + probe.blockMs; performance.now() < untilMs; );
    }).observe(root, {childList: true, subtree: true, characterData: true});
    const hear = (event: KeyboardEvent) => event.key === 'Enter' && probe.sentMs.push(event.timeStamp);
    addEventListener('keydown', hear, true);
    addEventListener('firstword:turn', (event) => probe.turns.push((event as CustomEvent<TurnRecord>).detail));
  }, WRITTEN);
  return tab;
}

/** Asks a question and waits for the record of its turn. */
export async function askProbed({page}: Tab): Promise<TurnRecord> {
  const count = await page.evaluate(() => window.paintProbe.turns.length);
  await page.locator('firstword-chat textarea').fill(askFor(20, 100));
  await page.keyboard.press('Enter');
  await page.waitForFunction((known) => window.paintProbe.turns.length > known, count);
  const record = await page.evaluate(() => window.paintProbe.turns.at(-1));
  if (!record) throw new Error('a turn has no record');
  return record;
}

/** Holds the record's `paint` against the frame that showed the first words, on an idle page and on a busy one. */
export async function measurePaint(bench: PaintBench): Promise<Row[]> {
  const shop = await openShop();
  try {
    return [
      ...(await holdAgainstScreen(bench, {shop, blockMs: 0})),
      ...(await holdAgainstScreen(bench, {shop, blockMs: BLOCK_MS})),
    ];
  } finally {
    await shop.close();
  }
}

async function holdAgainstScreen(
  {chromium, turnCount}: PaintBench,
  {shop, blockMs}: {shop: Shop; blockMs: number},
): Promise<Row[]> {
  const tab = await openProbed(chromium, shop.url);
  await askProbed(tab); // loads and compiles what reads and draws answers
  await tab.page.evaluate((ms) => {
    window.paintProbe.blockMs = ms;
    window.paintProbe.sentMs.length = 0;
    window.paintProbe.turns.length = 0;
  }, blockMs);
  const shown = await tab.shown(WRITTEN, async () => {
    for (let at = 0; at < turnCount; at++) await askProbed(tab);
  });
  const {sentMs, turns} = await tab.page.evaluate(() => window.paintProbe);
  await tab.close();
  if (shown.length !== turnCount) throw new Error(`${shown.length} first words were drawn in ${turnCount} turns`);
  const errors = turns.map(
    ({t}, at) => (sentMs[at] ?? Number.NaN) + (t.paint ?? Number.NaN) - (shown[at]?.shownMs ?? Number.NaN),
  );
  const far = errors.filter((error) => !(Math.abs(error) <= FRAME_MS));
  const page = blockMs ? `busy for ${blockMs} ms` : 'idle';
  return [
    {
      name: `paint, from the frame that showed it, ${page}`,
      value: median(errors.map(Math.abs)),
      limit: MEDIAN_MS,
      unit: 'ms',
      detail: `off by ${describeSpread(errors)} ms`,
    },
    {
      name: `paint, further than a frame from it, ${page}`,
      value: far.length,
      limit: FAR_SHARE * turnCount,
      unit: 'turns',
      detail: `of ${turnCount}`,
    },
  ];
}

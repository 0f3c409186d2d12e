import {describeMiddle, differ, middleOf, noiseOf} from '../host/noise.ts';
import type {Tab} from '../render/chromium.ts';
import type {Row} from '../render/figures.ts';
import {openShop} from '../render/shop.ts';
import {askProbed, openProbed, type PaintBench} from './turns.ts';

/** With more noise than this a difference that matters could hide in it: half a frame, in ms. */
const MOST_NOISE_MS = 1000 / 120;

/** What less of cannot be told from nothing, in ms. */
const LEAST_MS = 1;

/**
 * Measures what the latency glass does to the instant of the first words: a page without it, another one without it, and
 * one with it, taking turns at who comes first. What the first two differ by is the noise; the glass must not make more
 * of a difference.
 */
export async function measureGlass({chromium, turnCount}: PaintBench): Promise<Row[]> {
  const shop = await openShop();
  const tabs: Tab[] = [];
  try {
    for (const hash of ['', '', '#firstword-debug']) {
      const tab = await openProbed(chromium, shop.url + hash);
      tabs.push(tab);
      for (let at = 0; at < 3; at++) await askProbed(tab); // loads and compiles what reads and draws answers
      const count = await tab.page.locator('firstword-chat .glass').count();
      if (count !== Number(hash !== '')) throw new Error(`${count} glasses are open at ${hash || 'no hash'}`);
    }
    const paintMs: number[][] = tabs.map(() => []);
    for (let round = 0; round < turnCount; round++) {
      for (let step = 0; step < tabs.length; step++) {
        const at = (round + step) % tabs.length;
        const tab = tabs[at];
        if (!tab) continue;
        await tab.page.bringToFront();
        await tab.heapBytes(); // no garbage of one is collected in another
        const {t} = await askProbed(tab);
        paintMs[at]?.push(t.paint ?? Number.NaN);
      }
    }
    const [plain = [], again = [], watched = []] = paintMs;
    const control = middleOf(differ(again, plain));
    const effect = middleOf(differ(watched, plain));
    const noise = noiseOf(control);
    return [
      {
        name: 'paint, later with the latency glass',
        value: effect.median,
        limit: Math.max(noise, LEAST_MS),
        unit: 'ms',
        detail: `${describeMiddle(effect)} ms, in ${turnCount} pairs`,
      },
      {
        name: 'paint, noise: two pages without it',
        value: noise,
        limit: MOST_NOISE_MS,
        unit: 'ms',
        detail: `${describeMiddle(control)} ms`,
      },
    ];
  } finally {
    for (const tab of tabs) await tab.close();
    await shop.close();
  }
}

import {percentile} from '../../../src/latency/index.ts';
import type {Tab} from '../render/chromium.ts';
import {describeSpread, median, type Row} from '../render/figures.ts';
import {askFor} from '../render/shop.ts';
import type {Tag} from './checkout.ts';
import {approach, enter, type Street} from './visit.ts';

const LAUNCHER = 'firstword-chat [part~=launcher]';

/** Measures how soon after its script the launcher is there, and after a click the input, on pages that are idle by then. */
export async function measureOpening(street: Street, repeatCount: number): Promise<Row[]> {
  const launcherMs: number[] = [];
  const usableMs: number[] = [];
  let lostCount = 0;
  for (let at = 0; at < repeatCount; at++) {
    const tab = await approach(street);
    await tab.page.addInitScript(() => window.probe.watchLauncher());
    await enter(tab, {checkout: street.checkout, tag: 'idle'});
    launcherMs.push(await tab.page.evaluate(() => window.probe.launcherMs('/firstword.js')));
    const [usable] = await Promise.all([tab.page.evaluate(() => window.probe.usableMs()), tab.page.click(LAUNCHER)]);
    usableMs.push(usable);
    await tab.page.keyboard.type('Hi');
    if ((await tab.page.evaluate(() => window.probe.typed())) !== 'Hi') lostCount++;
    await tab.close();
  }
  return [
    {
      name: 'launcher on the screen, after its script came',
      value: median(launcherMs),
      limit: 150,
      unit: 'ms',
      detail: `${describeSpread(launcherMs)} ms`,
    },
    {
      name: 'input usable, after a click on an idle page',
      value: lostCount > 0 ? Number.NaN : median(usableMs),
      limit: 100,
      unit: 'ms',
      detail: `${describeSpread(usableMs)} ms; it took no keys ${lostCount} times`,
    },
  ];
}

/** What is typed at once after the click; it begins again when it is not enough. */
const TYPED = 'Do you deliver to Gotland and take back 2 old mattresses? ';

/** How many keys are typed after the input has the focus; as many as it takes before, but for a limit. */
const FURTHER_KEYS = 5;
const MOST_KEYS = 300;

/**
 * Measures how many keys are lost of those that are typed from the click on: while the panel is on its way, while it
 * takes over, and a few after that.
 */
export async function measureTyping(
  street: Street,
  {repeatCount, tag}: {repeatCount: number; tag: Tag},
): Promise<Row[]> {
  const lost: string[] = [];
  let lostCount = 0;
  let keyCount = 0;
  for (let at = 0; at < repeatCount; at++) {
    const tab = await approach(street);
    await tab.page.goto(street.checkout.urlOf(tag), {waitUntil: 'commit'});
    await tab.page.click(LAUNCHER);
    const keys = await typeOn(tab);
    await tab.page.evaluate(() => window.probe.frames(2));
    const typed = (await tab.page.evaluate(() => window.probe.typed())) ?? '';
    await tab.close();
    keyCount += keys.length;
    if (typed === keys) continue;
    lostCount += Math.max(1, keys.length - typed.length);
    lost.push(`"${keys}" became "${typed}"`);
  }
  return [
    {
      name: `keys lost, typed from a click on (${tag})`,
      value: lostCount,
      limit: 0,
      unit: 'keys',
      detail: `of ${keyCount} in ${repeatCount} visits${lost[0] ? `; ${lost[0]}` : ''}`,
    },
  ];
}

async function typeOn({page}: Tab): Promise<string> {
  let keys = '';
  let furtherCount = 0;
  while (furtherCount < FURTHER_KEYS && keys.length < MOST_KEYS) {
    if (await page.evaluate(() => window.probe.hasFocus())) furtherCount++;
    const key = TYPED[keys.length % TYPED.length] ?? ' ';
    await page.keyboard.type(key);
    keys += key;
  }
  return keys;
}

/** How many frames are between two interactions: whoever types fast leaves about as much. */
const PAUSE_FRAMES = 4;

/**
 * Measures how long the panel takes to show what somebody does in it while an answer streams in at 500 tokens a second:
 * typing, going about by Tab, closing, opening, stopping.
 */
export async function measureInteractions(street: Street, interactionCount: number): Promise<Row[]> {
  const tab = await approach(street);
  const {page} = tab;
  await enter(tab, {checkout: street.checkout, tag: 'idle'});
  await clickOn(tab, 'launcher');
  const seen = () => page.evaluate(() => window.probe.interactions());
  while ((await seen()).count < interactionCount) {
    const begun = page.evaluate(
      () => new Promise((done) => addEventListener('firstword:firsttoken', done, {once: true})),
    );
    await page.locator('firstword-chat textarea').fill(askFor(20_000, 500));
    await page.keyboard.press('Enter');
    await begun;
    for (const key of KEYS) await interact(tab, () => page.keyboard.press(key));
    await interact(tab, () => clickOn(tab, 'launcher'));
    for (const key of 'again') await interact(tab, () => page.keyboard.press(key));
    await interact(tab, () => clickOn(tab, 'stop'));
  }
  const {count, told, leastToldMs} = await seen();
  await tab.close();
  const durationsMs = [...told.map(({durationMs}) => durationMs), ...Array(count - told.length).fill(leastToldMs)];
  const longest = told.sort((a, b) => b.durationMs - a.durationMs).slice(0, 6);
  return [
    {
      name: 'interaction to next paint, P98, 500 tokens/s',
      value:
        percentile(
          durationsMs.sort((a, b) => a - b),
          0.98,
        ) ?? Number.NaN,
      limit: 100,
      unit: 'ms',
      detail: `${count} interactions; longest ${longest.map(({name, durationMs}) => `${name} ${durationMs}`).join(', ')}`,
    },
  ];
}

/** What is pressed during each answer; the last one closes the panel. */
const KEYS = [...'and what about pillows', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Escape'];

async function interact({page}: Tab, act: () => Promise<void>): Promise<void> {
  await act();
  await page.evaluate((count) => window.probe.frames(count), PAUSE_FRAMES);
}

async function clickOn({page}: Tab, part: 'launcher' | 'stop'): Promise<void> {
  const box = await page.locator(`firstword-chat [part~=${part}]`).boundingBox();
  if (!box) throw new Error(`${part} is not to be seen`);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

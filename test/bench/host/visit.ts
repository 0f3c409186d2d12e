import type {Chromium, Tab} from '../render/chromium.ts';
import type {Checkout, Tag} from './checkout.ts';
import type {Probe} from './in-page.ts';

declare global {
  interface Window {
    /** What the page tells about itself. */
    probe: Probe;
  }
}

/** How much slower a phone's processor is (Lighthouse, docs/throttling.md, as its mobile preset). */
export const CPU_SLOWDOWN = 4;

/** Slow 4G: a round trip, and what goes down and up (Lighthouse, docs/throttling.md: 1.6 Mbit/s, 750 kbit/s, 150 ms). */
export const SLOW_4G = {latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8};

/** The browser, the shop, and the script that each page begins with. */
export interface Street {
  chromium: Chromium;
  checkout: Checkout;
  probe: string;
}

/** Comes to the checkout on a phone with a slow connection and nothing in its cache; the page has yet to be asked for. */
export async function approach({chromium, checkout, probe}: Street): Promise<Tab> {
  const tab = await chromium.open(checkout.blankUrl);
  await tab.page.addInitScript(probe);
  await tab.session.send('Network.emulateNetworkConditions', {offline: false, ...SLOW_4G});
  await tab.session.send('Emulation.setCPUThrottlingRate', {rate: CPU_SLOWDOWN});
  checkout.takeRequests();
  return tab;
}

/** Asks for the page and waits until it has nothing left to do. */
export async function enter({page}: Tab, {checkout, tag}: {checkout: Checkout; tag: Tag}): Promise<void> {
  await page.goto(checkout.urlOf(tag), {waitUntil: 'commit'});
  const panel = tag === 'none' || tag === 'intent' ? 'stays away' : 'comes';
  await page.evaluate((panel) => window.probe.settled(panel), panel as Parameters<Probe['settled']>[0]);
}

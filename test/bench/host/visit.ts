import {bundle} from '../../bundle.ts';
import {type Chromium, startChromium, type Tab} from '../render/chromium.ts';
import {type Checkout, openCheckout, type Tag} from './checkout.ts';
import type {Probe} from './in-page.ts';

declare global {
  interface Window {
    /** What the page tells about itself. */
    probe: Probe;
  }
}

/** How much slower a phone's processor is (Lighthouse, docs/throttling.md, as its mobile preset). */
const CPU_SLOWDOWN = 4;

/** Slow 4G: a round trip, and what goes down and up (Lighthouse, docs/throttling.md: 1.6 Mbit/s, 750 kbit/s, 150 ms). */
const SLOW_4G = {latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8};

/** The browser, the shop, and the phones on which people come to it. */
export interface Street {
  chromium: Chromium;
  checkout: Checkout;
  /** The script with which each page begins and by which it tells about itself. */
  probe: string;
  /** How many times slower than this machine's their processors are. */
  cpuSlowdown: number;
}

/** Opens the shop and its street. */
export async function openStreet(): Promise<Street> {
  const checkout = await openCheckout();
  const probe = await bundle('test/bench/host/in-page.ts', 'iife');
  return {chromium: await startChromium(), checkout, probe, cpuSlowdown: CPU_SLOWDOWN};
}

/** Closes both. */
export async function closeStreet({chromium, checkout}: Street): Promise<void> {
  await chromium.close();
  await checkout.close();
}

/** Comes to the checkout on a phone with a slow connection and nothing in its cache; the page has yet to be asked for. */
export async function approach({chromium, checkout, probe, cpuSlowdown}: Street): Promise<Tab> {
  const tab = await chromium.open(checkout.blankUrl);
  await tab.page.addInitScript(probe);
  await tab.session.send('Network.emulateNetworkConditions', {offline: false, ...SLOW_4G});
  await tab.session.send('Emulation.setCPUThrottlingRate', {rate: cpuSlowdown});
  checkout.takeRequests();
  return tab;
}

/** Asks for the page and waits until it has nothing left to do. */
export async function enter({page}: Tab, {checkout, tag}: {checkout: Checkout; tag: Tag}): Promise<void> {
  await page.goto(checkout.urlOf(tag), {waitUntil: 'commit'});
  const panel = tag === 'none' || tag === 'intent' ? 'stays away' : 'comes';
  await page.evaluate((panel) => window.probe.settled(panel), panel as Parameters<Probe['settled']>[0]);
}

import {join} from 'node:path';
import {findPrograms} from './engines.ts';
import {readAnnouncement, waitForExit} from './output.ts';
import {connectWire, openPage} from './puppeteer.ts';
import type {Room} from './room.ts';
import type {Running, Start} from './running.ts';

/**
 * Nothing that falsifies what a visitor's browser does: timers of hidden tabs are throttled, the back-forward cache
 * works, pop-ups are blocked. What is switched off is traffic, questions and reports. Requests beyond the loopback go to
 * a proxy that is not there; Chromium never asks a proxy for loopback addresses by itself.
 */
const ARGUMENTS = [
  '--headless=new',
  '--remote-debugging-port=0',
  '--window-size=1280,900',
  '--proxy-server=http://127.0.0.1:9',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-domain-reliability',
  '--disable-client-side-phishing-detection',
  '--disable-default-apps',
  '--disable-component-extensions-with-background-pages',
  '--disable-extensions',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--disable-search-engine-choice-screen',
  '--disable-features=Translate,MediaRouter,OptimizationHints,NetworkTimeServiceQuerying',
  '--disable-dev-shm-usage',
  '--force-color-profile=srgb',
  '--hide-crash-restore-bubble',
  '--metrics-recording-only',
  '--mute-audio',
  '--no-default-browser-check',
  '--no-first-run',
  '--password-store=basic',
  '--use-mock-keychain',
];

/** Starts Chromium; one browser serves every look, by emulation in the page. */
export const startChromium: Start = async (room: Room, {profileFolder}): Promise<Running> => {
  const programs = findPrograms('chromium');
  if (typeof programs === 'string') throw new Error(`Chromium cannot run here: ${programs}`);
  const root = process.getuid?.() === 0;
  const child = await room.start(programs.browser, {
    args: [
      ...ARGUMENTS,
      // Chromium refuses to run as root with its sandbox.
      ...(root ? ['--no-sandbox'] : []),
      `--user-data-dir=${profileFolder ?? join(room.folder, 'profile')}`,
      'about:blank',
    ],
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await readAnnouncement(child, /DevTools listening on (ws:\S+)/);
  const wire = await connectWire('chromium', address);
  return {
    open: (url, options) => openPage(wire, url, options),
    async close() {
      await wire.driver.close();
      await waitForExit(child);
    },
  };
};

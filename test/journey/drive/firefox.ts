import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {findPrograms} from './engines.ts';
import {readAnnouncement, waitForExit} from './output.ts';
import {connectWire, openPage} from './puppeteer.ts';
import type {Room} from './room.ts';
import type {Look, Running, Start} from './running.ts';

/** Preferences against traffic, questions and reports of Firefox's own; none changes what a page sees. */
const PREFERENCES: Record<string, string | number | boolean> = {
  // Beyond the loopback goes to a proxy that is not there; Firefox never asks a proxy for loopback addresses.
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'network.proxy.failover_direct': false,
  'network.proxy.allow_bypass': false,
  'network.dns.disablePrefetch': true,
  'network.trr.mode': 5,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.manage-offline-status': false,
  'app.normandy.enabled': false,
  'app.shield.optoutstudies.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.chrome.site_icons': false,
  'browser.aboutwelcome.enabled': false,
  'browser.discovery.enabled': false,
  'browser.newtabpage.enabled': false,
  'browser.newtabpage.activity-stream.feeds.system.topstories': false,
  'browser.newtabpage.activity-stream.feeds.topsites': false,
  'browser.region.network.url': '',
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.provider.google4.updateURL': '',
  'browser.safebrowsing.provider.mozilla.updateURL': '',
  'browser.search.update': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage': 'about:blank',
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'browser.tabs.warnOnClose': false,
  'browser.translations.enable': false,
  // A wheel turns as a visitor's does: past the compositor it would scroll what overscroll-behavior keeps still.
  'remote.events.async.wheel.enabled': true,
  'browser.urlbar.suggest.searches': false,
  'browser.warnOnQuit': false,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'datareporting.policy.dataSubmissionPolicyBypassNotification': true,
  'datareporting.usage.uploadEnabled': false,
  // A process that waits for the next page costs the time of the one that is there.
  'dom.ipc.processPrelaunch.enabled': false,
  'dom.push.connection.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'extensions.update.enabled': false,
  'identity.fxaccounts.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'messaging-system.rsexperimentloader.enabled': false,
  'nimbus.rollouts.enabled': false,
  'security.remote_settings.crlite_filters.enabled': false,
  'security.remote_settings.intermediates.enabled': false,
  // An address without a server; it counts only with MOZ_REMOTE_SETTINGS_DEVTOOLS.
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'signon.autofillForms': false,
  'signon.rememberSignons': false,
  'startup.homepage_welcome_url': 'about:blank',
  'termsofuse.bypassNotification': true,
  'toolkit.startup.max_resumed_crashes': -1,
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.server': '',
};

/**
 * One process for all pages: to start one for each costs more than most tests, and one that ends with its page's tab now
 * and then takes along what the page sent last. When it crashes nothing can be opened any more: the driver waits for the
 * tab in front to be hidden, and no tab is left that could say so.
 */
const ONE_PROCESS = {'fission.autostart': false, 'dom.ipc.processCount': 1};

/** A finger is what points, and all that does. */
const FINGERS = {'ui.primaryPointerCapabilities': 1, 'ui.allPointerCapabilities': 1, 'dom.w3c_touch_events.enabled': 1};

/** Starts Firefox. The look is that of all its pages: its driver cannot give one page another. */
export const startFirefox: Start = async (room: Room, {profileFolder, ...look}): Promise<Running> => {
  const programs = findPrograms('firefox');
  if (typeof programs === 'string') throw new Error(`Firefox cannot run here: ${programs}`);
  const profile = profileFolder ?? join(room.folder, 'profile');
  // a profile that outlives its browser is there to see what outlives a page: its processes are as a visitor has them
  await writeProfile(profile, {...look, isVisitors: profileFolder !== undefined});
  const child = await room.start(programs.browser, {
    args: ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'],
    env: {MOZ_CRASHREPORTER_DISABLE: '1', MOZ_DISABLE_AUTO_SAFE_MODE: '1', MOZ_REMOTE_SETTINGS_DEVTOOLS: '1'},
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await readAnnouncement(child, /WebDriver BiDi listening on (ws:\S+)/);
  const wire = await connectWire('firefox', address);
  return {
    open: (url, options) => openPage(wire, url, options),
    async close() {
      await wire.driver.close();
      await waitForExit(child);
    },
  };
};

async function writeProfile(
  folder: string,
  {dark, reducedMotion, forcedColors, touch, isVisitors}: Look & {isVisitors: boolean},
): Promise<void> {
  const preferences = {
    ...PREFERENCES,
    ...(isVisitors ? {} : ONE_PROCESS),
    'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
    'ui.prefersReducedMotion': reducedMotion ? 1 : 0,
    // 2 forces the visitor's own colours, 1 never does
    'browser.display.document_color_use': forcedColors ? 2 : 1,
    ...(touch ? FINGERS : {}),
  };
  await mkdir(folder, {recursive: true});
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(folder, 'user.js'), lines.join(''));
}

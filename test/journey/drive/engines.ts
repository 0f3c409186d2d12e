import {accessSync, constants, readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {delimiter, join} from 'node:path';
import type {Ability, EngineName} from './types.ts';

/** Where the programs of one engine are. */
export interface Programs {
  /** The browser itself. */
  browser: string;
  /** WebKit only: the driver and the display server; empty text for the others. */
  driver: string;
  display: string;
}

/** One engine, and why it cannot run here where it cannot. */
export interface FoundEngine {
  engine: EngineName;
  /** A title for its tests: its name, and that and why they are skipped where they are. */
  title: string;
  /** The reason in words; absent where the engine can run. */
  missing?: string;
  /** What a page of it cannot be made to show, and why. */
  lacks: Partial<Record<Ability, string>>;
}

/** What pages of the engines cannot be made to show, and why. */
export const LACKS = {
  chromium: {},
  firefox: {
    accessibilityTree: 'the driver of Firefox gives no accessibility tree',
    longTasks: 'Firefox tells of no long tasks',
    notches: 'Firefox has no insets of a safe area to set',
    swipe: 'a finger of the driver of Firefox scrolls nothing',
  },
  webkit: {
    accessibilityTree: 'the driver of WebKitGTK gives no accessibility tree',
    forcedColors: 'WebKitGTK knows no forced colours',
    longTasks: 'WebKitGTK tells of no long tasks',
    notches: 'WebKitGTK has no insets of a safe area to set',
    swipe: 'the driver of WebKitGTK has no fingers',
    touch: 'the driver of WebKitGTK has no fingers',
  },
} as const satisfies Record<EngineName, Partial<Record<Ability, string>>>;

/** Lists all three engines and says what is missing for those that cannot run here. */
export function findEngines(): FoundEngine[] {
  const names: EngineName[] = ['chromium', 'firefox', 'webkit'];
  return names.map((engine) => {
    const found = findPrograms(engine);
    const lacks = LACKS[engine];
    return typeof found === 'string'
      ? {engine, lacks, title: `${engine} is skipped: ${found}`, missing: found}
      : {engine, lacks, title: engine};
  });
}

/**
 * Looks for the programs of an engine: first what CHROMIUM, FIREFOX or WEBKIT_DRIVER name in the environment, then
 * where Debian installs them, for Chromium then what Playwright installed.
 *
 * @returns the programs, or in words what is missing.
 */
export function findPrograms(engine: EngineName): Programs | string {
  if (engine === 'webkit') return findWebkit();
  const variable = engine === 'chromium' ? 'CHROMIUM' : 'FIREFOX';
  const named = process.env[variable];
  if (named) {
    return isProgram(named)
      ? {browser: named, driver: '', display: ''}
      : `${variable} names ${named}, which is not a program`;
  }
  const usual = engine === 'chromium' ? '/usr/bin/chromium' : '/usr/bin/firefox-esr';
  const browser = isProgram(usual) ? usual : engine === 'chromium' ? findPlaywrightChromium() : undefined;
  if (browser) return {browser, driver: '', display: ''};
  return `no ${usual}, and ${variable} names no other${engine === 'chromium' ? '; Playwright has none either' : ''}`;
}

function findWebkit(): Programs | string {
  const driver = process.env['WEBKIT_DRIVER'] || '/usr/bin/WebKitWebDriver';
  if (!isProgram(driver)) {
    return `no ${driver} (package webkit2gtk-driver), or another one named by WEBKIT_DRIVER`;
  }
  const browser = listFolder('/usr/lib')
    .map((name) => join('/usr/lib', name, 'webkit2gtk-4.1', 'MiniBrowser'))
    .find(isProgram);
  if (!browser) return 'no MiniBrowser in /usr/lib/*/webkit2gtk-4.1 (package webkit2gtk-driver)';
  const display = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'Xvfb'))
    .find(isProgram);
  return display ? {browser, driver, display} : 'no Xvfb in the PATH (package xvfb)';
}

function findPlaywrightChromium(): string | undefined {
  try {
    // Loaded only when it is needed: it is large. The cast names the one call that is used.
    const playwright = createRequire(import.meta.url)('playwright-core') as {chromium: {executablePath(): string}};
    const path = playwright.chromium.executablePath();
    return isProgram(path) ? path : undefined;
  } catch {
    // Playwright is not installed, or knows no Chromium for this system.
    return undefined;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

import {once} from 'node:events';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {findPrograms, LACKS, type Programs} from './engines.ts';
import {findFreePort} from './port.ts';
import type {Room} from './room.ts';
import type {Look, Running, Start} from './running.ts';
import {createTapProxy} from './tap-proxy.ts';
import {GaveUpError, waitUntil} from './wait.ts';
import {createWebDriver, isReady, type WebDriver} from './webdriver.ts';
import {openWebkitPage} from './webkit-page.ts';

/** Lets the browser's own bar shrink, so that the window can be as narrow as a telephone. The page is not styled by it. */
const NARROW_BAR = 'entry, button, toolbar, headerbar { min-width: 0; padding: 0; margin: 0; font-size: 1px; }';

/** Starts WebKitGTK's MiniBrowser on a display of its own, behind its driver and a proxy that sees its requests. */
export const startWebkit: Start = async (room: Room, {profileFolder, ...look}): Promise<Running> => {
  const programs = findPrograms('webkit');
  if (typeof programs === 'string') throw new Error(`WebKit cannot run here: ${programs}`);
  if (look.forcedColors) throw new Error(`WebKit cannot be opened so: ${LACKS.webkit.forcedColors}`);
  if (look.touch) throw new Error(`WebKit cannot be opened so: ${LACKS.webkit.touch}`);
  if (profileFolder) throw new Error('WebKit keeps no storage while it is automated: it takes no profile folder');
  const display = await startDisplay(room, programs);
  await writeDesktopSettings(room.folder, look);
  const port = await startDriver(room, {programs, display});
  const proxy = await createTapProxy();
  try {
    const driver = await createWebDriver(port, {
      acceptInsecureCerts: true,
      unhandledPromptBehavior: 'accept',
      'webkitgtk:browserOptions': {
        binary: programs.browser,
        args: ['--automation', `--proxy=http://${proxy.address}`, ...(look.dark ? ['--dark-mode'] : [])],
      },
    });
    // The protocol promises a handle.
    const base = (await driver.send({method: 'GET', path: '/window'})) as string;
    return {
      open: (url, options) => openWebkitPage({driver, proxy, base}, url, options),
      close: () => closeWebkit(driver, proxy.close),
    };
  } catch (error) {
    await proxy.close();
    throw error;
  }
};

async function closeWebkit(driver: WebDriver, closeProxy: () => Promise<void>): Promise<void> {
  try {
    await driver.send({method: 'DELETE', path: ''});
  } finally {
    await closeProxy();
  }
}

async function startDisplay(room: Room, programs: Programs): Promise<string> {
  const child = await room.start(programs.display, {
    args: ['-displayfd', '3', '-screen', '0', '1920x1400x24', '-nolisten', 'tcp'],
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    // Only so does it take its socket with it.
    ending: 'SIGTERM',
  });
  const pipe = child.stdio[3];
  if (!pipe) throw new Error('The display was started without its pipe');
  const gone = once(child, 'exit').then(() => {
    throw new Error('Xvfb ended before it was ready');
  });
  const [number] = await Promise.race([once(pipe, 'data'), gone]);
  gone.catch(() => undefined);
  return `:${String(number).trim()}`;
}

async function writeDesktopSettings(folder: string, {reducedMotion}: Look): Promise<void> {
  const settings = join(folder, 'gtk-3.0');
  await mkdir(settings);
  await writeFile(join(settings, 'settings.ini'), `[Settings]\ngtk-enable-animations=${reducedMotion ? 0 : 1}\n`);
  await writeFile(join(settings, 'gtk.css'), NARROW_BAR);
}

async function startDriver(room: Room, {programs, display}: {programs: Programs; display: string}): Promise<number> {
  const port = await findFreePort();
  const child = await room.start(programs.driver, {
    args: [`--port=${port}`],
    env: {
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      XDG_RUNTIME_DIR: room.folder,
      LIBGL_ALWAYS_SOFTWARE: '1',
      // No desktop services: they would outlive the browser.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      GSETTINGS_BACKEND: 'memory',
      NO_AT_BRIDGE: '1',
      // As root and in containers the sandbox's own tool may not run; what is shown here is our own.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    },
  });
  await waitUntil(
    () => {
      if (child.exitCode !== null) throw new GaveUpError(`${programs.driver} ended with ${child.exitCode}`);
      return isReady(port);
    },
    () => `${programs.driver} to answer on port ${port}`,
  );
  return port;
}

/**
 * Installs the browsers that journeys run in, where that is possible. Plain JavaScript without dependencies: it also runs
 * on an old Node.js (16 or later), before anything else is there.
 */
import {spawn} from 'node:child_process';
import {accessSync, constants, readdirSync, realpathSync} from 'node:fs';
import {createRequire} from 'node:module';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** What journeys use, the Debian packages it comes in, and how to see that it is there. */
const WANTED = [
  {
    name: 'Chromium',
    packages: ['chromium'],
    isThere: () => isProgram(process.env.CHROMIUM || '/usr/bin/chromium') || isProgram(findPlaywrightChromium()),
  },
  {
    name: 'Firefox',
    packages: ['firefox-esr'],
    isThere: () => isProgram(process.env.FIREFOX || '/usr/bin/firefox-esr'),
  },
  {
    name: 'WebKit',
    packages: ['webkit2gtk-driver'],
    isThere: () =>
      isProgram(process.env.WEBKIT_DRIVER || '/usr/bin/WebKitWebDriver') &&
      listFolder('/usr/lib').some((name) => isProgram(join('/usr/lib', name, 'webkit2gtk-4.1', 'MiniBrowser'))),
  },
  {name: 'Xvfb', packages: ['xvfb'], isThere: () => findInPath('Xvfb') !== undefined},
  {name: 'nginx', packages: ['nginx-light'], isThere: () => findInPath('nginx') !== undefined},
  {
    name: 'Liberation fonts',
    packages: ['fonts-liberation'],
    isThere: () => listFolder('/usr/share/fonts/truetype').some((name) => name.startsWith('liberation')),
  },
];

/**
 * Installs what is missing: by apt-get as root on Debian and its relatives; for Chromium, where that gave none, by
 * Playwright. What cannot be installed is named with its reason and does no harm.
 *
 * @param {{log?: (line: string) => void}} [options] - where the report goes, line by line; default the console.
 * @returns {Promise<{name: string, reason: string}[]>} what is missing in the end; empty when all is there.
 */
export async function installBrowsers({log = console.log} = {}) {
  const reasons = new Map();
  const missing = () => WANTED.filter((each) => !each.isThere());

  if (missing().length > 0) {
    const hindrance = explainNoApt();
    if (hindrance) for (const {name} of missing()) reasons.set(name, hindrance);
    else await installByApt(missing(), {reasons, log});
  }
  if (missing().some(({name}) => name === 'Chromium')) await installByPlaywright({reasons, log});

  const left = missing().map(({name}) => ({name, reason: reasons.get(name) || 'it was installed, but is not found'}));
  for (const {name, reason} of left) log(`${name} is missing, what needs it is skipped: ${reason}`);
  if (left.length === 0) log('All browsers for the journeys are there.');
  return left;
}

function explainNoApt() {
  if (!findInPath('apt-get')) return 'this system has no apt-get; install it by hand';
  if (process.getuid?.() !== 0) return 'only root may install packages by apt-get';
  return '';
}

async function installByApt(wanted, {reasons, log}) {
  const update = await run('apt-get', ['update', '-q'], log);
  if (update) log(`The list of packages could not be renewed: ${update}`);
  const all = await install(wanted.flatMap(({packages}) => packages));
  if (!all) return;
  // One package that does not exist here must not keep the others away.
  for (const {name, packages} of wanted) {
    const failure = await install(packages);
    if (failure) reasons.set(name, failure);
  }

  function install(packages) {
    const options = ['-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
    return run('apt-get', ['install', ...options, ...packages], log);
  }
}

async function installByPlaywright({reasons, log}) {
  const failure = await run('npx', ['--no-install', 'playwright', 'install', 'chromium'], log);
  if (!failure) return;
  const before = reasons.get('Chromium');
  reasons.set('Chromium', before ? `${before}; and ${failure}` : failure);
}

/** Runs a program and gives, in words, why it failed; nothing where it did not. Its output is shown only then. */
function run(program, args, log) {
  const command = [program, ...args].join(' ');
  log(command);
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      // So that npx finds what the project has installed.
      cwd: dirname(fileURLToPath(import.meta.url)),
      env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (part) => {
      output = (output + part).slice(-2000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve(`${command} could not be started (${error.message})`));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve('');
      if (output) log(output.trim());
      resolve(`${command} ended with ${code === null ? signal : code}`);
    });
  });
}

function findPlaywrightChromium() {
  try {
    return createRequire(import.meta.url)('playwright-core').chromium.executablePath();
  } catch {
    // Playwright is not installed, does not run on this Node.js, or knows no Chromium for this system.
    return undefined;
  }
}

function findInPath(name) {
  const folders = (process.env.PATH || '').split(delimiter).concat('/usr/sbin', '/usr/local/sbin');
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path) {
  if (!path) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listFolder(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await installBrowsers();

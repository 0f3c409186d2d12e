import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test, vi} from 'vitest';
import {isAlive} from './families.ts';
import {findEngines, openBrowser, waitUntil} from './index.ts';
import {type SampleSite, startSampleSite} from './sample-site.ts';

vi.setConfig({testTimeout: 60_000, hookTimeout: 60_000});

const VARIABLES = {chromium: 'CHROMIUM', firefox: 'FIREFOX', webkit: 'WEBKIT_DRIVER'};

let site: SampleSite;
/** Where everything of these tests is written. Short: the path of a socket has little room. */
const folder = mkdtempSync(join(tmpdir(), 'fw-test-'));

beforeAll(async () => {
  site = await startSampleSite();
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  site.close();
  rmSync(folder, {recursive: true});
});

function useFreshTemporaryFolder(): void {
  vi.stubEnv('TMPDIR', mkdtempSync(join(folder, 't-')));
}

describe.each(findEngines())('$title', ({engine, missing}) => {
  const here = test.skipIf(missing !== undefined);

  here.each(['close', 'kill'] as const)('leaves nothing after %s', async (ending) => {
    useFreshTemporaryFolder();
    const browser = await openBrowser(engine);
    await browser.open(site.origin);
    const pids = browser.processes();
    expect(pids.length).toBeGreaterThan(2);
    expect(pids.every(isAlive)).toBe(true);
    await browser[ending]();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(browser.processes()).toEqual([]);
    expect(readdirSync(tmpdir())).toEqual([]);
    await expect(browser.open(site.origin)).rejects.toThrow('closed');
  });

  here('leaves nothing when it cannot start', async () => {
    useFreshTemporaryFolder();
    vi.stubEnv(VARIABLES[engine], '/bin/false');
    await expect(openBrowser(engine)).rejects.toThrow('/bin/false');
    expect(readdirSync(tmpdir())).toEqual([]);
  });

  // the same code ends all engines' processes; only a signal that leaves no handler its time is worth each of them
  const endings = engine === 'chromium' ? (['exit', 'SIGTERM', 'SIGKILL'] as const) : (['SIGKILL'] as const);
  here.each(endings)('leaves nothing when the test process ends by %s', async (ending) => {
    useFreshTemporaryFolder();
    const program = `
      import {openBrowser} from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const browser = await openBrowser('${engine}');
      console.log(browser.processes().join());
      process.stdin.once('data', () => process.exit());`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      env: process.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    const pids = String(line).split(',').map(Number);
    expect(pids.every(isAlive)).toBe(true);
    if (ending === 'exit') child.stdin.write('go\n');
    else child.kill(ending);
    await waitUntil(
      () => !pids.some(isAlive) && readdirSync(tmpdir()).length === 0,
      () => `nothing to live of ${pids.filter(isAlive)} nor to be left of ${readdirSync(tmpdir())}`,
    );
  });

  test.skipIf(missing || engine === 'webkit')('keeps the storage of a given profile over a crash', async () => {
    const profileFolder = mkdtempSync(join(folder, 'p-'));
    const exchange = async (value: string) => {
      const request = indexedDB.open('sample', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('values');
      await new Promise((resolve) => request.addEventListener('success', resolve));
      const transaction = request.result.transaction('values', 'readwrite', {durability: 'strict'});
      const before = transaction.objectStore('values').get('key');
      transaction.objectStore('values').put(value, 'key');
      await new Promise((resolve) => transaction.addEventListener('complete', resolve));
      return String(before.result);
    };
    const first = await openBrowser(engine, {profileFolder});
    expect(await (await first.open(site.origin)).run(exchange, 'kept')).toBe('undefined');
    await first.kill();
    const second = await openBrowser(engine, {profileFolder});
    // The same origin: the port of the site has not changed.
    expect(await (await second.open(site.origin)).run(exchange, 'again')).toBe('kept');
    await second.close();
  });

  test.runIf(!missing && engine === 'webkit')('refuses a profile where it would not be kept', async () => {
    await expect(openBrowser(engine, {profileFolder: folder})).rejects.toThrow('no profile folder');
  });
});

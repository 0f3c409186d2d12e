import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterEach, beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import {type CollectorEvent, createDuckDbStore, type Store, StoreError} from '../../src/collector/index.ts';
import {testUnless} from '../journey/test-unless.ts';
import {beaconOf, openCollector, postOf, turnOf} from './fixtures.ts';

const children = vi.hoisted((): ChildProcess[] => []);
vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>();
  const fork = (...given: Parameters<typeof real.fork>) => {
    const child = real.fork(...given);
    children.push(child);
    return child;
  };
  return {...real, fork};
});

const run = promisify(execFile);
const EVERYTHING = {fromAt: 0, untilAt: 4e12, nowAt: 4e12};
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firstword-trouble-'));
  children.length = 0;
});

afterEach(() => rm(folder, {recursive: true, force: true}));

/** A file system of its own, so small that it is soon full; a reason where the machine lets nobody make one. */
async function mountSmall(at: string, options: string): Promise<string | undefined> {
  try {
    await mkdir(at, {recursive: true});
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]);
    return undefined;
  } catch (error) {
    return `no file system can be mounted here: ${error instanceof Error ? error.message.split('\n')[1] : error}`;
  }
}

const unmountable = await (async () => {
  const at = await mkdtemp(join(tmpdir(), 'firstword-mount-'));
  const reason = await mountSmall(at, 'size=1m');
  if (!reason) await run('umount', [at]);
  await rm(at, {recursive: true, force: true});
  return reason;
})();

const unlimitable = await run('prlimit', ['--version']).then(
  () => undefined,
  () => 'there is no prlimit here to raise the limit again',
);

/** A collector over a file, what befell it, and a way to send it one more turn. */
async function open(path: string) {
  const failures: string[] = [];
  const observe = (event: CollectorEvent) => {
    if (event.kind === 'failed')
      failures.push(event.error instanceof StoreError ? event.error.kind : String(event.error));
  };
  const store = await createDuckDbStore({path, commitWaitMs: 1});
  const {collector} = await openCollector({store, observe, retention: 'off'});
  let sentCount = 0;
  const send = async () => (await collector.handle(postOf(beaconOf([turnOf(sentCount++)])))).status;
  return {collector, store, failures, send, next: () => sentCount};
}

const countOf = async (store: Store) => (await store.read('summary', EVERYTHING)).turnCount;

async function sendUntil(send: () => Promise<number>, status: number): Promise<number> {
  let acknowledgedCount = 0;
  for (;;) {
    const answered = await send();
    if (answered === 200) acknowledgedCount += 1;
    if (answered === status) return acknowledgedCount;
  }
}

describe('a full disk', () => {
  testUnless(unmountable, 'is said, loses nothing, and is over once there is room', async () => {
    const at = join(folder, 'small');
    await mountSmall(at, 'size=1m');
    try {
      await writeFile(join(at, 'ballast'), Buffer.alloc(800_000));
      const {collector, store, failures, send} = await open(join(at, 'turns.duckdb'));
      const acknowledgedCount = await sendUntil(send, 503);
      expect(await send()).toBe(503);
      expect(failures).toEqual(['full', 'full']);
      expect(acknowledgedCount).toBeGreaterThan(10);
      expect(await countOf(store)).toBe(acknowledgedCount);
      await rm(join(at, 'ballast'));
      expect(await send()).toBe(200);
      await collector.close();
      const again = await createDuckDbStore({path: join(at, 'turns.duckdb')});
      expect(await countOf(again)).toBe(acknowledgedCount + 1);
      await again.close();
    } finally {
      await run('umount', [at]);
    }
  });

  testUnless(unlimitable, 'is said by a process that may write no larger file, and is over once it may', async () => {
    const path = join(folder, 'turns.duckdb');
    const script = fileURLToPath(new URL('./endless-writer.ts', import.meta.url));
    // a limit's signal would end the process: a disk sends none
    const command = `trap '' XFSZ; ulimit -S -f 600; exec "$0" "$@"`;
    const child = spawn('bash', ['-c', command, process.execPath, script, path], {stdio: ['pipe', 'pipe', 'pipe']});
    const exited = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    const acknowledged = new Set<number>();
    createInterface({input: child.stdout}).on('line', (line) => acknowledged.add(Number(line)));
    const complaints = createInterface({input: child.stderr});
    child.stdin.write('go');
    const [complaint] = await once(complaints, 'line');
    expect(complaint).toMatch(/^full: the disk of the turn store .* is full; make room/);
    const before = acknowledged.size;
    const writers = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    for (const pid of writers.trim().split(' ')) await run('prlimit', [`--pid=${pid}`, '--fsize=unlimited:unlimited']);
    await vi.waitUntil(() => acknowledged.size > before + 100, {timeout: 30_000, interval: 20});
    child.kill('SIGKILL');
    await exited;
    const store = await createDuckDbStore({path});
    expect(await countOf(store)).toBeGreaterThanOrEqual(acknowledged.size);
    await store.close();
  });
});

describe('what cannot be written', () => {
  testUnless(unmountable, 'is said on opening', async () => {
    const at = join(folder, 'read-only');
    await mountSmall(at, 'size=1m,ro');
    try {
      for (const name of ['turns.duckdb', 'deep/turns.duckdb']) {
        const opening = createDuckDbStore({path: join(at, name)});
        await expect(opening).rejects.toMatchObject({
          kind: 'unwritable',
          message: expect.stringMatching(/for writing/),
        });
      }
    } finally {
      await run('umount', [at]);
    }
  });
});

describe('a damaged file', () => {
  const damages: [name: string, damage: (file: Buffer) => Buffer][] = [
    ['emptied', () => Buffer.alloc(0)],
    ['cut in its head', (file) => file.subarray(0, 4000)],
    ['changed', (file) => Buffer.from(file.map((byte, at) => (at % 997 ? byte : byte ^ 255)))],
    ['zeroed', (file) => Buffer.alloc(file.length)],
    ['of text', () => Buffer.from('no database at all\n'.repeat(500))],
  ];
  it.each(damages)('that was %s is refused in words, and left as it is', async (_name, damage) => {
    const path = join(folder, 'turns.duckdb');
    const {collector, send} = await open(path);
    await send();
    await collector.close();
    const damaged = damage(await readFile(path));
    await writeFile(path, damaged);
    await expect(createDuckDbStore({path})).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringMatching(/is damaged, or no turn store .* move it away/),
    });
    expect((await readFile(path)).equals(damaged)).toBe(true);
    await rm(path);
    await (await createDuckDbStore({path})).close();
  });

  it('that lost its second half answers no reading with wrong figures', async () => {
    const path = join(folder, 'turns.duckdb');
    const {collector, send} = await open(path);
    for (let count = 0; count < 50; count++) await send();
    await collector.close();
    const file = await readFile(path);
    await writeFile(path, file.subarray(0, file.length >> 1));
    const kindOf = async () => {
      const store = await createDuckDbStore({path});
      try {
        return await countOf(store);
      } finally {
        await store.close();
      }
    };
    await expect(kindOf()).rejects.toMatchObject({kind: 'corrupt'});
  });

  it('beside which the newest changes were damaged is refused, and keeps them for whoever can read them', async () => {
    const path = join(folder, 'turns.duckdb');
    const {send} = await open(path);
    for (let count = 0; count < 5; count++) await send();
    const copy = join(folder, 'copy.duckdb');
    await copyFile(path, copy);
    const changes = await readFile(`${path}.wal`);
    const middle = changes.length >> 1;
    changes[middle] = (changes[middle] ?? 0) ^ 255;
    await writeFile(`${copy}.wal`, changes);
    await expect(createDuckDbStore({path: copy})).rejects.toMatchObject({kind: 'corrupt'});
    expect((await readdir(folder)).sort()).toContain('copy.duckdb.wal');
  });
});

describe('the process of a store', () => {
  const FALLS = [
    ['is killed', 'SIGKILL'],
    ['crashes', 'SIGSEGV'],
  ] as const;

  /** Has the newest process fall, and waits for its end. */
  async function fell(signal: 'SIGKILL' | 'SIGSEGV' = 'SIGKILL'): Promise<void> {
    const [child] = children.slice(-1);
    if (!child) throw new Error('a store has a process');
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await ended;
  }

  it.each(FALLS)('that %s is followed by another, and nothing is lost', async (_name, signal) => {
    const {collector, store, send} = await open(join(folder, 'turns.duckdb'));
    for (let round = 0; round < 3; round++) {
      expect(await send()).toBe(200);
      const underway = [send(), send(), send(), countOf(store)];
      await fell(signal);
      expect(await Promise.all(underway)).toEqual([200, 200, 200, expect.any(Number)]);
    }
    expect(children.length).toBeGreaterThanOrEqual(3);
    expect(await countOf(store)).toBe(12);
    await collector.close();
    expect(await filesOpen()).toEqual([]);
  });

  it('that cannot be followed fails what is asked with 503, until it can', async () => {
    const path = join(folder, 'turns.duckdb');
    const {failures, send, store} = await open(path);
    expect(await send()).toBe(200);
    await fell();
    // what it had not worked into the file lies beside it
    const kept = join(folder, 'kept');
    await Promise.all([copyFile(path, kept), copyFile(`${path}.wal`, `${kept}.wal`)]);
    await writeFile(path, 'garbage'.repeat(1000));
    expect([await send(), await send()]).toEqual([503, 503]);
    expect(failures).toEqual(['corrupt', 'corrupt']);
    await Promise.all([copyFile(kept, path), copyFile(`${kept}.wal`, `${path}.wal`)]);
    expect(await send()).toBe(200);
    expect(await countOf(store)).toBe(2);
  });

  it('goes on when a terminal interrupts everybody, and ends with the store', async () => {
    const {collector, store, send} = await open(join(folder, 'turns.duckdb'));
    const [child] = children;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child?.kill(signal);
    await send();
    expect(await countOf(store)).toBe(1);
    await collector.close();
    expect(children).toHaveLength(1);
    expect(child?.connected).toBe(false);
    expect(await filesOpen()).toEqual([]);
  });

  /** Files of the test that a process of this test, or a store's, has open. */
  async function filesOpen(): Promise<string[]> {
    const found: string[] = [];
    for (const pid of ['self', ...children.map((child) => child.pid)]) {
      const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []); // of what ended, and elsewhere than on Linux, nobody tells
      const paths = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
      found.push(...paths.filter((path) => path.startsWith(folder)));
    }
    return found;
  }
});

describe('two stores of one file', () => {
  it('are not: the second is refused in words, and the first goes on', async () => {
    const path = join(folder, 'turns.duckdb');
    const {send} = await open(path);
    const code = `const {createDuckDbStore} = await import(${JSON.stringify(new URL('../../src/collector/index.ts', import.meta.url).href)});
      await createDuckDbStore({path: process.argv[1]}).catch(({kind, message}) => console.log(kind, message));`;
    const {stdout} = await run(process.execPath, ['--input-type=module', '-e', code, path]);
    expect(stdout).toMatch(/^locked the turn store .* is in use by another collector/);
    expect(await send()).toBe(200);
  });
});

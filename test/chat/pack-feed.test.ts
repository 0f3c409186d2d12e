import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {
  createPackFeed,
  DEFAULT_PACK_TTL_MS,
  MAX_PACK_BYTES,
  type PackFeedOptions,
  STALE_PACK_MS,
} from '../../src/chat/pack-feed.ts';
import {CHECK_EVERY_MS, createPackStore, type Shelf, type Snapshot} from '../../src/storage/index.ts';
import {createGate} from '../gate.ts';
import {patientShelf} from '../storage/databases.ts';

interface Pack {
  version: string;
  language?: string;
  ttlMs?: number;
}

const ADDRESS = 'https://shop.example/faq.json';
const LATER_MS = CHECK_EVERY_MS;
let shelf: Shelf;
let nowAt = 0;
/** What happened on the pages so far, in order. */
let log: string[] = [];

beforeEach(() => {
  shelf = patientShelf('firstword-test-feed');
  nowAt = 1e12;
  log = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await shelf.clear();
});

/** Answers what the pages ask for. */
function serve(answer: () => Response | Promise<Response>): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
    log.push(`asks ${init?.cache}`);
    return answer();
  });
}

const packOf = (version: string, more: Partial<Pack> = {}): Response =>
  Response.json({version, ...more}, {headers: {etag: `"${version}"`}});

function accept(value: unknown): Pack {
  const pack = value as Partial<Pack>;
  if (typeof pack.version !== 'string') throw new TypeError('no pack');
  return pack as Pack;
}

/** Opens a chat on a page; resolves when nothing more comes. */
async function visit(more: Partial<PackFeedOptions<Pack>> = {}): Promise<string[]> {
  log = [];
  await createPackFeed<Pack>({
    url: ADDRESS,
    language: 'en-GB',
    credentials: 'same-origin',
    packs: createPackStore(ADDRESS, shelf),
    accept,
    onPack: ({version}) => log.push(`has ${version}`),
    onTrouble: ({problem, status, value}) => log.push(`trouble ${problem} ${status ?? value}`),
    signal: new AbortController().signal,
    now: () => nowAt,
    idle: (work) => {
      log.push('idle');
      work();
    },
    ...more,
  });
  return log;
}

async function kept(): Promise<Snapshot | undefined> {
  let found: Snapshot | undefined;
  await createPackStore(ADDRESS, shelf).read((snapshot) => {
    found = snapshot;
  });
  return found;
}

test('where none is kept the pack is fetched at once, and kept before it is given', async () => {
  serve(() => packOf('v1'));
  const before = await kept();
  let keptAtFirst: Promise<Snapshot | undefined> | undefined;
  await visit({
    onPack: ({version}) => {
      log.push(`has ${version}`);
      keptAtFirst = kept();
    },
  });
  expect(before).toBeUndefined();
  expect(log).toEqual(['asks default', 'has v1']);
  expect(await keptAtFirst).toMatchObject({validator: '"v1"', currentAt: nowAt, pack: {version: 'v1'}});
});

test('what is kept is given at once, and is asked after when the page is idle', async () => {
  serve(() => packOf('v1'));
  await visit();
  nowAt += LATER_MS;
  expect(await visit()).toEqual(['has v1', 'idle', 'asks no-cache']);
});

test('a newer one takes its place, on this page and on the next', async () => {
  let version = 'v1';
  serve(() => packOf(version));
  await visit();
  version = 'v2';
  nowAt += LATER_MS;
  expect(await visit()).toEqual(['has v1', 'idle', 'asks no-cache', 'has v2']);
  nowAt += 1;
  expect(await visit()).toEqual(['has v2', 'idle']);
});

test('the pages of a site ask after it once in five minutes', async () => {
  serve(() => packOf('v1'));
  await visit();
  nowAt += LATER_MS - 1;
  expect(await visit()).toEqual(['has v1', 'idle']);
  nowAt += 1;
  expect(await visit()).toEqual(['has v1', 'idle', 'asks no-cache']);
  expect(await visit()).toEqual(['has v1', 'idle']);
});

test('nothing is asked while the page is busy', async () => {
  serve(() => packOf('v1'));
  await visit();
  nowAt += LATER_MS;
  const gate = createGate();
  const done = visit({idle: (work) => void gate.opened.then(work)});
  await expect.poll(() => log).toEqual(['has v1']);
  gate.open();
  await done;
  expect(log).toEqual(['has v1', 'asks no-cache']);
});

describe('an unchanged pack', () => {
  test('is not read again', async () => {
    let bodies = 0;
    let isCancelled = false;
    serve(() => {
      const body = new ReadableStream<Uint8Array>({
        start(sink) {
          sink.enqueue(new TextEncoder().encode('{"version": "v1"}'));
          if (++bodies === 1) sink.close();
        },
        cancel() {
          isCancelled = true;
        },
      });
      return new Response(body, {headers: {etag: '"v1"'}});
    });
    await visit();
    nowAt += LATER_MS;
    expect(await visit()).toEqual(['has v1', 'idle', 'asks no-cache']);
    expect(bodies).toBe(2);
    expect(isCancelled).toBe(true);
  });

  test('is told by the time of its last change where it has no ETag', async () => {
    serve(() => Response.json({version: 'v1'}, {headers: {'last-modified': 'Tue, 01 Dec 2026 10:00:00 GMT'}}));
    await visit();
    nowAt += LATER_MS;
    expect(await visit()).toEqual(['has v1', 'idle', 'asks no-cache']);
  });

  test('cannot be told where it has neither', async () => {
    serve(() => Response.json({version: 'v1'}));
    await visit();
    nowAt += LATER_MS;
    expect(await visit()).toEqual(['has v1', 'idle', 'asks no-cache', 'has v1']);
  });

  test('counts as fresh from then on', async () => {
    serve(() => packOf('v1', {ttlMs: 10 * LATER_MS}));
    await visit();
    const firstAt = nowAt;
    nowAt += 4 * LATER_MS;
    await visit();
    expect(await kept()).toMatchObject({currentAt: firstAt}); // it is fresh enough not to be written again
    nowAt += 2 * LATER_MS;
    await visit();
    expect(await kept()).toMatchObject({currentAt: nowAt, pack: {version: 'v1'}});
  });
});

describe('a pack that is past its ttl', () => {
  test.each([
    ['its own', {ttlMs: 1000}, 1000],
    ['the default one', {}, DEFAULT_PACK_TTL_MS],
  ])('%s, is given for a week while a newer one is asked for, and then no more', async (_, more, ttlMs) => {
    serve(() => packOf('v1', more));
    await visit();
    serve(() => packOf('v2', more));
    const writtenAt = nowAt;
    nowAt = writtenAt + ttlMs + STALE_PACK_MS - 1;
    const stale = createGate();
    serve(async () => {
      await stale.opened;
      return packOf('v2', more);
    });
    const done = visit();
    await expect.poll(() => log).toEqual(['has v1', 'idle', 'asks no-cache']);
    stale.open();
    await done;
    expect(log.at(-1)).toBe('has v2');
    nowAt += ttlMs + STALE_PACK_MS;
    serve(() => packOf('v3', more));
    expect(await visit()).toEqual(['idle', 'asks no-cache', 'has v3']);
  });

  test('by more than a week is given once it is said to be the newest', async () => {
    serve(() => packOf('v1'));
    await visit();
    nowAt += DEFAULT_PACK_TTL_MS + STALE_PACK_MS;
    expect(await visit()).toEqual(['idle', 'asks no-cache', 'has v1']);
    nowAt += LATER_MS;
    expect(await visit()).toEqual(['has v1', 'idle', 'asks no-cache']);
  });

  test('by more than a week is not given when no newer one comes', async () => {
    serve(() => packOf('v1'));
    await visit();
    serve(() => new Response('', {status: 500}));
    nowAt += DEFAULT_PACK_TTL_MS + STALE_PACK_MS;
    expect(await visit()).toEqual(['idle', 'asks no-cache', 'trouble http 500']);
  });

  test('after the clock was put back, too', async () => {
    serve(() => packOf('v1'));
    await visit();
    nowAt -= DEFAULT_PACK_TTL_MS + STALE_PACK_MS;
    serve(() => packOf('v2'));
    expect(await visit()).toEqual(['idle', 'asks no-cache', 'has v2']);
  });
});

describe('what is no pack', () => {
  const unreadable = expect.stringMatching(/^trouble unreadable ./);
  const large = JSON.stringify({version: 'v2', text: 'x'.repeat(MAX_PACK_BYTES)});
  const broken = () =>
    new ReadableStream({
      pull: (sink) => sink.error(new Error('broken on purpose')),
    });

  test.each<[string, () => Response, unknown]>([
    ['a page that is not found', () => new Response('<!doctype html>', {status: 404}), 'trouble http 404'],
    ['a failing server', () => new Response('', {status: 503}), 'trouble http 503'],
    ['a page of HTML', () => new Response('<!doctype html>', {headers: {'content-type': 'text/html'}}), unreadable],
    ['nothing at all', () => new Response(null), unreadable],
    ['JSON cut in half', () => new Response('{"version": "v2"'), unreadable],
    ['other JSON', () => Response.json({name: 'v2'}), 'trouble unreadable TypeError: no pack'],
    ['more than is read', () => new Response(large), 'trouble too-large undefined'],
    ['no network', () => Response.error(), 'trouble http 0'],
    ['a connection that breaks', () => new Response(broken()), expect.stringMatching(/^trouble network ./)],
  ])('%s: what is kept stays, the owner is told, and where none is kept none is given', async (_, answer, trouble) => {
    serve(answer);
    expect(await visit()).toEqual(['asks default', trouble]);
    serve(() => packOf('v1'));
    await visit();
    serve(answer);
    nowAt += LATER_MS;
    expect(await visit()).toEqual(['has v1', 'idle', 'asks no-cache', trouble]);
    expect(await visit()).toEqual(['has v1', 'idle']);
    expect(await kept()).toMatchObject({pack: {version: 'v1'}});
  });

  test('no network at all', async () => {
    serve(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(await visit()).toEqual(['asks default', 'trouble network TypeError: Failed to fetch']);
  });

  test('is replaced where it is what is kept', async () => {
    await createPackStore(ADDRESS, shelf).write({validator: '"v1"', currentAt: nowAt, pack: {name: 'v1'}});
    serve(() => packOf('v1'));
    expect(await visit()).toEqual(['asks default', 'has v1']);
  });
});

describe('a pack in another language', () => {
  test('is not given, from the network or from what is kept; the owner is told', async () => {
    serve(() => packOf('v1', {language: 'de'}));
    expect(await visit()).toEqual(['asks default', 'trouble language de']);
    expect(await visit()).toEqual(['trouble language de', 'idle']);
    expect(await visit({language: 'de-AT'})).toEqual(['has v1', 'idle']);
  });

  test.each([
    ['en', 'en-GB'],
    ['EN-us', 'en'],
    ['en', undefined],
    [undefined, 'fr'],
  ])('is none: %s for a page in %s', async (language, pageLanguage) => {
    serve(() => packOf('v1', language ? {language} : {}));
    expect(await visit({language: pageLanguage})).toEqual(['asks default', 'has v1']);
  });
});

describe('where it would cost the visitor something', () => {
  test.each<[string, () => void]>([
    ['who saves data', () => saveData()],
    ['who is offline', () => void vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)],
  ])('%s, what is kept is enough', async (_, pretend) => {
    serve(() => packOf('v1'));
    await visit();
    nowAt += LATER_MS;
    pretend();
    expect(await visit()).toEqual(['has v1']);
  });

  test('the owner is not told that a visitor is offline', async () => {
    serve(() => Promise.reject(new TypeError('Failed to fetch')));
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    expect(await visit()).toEqual(['asks default']);
  });

  function saveData(): void {
    const connection = {saveData: true};
    vi.spyOn(navigator as unknown as {connection: object}, 'connection', 'get').mockReturnValue(connection);
  }
});

describe('when it has ended', () => {
  test.each(['reading', 'idle', 'fetching'] as const)('while %s, nothing is called back', async (moment) => {
    serve(() => packOf('v1'));
    if (moment === 'idle') await visit();
    nowAt += LATER_MS;
    const life = new AbortController();
    serve(() => {
      life.abort();
      return packOf('v2');
    });
    const idle = (work: () => void) => {
      life.abort();
      work();
    };
    const done = visit({signal: life.signal, idle});
    if (moment === 'reading') life.abort();
    await done;
    expect(log).toEqual({reading: [], idle: ['has v1'], fetching: ['asks default']}[moment]);
  });

  test('a request that is aborted is no trouble', async () => {
    const life = new AbortController();
    serve(() => {
      life.abort();
      throw life.signal.reason;
    });
    expect(await visit({signal: life.signal})).toEqual(['asks default']);
  });
});

describe('a shelf that is late', () => {
  const late = (opened: Promise<void>): Partial<PackFeedOptions<Pack>> => ({
    packs: {
      ...createPackStore(ADDRESS, shelf),
      async read(onSnapshot) {
        void opened.then(() => onSnapshot({validator: '"v1"', currentAt: nowAt, pack: {version: 'v1'}}));
      },
    },
  });

  test('gives what it has until the network has answered', async () => {
    const [shelfGate, networkGate] = [createGate(), createGate()];
    serve(async () => {
      await networkGate.opened;
      return packOf('v2');
    });
    const done = visit(late(shelfGate.opened));
    await expect.poll(() => log).toEqual(['asks default']);
    shelfGate.open();
    await expect.poll(() => log).toEqual(['asks default', 'has v1']);
    networkGate.open();
    await done;
    expect(log).toEqual(['asks default', 'has v1', 'has v2']);
  });

  test('gives nothing once the network has answered', async () => {
    const gate = createGate();
    serve(() => packOf('v2'));
    await visit(late(gate.opened));
    gate.open();
    await gate.opened;
    expect(log).toEqual(['asks default', 'has v2']);
  });
});

test('without IndexedDB the pack is fetched, and nobody is told', async () => {
  vi.spyOn(window, 'indexedDB', 'get').mockImplementation(() => {
    throw new DOMException('blocked', 'SecurityError');
  });
  serve(() => packOf('v1'));
  expect(await visit()).toEqual(['asks default', 'has v1']);
  expect(await visit()).toEqual(['asks default', 'has v1']);
});

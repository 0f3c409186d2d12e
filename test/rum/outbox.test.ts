import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import type {PageRecord} from '../../src/protocol/index.ts';
import type {KeptRecord, RumOptions} from '../../src/rum/index.ts';
import {createOutbox, type Shelf} from '../../src/storage/index.ts';
import {databaseNames, patientShelf} from '../storage/databases.ts';
import {createEndpoint} from '../stream/endpoint.ts';
import {BUSY, complete, ids, OK, settled, snapshot, start, untilBatches, useSending} from './sending.ts';

useSending();

const NAME = 'firstword-test-sent';
let shelf: Shelf;

beforeEach(() => {
  shelf = patientShelf(NAME);
});
afterEach(() => shelf.clear());

const box = () => createOutbox<KeptRecord>(shelf);
const openOutbox = async () => box();
/** What the outbox has, in short. */
const kept = async () => (await box().read(Date.now())).kept.map(({record: {id, rev, final}}) => ({id, rev, final}));
const untilKept = (expected: object[]) => vi.waitFor(async () => expect(await kept()).toMatchObject(expected));

/** Starts the sender of another page of the origin. */
const visit = (url: string, pageId: string, more: Partial<RumOptions> = {}) => {
  const page: PageRecord = {id: pageId.repeat(16), route: `/${pageId}`};
  return start(url, {consent: 'granted', openOutbox, page, ...more});
};

describe('a turn on its way', () => {
  test('is written in the task in which it begins', async () => {
    const {url} = await createEndpoint(OK);
    const rum = visit(url, 'a');
    await kept(); // the outbox is open by now
    const open = snapshot();
    let task = 'the task';
    const written: string[] = [];
    const own = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      if (String(key).startsWith(open.id)) written.push(task);
      return own.call(this, value, key);
    });
    rum.hold(open);
    const {port1, port2} = new MessageChannel();
    await new Promise((resolve) => {
      port2.onmessage = resolve;
      port1.postMessage('');
      task = 'the task';
    });
    task = 'a later task';
    port1.close();
    expect(written).toEqual(['the task']);
    await untilKept([{id: open.id, final: false}]);
  });

  test('is kept as it stands, then with its end, until the collector has that', async () => {
    const endpoint = await createEndpoint({headGate: 'ack', status: 204, headers: {}});
    const rum = visit(endpoint.url, 'a');
    const open = snapshot();
    rum.hold(open);
    await untilKept([{id: open.id, rev: 1, final: false}]);
    rum.take({...complete(), id: open.id});
    await untilKept([{id: open.id, rev: 1, final: true}]);
    await endpoint.open('ack');
    await untilKept([]);
  });

  test('is sent by the next page on which the chat is opened, as its own page had it, and older', async () => {
    const endpoint = await createEndpoint(OK);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const first = visit(endpoint.url, 'a');
    const open = snapshot();
    first.hold(open);
    await untilKept([{id: open.id}]);
    first.stop(); // as if the page had been killed: nothing was sent
    clock.mockReturnValue(1_000_000 + 60_000);
    const own = complete();
    visit(endpoint.url, 'b').take(own);
    const sent = await untilBatches(endpoint, 2);
    const [replayed] = sent.filter(({page}) => page.route === '/a');
    expect(replayed).toMatchObject({consent: 'granted', page: {id: 'a'.repeat(16)}});
    expect(replayed?.turns.map(({id, rev, outcome}) => [id, rev, outcome])).toEqual([[open.id, 1, 'open']]);
    const age = replayed?.turns[0]?.age ?? 0;
    expect(age).toBeGreaterThanOrEqual(open.age + 60_000);
    expect(age).toBeLessThan(open.age + 61_000);
    expect(sent.filter(({page}) => page.route === '/b').map(ids)).toEqual([[own.id]]);
    await untilKept([]);
  });
});

describe('records of earlier pages', () => {
  /** Leaves a record for each page behind, with a collector that is down. */
  async function leaveBehind(url: string, pages: readonly string[], more: Partial<RumOptions> = {}): Promise<string[]> {
    const left: string[] = [];
    for (const page of pages) {
      const rum = visit(url, page, more);
      const record = complete();
      rum.take(record);
      left.push(record.id);
      await vi.waitFor(async () => expect((await kept()).map(({id}) => id)).toEqual(left));
      rum.stop();
    }
    return left;
  }

  const down = (url: string) => {
    const own = globalThis.fetch.bind(globalThis);
    return vi.spyOn(globalThis, 'fetch').mockImplementation(async (to, init) => {
      if (to === url && init?.method === 'POST') throw new TypeError('down');
      return own(to, init);
    });
  };

  test('go in batches of their own, one for each page, when the collector is back', async () => {
    const endpoint = await createEndpoint(OK);
    const failing = down(endpoint.url);
    const left = await leaveBehind(endpoint.url, ['a', 'b', 'c']);
    const rum = visit(endpoint.url, 'd');
    await vi.waitFor(() => expect(failing.mock.calls.length).toBeGreaterThan(3));
    failing.mockRestore();
    rum.opened();
    const sent = await untilBatches(endpoint, 3);
    expect(sent.map(({page, turns}) => [page.route, ...turns.map(({id}) => id)])).toEqual([
      ['/a', left[0]],
      ['/b', left[1]],
      ['/c', left[2]],
    ]);
    await untilKept([]);
  });

  test('are sent by two pages at once without harm: same id, same rev, and nothing is left', async () => {
    const endpoint = await createEndpoint(OK);
    const failing = down(endpoint.url);
    const [left] = await leaveBehind(endpoint.url, ['a']);
    failing.mockRestore();
    visit(endpoint.url, 'b');
    visit(endpoint.url, 'c');
    await vi.waitFor(async () => {
      expect(await kept()).toEqual([]);
      expect((await endpoint.seen()).posts.length).toBeGreaterThan(0);
    });
    const sent = await settled(endpoint);
    expect(new Set(sent.flatMap(({turns}) => turns.map(({id, rev}) => `${id} ${rev}`)))).toEqual(
      new Set([`${left} 1`]),
    );
    expect(new Set(sent.map(({page}) => page.route))).toEqual(new Set(['/a']));
  });

  test('for another collector are left to its own pages', async () => {
    const [one, two] = [await createEndpoint(OK), await createEndpoint(OK)];
    const failing = down(one.url);
    const [left] = await leaveBehind(one.url, ['a']);
    failing.mockRestore();
    visit(two.url, 'b');
    expect(await settled(two)).toEqual([]);
    expect((await kept()).map(({id}) => id)).toEqual([left]);
    visit(one.url, 'c');
    expect((await untilBatches(one, 1)).map(ids)).toEqual([[left]]);
  });

  test('older than a day are dropped, and the collector is told how many, once', async () => {
    const endpoint = await createEndpoint(OK);
    const failing = down(endpoint.url);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    await leaveBehind(endpoint.url, ['a', 'b']);
    failing.mockRestore();
    clock.mockReturnValue(1_000_000 + 86_400_000);
    const rum = visit(endpoint.url, 'c');
    await vi.waitFor(async () => expect((await box().read(Date.now())).dropped).toBe(2));
    const own = [complete(), complete(), complete()];
    for (const [at, record] of own.entries()) {
      rum.take(record);
      await untilBatches(endpoint, at + 1);
      await untilKept([]);
    }
    const sent = await untilBatches(endpoint, 3);
    expect(sent.flatMap((batch) => ids(batch))).toEqual(own.map(({id}) => id));
    expect(sent.flatMap(({dropped}) => dropped ?? [])).toEqual([2]);
    await vi.waitFor(async () => expect((await box().read(Date.now())).dropped).toBe(0));
  });

  test('are fifty at most, the oldest are dropped and counted', async () => {
    const endpoint = await createEndpoint(OK);
    const failing = down(endpoint.url);
    const rum = visit(endpoint.url, 'a');
    const records = Array.from({length: 60}, complete);
    for (const record of records) rum.take(record);
    await vi.waitFor(async () => expect(await kept()).toHaveLength(50));
    expect((await kept()).map(({id}) => id)).toEqual(records.slice(10).map(({id}) => id));
    rum.stop();
    failing.mockRestore();
    visit(endpoint.url, 'b');
    const sent = await untilBatches(endpoint, 3);
    expect(sent.flatMap((batch) => ids(batch))).toEqual(records.slice(10).map(({id}) => id));
    expect(sent.map(({dropped}) => dropped)).toEqual([10, undefined, undefined]);
    await untilKept([]);
  });
});

describe('nothing is kept', () => {
  const SIGNALS = {GPC: ['globalPrivacyControl', true], DNT: ['doNotTrack', '1']} as const;

  test.each([
    ['auto', 'none', 'off'],
    ['required', 'none', 'off'],
    ['denied', 'none', 'off'],
    ['granted', 'GPC', 'off'],
    ['granted', 'DNT', 'off'],
    ['auto', 'GPC', 'first-party'],
  ] as const)('with consent %s, the signal %s and data-gpc %s', async (consent, signal, gpc) => {
    if (signal !== 'none') {
      const [name, value] = SIGNALS[signal];
      Object.defineProperty(navigator, name, {value, configurable: true});
    }
    const endpoint = await createEndpoint(BUSY);
    const open = vi.fn(openOutbox);
    const rum = visit(endpoint.url, 'a', {consent, gpc, openOutbox: open});
    rum.hold(snapshot());
    rum.take(complete());
    rum.leave(snapshot());
    await settled(endpoint);
    expect(open).not.toHaveBeenCalled();
    expect(await databaseNames()).not.toContain(NAME);
  });

  test('under a signal, but for the own collector where the site says so', async () => {
    Object.defineProperty(navigator, 'globalPrivacyControl', {value: true, configurable: true});
    const endpoint = await createEndpoint(BUSY);
    const record = complete();
    visit(endpoint.url, 'a', {gpc: 'first-party'}).take(record);
    await untilKept([{id: record.id}]);
  });

  test('any more once consent is refused, and what was kept is erased', async () => {
    const endpoint = await createEndpoint(BUSY);
    const rum = visit(endpoint.url, 'a');
    rum.take(complete());
    await vi.waitFor(async () => expect(await kept()).toHaveLength(1));
    rum.consent('denied');
    rum.take(complete());
    rum.hold(snapshot());
    await vi.waitFor(async () => expect(await databaseNames()).not.toContain(NAME));
  });

  test('before it is granted; what waited until then is', async () => {
    const endpoint = await createEndpoint(BUSY);
    const rum = visit(endpoint.url, 'a', {consent: 'required'});
    const record = complete();
    rum.take(record);
    rum.consent('granted');
    await untilKept([{id: record.id, final: true}]);
  });

  test('of turns that had begun when everything was to be forgotten, but of the next', async () => {
    const endpoint = await createEndpoint(OK);
    const rum = visit(endpoint.url, 'a');
    const open = snapshot();
    rum.hold(open);
    await untilKept([{id: open.id}]);
    rum.forget();
    rum.take({...complete(), id: open.id});
    await untilBatches(endpoint, 1);
    await vi.waitFor(async () => expect(await databaseNames()).not.toContain(NAME));
    await settled(endpoint);
    expect(await databaseNames()).not.toContain(NAME);
    const next = snapshot();
    rum.hold(next);
    await untilKept([{id: next.id}]);
  });

  test('of ordinary turns of a view that is not in the sample, once they have ended', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const endpoint = await createEndpoint(OK);
    const rum = visit(endpoint.url, 'a', {sample: 0.25});
    const open = snapshot();
    rum.hold(open);
    await untilKept([{id: open.id}]);
    rum.take({...complete(), id: open.id});
    await untilKept([]);
    expect(await settled(endpoint)).toEqual([]);
  });
});

test('an outbox that cannot be had costs nothing but itself', async () => {
  const endpoint = await createEndpoint(OK);
  const rum = visit(endpoint.url, 'a', {openOutbox: () => Promise.reject(new Error('blocked'))});
  rum.hold(snapshot());
  const record = complete();
  rum.take(record);
  expect((await untilBatches(endpoint, 1)).map(ids)).toEqual([[record.id]]);
});

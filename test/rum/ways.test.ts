import {describe, expect, test, vi} from 'vitest';
import {createEndpoint} from '../stream/endpoint.ts';
import {batches, complete, ids, OK, settled, snapshot, start, untilBatches, useSending} from './sending.ts';

useSending();

interface Later {
  body: string;
  signal: AbortSignal;
  activated: boolean;
}

/** Stands for the browser's own, and notes what it holds. */
function stubFetchLater(work: () => void = () => undefined): Later[] {
  const held: Later[] = [];
  vi.stubGlobal('fetchLater', (_: string, {body, signal}: {body: string; signal: AbortSignal}) => {
    work();
    const later = {body, signal, activated: false};
    held.push(later);
    return later;
  });
  return held;
}

const turnsOf = ({body}: {body: string}) => JSON.parse(body).turns;
const quota = () => {
  throw new DOMException('full', 'QuotaExceededError');
};

describe('the ways out of a page that hides', () => {
  /** Notes which way a body is given to, and refuses it where the test says so. */
  function watchWays(refused: readonly string[]): string[] {
    const ways: string[] = [];
    const take = (way: string) => {
      ways.push(way);
      return !refused.includes(way);
    };
    stubFetchLater(() => void (take('fetchLater') || quota()));
    vi.spyOn(navigator, 'sendBeacon').mockImplementation(() => take('sendBeacon'));
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      if (take(init?.keepalive ? 'keepalive' : 'fetch')) return new Response();
      throw new TypeError('no room');
    });
    return ways;
  }

  test.each([
    [[], ['fetchLater', 'sendBeacon']],
    [['fetchLater'], ['fetchLater', 'sendBeacon']],
    [
      ['fetchLater', 'sendBeacon'],
      ['fetchLater', 'sendBeacon', 'keepalive'],
    ],
    [['sendBeacon'], ['fetchLater', 'sendBeacon', 'keepalive']],
    [
      ['fetchLater', 'sendBeacon', 'keepalive'],
      ['fetchLater', 'sendBeacon', 'keepalive', 'fetch'],
    ],
    [
      ['fetchLater', 'sendBeacon', 'keepalive', 'fetch'],
      ['fetchLater', 'sendBeacon', 'keepalive', 'fetch'],
    ],
  ])('with %j refused are %j', async (refused, expected) => {
    const ways = watchWays(refused);
    start('https://collector.example/v1/turns').leave(snapshot());
    await vi.waitFor(() => expect(ways).toEqual(expected));
  });

  test('need no fetchLater', async () => {
    vi.stubGlobal('fetchLater', undefined);
    const endpoint = await createEndpoint(OK);
    const open = snapshot();
    const rum = start(endpoint.url);
    rum.hold(open);
    rum.leave(open);
    expect((await untilBatches(endpoint, 1)).map(ids)).toEqual([[open.id]]);
  });
});

describe('what the browser holds for when the page is gone', () => {
  test('is the open turn as it stands, and nothing once it has ended', async () => {
    const held = stubFetchLater();
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url);
    const open = snapshot();
    rum.hold(open);
    rum.hold({...open, t: {...open.t, token: 250}});
    expect(held.map(({signal}) => signal.aborted)).toEqual([true, false]);
    expect(held.map(turnsOf)).toMatchObject([
      [{id: open.id, rev: 1, final: false}],
      [{id: open.id, rev: 1, t: {token: 250}}],
    ]);
    const end = {...complete(), id: open.id};
    rum.take(end);
    expect(held.map(({signal}) => signal.aborted)).toEqual([true, true]);
    const [batch] = await untilBatches(endpoint, 1);
    expect(batch?.turns).toMatchObject([{id: open.id, rev: 1, final: true}]);
  });

  test('is told again with a higher rev where it has gone, such as when the page was put aside', async () => {
    const held = stubFetchLater();
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url, {sample: 0});
    const open = snapshot();
    rum.hold(open);
    for (const each of held) each.activated = true;
    rum.take({...complete(), id: open.id});
    const [batch] = await untilBatches(endpoint, 1);
    expect(batch?.turns, 'whatever the sample: else it would count as left').toMatchObject([
      {id: open.id, rev: 2, outcome: 'complete'},
    ]);
    expect(batch?.turns[0]).not.toHaveProperty('w');
  });

  test('is not taken back by the feedback on another turn', async () => {
    const held = stubFetchLater();
    const rum = start((await createEndpoint(OK)).url);
    rum.hold(snapshot());
    rum.take({...complete(), rev: 2, fb: 'up'});
    expect(held.map(({signal}) => signal.aborted)).toEqual([false]);
  });

  test.each(['required', 'denied'] as const)('is nothing with consent %s', async (consent) => {
    const held = stubFetchLater();
    const rum = start((await createEndpoint(OK)).url, {consent});
    rum.hold(snapshot());
    rum.leave(snapshot());
    expect(held).toEqual([]);
  });

  test('is nothing under Global Privacy Control', async () => {
    Object.defineProperty(navigator, 'globalPrivacyControl', {value: true, configurable: true});
    const held = stubFetchLater();
    const rum = start((await createEndpoint(OK)).url, {consent: 'granted'});
    rum.hold(snapshot());
    expect(held).toEqual([]);
  });

  test('is nothing from rev 90 on, nor once the sender is stopped', async () => {
    const held = stubFetchLater();
    const rum = start((await createEndpoint(OK)).url);
    rum.hold({...snapshot(), rev: 90});
    expect(held).toEqual([]);
    rum.hold(snapshot());
    rum.stop();
    expect(held.map(({signal}) => signal.aborted)).toEqual([true]);
  });
});

describe('a batch that is refused is halved', () => {
  test('until the beacon takes it, and nothing is left out or sent twice', async () => {
    const endpoint = await createEndpoint(OK);
    vi.stubGlobal('fetchLater', undefined);
    vi.spyOn(window, 'requestIdleCallback').mockReturnValue(0);
    const own = navigator.sendBeacon.bind(navigator);
    const beacon = vi
      .spyOn(navigator, 'sendBeacon')
      .mockImplementation((url, body) => String(body).length < 1000 && own(url, body));
    const rum = start(endpoint.url);
    const records = Array.from({length: 8}, complete);
    for (const record of records) rum.take(record);
    rum.leave();
    const accepted = beacon.mock.results.filter(({value}) => value).length;
    expect(accepted).toBeGreaterThan(1);
    expect(beacon.mock.calls.length).toBeGreaterThan(accepted);
    const sent = await untilBatches(endpoint, accepted);
    expect(sent.flatMap((batch) => ids(batch)).sort()).toEqual(records.map(({id}) => id));
  });

  test('until there is room among what may outlive the page; by a request that does not where there is none', async () => {
    const endpoint = await createEndpoint(OK);
    const own = globalThis.fetch.bind(globalThis);
    let room = 1500;
    const tried: [keepalive: boolean, turnCount: number][] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
      if (url !== endpoint.url || init?.method !== 'POST') return own(url, init);
      tried.push([init.keepalive ?? false, turnsOf({body: String(init.body)}).length]);
      if (init.keepalive && String(init.body).length > room) throw new TypeError('Failed to fetch');
      return own(url, init);
    });
    const rum = start(endpoint.url);
    const records = Array.from({length: 8}, complete);
    for (const record of records) rum.take(record);
    await vi.waitFor(async () => expect((await batches(endpoint)).flatMap(({turns}) => turns)).toHaveLength(8));
    expect(tried[0]).toEqual([true, 8]);
    expect(tried[1]).toEqual([true, 4]);
    expect(tried.every(([keepalive]) => keepalive)).toBe(true);
    room = 0;
    tried.length = 0;
    const last = complete();
    rum.take(last);
    await vi.waitFor(async () => expect(ids((await batches(endpoint)).at(-1))).toEqual([last.id]));
    expect(tried).toEqual([
      [true, 1],
      [false, 1],
    ]);
  });

  test('where the collector finds it too large', async () => {
    const endpoint = await createEndpoint({status: 413, headers: {}}, OK);
    const rum = start(endpoint.url);
    const records = Array.from({length: 5}, complete);
    for (const record of records) rum.take(record);
    const sent = await untilBatches(endpoint, 3);
    expect(sent.map(({turns}) => turns.length)).toEqual([5, 2, 3]);
    expect(sent.slice(1).flatMap((batch) => ids(batch))).toEqual(records.map(({id}) => id));
    expect(await settled(endpoint)).toHaveLength(3);
  });
});

test('what went without an answer goes when the chat is opened again, and once it was read no more', async () => {
  const endpoint = await createEndpoint(OK);
  const rum = start(endpoint.url);
  const open = snapshot();
  rum.leave(open);
  await untilBatches(endpoint, 1);
  expect(await settled(endpoint), 'by itself it is not repeated').toHaveLength(1);
  rum.opened();
  const again = await untilBatches(endpoint, 2);
  expect(again.map(({turns}) => turns.map(({id, rev}) => [id, rev]))).toEqual([[[open.id, 1]], [[open.id, 1]]]);
  rum.opened();
  expect(await settled(endpoint)).toHaveLength(2);
});

test('what is older than a day cannot be placed any more: it is dropped and counted', async () => {
  const endpoint = await createEndpoint({status: 503, headers: {}}, OK);
  let nowMs = 0;
  const rum = start(endpoint.url, {now: () => nowMs});
  rum.take(complete());
  await untilBatches(endpoint, 1);
  await settled(endpoint);
  nowMs = 86_400_000;
  const next = complete();
  rum.take(next);
  const last = (await untilBatches(endpoint, 2)).at(-1);
  expect(ids(last)).toEqual([next.id]);
  expect(last?.dropped).toBe(1);
});

test('the weight of a sampled turn stays with the verdict on it', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.1);
  const endpoint = await createEndpoint(OK);
  const rum = start(endpoint.url, {sample: 0.25});
  const record = complete();
  rum.take(record);
  await untilBatches(endpoint, 1);
  rum.take({...record, rev: 2, fb: 'up'});
  const sent = await untilBatches(endpoint, 2);
  expect(sent.flatMap(({turns}) => turns.map(({rev, w}) => [rev, w]))).toEqual([
    [1, 4],
    [2, 4],
  ]);
});

import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {CHAT_BUDGET, createTurn, type Ending, readBudget, type TurnRecord} from '../../src/latency/index.ts';
import type {BeaconBatch} from '../../src/protocol/index.ts';
import {createRum, describePage, MAX_WAITING, type Rum, signalled} from '../../src/rum/index.ts';
import type {Answer} from '../stream/answer-server.ts';
import {createEndpoint, type TestEndpoint, until} from '../stream/endpoint.ts';

const running: Rum[] = [];
const DEADLINE: IdleDeadline = {didTimeout: false, timeRemaining: () => 10};

// a page under test is busy: its idle moments are made here
beforeEach(() => {
  vi.spyOn(window, 'requestIdleCallback').mockImplementation((work) => window.setTimeout(work, 0, DEADLINE));
  vi.spyOn(window, 'cancelIdleCallback').mockImplementation((handle) => clearTimeout(handle));
});

afterEach(() => {
  for (const rum of running.splice(0)) rum.stop();
  vi.restoreAllMocks();
  for (const name of ['globalPrivacyControl', 'doNotTrack']) Reflect.deleteProperty(navigator, name);
});

function start(url: string, more: Partial<Parameters<typeof createRum>[0]> = {}): Rum {
  const rum = createRum({
    url,
    site: 'shop.example',
    sdk: '0.1.0',
    page: describePage({id: 'ab'.repeat(8), route: undefined}),
    consent: 'auto',
    gpc: 'off',
    sample: 1,
    now: () => performance.now(),
    ...more,
  });
  running.push(rum);
  return rum;
}

let made = 0;

/** Measures a turn that ended, or one that is still open. */
function createRecord(ending?: Ending, doneMs = 700): TurnRecord {
  const budget = readBudget(CHAT_BUDGET);
  if (typeof budget === 'string') throw new Error(budget);
  made++;
  const id = made.toString(16).padStart(32, '0');
  const turn = createTurn({id, n: made, startedMs: 0, budget});
  turn.mark('sent', 1);
  turn.mark('paint', 300);
  if (ending) turn.settle(ending, doneMs);
  return turn.record(doneMs);
}

const complete = () => createRecord({outcome: 'complete'});
const snapshot = (): TurnRecord => ({...createRecord(), left: 'hidden'});

/** What the collector got, each batch held against the schema. */
async function batches({seen}: TestEndpoint): Promise<BeaconBatch[]> {
  const {posts, preflights} = await seen();
  expect(preflights, 'preflights').toBe(0);
  return posts.map(({headers, body, faults}) => {
    expect(faults).toBe('');
    expect(body.length).toBeLessThanOrEqual(16_384);
    expect(headers['content-type']).toBe('text/plain;charset=UTF-8');
    return JSON.parse(body);
  });
}

const ids = (batch: BeaconBatch | undefined) => batch?.turns.map(({id}) => id);

async function untilBatches(endpoint: TestEndpoint, count: number): Promise<BeaconBatch[]> {
  await until(async () => (await endpoint.seen()).posts.length).toBe(count);
  return batches(endpoint);
}

/** Waits until whatever was to be sent when idle has been sent. */
async function settled(endpoint: TestEndpoint): Promise<BeaconBatch[]> {
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => requestIdleCallback(resolve));
    await endpoint.seen(); // a round trip to the same server, after what was sent before
  }
  return batches(endpoint);
}

const OK: Answer = {status: 204, headers: {}};
const BUSY: Answer = {status: 503, headers: {}};

test('a finished turn goes when the page is idle, in an envelope that says where and under what consent', async () => {
  const endpoint = await createEndpoint(OK);
  const record = complete();
  start(endpoint.url).take(record);
  const [batch] = await untilBatches(endpoint, 1);
  expect(batch).toMatchObject({
    v: 1,
    sdk: '0.1.0',
    site: 'shop.example',
    consent: 'not-required',
    page: {id: 'ab'.repeat(8)},
  });
  expect(batch).not.toHaveProperty('dropped');
  const {age, ...rest} = record;
  expect(batch?.turns).toEqual([{...rest, age: expect.any(Number)}]);
  expect(batch?.turns[0]?.age).toBeGreaterThanOrEqual(age);
});

test('nothing is sent without a turn', async () => {
  const endpoint = await createEndpoint(OK);
  const rum = start(endpoint.url);
  rum.leave();
  rum.consent('granted');
  expect(await settled(endpoint)).toEqual([]);
});

test('the wait in the page is added to the age', async () => {
  const endpoint = await createEndpoint(OK);
  let nowMs = 1000;
  const rum = start(endpoint.url, {consent: 'required', now: () => nowMs});
  const record = complete();
  rum.take(record);
  nowMs += 5000;
  rum.consent('granted');
  const [batch] = await untilBatches(endpoint, 1);
  expect(batch?.turns[0]?.age).toBe(record.age + 5000);
});

test('turns wait together and go in batches of at most twenty', async () => {
  const endpoint = await createEndpoint(OK);
  const rum = start(endpoint.url);
  const records = Array.from({length: 45}, complete);
  for (const record of records) rum.take(record);
  const sent = await untilBatches(endpoint, 3);
  expect(sent.map(({turns}) => turns.length)).toEqual([20, 20, 5]);
  expect(sent.flatMap((batch) => ids(batch))).toEqual(records.map(({id}) => id));
});

test('turns that are long go in smaller batches', async () => {
  const endpoint = await createEndpoint(OK);
  const rum = start(endpoint.url);
  const stage = {
    s: 'a-stage-with-a-name-of-32-letters',
    ms: 599_999.9,
    at: 1,
    b: 1,
    src: 'stream',
    st: 'timeout',
  } as const;
  const long = () => ({...complete(), stages: Array.from({length: 12}, () => ({...stage, s: stage.s.slice(0, 32)}))});
  const records = Array.from({length: 20}, long);
  for (const record of records) rum.take(record);
  await until(async () => (await batches(endpoint)).flatMap(({turns}) => turns).length).toBe(20);
  const sent = await batches(endpoint);
  expect(sent.length).toBeGreaterThan(1);
  expect(sent.flatMap((batch) => ids(batch))).toEqual(records.map(({id}) => id));
});

describe('consent', () => {
  test('that is required and missing holds turns back, the newest twenty, until it is given', async () => {
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url, {consent: 'required'});
    const records = Array.from({length: 23}, complete);
    for (const record of records) rum.take(record);
    rum.leave(snapshot());
    expect(await settled(endpoint)).toEqual([]);
    rum.consent('granted');
    const [batch] = await untilBatches(endpoint, 1);
    expect(ids(batch)).toEqual(records.slice(3).map(({id}) => id));
    expect(batch).toMatchObject({consent: 'granted', dropped: 3});
    expect(MAX_WAITING.consent).toBe(20);
  });

  test('that is denied drops what waited and all that comes', async () => {
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url, {consent: 'required'});
    rum.take(complete());
    rum.consent('denied');
    rum.take(complete());
    rum.leave(snapshot());
    rum.consent('granted');
    expect(await settled(endpoint)).toEqual([]);
    const later = complete();
    rum.take(later);
    expect((await untilBatches(endpoint, 1)).map(ids)).toEqual([[later.id]]);
  });

  test('denied from the start is nothing at all', async () => {
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url, {consent: 'denied'});
    rum.take(complete());
    rum.leave(snapshot());
    expect(await settled(endpoint)).toEqual([]);
  });

  test('that was given is told', async () => {
    const endpoint = await createEndpoint(OK);
    start(endpoint.url, {consent: 'granted'}).take(complete());
    expect((await untilBatches(endpoint, 1))[0]?.consent).toBe('granted');
  });
});

describe.each([
  ['globalPrivacyControl', true],
  ['doNotTrack', '1'],
] as const)('a browser with %s', (name, value) => {
  const ask = () => Object.defineProperty(navigator, name, {value, configurable: true});

  test('sends nothing, whatever consent says', async () => {
    ask();
    expect(signalled()).toBe(true);
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url, {consent: 'granted'});
    rum.take(complete());
    rum.consent('granted');
    rum.take(complete());
    rum.leave(snapshot());
    expect(await settled(endpoint)).toEqual([]);
  });

  test("sends to the site's own collector where the site says so", async () => {
    ask();
    const endpoint = await createEndpoint(OK);
    start(endpoint.url, {gpc: 'first-party'}).take(complete());
    expect(await untilBatches(endpoint, 1)).toHaveLength(1);
  });
});

test.each([
  ['globalPrivacyControl', false],
  ['doNotTrack', '0'],
  ['doNotTrack', null],
])('%s = %s is no signal', (name, value) => {
  Object.defineProperty(navigator, name, {value, configurable: true});
  expect(signalled()).toBe(false);
});

describe('a sample', () => {
  const slow = () => createRecord({outcome: 'complete'}, 60_000);

  test('that a view is in sends ordinary turns with their weight, others without', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.24);
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url, {sample: 0.25});
    const records = [complete(), slow(), createRecord({outcome: 'error', error: 'server'}), complete()];
    for (const record of records) rum.take(record);
    const [batch] = await untilBatches(endpoint, 1);
    expect(batch?.turns.map(({w}) => w)).toEqual([4, undefined, undefined, 4]);
  });

  test('that a view is not in sends what was not ordinary', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.25);
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url, {sample: 0.25});
    const endings: Ending[] = [
      {outcome: 'error', error: 'http-5xx'},
      {outcome: 'abandoned', left: 'resubmit'},
      {outcome: 'cut', error: 'stream-cut'},
      {outcome: 'offline'},
    ];
    const kept = [...endings.map((ending) => createRecord(ending)), slow()];
    for (const record of [complete(), ...kept, complete()]) rum.take(record);
    const [batch] = await untilBatches(endpoint, 1);
    expect(ids(batch)).toEqual(kept.map(({id}) => id));
    expect(batch?.turns.every((turn) => !('w' in turn))).toBe(true);
  });

  test('sends the end of a turn whose snapshot went, so that it does not count as left', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.99);
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url, {sample: 0.25});
    const open = snapshot();
    rum.leave(open);
    await untilBatches(endpoint, 1);
    rum.take({...complete(), id: open.id, rev: 2});
    const sent = await untilBatches(endpoint, 2);
    expect(sent.map(({turns: [turn]}) => [turn?.id, turn?.outcome, turn?.w])).toEqual([
      [open.id, 'open', undefined],
      [open.id, 'complete', undefined],
    ]);
  });

  test('of nothing is no weight for what cannot come, and of everything none is needed', async () => {
    const endpoint = await createEndpoint(OK);
    start(endpoint.url, {sample: 0}).take(complete());
    expect(await settled(endpoint)).toEqual([]);
    start(endpoint.url).take(complete());
    expect((await untilBatches(endpoint, 1))[0]?.turns[0]).not.toHaveProperty('w');
  });
});

describe('a collector', () => {
  test.each([
    ['is down', {status: 200, headers: {}, steps: [{kind: 'drop'}], headGate: undefined}],
    ['fails', BUSY],
    ['asks to wait', {status: 429, headers: {}}],
  ] as [string, Answer][])('that %s gets the turn again with the next', async (_, answer) => {
    const {headGate: __, ...first} = answer;
    const endpoint = await createEndpoint(first, OK);
    const failing = first.steps
      ? vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(new TypeError('down'))
      : undefined;
    const rum = start(endpoint.url);
    const [one, two] = [complete(), complete()];
    const before = failing ? 0 : 1;
    rum.take(one);
    if (failing) await vi.waitFor(() => expect(failing).toHaveBeenCalled());
    else await untilBatches(endpoint, before);
    await settled(endpoint);
    rum.take(two);
    const sent = await untilBatches(endpoint, before + 1);
    expect(ids(sent.at(-1))).toEqual([one.id, two.id]);
    const three = complete();
    rum.take(three);
    expect(ids((await untilBatches(endpoint, before + 2)).at(-1))).toEqual([three.id]);
  });

  test.each([400, 404, 413, 422])('that refuses with %i is not asked again', async (status) => {
    const endpoint = await createEndpoint({status, headers: {}}, OK);
    const rum = start(endpoint.url);
    rum.take(complete());
    await untilBatches(endpoint, 1);
    await settled(endpoint);
    const next = complete();
    rum.take(next);
    expect(ids((await untilBatches(endpoint, 2)).at(-1))).toEqual([next.id]);
  });

  test('that is away for long gets the newest fifty and the number of the others, once', async () => {
    const endpoint = await createEndpoint(BUSY, OK);
    const rum = start(endpoint.url);
    rum.take(complete());
    await untilBatches(endpoint, 1);
    await settled(endpoint);
    vi.spyOn(window, 'requestIdleCallback').mockReturnValue(0);
    const records = Array.from({length: 60}, complete);
    for (const record of records) rum.take(record);
    rum.leave();
    const sent = (await untilBatches(endpoint, 4)).slice(1);
    expect(sent.flatMap((batch) => ids(batch))).toEqual(records.slice(10).map(({id}) => id));
    expect(sent.map(({dropped}) => dropped)).toEqual([11, undefined, undefined]);
    expect(MAX_WAITING.network).toBe(50);
  });

  test('hears of what was dropped while it was failing', async () => {
    const endpoint = await createEndpoint(BUSY, OK);
    const rum = start(endpoint.url, {consent: 'required'});
    for (let count = 0; count < 25; count++) rum.take(complete());
    rum.consent('granted');
    await untilBatches(endpoint, 1);
    await settled(endpoint);
    rum.take(complete());
    const sent = await untilBatches(endpoint, 3);
    expect(sent.map(({dropped}) => dropped)).toEqual([5, 5, undefined]);
  });
});

describe('leaving', () => {
  test('sends what waits and the open turn at once, as a beacon of text', async () => {
    const endpoint = await createEndpoint(OK);
    const beacon = vi.spyOn(navigator, 'sendBeacon');
    const rum = start(endpoint.url);
    const [record, open] = [complete(), snapshot()];
    rum.take(record);
    rum.leave(open);
    expect(beacon).toHaveBeenCalledExactlyOnceWith(endpoint.url, expect.any(String));
    const sent = await untilBatches(endpoint, 2);
    const [first] = sent.filter(({turns}) => turns.length === 2);
    expect(ids(first)?.sort()).toEqual([record.id, open.id].sort());
    expect(first?.turns.find(({id}) => id === open.id)).toMatchObject({outcome: 'open', final: false, left: 'hidden'});
  });

  test('keeps finished turns until a response was read, but not the snapshot', async () => {
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url);
    const [record, open] = [complete(), snapshot()];
    rum.take(record);
    rum.leave(open);
    const sent = await untilBatches(endpoint, 2);
    expect(sent.map((batch) => ids(batch)?.includes(record.id))).toEqual([true, true]);
    expect(sent.filter((batch) => ids(batch)?.includes(open.id))).toHaveLength(1);
  });

  test('never leaves the open turn behind, however many wait', async () => {
    const endpoint = await createEndpoint(OK);
    vi.spyOn(window, 'requestIdleCallback').mockReturnValue(0);
    const rum = start(endpoint.url);
    const records = Array.from({length: 25}, complete);
    for (const record of records) rum.take(record);
    const open = snapshot();
    const beacon = vi.spyOn(navigator, 'sendBeacon');
    rum.leave(open);
    expect(beacon.mock.calls[0]?.[1], 'before all others, while there is room').toContain(open.id);
    const sent = await untilBatches(endpoint, 2);
    expect(new Set(sent.flatMap((batch) => ids(batch)))).toEqual(new Set([open.id, ...records.map(({id}) => id)]));
  });

  test.each([
    ['refuses', () => false],
    [
      'throws',
      () => {
        throw new TypeError('blocked');
      },
    ],
  ])('falls back to a request that outlives the page where the beacon %s', async (_, refusal) => {
    const endpoint = await createEndpoint(OK);
    vi.spyOn(navigator, 'sendBeacon').mockImplementation(refusal);
    const fetched = vi.spyOn(globalThis, 'fetch');
    const open = snapshot();
    start(endpoint.url).leave(open);
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({method: 'POST', keepalive: true});
    expect((await untilBatches(endpoint, 1)).map(ids)).toEqual([[open.id]]);
  });

  test('tells no more snapshots of a turn that has been told too often', async () => {
    const endpoint = await createEndpoint(OK);
    const rum = start(endpoint.url);
    rum.leave({...snapshot(), rev: 90});
    const final = {...complete(), rev: 91};
    rum.take(final);
    expect((await untilBatches(endpoint, 1)).map(ids)).toEqual([[final.id]]);
  });
});

test('a sender that was stopped sends nothing, neither what waited nor what comes', async () => {
  const endpoint = await createEndpoint(OK);
  const rum = start(endpoint.url);
  rum.take(complete());
  rum.stop();
  rum.take(complete());
  rum.leave(snapshot());
  expect(await settled(endpoint)).toEqual([]);
});

test('a sender that is stopped lets go of what is on its way', async () => {
  const endpoint = await createEndpoint({headGate: 'never'});
  const fetched = vi.spyOn(globalThis, 'fetch');
  const rum = start(endpoint.url);
  rum.take(complete());
  await vi.waitFor(() => expect(fetched).toHaveBeenCalledWith(endpoint.url, expect.anything()));
  const beacon = fetched.mock.calls.find(([url, init]) => url === endpoint.url && init?.method === 'POST');
  rum.stop();
  expect(beacon?.[1]?.signal?.aborted).toBe(true);
});

test('the idle moment is asked for within a second', async () => {
  vi.restoreAllMocks();
  const idle = vi.spyOn(window, 'requestIdleCallback');
  const endpoint = await createEndpoint(OK);
  start(endpoint.url).take(complete());
  expect(idle).toHaveBeenCalledExactlyOnceWith(expect.any(Function), {timeout: 1000});
  await untilBatches(endpoint, 1);
});

test('without an idle callback turns go all the same', async () => {
  vi.stubGlobal('requestIdleCallback', undefined);
  const endpoint = await createEndpoint(OK);
  start(endpoint.url).take(complete());
  await untilBatches(endpoint, 1);
  vi.unstubAllGlobals();
});

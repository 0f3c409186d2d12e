import {mkdtemp, rm} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import {ALERT_LOOK_MS, type AlertEvent, createAlerts} from '../../src/collector/alerts.ts';
import {createDuckDbStore, type Objective, type Store} from '../../src/collector/index.ts';
import {readWebhook, WEBHOOK_GIVES_UP_MS} from '../../src/collector/webhook.ts';
import type {AlertNotice} from '../../src/protocol/index.ts';
import {HOME, openCollector, reportOf, turnOf} from './fixtures.ts';
import {alertStore, createTimeline, type SimulatedTurn} from './timeline.ts';

/** How long a condition is waited for, on a machine that has much else to do. */
const PATIENCE = {timeout: 20_000};

const MINUTE = 60_000;
const HOUR = 3_600_000;
const START = 1_800_000_000_000;
const SECRET = 'https://hooks.example/secret-4711';
const MODEL: Objective = {kind: 'stage', name: 'model', targetShare: 0.95};

/** An hour of nothing but bad turns between two good ones, on one route. */
const TURNS: SimulatedTurn[] = Array.from({length: 10 * 60 * 2}, (_, at) => {
  const minute = at / 2;
  return {at: START + minute * MINUTE, bad: minute >= 60 && minute < 120, route: 'powerful'};
});

beforeEach(() => {
  vi.useFakeTimers({now: START, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date']});
});

afterEach(() => {
  vi.useRealTimers();
});

/** A webhook whose answers a test sets, `undefined` for none at all. */
function fakeHook() {
  const posts: {notice: AlertNotice; key: string | null; url: string}[] = [];
  const hook = {
    status: 200 as number | undefined,
    posts,
    events: () => posts.map(({notice}) => notice.event),
    fetchUrl: (async (url: URL, init: RequestInit) => {
      const request = new Request(url, init);
      if (hook.status === undefined) throw new TypeError(`fetch failed: ${url}`);
      const notice = (await request.json()) as AlertNotice; // what is under test
      posts.push({notice, key: request.headers.get('idempotency-key'), url: request.url});
      return new Response(null, {status: hook.status});
    }) as typeof fetch,
  };
  return hook;
}

function open(
  hook: ReturnType<typeof fakeHook>,
  {store = alertStore(createTimeline({turns: TURNS, startAt: START, objective: MODEL})).store}: {store?: Store} = {},
) {
  const events: AlertEvent[] = [];
  const observe = (event: AlertEvent) => events.push(event);
  const {fetchUrl} = hook;
  const alerts = createAlerts({store, limits: [], webhook: new URL(SECRET), clock: Date.now, fetchUrl, observe});
  onTestFinished(() => alerts.close());
  return {alerts, events};
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a webhook', () => {
  it('is told once that a budget burns, with stage, route and since when, and once that it is over', async () => {
    const hook = fakeHook();
    const {events, alerts} = open(hook);
    await pass(10 * HOUR);
    expect(hook.events()).toEqual(['firing', 'clearing']);
    const [firing, clearing] = hook.posts.map(({notice}) => notice);
    expect(firing).toMatchObject({
      v: 1,
      alert: {kind: 'stage', name: 'model', route: 'powerful', targetShare: 0.95, budgetMs: 3000, state: 'firing'},
    });
    expect(firing?.alert.sinceAt).toBe(START + HOUR);
    expect(firing?.alert).not.toHaveProperty('clearedAt');
    // by hand: at 65 minutes 11 of 131 turns are bad, 1.68 times 5 %
    expect(firing?.text).toBe(
      'Stage model on powerful of shop-eu breaks its budget of 3000 ms since 2027-01-15T09:00:00Z: 11 bad turns in the last 3 days, 1.7 times as many as 95 % allow, 1.7 times in the last 6 hours.',
    );
    expect(clearing?.alert).toMatchObject({id: firing?.alert.id, state: 'cleared'});
    expect(clearing?.text).toMatch(
      /^Stage model on powerful of shop-eu keeps its budget again: it broke it from 2027-01-15T09:00:00Z/,
    );
    expect(new Set(hook.posts.map(({key}) => key)).size).toBe(2);
    expect(JSON.stringify(hook.posts)).not.toMatch(/told|quietSinceAt/);
    expect(events).toEqual([
      {kind: 'alert', state: 'firing', subject: 'stage'},
      {kind: 'alert', state: 'cleared', subject: 'stage'},
    ]);
    expect(alerts.health()).toEqual({firing: [], toldCount: 2, failedCount: 0, givenUpCount: 0, waitingCount: 0});
  });

  it('is told nothing a second time by a restart, whenever that is', async () => {
    for (const restartAfter of [30 * MINUTE, 68 * MINUTE, 2 * HOUR, 5 * HOUR]) {
      vi.setSystemTime(START);
      const hook = fakeHook();
      const {store} = alertStore(createTimeline({turns: TURNS, startAt: START, objective: MODEL}));
      const before = open(hook, {store});
      await pass(restartAfter);
      await before.alerts.close();
      open(hook, {store});
      await pass(10 * HOUR - restartAfter);
      expect(hook.events(), `${restartAfter / MINUTE} min`).toEqual(['firing', 'clearing']);
      expect(new Set(hook.posts.map(({notice}) => notice.alert.id)).size).toBe(1);
    }
  });

  it('that is down is told in order once it is back, and meanwhile that is seen', async () => {
    const hook = fakeHook();
    hook.status = 503;
    const {events, alerts} = open(hook);
    await pass(9 * HOUR);
    expect(alerts.health()).toMatchObject({toldCount: 0, waitingCount: 2, firing: []});
    const {failedCount} = alerts.health();
    // waits double from a second up to five minutes: some 100 posts in eight hours, not 480
    expect(failedCount).toBeGreaterThan(20);
    expect(failedCount).toBeLessThan(120);
    expect(new Set(hook.events())).toEqual(new Set(['firing']));
    expect(events.filter(({kind}) => kind === 'untold')[0]).toEqual({kind: 'untold', status: 503, givenUp: false});
    hook.posts.length = 0;
    hook.status = 200;
    await pass(10 * MINUTE);
    expect(hook.events()).toEqual(['firing', 'clearing']);
    expect(alerts.health()).toMatchObject({toldCount: 2, waitingCount: 0});
  });

  it('that is down when the collector ends is told after the next start', async () => {
    const hook = fakeHook();
    hook.status = undefined;
    const {store, saved} = alertStore(createTimeline({turns: TURNS, startAt: START, objective: MODEL}));
    const before = open(hook, {store});
    await pass(9 * HOUR);
    await before.alerts.close();
    expect([...saved.values()].map(({state, told}) => [state, told])).toEqual([['cleared', 'nothing']]);
    hook.status = 200;
    open(hook, {store});
    await pass(MINUTE);
    expect(hook.events()).toEqual(['firing', 'clearing']);
  });

  it('that never answers is given up after a day', async () => {
    const hook = fakeHook();
    hook.status = 404;
    const {alerts, events} = open(hook);
    await pass(2 * HOUR + WEBHOOK_GIVES_UP_MS + 8 * HOUR);
    expect(alerts.health()).toMatchObject({givenUpCount: 2, toldCount: 0, waitingCount: 0});
    expect(events.filter((event) => event.kind === 'untold' && event.givenUp)).toHaveLength(2);
  });

  it('is waited for ten seconds, and not at all when the collector ends', async () => {
    const hook = fakeHook();
    const asked: AbortSignal[] = [];
    const fetchUrl = (async (_: URL, init: RequestInit) => {
      const {signal} = init;
      if (!signal) throw new Error('it is waited for without end');
      asked.push(signal);
      return new Promise<Response>((_done, failed) => {
        signal.addEventListener('abort', () => failed(signal.reason));
      });
    }) as typeof fetch;
    const {alerts} = open({...hook, fetchUrl});
    while (asked.length === 0) await pass(MINUTE);
    await pass(9_999);
    expect(asked[0]?.aborted).toBe(false);
    await pass(1);
    expect(asked[0]?.aborted).toBe(true);
    await pass(MINUTE);
    expect(asked.length).toBeGreaterThan(1);
    await alerts.close();
    expect(asked.every(({aborted}) => aborted)).toBe(true);
  });

  it('is never told of in words', async () => {
    const hook = fakeHook();
    hook.status = undefined;
    const {events, alerts} = open(hook);
    await pass(3 * HOUR);
    expect(events.filter(({kind}) => kind === 'untold').length).toBeGreaterThan(3);
    expect(JSON.stringify([events, alerts.health()])).not.toMatch(/4711|hooks\.example/);
  });

  it.each(['ftp://hooks.example/x', 'hooks.example', '', 'javascript:alert(1)', 'https://user:pass@hooks.example/x'])(
    'may not be %j',
    (address) => {
      expect(() => readWebhook(address)).toThrow(/^the alert webhook /);
      expect(() => readWebhook(address)).not.toThrow(/hooks\.example|alert\(1\)/);
    },
  );
});

describe('a store that fails', () => {
  it('has nobody told what a restart would not know, and everything told once it works', async () => {
    const hook = fakeHook();
    const {store} = alertStore(createTimeline({turns: TURNS, startAt: START, objective: MODEL}));
    let works = false;
    const saveAlerts: Store['saveAlerts'] = (alerts) =>
      works ? store.saveAlerts(alerts) : Promise.reject(new Error('full'));
    const {events} = open(hook, {store: {...store, saveAlerts}});
    await pass(100 * MINUTE);
    expect(hook.posts).toEqual([]);
    expect(events.filter(({kind}) => kind === 'failed').length).toBeGreaterThan(10);
    works = true;
    await pass(ALERT_LOOK_MS);
    expect(hook.events()).toEqual(['firing']);
  });

  it('does not make what was told be told again', async () => {
    const hook = fakeHook();
    const {store} = alertStore(createTimeline({turns: TURNS, startAt: START, objective: MODEL}));
    let works = true;
    const saveAlerts: Store['saveAlerts'] = async (alerts) => {
      if (!works) throw new Error('full');
      await store.saveAlerts(alerts);
      works = false;
    };
    open(hook, {store: {...store, saveAlerts}});
    await pass(2 * HOUR);
    expect(hook.events()).toEqual(['firing']);
  });
});

describe('a collector', () => {
  it('that is started again over the same file knows what was told', async () => {
    vi.useRealTimers();
    const folder = await mkdtemp(join(tmpdir(), 'firstword-alerts-'));
    onTestFinished(() => rm(folder, {recursive: true}));
    const hook = fakeHook();
    const start = async () => {
      const store = await createDuckDbStore({path: join(folder, 'turns.duckdb'), commitWaitMs: 1});
      return openCollector({store, alerts: {webhook: SECRET, fetchUrl: hook.fetchUrl}, clock: () => START});
    };
    const before = await start();
    await before.send(Array.from({length: 12}, (_, at) => turnOf(at, {t: {sent: 1, paint: 9000, done: 9500}})));
    await before.collector.lookForAlerts();
    await before.collector.lookForAlerts();
    await vi.waitFor(() => expect(hook.events()).toEqual(['firing', 'firing']), PATIENCE);
    await vi.waitFor(async () => {
      const {alerts} = await reportOf(before.collector, 'burn');
      expect(alerts.map(({name, untold}) => [name, untold])).toEqual([
        ['complete', false],
        ['first-token', false],
      ]);
    }, PATIENCE);
    await before.collector.close();
    const {collector} = await start();
    await collector.lookForAlerts();
    await collector.lookForAlerts();
    expect(hook.posts).toHaveLength(2);
    expect((await reportOf(collector, 'burn')).alerts).toHaveLength(2);
  });

  it('tells a real webhook of turns that it was posted, and its own page and metrics as well', async () => {
    vi.useRealTimers();
    const notices: AlertNotice[] = [];
    let heard: () => void = () => undefined;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        notices.push(JSON.parse(body) as AlertNotice); // what is under test
        response.end('ok');
        heard();
      });
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const {port} = server.address() as AddressInfo; // a TCP server that listens has one
    const got = (count: number) =>
      new Promise<void>((done) => {
        heard = () => (notices.length >= count ? done() : undefined);
        heard();
      });

    let nowAt = START;
    const {collector, send} = await openCollector({
      alerts: {webhook: `http://127.0.0.1:${port}/hook`},
      budget: {'first-token': '800ms', stages: {tools: '200ms@p90'}},
      clock: () => nowAt,
    });
    const turn = (number: number, toolsMs: number) =>
      turnOf(number, {route: 'powerful', stages: [{s: 'tools', ms: toolsMs}], t: {sent: 1, paint: 500, done: 900}});
    await send(Array.from({length: 200}, (_, at) => turn(at, 100)));
    nowAt += 24 * HOUR;
    await send(Array.from({length: 60}, (_, at) => turn(1000 + at, 900)));
    nowAt += MINUTE;
    const sentAt = nowAt;
    await collector.lookForAlerts();
    await collector.lookForAlerts();
    await got(1);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({
      event: 'firing',
      alert: {kind: 'stage', name: 'tools', route: 'powerful', targetShare: 0.9, budgetMs: 200, firedAt: sentAt},
    });
    const metrics = async () => (await collector.handle(new Request(`${HOME}/metrics`))).text();
    expect(await metrics()).toContain('firstword_alerts_firing{kind="stage",name="tools",target="0.9"} 1\n');
    expect((await reportOf(collector, 'burn')).alerts).toMatchObject([{state: 'firing', name: 'tools'}]);

    for (let minute = 0; minute <= 10; minute++) {
      nowAt += 40 * MINUTE;
      await send(Array.from({length: 20}, (_, at) => turn(2000 + minute * 100 + at, 100)));
      await collector.lookForAlerts();
    }
    await got(2);
    expect(notices.map(({event}) => event)).toEqual(['firing', 'clearing']);
    expect(await metrics()).toContain('firstword_alerts_firing{kind="stage",name="tools",target="0.9"} 0\n');
    expect(await metrics()).toContain('firstword_alert_notices_total 2\n');
    expect((await reportOf(collector, 'burn')).alerts).toMatchObject([{state: 'cleared', untold: false}]);
  });
});

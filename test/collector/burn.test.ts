import {describe, expect, it} from 'vitest';
import {readLimits} from '../../src/collector/read-limits.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import type {KeptBudget} from '../../src/protocol/index.ts';
import {beaconOf, HOME, openCollector, postOf, reportOf, summaryOf, turnOf} from './fixtures.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

async function open(options: Parameters<typeof openCollector>[0] = {}) {
  const {collector, send} = await openCollector({clock: () => NOW, ...options});
  let number = 0;
  return {
    collector,
    /** Posts so many turns, each with the same change. */
    post: (count: number, change: Partial<TurnRecord> = {}) =>
      send(Array.from({length: count}, () => turnOf(number++, change))),
    /** Reads the one budget of a name, or the one at a percentile. */
    async kept(name: string, {query = 'since=24h', target = 0.95} = {}): Promise<KeptBudget | undefined> {
      const {budgets} = await reportOf(collector, 'burn', query);
      return budgets.find((each) => each.name === name && each.targetShare === target);
    },
  };
}

const painted = (paint: number, more: Partial<TurnRecord> = {}): Partial<TurnRecord> => ({
  t: {sent: 1, token: paint, paint, done: paint + 1000},
  ...more,
});
const left = (waited: number): Partial<TurnRecord> => ({outcome: 'abandoned', waited, t: {sent: 1}});

describe('a bad turn', () => {
  const budget = {token: 3000, done: 8000};
  const cases: [name: string, change: Partial<TurnRecord>, first: string, complete: string][] = [
    ['in time', painted(3000), 'kept', 'kept'],
    ['a first word over its budget', painted(3001), 'bad', 'kept'],
    ['a whole answer over its budget', {t: {paint: 500, done: 8001}}, 'kept', 'bad'],
    ['who left before the budget', left(2999), 'unknown', 'unknown'],
    ['who waited for longer', left(3001), 'bad', 'unknown'],
    ['who waited for both', left(8001), 'bad', 'bad'],
    ['who read some and left in time', {...left(5000), t: {sent: 1, paint: 400}}, 'kept', 'unknown'],
    ['who read some and waited on', {...left(9000), t: {sent: 1, paint: 400}}, 'kept', 'bad'],
    ['who stopped it', {outcome: 'stopped', waited: 4000, t: {paint: 400, done: 4000}}, 'kept', 'unknown'],
    ['a failure', {outcome: 'error', error: 'http-5xx', waited: 90, t: {sent: 1}}, 'bad', 'bad'],
    ['an answer that broke off', {outcome: 'cut', waited: 2000, t: {paint: 400, done: 2000}}, 'kept', 'bad'],
    ['no network', {outcome: 'offline', waited: 9000, t: {}}, 'unknown', 'unknown'],
    [
      'a deadline before the first word',
      painted(600, {outcome: 'fallback', source: 'fallback', fallback: {why: 'deadline-token', kind: 'faq'}}),
      ...(['bad', 'bad'] as const),
    ],
    [
      'a deadline in the middle',
      painted(600, {outcome: 'partial', fallback: {why: 'deadline-done', kind: 'partial'}}),
      ...(['kept', 'bad'] as const),
    ],
    [
      'a fallback as the endpoint is left alone',
      painted(20, {outcome: 'fallback', source: 'fallback', fallback: {why: 'breaker', kind: 'contact'}}),
      ...(['bad', 'bad'] as const),
    ],
    [
      'a fallback without a network',
      painted(20, {outcome: 'fallback', source: 'fallback', fallback: {why: 'offline', kind: 'message'}}),
      ...(['unknown', 'unknown'] as const),
    ],
    ['a page hidden after the first word', painted(500, {hidden: 900, hid: 700}), 'kept', 'unknown'],
    ['a page hidden before it', painted(9000, {hidden: 900, hid: 700}), 'unknown', 'unknown'],
    ['a page hidden after a long wait', painted(9000, {hidden: 900, hid: 3500}), 'bad', 'unknown'],
    ['an open turn that waits too long', {...left(3500), outcome: 'open', final: false}, 'bad', 'unknown'],
    ['an open turn that waits', {...left(2500), outcome: 'open', final: false}, 'unknown', 'unknown'],
    ['a page that was hidden who knows when', painted(9000, {hidden: 900}), 'unknown', 'unknown'],
  ];

  it('is one that was too slow in sight, failed, or was answered by something else; of the others little is known', async () => {
    const {post, collector} = await open();
    for (const [at, [, change]] of cases.entries()) await post(1, {...change, budget, class: `case-${at}`});
    const verdictOf = (read: KeptBudget | undefined) =>
      read?.bad.state !== 'known' ? 'unknown' : read.badCount > 0 ? 'bad' : 'kept';
    for (const [at, [name, , ...expected]] of cases.entries()) {
      const {budgets} = await reportOf(collector, 'burn', `since=24h&class=case-${at}`);
      const found = ['first-token', 'complete'].map((each) => verdictOf(budgets.find((kept) => kept.name === each)));
      expect(found, name).toEqual(expected);
    }
  });
});

describe('a budget', () => {
  it('is attained, missed, or has too few turns, with its percentile, its bad share and what is left', async () => {
    const {post, kept} = await open();
    await post(71, painted(600));
    expect(await kept('first-token')).toMatchObject({
      verdict: 'few',
      sure: false,
      figure: {state: 'hidden', words: 'n too small (n=71, needs 72)'},
    });
    await post(125, painted(600));
    await post(4, painted(4000));
    // 4 of 200 where 10 may be: burn 0.4, six tenths are left
    expect(await kept('first-token')).toMatchObject({
      kind: 'milestone',
      budget: {ms: 3000, mixed: false},
      verdict: 'attained',
      figure: {state: 'firm', share: 0.95, count: 200, valueMs: 600},
      bad: {state: 'known', share: 0.02, count: 200},
      badCount: 4,
    });
    const {burn, left: rest, sure} = (await kept('first-token')) ?? {};
    expect(burn?.['1h']).toBeCloseTo(0.4, 10);
    expect(rest?.share).toBeCloseTo(0.6, 10);
    // Wilson's interval of 4 in 200 ends at 5.03 %
    expect(sure).toBe(false);
    await post(20, painted(4000));
    // 24 of 220 where 11 may be
    expect(await kept('first-token')).toMatchObject({verdict: 'missed', sure: true, figure: {valueMs: 4000}});
    expect((await kept('first-token'))?.left?.share).toBeCloseTo(1 - 24 / 11, 10);
  });

  it('is missed where failures alone are too many, whatever the first words took', async () => {
    const {post, kept} = await open();
    await post(180, painted(600));
    await post(20, {outcome: 'error', error: 'http-5xx', waited: 90, t: {sent: 1}});
    expect(await kept('first-token')).toMatchObject({verdict: 'missed', badCount: 20, figure: {valueMs: 600}});
  });

  it('holds at each of its percentiles, which the file declares', async () => {
    const budget = {'first-token': '500ms@p80,1s@p95', stages: {model: '300ms@p90'}};
    const {post, kept} = await open({budget});
    // what the pages themselves believe is another matter
    await post(70, painted(400, {stages: [{s: 'model', ms: 200, b: 100}]}));
    await post(30, painted(700, {stages: [{s: 'model', ms: 350, b: 1500}]}));
    expect(await kept('first-token', {target: 0.8})).toMatchObject({
      budget: {ms: 500, mixed: false},
      verdict: 'missed',
      badCount: 30,
      figure: {share: 0.8, valueMs: 700, state: 'firm'},
    });
    expect((await kept('first-token', {target: 0.8}))?.burn['1h']).toBeCloseTo(1.5, 10);
    expect(await kept('first-token')).toMatchObject({budget: {ms: 1000}, verdict: 'attained', badCount: 0});
    expect(await kept('model', {target: 0.9})).toMatchObject({budget: {ms: 300}, badCount: 30, verdict: 'missed'});
    expect((await kept('model', {target: 0.9}))?.burn['1h']).toBeCloseTo(3, 10);
    // not in the file: as the records have it
    expect(await kept('complete')).toMatchObject({budget: {ms: 8000}, verdict: 'attained'});
  });

  it('of records that declare different ones is each turn’s own, and what most have is shown', async () => {
    const {post, kept} = await open();
    await post(60, painted(600, {budget: {token: 1000, done: 8000}}));
    await post(40, painted(600, {budget: {token: 500, done: 8000}}));
    expect(await kept('first-token')).toMatchObject({
      budget: {ms: 1000, mixed: true},
      bad: {share: 0.4},
      badCount: 40,
      verdict: 'missed',
    });
  });

  it('respects weights', async () => {
    const {post, kept} = await open();
    await post(50, painted(600, {w: 4}));
    await post(10, painted(4000));
    // 10 of 210; (210)^2 / (50 * 16 + 10) = 54.4 turns in effect
    const read = await kept('first-token');
    expect(read).toMatchObject({badCount: 10, bad: {count: 54}});
    expect(read?.burn['5m']).toBeCloseTo(10 / 210 / 0.05, 10);
  });

  it('burns in each window by the turns that began in it', async () => {
    const {post, kept} = await open();
    await post(1, painted(4000, {age: MINUTE}));
    await post(3, painted(600, {age: 2 * MINUTE}));
    await post(4, painted(600, {age: 10 * MINUTE}));
    await post(8, painted(600, {age: 40 * MINUTE}));
    await post(16, painted(4000, {age: 5 * HOUR}));
    await post(32, painted(600, {age: 20 * HOUR}));
    const burn = (await kept('first-token'))?.burn;
    const expected = {'5m': 1 / 4, '30m': 1 / 8, '1h': 1 / 16, '6h': 17 / 32, '3d': 17 / 64};
    for (const [window, share] of Object.entries(expected)) {
      expect(burn?.[window as keyof typeof expected], window).toBeCloseTo(share / 0.05, 10);
    }
    // windows end where the one that is looked at does
    const earlier = await kept('first-token', {query: `since=24h&until=${NOW - 4.5 * HOUR}`});
    expect(earlier?.burn['1h']).toBeCloseTo(16 / 16 / 0.05, 10);
    expect(earlier?.burn).not.toHaveProperty('5m');
    expect(earlier?.left?.overMs).toBe(15.5 * HOUR);
  });

  it('is narrowed as everything is', async () => {
    const {post, kept} = await open();
    await post(5, painted(4000, {class: 'a'}));
    await post(5, painted(600, {class: 'b'}));
    expect((await kept('first-token', {query: 'since=1h&class=a'}))?.bad).toMatchObject({share: 1});
    expect((await kept('first-token', {query: 'since=1h&class=b'}))?.burn['1h']).toBe(0);
  });

  it('names where most of its bad turns were', async () => {
    const {collector, kept} = await open();
    const send = async (from: number, count: number, {route, pageRoute}: {route: string; pageRoute: string}) => {
      const turns = Array.from({length: count}, (_, at) => turnOf(from + at, painted(4000, {route})));
      const page = {id: '9f3c1a5b7d2e4f60', route: pageRoute};
      await collector.handle(postOf(beaconOf(turns, {page})));
    };
    await send(0, 5, {route: 'fast', pageRoute: '/a'});
    await send(100, 7, {route: 'powerful', pageRoute: '/b'});
    await send(200, 6, {route: 'powerful', pageRoute: '/a'});
    expect((await kept('first-token'))?.worst).toEqual({pageRoute: '/b', route: 'powerful', badCount: 7});
  });

  it('is declared by nobody where there is none', async () => {
    const {post, collector} = await open();
    const {budget: _, ...none} = turnOf(1);
    expect(none).not.toHaveProperty('budget');
    await post(3, {budget: undefined, stages: [{s: 'model', ms: 9000}]} as unknown as Partial<TurnRecord>); // as JSON it is absent
    expect(await reportOf(collector, 'burn')).toEqual({budgets: [], alerts: [], watched: false});
  });
});

describe('a stage', () => {
  const model = (ms: number, more: object = {}) => ({stages: [{s: 'model', ms, b: 1500, ...more}]});

  it('is bad over its budget, out of time, or failed for good; timeouts and retries are counted', async () => {
    const {post, kept} = await open();
    await post(10, model(1500));
    await post(3, model(1501));
    await post(4, model(1400, {st: 'timeout'}));
    await post(2, model(100, {st: 'error'}));
    await post(1, model(1, {st: 'skipped'}));
    const again = [
      {s: 'model', ms: 100, b: 1500, st: 'error' as const},
      {s: 'other', ms: 50},
      {s: 'model', ms: 120, b: 1500, st: 'error' as const},
      {s: 'model', ms: 300, b: 1500},
    ];
    await post(5, {stages: again});
    expect(await kept('model')).toMatchObject({
      kind: 'stage',
      badCount: 9,
      bad: {share: 9 / 24},
      timeoutCount: 4,
      retryCount: 10,
      degraded: {share: 4 / 24},
    });
  });

  it('that runs in several rounds is not tried again', async () => {
    const {post, kept} = await open();
    const round = {s: 'tools', ms: 100, b: 800};
    await post(2, {stages: [round, round, round]});
    expect(await kept('tools')).toMatchObject({retryCount: 0, badCount: 0});
  });
});

describe('the percentiles of a deadline', () => {
  it('stand with the share of answers that something lesser gave, and with what the page asked again', async () => {
    const {collector, post, kept} = await open();
    await post(15, painted(600, {retries: 1}));
    await post(
      4,
      painted(3000, {outcome: 'fallback', source: 'fallback', fallback: {why: 'deadline-token', kind: 'faq'}}),
    );
    await post(1, painted(600, {outcome: 'partial', fallback: {why: 'deadline-done', kind: 'partial'}}));
    expect(await kept('first-token')).toMatchObject({
      degraded: {share: 0.2, count: 20},
      timeoutCount: 4,
      retryCount: 15,
    });
    expect(await kept('complete')).toMatchObject({degraded: {share: 0.25, count: 20}, timeoutCount: 5});
    const summary = await summaryOf(collector);
    expect(summary.firstToken.degraded).toMatchObject({share: 0.2, count: 20});
    expect(summary.complete.degraded).toMatchObject({share: 0.25, count: 20});
  });

  it('count those who left before the first word as everywhere', async () => {
    const {post, kept} = await open();
    await post(70, painted(600));
    await post(30, left(2000));
    // 30 of 100 are never seen to get a word: where 95 of 100 had one nobody knows
    expect(await kept('first-token')).toMatchObject({figure: {state: 'unreached'}, verdict: 'few', bad: {share: 0}});
  });
});

describe('declared limits', () => {
  it('are those of the text or the file; what it does not name is the records’ own', () => {
    expect(readLimits(undefined)).toEqual([
      {kind: 'milestone', name: 'first-token', targetShare: 0.95},
      {kind: 'milestone', name: 'complete', targetShare: 0.95},
    ]);
    expect(readLimits('first-token=800ms@p99 retrieval=150ms')).toEqual([
      {kind: 'milestone', name: 'first-token', targetShare: 0.99, ms: 800},
      {kind: 'milestone', name: 'complete', targetShare: 0.95},
      {kind: 'stage', name: 'retrieval', targetShare: 0.95, ms: 150},
    ]);
    expect(readLimits({complete: '3s@p80,5s', stages: {model: 700}})).toEqual([
      {kind: 'milestone', name: 'first-token', targetShare: 0.95},
      {kind: 'milestone', name: 'complete', targetShare: 0.8, ms: 3000},
      {kind: 'milestone', name: 'complete', targetShare: 0.95, ms: 5000},
      {kind: 'stage', name: 'model', targetShare: 0.95, ms: 700},
    ]);
  });

  it('that are wrong are refused before anything is served', () => {
    expect(() => readLimits('first-token=soon')).toThrow('budget: "first-token=soon" has no such time');
    expect(() => readLimits({stages: {model: '5s'}})).toThrow(/^budget: model 5000 ms on the critical path/);
  });
});

it('a report is refused what a summary is refused', async () => {
  const {collector} = await open();
  expect((await collector.handle(new Request(`${HOME}/v1/reports/burn?since=2h`))).status).toBe(400);
});

import {afterEach, describe, expect, test, vi} from 'vitest';
import {userEvent} from 'vitest/browser';
import {createMeasure, type Measure, type MeasureOptions, TASK_MS} from '../../src/chat/index.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import {createUiMessageReader} from '../../src/protocol/index.ts';
import {createEndpoint, FINISH, START, type TestEndpoint, until, word} from '../stream/endpoint.ts';
import {expectValid, MEASURE} from './start-chat.ts';

const running: Measure[] = [];

afterEach(() => {
  for (const measure of running.splice(0)) measure.stop();
  vi.restoreAllMocks();
});

function start(more: Partial<MeasureOptions> = {}): Measure {
  const measure = createMeasure({...MEASURE, ...more});
  running.push(measure);
  return measure;
}

/** Measures one answer from its headers and parts, each a ms after the other. */
function measureAnswer(
  more: Partial<MeasureOptions>,
  {headers = {}, parts = []}: {headers?: HeadersInit; parts?: object[]},
): TurnRecord {
  const turn = start(more).createTurn({id: 'ab'.repeat(16), n: 1, startedMs: 0});
  const reader = createUiMessageReader();
  turn.mark('sent', 1);
  turn.head(new Headers(headers));
  let nowMs = 100;
  for (const part of parts) {
    for (const event of reader.read({id: '', event: '', data: JSON.stringify(part)})) turn.event(event, nowMs++);
  }
  turn.settle({outcome: 'complete'}, 500);
  return turn.record(500);
}

describe('Server-Timing', () => {
  const stages = (header: string) =>
    measureAnswer({}, {headers: {'server-timing': header}}).stages?.map(({s, ms, src}) => [s, ms, src]);

  test.each([
    ['retrieval;dur=41.26', [['retrieval', 41.3, 'header']]],
    [
      'retrieval;dur=41, tools;desc="two calls";dur=80.5',
      [
        ['retrieval', 41, 'header'],
        ['tools', 80.5, 'header'],
      ],
    ],
    ['retrieval; dur="41"', [['retrieval', 41, 'header']]],
    ['retrieval;desc="a, b";dur=41,model;dur=3', [['model', 3, 'header']]],
    ['cache;desc=hit, cdn-cache', undefined],
    ['retrieval;dur=', undefined],
    ['retrieval;dur=-5', undefined],
    ['retrieval;dur=4.1.6', [['retrieval', 4.1, 'header']]],
    ['edge;dur=7', [['other', 7, 'header']]],
    ['', undefined],
    [';;;,,,=;dur=1', undefined],
  ])('%s is read', (header, read) => {
    expect(stages(header)).toEqual(read);
  });

  test('gives way to what the stream says', () => {
    const part = {type: 'data-fw-stage', data: {stage: 'retrieval', state: 'end', ms: 40, atMs: 2, hit: true}};
    const {stages: told} = measureAnswer({}, {headers: {'server-timing': 'retrieval;dur=41'}, parts: [part]});
    expect(told).toEqual([{s: 'retrieval', ms: 40, b: 400, src: 'stream', st: 'cached'}]);
  });
});

test('facts of the answer stand in the record', async () => {
  const start = {
    type: 'start',
    messageMetadata: {
      fw: {
        run: 'r-1',
        route: 'fast',
        model: 'Small 2',
        promptClass: 'order-status',
        cold: true,
        cache: {hit: 'semantic', ageS: 60.4},
      },
    },
  };
  const finish = {type: 'finish', messageMetadata: {fw: {route: 'powerful', cachedTokens: 38}}};
  const record = measureAnswer({}, {headers: {'x-firstword': '1'}, parts: [start, word('Hi there'), finish]});
  expect(record).toMatchObject({
    run: 'r-1',
    route: 'powerful',
    model: 'small-2',
    class: 'order-status',
    cold: true,
    cache: {hit: 'semantic', at: 'server', age_s: 60},
    source: 'cache',
    cached_tokens: 38,
    proto: 'firstword',
    lang: 'de',
  });
  await expectValid(record);
});

test('an answer without facts has the ones that are known all the same', async () => {
  const record = measureAnswer({language: undefined}, {parts: [{type: 'start'}, word('Hi'), FINISH]});
  expect(record).toMatchObject({proto: 'ai-sdk', source: 'model', t: {token: 101}});
  for (const name of ['cold', 'cache', 'lang', 'route', 'run', 'cached_tokens'])
    expect(record).not.toHaveProperty(name);
  await expectValid(record);
});

test('numbers beyond all measure are made to fit', async () => {
  const records = [-5, 0.5, 1e300, -1e300].map((number) => {
    const cache = {hit: 'stale', ageS: number};
    const stage = {type: 'data-fw-stage', e: number, data: {stage: 'tools', state: 'end', ms: number, atMs: number}};
    const finish = {...FINISH, e: number, messageMetadata: {fw: {cachedTokens: number, totalMs: number}}};
    return measureAnswer({}, {parts: [{type: 'start', messageMetadata: {fw: {cache}}}, stage, word('a'), finish]});
  });
  await expectValid(...records);
});

describe('the budget', () => {
  test('is the default, the preset, or what the site declared', () => {
    expect(measureAnswer({}, {}).budget).toEqual({token: 3000, done: 8000});
    expect(measureAnswer({preset: 'chat'}, {}).budget).toEqual({token: 800, done: 4000});
    expect(measureAnswer({preset: 'chat', budget: 'complete=3s@p80,5s@p95'}, {}).budget).toEqual({
      token: 3000,
      done: 5000,
    });
  });

  test.each([
    ['first-token=800ms retrieval=900ms', undefined, {token: 3000, done: 8000}],
    ['complete=1s', undefined, {token: 3000, done: 8000}],
    ['complete=3s@p0', 'chat', {token: 800, done: 4000}],
  ] as const)('%s clashes: one line, and what would stand without it', (budget, preset, used) => {
    const onLine = vi.fn<(line: string) => void>();
    expect(measureAnswer({budget, preset, onLine}, {}).budget).toEqual(used);
    expect(onLine).toHaveBeenCalledOnce();
    expect(onLine.mock.calls[0]?.[0]).toMatch(/^data-budget: .+; using the default\.$/);
  });
});

describe('sending', () => {
  const taken = (measure: Measure): TurnRecord => {
    const turn = measure.createTurn({id: crypto.randomUUID().replaceAll('-', ''), n: 1, startedMs: performance.now()});
    turn.settle({outcome: 'complete'}, performance.now());
    const record = turn.record(performance.now());
    measure.take(record);
    return record;
  };

  test('goes to the collector with the site and the route that were declared', async () => {
    const collector = await createEndpoint({status: 204, headers: {}});
    const {id} = taken(start({rum: collector.url}));
    await until(async () => (await collector.seen()).posts.length).toBe(1);
    const [post] = (await collector.seen()).posts;
    expect(post?.faults).toBe('');
    expect(JSON.parse(post?.body ?? '')).toMatchObject({
      site: 'shop.example',
      sdk: '0.1.0',
      page: {route: '/checkout'},
      turns: [{id}],
    });
  });

  test('names the host where no site was declared', async () => {
    const collector = await createEndpoint({status: 204, headers: {}});
    taken(start({rum: collector.url, site: undefined, route: undefined}));
    await until(async () => (await collector.seen()).posts.length).toBe(1);
    const [post] = (await collector.seen()).posts;
    expect(post?.faults).toBe('');
    expect(JSON.parse(post?.body ?? '').site).toBe(location.hostname);
  });

  test('is off without a collector', () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const beacon = vi.spyOn(navigator, 'sendBeacon');
    const measure = start();
    const record = taken(measure);
    measure.leave({...record, outcome: 'open'});
    measure.consent('granted');
    expect(fetched).not.toHaveBeenCalled();
    expect(beacon).not.toHaveBeenCalled();
  });

  test('begins when a refusal is taken back, with what comes then', async () => {
    const collector = await createEndpoint({status: 204, headers: {}});
    const measure = start({rum: collector.url, consent: 'denied'});
    taken(measure);
    measure.consent('granted');
    const {id} = taken(measure);
    await until(async () => (await collector.seen()).posts.length).toBe(1);
    const {turns} = JSON.parse((await collector.seen()).posts[0]?.body ?? '');
    expect(turns.map((turn: TurnRecord) => turn.id)).toEqual([id]);
  });
});

describe('a verdict of the visitor', () => {
  const end = (measure: Measure, startedMs = performance.now()): TurnRecord => {
    const turn = measure.createTurn({id: crypto.randomUUID().replaceAll('-', ''), n: 1, startedMs});
    turn.settle({outcome: 'complete'}, performance.now());
    const record = turn.record(performance.now());
    measure.take(record);
    return record;
  };
  const sent = async (collector: TestEndpoint): Promise<TurnRecord[]> =>
    (await collector.seen()).posts.flatMap(({body}) => JSON.parse(body).turns);

  test('is one more record of its turn, and the last one given stands', async () => {
    const collector = await createEndpoint({status: 204, headers: {}});
    const measure = start({rum: collector.url});
    const {id} = end(measure);
    measure.feedback(id, 'down');
    measure.feedback(id, 'up');
    await until(async () => (await sent(collector)).length).toBe(3);
    expect((await sent(collector)).map(({rev, fb, final, id: of}) => [of, rev, fb, final])).toEqual([
      [id, 1, undefined, true],
      [id, 2, 'down', true],
      [id, 3, 'up', true],
    ]);
    for (const {faults} of (await collector.seen()).posts) expect(faults).toBe('');
  });

  test('on a turn of an earlier page goes nowhere', async () => {
    const collector = await createEndpoint({status: 204, headers: {}});
    const measure = start({rum: collector.url});
    measure.feedback('ab'.repeat(16), 'up');
    const {id} = end(measure);
    await until(async () => (await sent(collector)).length).toBe(1);
    expect((await sent(collector)).map((record) => record.id)).toEqual([id]);
  });

  test('that is good ends the task, as a handover does and a long pause', () => {
    const measure = start();
    expect(end(measure).task).toBe(1);
    const good = end(measure);
    expect(good.task).toBe(1);
    measure.feedback(good.id, 'down');
    expect(end(measure).task).toBe(1);
    measure.feedback(good.id, 'up');
    expect(end(measure).task).toBe(2);
    measure.endTask();
    expect(end(measure).task).toBe(3);
    expect(end(measure, performance.now() + TASK_MS - 1000).task).toBe(3);
    expect(end(measure, performance.now() + TASK_MS + 1000).task).toBe(4);
  });
});

test('a whole answer as servers send it is valid', async () => {
  await expectValid(measureAnswer({}, {parts: [START, word('a'), FINISH]}));
});

test('a stage of which the backend only names the beginning and the end is timed in the page', () => {
  const turn = start().createTurn({id: 'ab'.repeat(16), n: 1, startedMs: 0});
  turn.event({kind: 'stage', stage: 'tools', state: 'start'}, 100);
  turn.event({kind: 'stage', stage: 'tools', state: 'end'}, 340);
  turn.event({kind: 'stage', stage: 'retrieval', state: 'end'}, 350);
  expect(turn.record(500).stages?.map(({s, ms, src}) => [s, ms, src])).toEqual([['tools', 240, 'client']]);
});

describe('how a turn felt', () => {
  /** Keeps the page from doing anything else. */
  const block = (ms: number) => {
    for (const untilMs = performance.now() + ms; performance.now() < untilMs; );
  };
  const open = (measure: Measure, startedMs = performance.now()) =>
    measure.createTurn({id: 'ab'.repeat(16), n: 1, startedMs});

  test('has in it how long the page took over the act that sent the question, and over no other', async () => {
    const measure = start();
    const button = document.createElement('button');
    document.body.append(button);
    button.onclick = ({timeStamp}) => {
      open(measure, timeStamp);
      block(100);
    };
    await userEvent.click(button);
    await expect.poll(() => measure.live()?.inp).toBeGreaterThanOrEqual(96);
    button.onclick = ({timeStamp}) => {
      open(measure, timeStamp - 5);
      block(120);
    };
    const observed = new Promise((done) => new PerformanceObserver(done).observe({type: 'event'}));
    await userEvent.click(button);
    await observed;
    expect(measure.live()?.inp).toBeUndefined();
    button.remove();
  });

  test('is seen live only while a turn is on its way', () => {
    const measure = start();
    expect(measure.live()).toBeUndefined();
    const turn = open(measure);
    expect(measure.live()).toMatchObject({outcome: 'open', rev: 1});
    expect(measure.live()?.rev).toBe(1);
    turn.settle({outcome: 'complete'}, performance.now());
    expect(measure.live()).toBeUndefined();
  });
});

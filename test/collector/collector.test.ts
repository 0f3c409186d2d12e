import {afterEach, describe, expect, it, vi} from 'vitest';
import {type CollectorEvent, type Store, StoreError} from '../../src/collector/index.ts';
import {beaconOf, HOME, openCollector, postOf, summaryOf, turnOf} from './fixtures.ts';

afterEach(() => {
  vi.useRealTimers();
});

async function errorOf(response: Response): Promise<{status: number; code: string; message: string}> {
  const {error} = (await response.json()) as {error: {code: string; message: string}}; // every refusal's shape
  return {status: response.status, ...error};
}

describe('a post', () => {
  it('answers how many turns it stored', async () => {
    const {collector, send} = await openCollector();
    expect(await send([turnOf(1), turnOf(2)])).toEqual({accepted: 2, refused: 0});
    expect((await summaryOf(collector)).turns.count).toBe(2);
  });

  it('is taken as JSON and as plain text', async () => {
    const {collector} = await openCollector();
    for (const type of ['application/json', 'text/plain', 'text/plain;charset=UTF-8', 'Application/JSON; x=y']) {
      const response = await collector.handle(postOf(beaconOf([turnOf(1)]), {'content-type': type}));
      expect(response.status, type).toBe(200);
    }
  });

  it('keeps the good turns of a batch and counts the bad ones', async () => {
    const {collector} = await openCollector();
    const bad = [
      {...turnOf(2), t: {}},
      {...turnOf(3), id: 'short'},
      {...turnOf(4), outcome: 'abandoned'},
      {...turnOf(5), outcome: 'open', waited: 5},
      {...turnOf(6), class: 'mail me: a@b.example'},
      {...turnOf(7), t: {done: 600_001}},
      {...turnOf(8), route: "x'); DROP TABLE turns; --"},
      null,
      'text',
      [turnOf(9)],
    ];
    const response = await collector.handle(postOf(beaconOf([turnOf(1), ...bad])));
    expect(await response.json()).toEqual({accepted: 1, refused: bad.length});
    const summary = await summaryOf(collector);
    expect(summary.turns.count).toBe(1);
    expect(summary.losses.refused).toEqual([{code: 'turn', count: bad.length}]);
  });

  it('stores no unknown property and counts each', async () => {
    const {collector} = await openCollector();
    const turn = {...turnOf(1), question: 'where is my parcel', t: {...turnOf(1).t, mood: 'bad'}, arms: {a: 'on'}};
    const page = {id: '9f3c1a5b7d2e4f60', url: 'https://shop.example/?q=secret'};
    const body = beaconOf([turn], {page, note: 'hello', __proto__: {x: 1}});
    const response = await collector.handle(postOf(body.replace('"note"', '"__proto__":{"y":1},"note"')));
    expect(await response.json()).toEqual({accepted: 1, refused: 0});
    const summary = await summaryOf(collector);
    expect(summary.losses.strippedCount).toBe(5);
    expect(JSON.stringify(summary)).not.toMatch(/parcel|secret|hello/);
  });

  it('places a turn by its age on the collector clock', async () => {
    const nowAt = 1_800_000_000_000;
    const {collector, send} = await openCollector({clock: () => nowAt});
    await send([turnOf(1, {age: 2_000}), turnOf(2, {age: 2 * 3_600_000})]);
    expect((await summaryOf(collector, 'since=1h')).recent.map((turn) => turn.turnAt)).toEqual([nowAt - 2_000]);
    expect((await summaryOf(collector, 'since=24h')).turns.count).toBe(2);
  });

  it('counts what browsers dropped once, however often a batch is sent again', async () => {
    const {collector} = await openCollector();
    for (let attempt = 0; attempt < 3; attempt++) {
      await collector.handle(postOf(beaconOf([turnOf(1)], {dropped: 7})));
    }
    expect((await summaryOf(collector)).losses.droppedCount).toBe(7);
  });

  it('stores names of a dimension beyond 200 a day as other', async () => {
    const {collector, send} = await openCollector();
    await send(Array.from({length: 230}, (_, index) => turnOf(index, {stages: [{s: `stage-${index}`, ms: 5}]})));
    const {stages} = await summaryOf(collector);
    expect(stages).toHaveLength(201);
    expect(stages.find((stage) => stage.stage === 'other')?.count).toBe(30);
  });
});

describe('a refusal', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  const cases: [name: string, body: BodyInit | null, status: number, code: string][] = [
    ['no body', null, 422, 'not-json'],
    ['nothing', '', 422, 'not-json'],
    ['half a batch', beaconOf([turnOf(1)]).slice(0, -3), 422, 'not-json'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 422, 'not-json'],
    ['a number', '1', 422, 'envelope'],
    ['null', 'null', 422, 'envelope'],
    ['an array', '[]', 422, 'envelope'],
    ['deep nesting', deep, 422, 'envelope'],
    ['deep turns', `{"v":1,"site":"a","page":{"id":"9f3c1a5b7d2e4f60"},"turns":${deep}}`, 200, ''],
    ['an unknown version', beaconOf([turnOf(1)], {v: 2}), 422, 'version'],
    ['a version as text', beaconOf([turnOf(1)], {v: '1'}), 422, 'version'],
    ['no version', beaconOf([turnOf(1)], {v: undefined}), 422, 'envelope'],
    ['no site', beaconOf([turnOf(1)], {site: undefined}), 422, 'envelope'],
    ['a hostile site', beaconOf([turnOf(1)], {site: "a' OR 1=1"}), 422, 'envelope'],
    ['a query in the route', beaconOf([turnOf(1)], {page: {id: '9f3c1a5b7d2e4f60', route: '/a?q=1'}}), 422, 'envelope'],
    ['no turns', beaconOf([]), 422, 'envelope'],
    ['21 turns', beaconOf(Array.from({length: 21}, (_, index) => turnOf(index))), 422, 'envelope'],
    ['consent denied', beaconOf([turnOf(1)], {consent: 'denied'}), 422, 'envelope'],
    ['65,537 bytes', ' '.repeat(65_537), 413, 'too-large'],
  ];

  it.each(cases)('meets %s', async (_name, body, status, code) => {
    const {collector} = await openCollector();
    const response = await collector.handle(postOf(body));
    if (status === 200) expect(await response.json()).toEqual({accepted: 0, refused: 1});
    else expect(await errorOf(response)).toMatchObject({status, code});
  });

  it('counts bytes as they come, whatever the header says', async () => {
    const {collector} = await openCollector();
    let cancelled = false;
    let sentCount = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sentCount += 1;
        controller.enqueue(new TextEncoder().encode('ä'.repeat(4096)));
      },
      cancel() {
        cancelled = true;
      },
    });
    const response = await collector.handle(postOf(endless));
    expect(await errorOf(response)).toMatchObject({status: 413, code: 'too-large'});
    expect(cancelled).toBe(true);
    expect(sentCount).toBeLessThan(12);
  });

  it('takes exactly 65,536 bytes', async () => {
    const {collector} = await openCollector();
    const body = beaconOf([turnOf(1)]);
    const response = await collector.handle(postOf(body + ' '.repeat(65_536 - body.length)));
    expect(response.status).toBe(200);
  });

  it('meets a client that goes away', async () => {
    const {collector} = await openCollector();
    const broken = new ReadableStream({pull: (controller) => controller.error(new Error('gone'))});
    expect((await collector.handle(postOf(broken))).status).toBe(422);
  });

  it('meets unknown sites, where sites are given', async () => {
    const {collector} = await openCollector({sites: ['shop-us']});
    const response = await collector.handle(postOf(beaconOf([turnOf(1)])));
    expect(await errorOf(response)).toMatchObject({status: 403, code: 'site'});
    expect((await summaryOf(collector)).turns.count).toBe(0);
  });

  it('meets forms, other methods and other paths', async () => {
    const {collector} = await openCollector();
    const form = postOf(beaconOf([turnOf(1)]), {'content-type': 'application/x-www-form-urlencoded'});
    expect((await collector.handle(form)).status).toBe(415);
    for (const path of ['/v1/turns', '/v1/summary', '/metrics']) {
      expect((await collector.handle(new Request(HOME + path, {method: 'DELETE'}))).status).toBe(405);
    }
    expect((await collector.handle(new Request(`${HOME}/v2/turns`, {method: 'POST'}))).status).toBe(404);
  });

  it('meets queries it does not understand', async () => {
    const {collector} = await openCollector();
    for (const query of ['since=2h', "site=a'b", 'route=%3Fq', `site=${'a'.repeat(254)}`]) {
      const response = await collector.handle(new Request(`${HOME}/v1/summary?${query}`));
      expect(await errorOf(response), query).toMatchObject({status: 400, code: 'query'});
    }
  });

  it('repeats nothing that the client sent and is counted', async () => {
    const {collector} = await openCollector({sites: ['shop-us']});
    const marker = 'zebra-4711';
    const bodies = [marker, `{"v":"${marker}"}`, beaconOf([turnOf(1)], {site: marker}), `{"v":1,"${marker}":1}`];
    for (const body of bodies) {
      const response = await collector.handle(postOf(body));
      const text = await response.text();
      expect(text).not.toContain(marker);
      expect(JSON.parse(text).error.message).toMatch(/^[A-Z].+\.$/);
    }
    expect((await summaryOf(collector)).losses.refused).toEqual([
      {code: 'not-json', count: 1},
      {code: 'version', count: 1},
      {code: 'site', count: 1},
      {code: 'envelope', count: 1},
    ]);
  });
});

describe('origins', () => {
  const from = (origin: string, more: Record<string, string> = {}) => postOf(beaconOf([turnOf(1)]), {origin, ...more});

  it('lets its own and the listed ones in, exactly', async () => {
    const {collector} = await openCollector({origins: ['https://shop.example']});
    for (const origin of [HOME, 'https://shop.example']) {
      const response = await collector.handle(from(origin));
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('vary')).toBe('Origin');
    }
    const strangers = ['https://shop.example.evil.example', 'http://shop.example', 'https://shop.example:8443', 'null'];
    for (const origin of strangers) {
      const response = await collector.handle(from(origin));
      expect(response.headers.has('access-control-allow-origin')).toBe(false);
      expect(await errorOf(response)).toMatchObject({status: 403, code: 'origin'});
    }
  });

  it('knows its own pages behind a proxy that ends TLS', async () => {
    const {collector} = await openCollector();
    const response = await collector.handle(from('https://public.example', {'sec-fetch-site': 'same-origin'}));
    expect(response.status).toBe(200);
  });

  it('answers preflights of known origins only', async () => {
    const {collector} = await openCollector({origins: ['https://shop.example']});
    const ask = (origin: string) =>
      collector.handle(new Request(`${HOME}/v1/turns`, {method: 'OPTIONS', headers: {origin}}));
    const response = await ask('https://shop.example');
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type');
    expect((await ask('https://evil.example')).status).toBe(403);
  });
});

describe('a failing store', () => {
  const failing = (append: Store['append']): Store => ({
    append,
    read: () => Promise.reject(new StoreError('failed', 'secret path')),
    totals: () => Promise.reject(new StoreError('failed', 'secret path')),
    close: () => Promise.resolve(),
  });

  it('is answered with 503 and when to come back', async () => {
    const events: CollectorEvent[] = [];
    const store = failing(() => Promise.reject(new StoreError('failed', 'secret path')));
    const {collector} = await openCollector({store, observe: (event) => events.push(event)});
    const asked = [postOf(beaconOf([turnOf(1)])), new Request(`${HOME}/v1/summary`), new Request(`${HOME}/metrics`)];
    for (const request of asked) {
      const response = await collector.handle(request);
      expect(response.headers.get('retry-after')).toBe('30');
      const error = await errorOf(response);
      expect(error).toMatchObject({status: 503, code: 'store'});
      expect(error.message).not.toContain('secret');
    }
    expect(events.map((event) => event.kind)).toEqual(['failed', 'refused', 'failed', 'refused', 'failed', 'refused']);
  });

  it('is not waited for without end', async () => {
    vi.useFakeTimers();
    const {collector} = await openCollector({store: failing(() => new Promise(() => undefined))});
    let answer: Response | undefined;
    collector.handle(postOf(beaconOf([turnOf(1)]))).then((response) => {
      answer = response;
    });
    while (vi.getTimerCount() === 0) await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(4999);
    expect(answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(answer?.status).toBe(503);
  });
});

describe('the metrics page', () => {
  it('tells what the FAQ in the page had, and its shares where there is anything to take a share of', async () => {
    const nowAt = 1_800_000_000_000;
    const {collector, send} = await openCollector({clock: () => nowAt});
    const asked = (number: number, hit: 'exact' | 'none', age = 1000) =>
      turnOf(number, {n: number, age, source: hit === 'none' ? 'model' : 'faq', cache: {hit, at: 'browser', ms: 2}});
    const text = async () => (await collector.handle(new Request(`${HOME}/metrics`))).text();
    await send([asked(1, 'exact', 7_200_000), asked(2, 'none'), asked(3, 'none')]);
    expect(await text()).toContain(
      [
        'firstword_instant_turns_total{hit="exact"} 1',
        'firstword_instant_turns_total{hit="none"} 2',
        '# HELP firstword_instant_share Shares of such turns in the last hour; answerable is a lower bound, right (nobody objected) an upper one.',
        '# TYPE firstword_instant_share gauge',
        'firstword_instant_share{kind="exact"} 0',
        'firstword_instant_share{kind="answerable"} 0',
        'firstword_instant_share{kind="matched"} 0',
        'firstword_instant_share{kind="right"} 0',
        '',
      ].join('\n'),
    );
    expect(await text()).not.toContain('firstword_instant_precision_share');
    await send([asked(4, 'exact'), {...asked(5, 'exact'), fb: 'wrong'}]);
    expect(await text()).toContain('firstword_instant_share{kind="matched"} 0.5\n');
    expect(await text()).toContain('firstword_instant_share{kind="right"} 0.25\n');
    expect(await text()).toContain('firstword_instant_precision_share 0.5\n');
  });

  it('counts turns by outcome and source, and refusals', async () => {
    const {collector, send} = await openCollector();
    await send([turnOf(1), turnOf(2), turnOf(3, {source: 'faq'}), {...turnOf(4), id: 'x'}]);
    await send([turnOf(5, {outcome: 'abandoned', waited: 900, t: {sent: 2}})]);
    const response = await collector.handle(new Request(`${HOME}/metrics`));
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    const text = await response.text();
    expect(text).toContain('firstword_turns_total{outcome="complete",source="model"} 2\n');
    expect(text).toContain('firstword_turns_total{outcome="complete",source="faq"} 1\n');
    expect(text).toContain('firstword_refused_total{code="turn"} 1\n');
    expect(text).toContain('firstword_ttft_seconds_count 3\n');
    expect(text).not.toContain('quantile="0.5"');
    await send(Array.from({length: 20}, (_, index) => turnOf(100 + index)));
    const later = await (await collector.handle(new Request(`${HOME}/metrics`))).text();
    expect(later).toContain('firstword_ttft_seconds{quantile="0.5"} 0.612\n');
    expect(later).not.toContain('firstword_instant');
    for (const line of later.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$/);
    }
  });
});

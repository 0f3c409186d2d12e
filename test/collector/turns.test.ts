import {describe, expect, it} from 'vitest';
import {exportTurns} from '../../src/collector/export-turns.ts';
import {FLAT_COLUMNS} from '../../src/collector/flat-turn.ts';
import {HOME, idOf, openCollector, reportOf, turnOf} from './fixtures.ts';

const DAY_MS = 86_400_000;

describe('the newest turns', () => {
  it('stand with their stages, instants and facts, placed on the clock of each', async () => {
    const {collector, send} = await openCollector();
    await send([
      turnOf(1, {age: 5000}),
      turnOf(2, {
        age: 4000,
        over: ['tools', 'first-token'],
        stages: [
          {s: 'tools', ms: 2600, at: 40, b: 800, st: 'timeout', src: 'stream'},
          {s: 'network', ms: 30},
        ],
        t: {paint: 3100, sent: 2, byte: -4, done: 5200},
      }),
    ]);
    const {turns} = await reportOf(collector, 'turns');
    expect(turns.map(({id}) => id)).toEqual([idOf(2), idOf(1)]);
    expect(turns[0]).toMatchObject({
      simulated: false,
      page: {route: '/checkout'},
      wholeMs: 5200,
      milestones: [
        {name: 'byte', ms: -4},
        {name: 'sent', ms: 2},
        {name: 'paint', ms: 3100},
        {name: 'done', ms: 5200},
      ],
      stages: [
        {stage: 'tools', ms: 2600, atMs: 40, budgetMs: 800, over: true, state: 'timeout', from: 'stream'},
        {stage: 'network', ms: 30, over: false},
      ],
    });
  });

  it('are narrowed by how they ended and whether they were over a budget', async () => {
    const {collector, send} = await openCollector();
    await send([
      turnOf(1),
      turnOf(2, {over: ['first-token']}),
      turnOf(3, {outcome: 'error', error: 'network', waited: 900, t: {sent: 1}, over: ['first-token']}),
    ]);
    const ids = async (query: string) => (await reportOf(collector, 'turns', query)).turns.map(({id}) => id).toSorted();
    expect(await ids('over=1')).toEqual([idOf(2), idOf(3)]);
    expect(await ids('over=1&outcome=error')).toEqual([idOf(3)]);
    expect(await ids('outcome=complete')).toEqual([idOf(1), idOf(2)]);
  });

  it('tell a snapshot that nothing followed as abandoned', async () => {
    let nowAt = 10 * DAY_MS;
    const {collector, send} = await openCollector({clock: () => nowAt});
    await send([turnOf(1, {final: false, outcome: 'open', waited: 800, t: {sent: 1}})]);
    const outcomes = async () => (await reportOf(collector, 'turns', 'since=24h')).turns.map(({outcome}) => outcome);
    expect(await outcomes()).toEqual(['open']);
    nowAt += 1_800_000;
    expect(await outcomes()).toEqual(['abandoned']);
    expect((await reportOf(collector, 'turns', 'since=24h&outcome=abandoned')).turns).toHaveLength(1);
    expect((await reportOf(collector, 'turns', 'since=24h&outcome=open')).turns).toHaveLength(0);
  });

  it.each(['outcome=lost', 'over=yes', 'compare=year', 'simulated=maybe'])('are refused for %s', async (query) => {
    const {collector} = await openCollector();
    expect((await collector.handle(new Request(`${HOME}/v1/reports/turns?${query}`))).status).toBe(400);
  });
});

describe('the turns of a window as a file', () => {
  const fileOf = async (collector: {handle(request: Request): Promise<Response>}, name: string) =>
    collector.handle(new Request(`${HOME}/v1/reports/${name}`));

  it('have a column for each value, and no value that a spreadsheet would run', async () => {
    const {collector, send} = await openCollector({clock: () => 20 * DAY_MS});
    await send([
      turnOf(1, {
        age: DAY_MS / 2,
        t: {sent: -3.5, paint: 700, done: 2000},
        arms: {prefetch: 'on', hedge: 'off'},
        stages: [
          {s: 'tools', ms: 300},
          {s: 'model', ms: 200.5},
        ],
        over: ['tools', 'model'],
      }),
    ]);
    const answer = await fileOf(collector, 'turns.csv');
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="firstword-turns.csv"');
    const [head = '', line = '', end] = (await answer.text()).split('\r\n');
    expect(head.split(',')).toEqual(FLAT_COLUMNS);
    expect(end).toBe('');
    const row = Object.fromEntries(head.split(',').map((name, index) => [name, line.split(',')[index]]));
    expect(row).toMatchObject({
      id: idOf(1),
      simulated: 'false',
      turnAt: '1970-01-20T12:00:00.000Z',
      pageRoute: '/checkout',
      sentMs: '-3.5',
      arms: 'prefetch=on hedge=off',
      stages: 'tools=300 model=200.5',
      over: 'tools model',
      hedgeWon: '',
    });
  });

  it('have the same values as JSON, and are narrowed alike', async () => {
    const {collector, send} = await openCollector();
    await send([turnOf(1), turnOf(2, {over: ['complete']})]);
    const json = JSON.parse(await (await fileOf(collector, 'turns.json?over=1')).text());
    expect(json).toMatchObject({v: 1, turnCount: 1, simulatedCount: 0, turns: [{id: idOf(2), over: 'complete'}]});
    expect(json.cut).toBeUndefined();
    expect(JSON.parse(await (await fileOf(collector, 'turns.json?site=none')).text()).turns).toEqual([]);
  });

  it('are read to the end over many pages, each turn once, also where many began at the same instant', async () => {
    const {collector, send} = await openCollector({clock: () => DAY_MS});
    const numbers = Array.from({length: 4700}, (_, index) => index + 1);
    await send(numbers.map((number) => turnOf(number, {age: 1000 * (number % 3)})));
    const lines = (await (await fileOf(collector, 'turns.csv')).text()).trimEnd().split('\r\n').slice(1);
    expect(new Set(lines.map((line) => line.slice(0, 32)))).toEqual(new Set(numbers.map(idOf)));
    expect(lines).toHaveLength(4700);
  });

  it('say where they were cut', async () => {
    const {store, send} = await openCollector();
    await send([turnOf(1, {age: 3000}), turnOf(2, {age: 2000}), turnOf(3, {age: 1000})]);
    const window = {fromAt: 0, untilAt: Date.now(), nowAt: Date.now()};
    const csv = await exportTurns({store, window, form: 'csv', limitCount: 2});
    expect(csv.headers.get('firstword-cut')).toBe('newest 2 of 3');
    expect(csv.headers.get('content-disposition')).toContain('firstword-turns-newest-2-of-3.csv');
    const ids = (await csv.text()).trimEnd().split('\r\n').slice(1);
    expect(ids.map((line) => line.slice(0, 32))).toEqual([idOf(3), idOf(2)]);
    const json = await (await exportTurns({store, window, form: 'json', limitCount: 2})).json();
    expect(json).toMatchObject({cut: 'newest 2 of 3', turnCount: 3});
  });

  it('are not read further than they are taken', async () => {
    const {store, send} = await openCollector();
    await send(Array.from({length: 4100}, (_, index) => turnOf(index + 1)));
    let readCount = 0;
    const counted = {
      ...store,
      read: ((name, window) => {
        readCount += Number(name === 'turnPages');
        return store.read(name, window);
      }) as typeof store.read,
    };
    const window = {fromAt: 0, untilAt: Date.now() + 1, nowAt: Date.now()};
    const reader = (await exportTurns({store: counted, window, form: 'csv'})).body?.getReader();
    await reader?.read(); // the head
    expect(readCount).toBe(0);
    await reader?.read();
    expect(readCount).toBe(1);
    await reader?.cancel();
    expect(readCount).toBe(1);
  });

  it.each(['turns.xml', 'routes.csv', 'turns.csv/'])('are not at %s', async (name) => {
    const {collector} = await openCollector();
    expect((await fileOf(collector, name)).status).toBe(404);
  });
});

import {expect, it} from 'vitest';
import {HOME, openCollector, reportOf, summaryOf, turnOf} from './fixtures.ts';

it('tells routes and prompt classes apart, the slowest P99 first', async () => {
  const {collector, send} = await openCollector();
  const turns = Array.from({length: 100}, (_, index) => {
    const slow = index % 2 === 1;
    const paint = (slow ? 4000 : 400) + index;
    return turnOf(index, {
      route: slow ? 'powerful' : 'fast',
      class: 'shipping',
      t: {sent: 1, token: paint, paint, last: 9000, done: 9000},
    });
  });
  await send(turns);
  const {rows} = await reportOf(collector, 'routes');
  expect(rows.map(({by, name, count}) => `${by} ${name} ${count}`)).toEqual([
    'route powerful 50',
    'class shipping 100',
    'route fast 50',
  ]);
  expect(rows.map(({over}) => ('share' in over ? over.share : undefined))).toEqual([1, 0.5, 0]);
  // by hand: of 400, 402 … 498 the value in the middle
  expect(rows[2]?.figures[0]).toMatchObject({state: 'firm', valueMs: 449, count: 50});
  expect(rows[2]?.figures[3]).toMatchObject({state: 'hidden', words: 'n too small (n=50, needs 368)'});
});

it('narrows a report as it narrows the summary', async () => {
  const {collector, send} = await openCollector({clock: () => 1_000_000});
  await send([turnOf(1, {class: 'a', route: 'x'}), turnOf(2, {class: 'b', route: 'x', age: 200_000})]);
  const names = async (query: string) => (await reportOf(collector, 'routes', query)).rows.map(({name}) => name);
  expect((await names('class=a')).toSorted()).toEqual(['a', 'x']);
  expect(await names('device=mobile')).toEqual([]);
  expect((await names('from=700000&until=900000')).toSorted()).toEqual(['b', 'x']);
  expect((await summaryOf(collector, 'since=1h&until=900000')).turns.count).toBe(1);
  const {window} = await summaryOf(collector, 'from=1&class=b');
  expect(window).toEqual({fromAt: 1, untilAt: 1_000_000, class: 'b'});
});

it.each(['until=5&from=6', 'from=x', 'until=-1', 'device=watch', 'net=5g', 'class=A%20b', 'since=2h'])(
  'refuses %s',
  async (query) => {
    const {collector} = await openCollector();
    const answer = await collector.handle(new Request(`${HOME}/v1/reports/routes?${query}`));
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain(query);
  },
);

it.each(['/v1/reports/none', '/v1/reports/', '/v1/reports/summary', '/v1/routes', '/v1/reports/constructor'])(
  'knows nothing at %s',
  async (path) => {
    const {collector} = await openCollector();
    expect((await collector.handle(new Request(HOME + path))).status).toBe(404);
  },
);

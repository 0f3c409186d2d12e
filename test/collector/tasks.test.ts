import {describe, expect, it} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {beaconOf, openCollector, postOf, reportOf, turnOf} from './fixtures.ts';

const NOW_AT = 1_800_000_000_000;

async function open() {
  const {collector} = await openCollector({clock: () => NOW_AT});
  let pageNumber = 0;
  let turnNumber = 0;
  const posts: Promise<Response>[] = [];
  return {
    collector,
    /** Posts turns of one page, each with its task and so many seconds ago. */
    page(...turns: [task: number, secondsAgo: number, change?: Partial<TurnRecord>][]) {
      pageNumber += 1;
      const page = {id: pageNumber.toString(16).padStart(16, '0')};
      const records = turns.map(([task, secondsAgo, change], at) => {
        turnNumber += 1;
        return turnOf(turnNumber, {n: at + 1, task, age: secondsAgo * 1000, route: 'fast', ...change});
      });
      posts.push(collector.handle(postOf(beaconOf(records, {page}))));
    },
    async rows(query?: string) {
      for (const response of await Promise.all(posts.splice(0))) {
        expect(await response.json()).toMatchObject({refused: 0});
      }
      return (await reportOf(collector, 'tasks', query)).rows;
    },
  };
}

const took = (ms: number): Partial<TurnRecord> => ({t: {paint: 300, done: ms}});
const shownMs = (figure: object | undefined) => (figure && 'valueMs' in figure ? figure.valueMs : figure);

describe('a task', () => {
  it('takes from its first question to the end of its last answer, by hand', async () => {
    const {page, rows} = await open();
    // six tasks of one turn, 1 s to 6 s; six of two turns, the second asked 20 s after the first and done in 1 s to 6 s
    for (let seconds = 1; seconds <= 6; seconds++) {
      page([1, 100, took(seconds * 1000)]);
      page([1, 100, {...took(900), route: 'powerful'}], [1, 80, {...took(seconds * 1000), again: 'rephrase'}]);
    }
    const [all, ...routes] = await rows();
    expect(all).toMatchObject({by: 'all', count: 12, turnsPerTask: 1.5, once: {share: 0.5}, repeated: {share: 0.5}});
    // the two in the middle of twelve are 6 s and 21 s
    expect(shownMs(all?.figures[0])).toBe(13_500);
    expect(all).toMatchObject({turnCount: 18});
    const byRoute = Object.fromEntries(routes.map((row) => [row.name, row]));
    expect(byRoute['fast']).toMatchObject({by: 'route', count: 6, turnsPerTask: 1, turnCount: 12});
    expect(shownMs(byRoute['fast']?.figures[0])).toBe(3500);
    // a task is of the route that it began with
    expect(byRoute['powerful']).toMatchObject({count: 6, turnsPerTask: 2, repeated: {share: 1}, turnCount: 6});
    expect(shownMs(byRoute['powerful']?.figures[0])).toBe(23_500);
  });

  it('takes no less than its answers together, whatever clocks say', async () => {
    const {page, rows} = await open();
    for (let number = 0; number < 6; number++) page([1, 10, took(2000)], [1, 10, took(3000)]);
    const [all] = await rows();
    expect(shownMs(all?.figures[0])).toBe(5000);
  });

  it('is told apart from others of its page and of other pages', async () => {
    const {page, rows} = await open();
    page([1, 300, took(1000)], [2, 200, took(1000)], [2, 190, took(1000)], [3, 50, took(1000)]);
    page([1, 300, took(1000)]);
    expect((await rows())[0]).toMatchObject({count: 4, turnsPerTask: 1.25, once: {share: 0.75}});
  });

  it('that was given up counts as still going on then', async () => {
    const {page, rows} = await open();
    const given = {outcome: 'abandoned', waited: 4000, left: 'pagehide', t: {sent: 2}} as const;
    for (let seconds = 1; seconds <= 8; seconds++) page([1, 100, took(seconds * 1000)]);
    page([1, 100, given]);
    page([1, 100, {...took(1000), fb: 'wrong'}]);
    page([1, 100, {...took(2000), hidden: 500, hid: 1500}]);
    // at risk 11: one came at 1 s (10/11), one left then, one at 1.5 s; then of 8: 2 s, 3 s, 4 s (7/8 * 6/7 * 5/6), one left at 4 s; of 4: 5 s
    const [all] = await rows();
    expect(all?.count).toBe(11);
    // 10/11 * 5/8 = 0.568 after 4 s, times 3/4 = 0.426 after 5 s
    expect(shownMs(all?.figures[0])).toBe(5000);
  });

  it('that has not ended, and turns without a task, are left out', async () => {
    const {page, rows, collector} = await open();
    page([1, 100, took(1000)], [1, 5, {outcome: 'open', final: false, waited: 900, t: {sent: 2}}]);
    page([1, 100, took(1000)]);
    await collector.handle(postOf(beaconOf([turnOf(99)])));
    expect((await rows())[0]).toMatchObject({count: 1, turnCount: 2});
  });

  it('belongs to the time and the filters of its first turn', async () => {
    const {page, rows} = await open();
    page([1, 400, {...took(1000), class: 'a'}], [1, 100, {...took(1000), class: 'b'}]);
    expect((await rows('class=a')).find(({by}) => by === 'all')).toMatchObject({count: 1, turnsPerTask: 2});
    expect(await rows('class=b')).toEqual([]);
    expect(await rows(`from=${NOW_AT - 200_000}`)).toEqual([]);
    expect((await rows(`from=${NOW_AT - 500_000}&until=${NOW_AT - 300_000}`))[0]).toMatchObject({turnsPerTask: 2});
  });

  it('weighs as much as its pages were sampled, and stands under each arm of its page', async () => {
    const {page, rows} = await open();
    const arms = {prefetch: 'on', look: 'b'};
    for (let number = 0; number < 3; number++) page([1, 100, {...took(1000), w: 10, arms}]);
    for (let number = 0; number < 30; number++) page([1, 100, {...took(9000), arms}], [1, 50, {...took(9000)}]);
    const [all, ...others] = await rows();
    // 3 of weight 10, 30 of weight 1: 30 + 60 turns of 60 tasks; (60 * 60) / (3 * 100 + 30) = 10.9
    expect(all).toMatchObject({
      turnsPerTask: 1.5,
      figures: [{state: 'grey', valueMs: 1000, count: 10}, {}, {}, {}, {}],
    });
    expect(others.map(({by, name}) => `${by} ${name}`)).toEqual(['route fast', 'arm look=b', 'arm prefetch=on']);
  });
});

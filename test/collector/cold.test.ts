import {describe, expect, it} from 'vitest';
import type {ColdKind} from '../../src/collector/index.ts';
import {coldOf} from '../../src/collector/report-cold.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import {openCollector, reportOf, turnOf} from './fixtures.ts';
import {columnsOf, createChance, type Row} from './simulated.ts';

const KIND: ColdKind = {first: false, cold: false, cache: null, kept: null, hit: false};

/** Pages of three turns, of which the first takes `times` as long; pages differ, which the ratio does not see. */
function simulate(seed: number, times: number): Row<ColdKind>[] {
  const chance = createChance(seed);
  return Array.from({length: 400}, (_, page) => {
    const ofPage = chance.time(500, 0.8);
    return [0, 1, 2].map((at): Row<ColdKind> => {
      const ms = chance.time(1, 0.3) * ofPage * (at === 0 ? times : 1);
      return {page, ms, kind: {...KIND, first: at === 0}};
    });
  }).flat();
}

describe('a cold start', () => {
  it('costs what was planted', () => {
    const [row] = coldOf({rows: columnsOf(simulate(3, 1.5)), drawCount: 400}).rows;
    expect(row).toMatchObject({by: 'page', coldCount: 400, warmCount: 800});
    for (const {ratio} of row?.ratios ?? []) {
      if (ratio.state === 'hidden') throw new Error(ratio.words);
      expect(ratio.lowTimes).toBeLessThan(1.5);
      expect(ratio.highTimes).toBeGreaterThan(1.5);
      expect(ratio.lowTimes).toBeGreaterThan(1.2);
    }
  });

  it('that costs nothing is found to cost something in about 5 of 100', () => {
    let foundCount = 0;
    for (let seed = 100; seed < 200; seed++) {
      const [row] = coldOf({rows: columnsOf(simulate(seed, 1)), drawCount: 100}).rows;
      const ratio = row?.ratios[0]?.ratio;
      if (ratio?.state !== 'known') throw new Error('there is a ratio');
      if (ratio.lowTimes > 1 || ratio.highTimes < 1) foundCount += 1;
    }
    // more than 11 of 100 would come by chance in 0.4 % of such tests
    expect(foundCount).toBeLessThanOrEqual(11);
  });

  it('is told of pages, processes, caches and kept prompts, by hand', async () => {
    const {collector, send} = await openCollector();
    const turns: Partial<TurnRecord>[] = [];
    const add = (paint: number, change: Partial<TurnRecord>) => turns.push({t: {paint, done: 5000}, ...change});
    add(900, {n: 1, cold: true, cached_tokens: 0});
    add(800, {n: 1, cached_tokens: 100});
    add(400, {n: 2, cached_tokens: 100, cache: {hit: 'none', at: 'server'}});
    add(20, {n: 3, source: 'cache', cache: {hit: 'exact', at: 'server'}});
    add(5, {n: 4, source: 'faq', cache: {hit: 'exact', at: 'browser'}});
    await send(turns.map((change, at) => turnOf(at + 1, change)));
    const {rows} = await reportOf(collector, 'cold');
    expect(rows.map(({by, coldCount, warmCount}) => [by, coldCount, warmCount])).toEqual([
      ['page', 2, 1],
      ['process', 1, 2],
      ['cache', 1, 1],
      ['prompt', 1, 2],
    ]);
    expect(rows[0]?.ratios[0]?.ratio).toEqual({state: 'hidden', words: 'n too small (1 pages, needs 6)'});
  });

  it('is not told where nothing was cold', () => {
    expect(coldOf({rows: columnsOf([{page: 0, ms: 5, kind: KIND}])}).rows).toEqual([]);
  });
});

import {describe, expect, it} from 'vitest';
import {intervalRanks, PERCENTILES, percentile, type TurnRecord} from '../../src/latency/index.ts';
import type {Figure} from '../../src/protocol/index.ts';
import {beaconOf, createDraw, openCollector, postOf, summaryOf, turnOf} from './fixtures.ts';

const NOW_AT = 1_800_000_000_000;

const open = (clock = () => NOW_AT) => openCollector({clock});

function valuesOf(figures: readonly Figure[]) {
  return figures.map((figure) => ('valueMs' in figure ? figure.valueMs : undefined));
}

function logNormal(count: number, seed: number): number[] {
  const draw = createDraw(seed);
  return Array.from({length: count}, () => {
    const normal = Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());
    return Math.round(700 * Math.exp(0.6 * normal) * 10) / 10;
  });
}

const answeredAt = (number: number, ms: number, change: Partial<TurnRecord> = {}) =>
  turnOf(number, {t: {token: ms, paint: ms, done: ms * 3}, stages: [{s: 'model', ms: ms / 2, b: 600}], ...change});

describe('percentiles', () => {
  it('are those of latency on the same values, with the order statistics around them', async () => {
    const {collector, send} = await open();
    const values = logNormal(4000, 3);
    await send(values.map((ms, index) => answeredAt(index, ms)));
    const summary = await summaryOf(collector);
    const sorted = values.toSorted((a, b) => a - b);
    for (const [figures, factor] of [
      [summary.firstToken.all.figures, 1],
      [summary.firstToken.misses.answered, 1],
      [summary.complete.all.figures, 3],
      [summary.stages[0]?.figures ?? [], 0.5],
    ] as const) {
      expect(figures).toHaveLength(PERCENTILES.length);
      PERCENTILES.forEach((share, index) => {
        const figure = figures[index];
        const ranks = intervalRanks(values.length, share);
        if (!figure || !('valueMs' in figure) || !ranks) throw new Error(`no figure at ${share}`);
        expect(figure.valueMs).toBeCloseTo((percentile(sorted, share) ?? 0) * factor, 6);
        expect(figure.lowMs).toBeCloseTo((sorted[ranks.low - 1] ?? 0) * factor, 6);
        expect(figure.highMs).toBeCloseTo((sorted[ranks.high - 1] ?? 0) * factor, 6);
        expect(figure.count).toBe(4000);
        expect(figure.state).toBe(share === 0.999 ? 'grey' : 'firm');
      });
    }
  });

  it('are hidden below the honest count and grey up to the firm one', async () => {
    const {collector, send} = await open();
    const states = async () => (await summaryOf(collector)).firstToken.all.figures.map((figure) => figure.state);
    expect(await states()).toEqual(['hidden', 'hidden', 'hidden', 'hidden', 'hidden']);
    const turns = logNormal(368, 5).map((ms, index) => answeredAt(index, ms));
    const steps: [number, string][] = [
      [5, 'hidden hidden hidden hidden hidden'],
      [6, 'grey hidden hidden hidden hidden'],
      [35, 'firm hidden hidden hidden hidden'],
      [36, 'firm grey hidden hidden hidden'],
      [72, 'firm grey grey hidden hidden'],
      [100, 'firm firm grey hidden hidden'],
      [200, 'firm firm firm hidden hidden'],
      [367, 'firm firm firm hidden hidden'],
      [368, 'firm firm firm grey hidden'],
    ];
    let sentCount = 0;
    for (const [count, expected] of steps) {
      await send(turns.slice(sentCount, count));
      sentCount = count;
      expect((await states()).join(' '), `${count} turns`).toBe(expected);
    }
  });

  it('follow weights: the smallest value with the share of the weight, and fewer effective turns', async () => {
    const {collector, send} = await open();
    const fast = Array.from({length: 50}, (_, index) => answeredAt(index, 100 + index, {w: 4}));
    const slow = Array.from({length: 50}, (_, index) => answeredAt(100 + index, 1000 + index));
    await send([...fast, ...slow]);
    const [median, p90] = (await summaryOf(collector)).firstToken.all.figures;
    // 250 by weight: 125 is reached by the 32nd fast turn, 225 by the 25th slow one; (250)^2 / (50 * 16 + 50) = 73.5
    expect(median).toMatchObject({valueMs: 131, count: 73});
    expect(p90).toMatchObject({valueMs: 1024, count: 73});
  });

  it('keep their interval when all weigh the same', async () => {
    const {collector, send} = await open();
    const values = logNormal(500, 21);
    await send(values.map((ms, index) => answeredAt(index, ms, {w: 3})));
    const sorted = values.toSorted((a, b) => a - b);
    const {figures} = (await summaryOf(collector)).firstToken.all;
    for (const figure of figures.slice(0, 4)) {
      const ranks = intervalRanks(500, figure.share);
      expect(figure).toMatchObject({
        count: 500,
        valueMs: sorted[Math.ceil(figure.share * 500) - 1],
        lowMs: sorted[(ranks?.low ?? 0) - 1],
        highMs: sorted[(ranks?.high ?? 0) - 1],
      });
    }
  });

  it('take final turns that nobody hid, and split off what a cache or the FAQ answered', async () => {
    const {collector, send} = await open();
    await send([
      ...Array.from({length: 10}, (_, index) => answeredAt(index, 1000)),
      ...Array.from({length: 10}, (_, index) => answeredAt(100 + index, 10, {source: 'faq'})),
      ...Array.from({length: 10}, (_, index) => answeredAt(200 + index, 50, {source: 'cache'})),
      ...Array.from({length: 10}, (_, index) => answeredAt(300 + index, 9000, {hidden: 3, hid: 9500})),
      ...Array.from({length: 10}, (_, index) =>
        answeredAt(400 + index, 9000, {final: false, outcome: 'open', waited: 9100}),
      ),
    ]);
    const {turns, complete, firstToken, stages} = await summaryOf(collector);
    expect(turns).toEqual({count: 50, openCount: 10, hiddenCount: 10});
    expect(complete.all.count).toBe(30);
    expect(complete.misses.count).toBe(10);
    expect(valuesOf(complete.misses.figures)[0]).toBe(3000);
    expect(valuesOf(firstToken.all.answered)[0]).toBe(50);
    expect(stages).toMatchObject([{stage: 'model', count: 30, turnShare: 1}]);
  });

  it('read the token where there is no paint', async () => {
    const {collector, send} = await open();
    await send(Array.from({length: 10}, (_, index) => turnOf(index, {t: {token: 400, done: 900}})));
    expect(valuesOf((await summaryOf(collector)).firstToken.all.figures)[0]).toBe(400);
  });
});

describe('those who left', () => {
  it('count as waiting until they did, beside what the answered turns alone would say', async () => {
    const {collector, send} = await open();
    const answered = Array.from({length: 40}, (_, index) => answeredAt(index, 100 + index * 10));
    const left = Array.from({length: 20}, (_, index) =>
      turnOf(100 + index, {outcome: 'abandoned', waited: 300, t: {sent: 2}}),
    );
    const hid = Array.from({length: 10}, (_, index) => answeredAt(200 + index, 9000, {hidden: 800, hid: 300}));
    await send([...answered, ...left, ...hid]);
    const {firstToken, abandonment} = await summaryOf(collector);
    expect(firstToken.all).toMatchObject({count: 70, leftCount: 30});
    // 21 words come by 300 ms, then S = 0.7 and 19 still wait; with 13 of them left S = 0.479, the first at or under one half
    const [median] = firstToken.all.figures;
    expect(median).toMatchObject({state: 'firm', valueMs: 360, answeredMs: 295});
    expect(firstToken.all.answered[0]).toMatchObject({valueMs: 295, count: 40});
    expect(abandonment.beforeFirstToken).toMatchObject({state: 'known', count: 70, share: 20 / 70});
  });

  it('make a percentile unreachable when nobody saw it happen', async () => {
    const {collector, send} = await open();
    const answered = Array.from({length: 50}, (_, index) => answeredAt(index, 100 + index));
    const left = Array.from({length: 50}, (_, index) =>
      turnOf(100 + index, {outcome: 'abandoned', waited: 5000, t: {sent: 2}}),
    );
    await send([...answered, ...left]);
    const {figures} = (await summaryOf(collector)).firstToken.all;
    expect(figures.map((figure) => figure.state)).toEqual(['firm', 'unreached', 'unreached', 'hidden', 'hidden']);
    expect(figures[1]).toMatchObject({aboveMs: 5000, count: 100});
  });

  it('include snapshots that nothing superseded for 30 minutes, and only those', async () => {
    let nowAt = NOW_AT;
    const {collector, send} = await open(() => nowAt);
    const snapshot = (number: number) =>
      turnOf(number, {final: false, outcome: 'open', waited: 2000, hid: 2000, t: {sent: 2}});
    await send([snapshot(1), snapshot(2), turnOf(3)]);
    expect(await summaryOf(collector)).toMatchObject({
      turns: {count: 3, openCount: 2},
      firstToken: {all: {count: 1, leftCount: 0}},
    });
    nowAt += 29 * 60_000;
    await send([turnOf(2, {rev: 2})]);
    nowAt += 60_000;
    const summary = await summaryOf(collector);
    expect(summary).toMatchObject({turns: {openCount: 0}, firstToken: {all: {count: 3, leftCount: 1}}});
    expect(summary.outcomes.map(({name, count}) => [name, count])).toEqual([
      ['complete', 2],
      ['abandoned', 1],
    ]);
    expect(summary.abandonment.beforeFirstToken).toMatchObject({share: 1 / 3});
    expect(summary.recent.filter((turn) => turn.outcome === 'abandoned')).toHaveLength(1);
  });
});

describe('budgets', () => {
  it('are broken by late words and by long waits, and not by those who left earlier', async () => {
    const {collector, send} = await open();
    await send([
      answeredAt(1, 1000),
      answeredAt(2, 3001),
      answeredAt(3, 2999),
      turnOf(4, {outcome: 'abandoned', waited: 3500, t: {sent: 2}}),
      turnOf(5, {outcome: 'abandoned', waited: 500, t: {sent: 2}}),
      answeredAt(6, 900, {budget: {token: 800, done: 8000}}),
    ]);
    const {firstToken, complete, stages} = await summaryOf(collector);
    expect(firstToken.budget).toEqual({ms: 3000, mixed: true});
    expect(firstToken.over).toMatchObject({share: 3 / 5, count: 5});
    expect(complete.over).toMatchObject({share: 2 / 4, count: 4});
    expect(stages[0]).toMatchObject({stage: 'model', count: 4, budget: {ms: 600, mixed: false}, turnShare: 4 / 6});
    expect(stages[0]?.over).toMatchObject({share: 2 / 4});
  });

  it('do not judge stages that were skipped, and sum those that ran twice', async () => {
    const {collector, send} = await open();
    const stages = [
      {s: 'tools', ms: 300, b: 400},
      {s: 'tools', ms: 200, b: 400, st: 'timeout' as const},
      {s: 'retrieval', ms: 0, b: 400, st: 'skipped' as const},
    ];
    await send(Array.from({length: 6}, (_, index) => turnOf(index, {stages})));
    const summary = await summaryOf(collector);
    expect(summary.stages).toMatchObject([{stage: 'tools', count: 6, timeoutCount: 6, over: {share: 1}}]);
    expect(valuesOf(summary.stages[0]?.figures ?? [])[0]).toBe(500);
  });
});

describe('the shape', () => {
  it('sums to all turns and shows both humps', async () => {
    const {collector, send} = await open();
    const misses = logNormal(600, 9).map((ms, index) => answeredAt(index, ms));
    const hits = Array.from({length: 200}, (_, index) => answeredAt(1000 + index, 10 + (index % 9), {source: 'faq'}));
    await send([...misses, ...hits]);
    const {bars, curve} = (await summaryOf(collector)).firstToken.shape;
    expect(bars.reduce((sum, bar) => sum + bar.missShare, 0)).toBeCloseTo(0.75, 3);
    expect(bars.reduce((sum, bar) => sum + bar.hitShare, 0)).toBeCloseTo(0.25, 3);
    for (const [index, bar] of bars.entries()) expect(bars[index + 1]?.lowMs ?? bar.highMs).toBe(bar.highMs);
    const sorted = misses.map((turn) => turn.t.paint ?? 0).sort((a, b) => a - b);
    for (const point of curve) {
      const shown = sorted.filter((ms) => ms < point.ms).length / sorted.length;
      expect(Math.abs((point.missShare ?? 0) - shown)).toBeLessThan(0.005);
    }
    expect(curve.at(-1)).toMatchObject({allShare: 1, missShare: 1, hitShare: 1});
    expect(curve.length).toBeLessThan(350);
  });
});

describe('narrowing', () => {
  it('by site, page route and backend route', async () => {
    const {collector} = await open();
    const post = (number: number, site: string, pageRoute: string, route: string) =>
      collector.handle(
        postOf(
          beaconOf([turnOf(number, {route})], {
            site,
            page: {id: '9f3c1a5b7d2e4f60', route: pageRoute},
            dropped: number,
          }),
        ),
      );
    await Promise.all([post(1, 'a', '/x', 'fast'), post(2, 'a', '/y', 'slow'), post(3, 'b', '/x', 'fast')]);
    const count = async (query: string) => (await summaryOf(collector, query)).turns.count;
    expect(await count('')).toBe(3);
    expect(await count('site=a')).toBe(2);
    expect(await count('route=/x')).toBe(2);
    expect(await count('route=fast&site=a')).toBe(1);
    expect(await count('site=nobody')).toBe(0);
    const {choices, losses, window} = await summaryOf(collector, 'site=a&since=1h');
    expect(choices.site).toEqual(['a', 'b']);
    expect(choices.route.toSorted()).toEqual(['/x', '/y', 'fast', 'slow']);
    expect(losses.droppedCount).toBe(3);
    expect(window).toEqual({since: '1h', fromAt: NOW_AT - 3_600_000, untilAt: NOW_AT, site: 'a'});
  });

  it('lists the last 20 turns by their times, newest first', async () => {
    const {collector, send} = await open();
    await send(Array.from({length: 30}, (_, index) => turnOf(index, {age: index * 1000, over: ['complete']})));
    const {recent} = await summaryOf(collector);
    expect(recent).toHaveLength(20);
    expect(recent[0]).toEqual({
      turnAt: NOW_AT,
      outcome: 'complete',
      source: 'model',
      pageRoute: '/checkout',
      firstTokenMs: 612,
      doneMs: 2000,
      over: ['complete'],
    });
    expect(recent.at(-1)?.turnAt).toBe(NOW_AT - 19_000);
  });
});

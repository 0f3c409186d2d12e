import {expect, it} from 'vitest';
import {beaconOf, openCollector, postOf, reportOf, turnOf} from './fixtures.ts';

const verdict = (name: 'streamed' | 'buffered' | 'chunked' | 'unknown') => ({stream: {verdict: name}});

it('counts what figures stand on and what is missing from them', async () => {
  let nowAt = 1e9;
  const {collector, send} = await openCollector({clock: () => nowAt});
  const hidden = {hidden: 400, hid: 100};
  await send([turnOf(90, {final: false, outcome: 'open', waited: 10, t: {}})]);
  nowAt += 1_800_000;
  await send([
    turnOf(1),
    turnOf(2, {w: 4}),
    turnOf(3, {w: 4}),
    turnOf(4, {...hidden, t: {done: 3000}}),
    turnOf(5, {hidden: 400, hid: 900, t: {paint: 612, done: 3000}}),
    turnOf(6, {final: false, outcome: 'open', waited: 10, t: {}}),
    turnOf(7, {age: 3_700_000}),
    turnOf(8, {t: {paint: 900, done: 700}}),
    turnOf(9, {stages: [{s: 'model', ms: 3001}], t: {paint: 600, done: 2000}}),
  ]);
  await collector.handle(postOf(beaconOf([turnOf(10)], {dropped: 3})));
  expect(await reportOf(collector, 'quality', 'since=24h')).toMatchObject({
    count: 11,
    finalCount: 9,
    openCount: 1,
    expiredCount: 1,
    hidden: {state: 'known', share: 2 / 17},
    hiddenFirstCount: 1,
    droppedCount: 3,
    dropped: {state: 'known', share: 3 / 14},
    weightedCount: 2,
    weight: 17,
    effectiveCount: 7, // by hand: 17² / (9 + 2 · 16)
    lateCount: 1,
    oddCount: 2,
  });
});

it('names a route whose answers a proxy holds back, and not one where a few were', async () => {
  const {collector} = await openCollector();
  const post = async (route: string, from: number, names: ('streamed' | 'buffered' | 'chunked' | 'unknown')[]) => {
    const turns = names.map((name, index) => turnOf(from + index, verdict(name)));
    for (let at = 0; at < turns.length; at += 20) {
      const page = {id: '9f3c1a5b7d2e4f60', route};
      expect((await collector.handle(postOf(beaconOf(turns.slice(at, at + 20), {page})))).status).toBe(200);
    }
  };
  await post('/held', 1, [...Array(15).fill('buffered'), ...Array(5).fill('chunked'), ...Array(20).fill('streamed')]);
  await post('/fine', 100, [...Array(200).fill('streamed'), 'buffered', 'unknown']);
  await post('/few', 500, ['buffered', 'streamed']);
  const {streams, untoldCount} = await reportOf(collector, 'quality');
  expect(streams.map(({by, name, count, verdict}) => [by, name, count, verdict])).toEqual([
    ['all', undefined, 243, 'held'],
    ['page', '/held', 40, 'held'],
    ['page', '/few', 2, 'open'],
    ['page', '/fine', 201, 'streamed'],
  ]);
  expect(streams[1]).toMatchObject({bufferedCount: 15, chunkedCount: 5, held: {share: 0.5}});
  expect(untoldCount).toBe(1);
});

it('tells of nothing where there is nothing', async () => {
  const {collector} = await openCollector();
  const report = await reportOf(collector, 'quality');
  expect(report).toMatchObject({count: 0, effectiveCount: 0, hidden: {state: 'none'}, dropped: {state: 'none'}});
  expect(report.streams).toEqual([]);
});

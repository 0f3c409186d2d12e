import {expect, it} from 'vitest';
import {DIMENSION_LIMIT_COUNT} from '../../src/collector/stored-turn.ts';
import type {ReportAnswer} from '../../src/protocol/index.ts';
import {beaconOf, HOME, openCollector, postOf, reportOf, summaryOf, turnOf} from './fixtures.ts';

async function openMixed() {
  const opened = await openCollector();
  const {collector, send} = opened;
  await send([turnOf(1), turnOf(2)]);
  const made = beaconOf([turnOf(3), turnOf(4), turnOf(5)], {site: 'simulated-shop'});
  expect((await collector.handle(postOf(made))).status).toBe(200);
  return opened;
}

it('counts simulated turns apart wherever turns are told of', async () => {
  const {collector} = await openMixed();
  const summary = await summaryOf(collector);
  expect(summary.turns).toMatchObject({count: 5, simulatedCount: 3});
  expect(summary.recent.filter(({simulated}) => simulated)).toHaveLength(3);
  const answer = await collector.handle(new Request(`${HOME}/v1/reports/routes?since=24h`));
  expect(((await answer.json()) as ReportAnswer<'routes'>).turns).toEqual({count: 5, simulatedCount: 3});
  const {turns} = await reportOf(collector, 'turns');
  expect(turns.map(({site, simulated}) => `${site} ${simulated}`).toSorted()).toEqual([
    ...Array(2).fill('shop-eu false'),
    ...Array(3).fill('simulated-shop true'),
  ]);
  expect((await reportOf(collector, 'compare')).turns).toEqual({count: 0, simulatedCount: 0});
  const file = await collector.handle(new Request(`${HOME}/v1/reports/turns.json`));
  expect(await file.json()).toMatchObject({turnCount: 5, simulatedCount: 3});
});

it('leaves them out, or all others, where that is asked for', async () => {
  const {collector} = await openMixed();
  expect((await summaryOf(collector, 'simulated=no')).turns).toMatchObject({count: 2, simulatedCount: 0});
  expect((await summaryOf(collector, 'simulated=only')).turns).toMatchObject({count: 3, simulatedCount: 3});
});

it('has none of them among the metrics, on which alarms hang', async () => {
  const {collector} = await openMixed();
  const metrics = await (await collector.handle(new Request(`${HOME}/metrics`))).text();
  expect(metrics).toContain('firstword_turns_total{outcome="complete",source="model"} 2\n');
  expect(metrics).toContain('firstword_ttft_seconds_count 2\n');
});

it('keeps them apart also when there are more sites than a day may have', async () => {
  const {collector} = await openCollector();
  const post = (number: number, site: string) => collector.handle(postOf(beaconOf([turnOf(number)], {site})));
  await Promise.all(Array.from({length: DIMENSION_LIMIT_COUNT}, (_, index) => post(index + 1, `shop-${index}`)));
  await post(DIMENSION_LIMIT_COUNT + 1, 'simulated-shop');
  const {turns} = await reportOf(collector, 'turns', 'simulated=only');
  expect(turns.map(({site}) => site)).toEqual(['simulated-other']);
});

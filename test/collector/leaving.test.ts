import {expect, it} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import type {LeavingBin} from '../../src/protocol/index.ts';
import {openCollector, reportOf, turnOf} from './fixtures.ts';

/** The collector's clock, an hour after the turns: what was open then is given up. */
async function leavingOf(changes: readonly Partial<TurnRecord>[]) {
  let nowAt = 1_800_000_000_000;
  const {collector, send} = await openCollector({clock: () => nowAt});
  await send(changes.map((change, at) => turnOf(at + 1, change)));
  nowAt += 3_600_000;
  return reportOf(collector, 'leaving');
}

const came = (paint: number, done = paint + 1000): Partial<TurnRecord> => ({t: {paint, done}});
const left = (waited: number): Partial<TurnRecord> => ({outcome: 'abandoned', waited, left: 'pagehide', t: {sent: 1}});

const told = (bins: readonly LeavingBin[]) =>
  bins.map(({fromMs, hazard, leftCount}) => [fromMs, 'share' in hazard ? hazard.share : 'none', leftCount]);

it('tells by hand when visitors stop to wait for the first word, and for the end', async () => {
  const report = await leavingOf([
    came(300),
    came(400),
    came(1200),
    came(2500, 6000),
    left(700),
    left(2100),
    // came to see the first word and left before the end
    {outcome: 'abandoned', waited: 3500, left: 'pagehide', t: {sent: 1, paint: 800}},
    // stopped, and failed, are neither
    {outcome: 'stopped', waited: 1700, left: 'stop', t: {sent: 1}},
    {outcome: 'error', error: 'server', waited: 600, t: {sent: 1}},
    // left by hiding the page, and never came back
    {outcome: 'open', final: false, waited: 2200, hidden: 10, hid: 2200, left: 'hidden', t: {sent: 1}},
    // hid the page, came back and was answered: nobody knows how long the patience would have been
    {t: {token: 4000, done: 5000}, hidden: 3000, hid: 900},
  ]);
  expect(told(report.firstToken)).toEqual([
    [0, 0, 0],
    [500, 1 / 9, 1],
    [1000, 0, 0],
    [1500, 0, 0],
    [2000, 2 / 3, 2],
  ]);
  expect(report.firstToken[1]).toMatchObject({untilMs: 1000, hazard: {count: 9}});
  expect(report.firstToken[4]?.goneShare).toBeCloseTo(1 - (8 / 9) * (1 / 3), 10);
  expect(told(report.complete)).toEqual([
    [0, 0, 0],
    [500, 1 / 11, 1],
    [1000, 0, 0],
    [1500, 0, 0],
    [2000, 2 / 5, 2],
    [3000, 1 / 2, 1],
    [4000, 0, 0],
    [5000, 0, 0],
  ]);
  expect(report).toMatchObject({
    beforeFirstToken: {share: 3 / 11, count: 11},
    beforeEnd: {share: 4 / 11},
    stopped: {share: 1 / 11},
  });
});

it('gives each share the interval that its own waiting visitors carry', async () => {
  const {firstToken} = await leavingOf([...Array.from({length: 15}, () => came(600)), ...[1, 2, 3, 4, 5].map(left)]);
  // Wilson's interval of 5 of 20, as in Newcombe's table of 1998
  expect(firstToken[0]?.hazard).toMatchObject({share: 0.25, count: 20});
  const {hazard} = firstToken[0] ?? {};
  if (hazard?.state !== 'known') throw new Error('there is a share');
  expect(hazard.lowShare).toBeCloseTo(0.1119, 4);
  expect(hazard.highShare).toBeCloseTo(0.4687, 4);
});

it('weighs sampled turns', async () => {
  const {firstToken} = await leavingOf([
    ...Array.from({length: 5}, () => ({...came(600), w: 10})),
    left(100),
    left(900),
  ]);
  expect(told(firstToken)).toEqual([
    [0, 1 / 52, 1],
    [500, 1 / 51, 1],
  ]);
  // 52 * 52 / (5 * 100 + 2)
  expect(firstToken[0]?.hazard).toMatchObject({count: 5});
});

it('tells nothing without turns', async () => {
  expect(await leavingOf([])).toEqual({
    beforeFirstToken: {state: 'none'},
    beforeEnd: {state: 'none'},
    stopped: {state: 'none'},
    firstToken: [],
    complete: [],
  });
});

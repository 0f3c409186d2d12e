import {expect, it} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {openCollector, reportOf, turnOf} from './fixtures.ts';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

/** Turns of so many hours before now, so many an hour, of lengths in turn. */
function turnsOf(hours: readonly number[], lengthsMs: readonly number[], change: Partial<TurnRecord> = {}) {
  return hours.flatMap((hour, place) =>
    lengthsMs.map((paint, index) =>
      turnOf(1000 * place + index, {age: hour * HOUR_MS - 1 - index, t: {paint, done: 20_000}, ...change}),
    ),
  );
}

it('tells the highest percentile that most parts of the window carry, with its interval and the share over budget', async () => {
  const {collector, send} = await openCollector({clock: () => NOW});
  const lengths = Array.from({length: 40}, (_, index) => 100 * (index + 1));
  await send(turnsOf([24, 12, 2], lengths));
  const trend = await reportOf(collector, 'trend');
  expect(trend).toMatchObject({binMs: HOUR_MS, share: 0.9, budget: {ms: 3000, mixed: false}});
  expect(trend.bins.map(({fromAt, count}) => [fromAt - NOW, count])).toEqual(
    [24, 12, 2].map((hour) => [-hour * HOUR_MS, 40]),
  );
  // by hand: of 100, 200 … 4,000 the one at 1 + 39 times 0.9 from the first, which is 36.1
  expect(trend.bins[0]?.figure).toMatchObject({share: 0.9, valueMs: 3610, state: 'grey'});
  expect(trend.bins[0]?.over).toMatchObject({state: 'known', share: 0.25, count: 40});
});

it('counts who waited longer than the budget and left, and no other who left', async () => {
  const {collector, send} = await openCollector({clock: () => NOW});
  const left = (waited: number): Partial<TurnRecord> => ({outcome: 'abandoned', waited, t: {sent: 1}});
  await send([turnOf(1), turnOf(2, left(9000)), turnOf(3, left(100)), turnOf(4, {hidden: 10, hid: 20})]);
  const {bins} = await reportOf(collector, 'trend');
  expect(bins).toHaveLength(1);
  expect(bins[0]).toMatchObject({count: 1, over: {share: 0.5, count: 2}, figure: {state: 'hidden'}});
});

it('has a part for an hour in which nobody was answered', async () => {
  const {collector, send} = await openCollector({clock: () => NOW});
  await send([
    ...turnsOf([20], [100, 200, 300, 400, 500, 600, 700]),
    turnOf(5000, {age: 10 * HOUR_MS - 1, outcome: 'error', error: 'http-5xx', waited: 200, t: {sent: 1}}),
  ]);
  const {bins, share} = await reportOf(collector, 'trend');
  expect(share).toBe(0.5);
  expect(bins.map(({count, figure}) => [count, figure.state])).toEqual([
    [7, 'grey'],
    [0, 'hidden'],
  ]);
});

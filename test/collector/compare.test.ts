import {expect, it} from 'vitest';
import {openCollector, reportOf, turnOf} from './fixtures.ts';

const HOUR_MS = 3_600_000;

/** Turns within one hour that ended `hoursAgo`, whose first word came after so long. */
const hourOf = (first: number, hoursAgo: number, paints: readonly number[]) =>
  paints.map((paint, index) =>
    turnOf(first + index, {
      age: hoursAgo * HOUR_MS + 1000 + index,
      t: {token: paint, paint, done: 2000},
      stages: [{s: 'model', ms: paint / 2, b: 300}],
    }),
  );

it('holds a window against the one before it, of the same length', async () => {
  const {collector, send} = await openCollector({clock: () => 100 * HOUR_MS});
  const steady = Array.from({length: 40}, (_, index) => 500 + index);
  await send([
    ...hourOf(
      1,
      0,
      steady.map((ms) => ms + 400),
    ),
    ...hourOf(100, 1, steady),
  ]);
  await send([...hourOf(200, 2, [9000])]); // before both
  const report = await reportOf(collector, 'compare', 'since=1h');
  expect(report).toMatchObject({by: 'before', untilAt: 99 * HOUR_MS - 1, fromAt: 98 * HOUR_MS - 1});
  expect(report.turns).toEqual({count: 40, simulatedCount: 0});
  const [median] = report.milestones.find(({name}) => name === 'first-token')?.figures ?? [];
  // by hand: the intervals of both medians are those of ranks 14 and 27, 6.5 and 6.5 about the value in the middle
  expect(median?.change).toEqual({
    state: 'apart',
    difference: 400,
    lowDifference: 400 - Math.hypot(6.5, 6.5),
    highDifference: 400 + Math.hypot(6.5, 6.5),
  });
  const tail = report.milestones[0]?.figures.at(-1);
  expect(tail).toMatchObject({now: {state: 'hidden'}, before: {state: 'hidden'}, change: {state: 'unknown'}});
  const [model] = report.stages;
  expect(model).toMatchObject({stage: 'model', over: {now: {share: 1}, before: {share: 0}, change: {state: 'apart'}}});
});

it('does not call a difference one that chance alone may explain', async () => {
  const {collector, send} = await openCollector({clock: () => 100 * HOUR_MS});
  const spread = Array.from({length: 40}, (_, index) => 200 + 50 * index);
  await send([
    ...hourOf(
      1,
      0,
      spread.map((ms) => ms + 60),
    ),
    ...hourOf(100, 1, spread),
  ]);
  const {milestones} = await reportOf(collector, 'compare', 'since=1h');
  const change = milestones[0]?.figures[0]?.change;
  expect(change).toMatchObject({state: 'together', difference: 60});
  expect(change && 'lowDifference' in change && change.lowDifference).toBeLessThan(0);
});

it('holds it against the same hours a week before, and names stages that only one of the two has', async () => {
  const {collector, send} = await openCollector({clock: () => 1000 * HOUR_MS});
  await send(hourOf(1, 0, [500, 510]));
  const empty = await reportOf(collector, 'compare', 'since=1h&compare=week');
  expect(empty).toMatchObject({by: 'week', untilAt: (1000 - 168) * HOUR_MS, turns: {count: 0}});
  expect(empty.stages[0]).toMatchObject({stage: 'model', over: {before: {state: 'none'}, change: {state: 'unknown'}}});
});

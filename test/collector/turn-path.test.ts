import {expect, it} from 'vitest';
import {turnPath} from '../../src/collector/turn-path.ts';
import type {StageRecord, TurnRecord} from '../../src/latency/index.ts';
import {createDraw, turnOf} from './fixtures.ts';

const pathOf = (change: Partial<TurnRecord>) =>
  Object.fromEntries(turnPath(turnOf(1, change), (name) => name).map(({stage, ms}) => [stage, ms]));

const shown = {paint: 1000, token: 990, done: 3000};

it('gives each instant until the first word to the stage that was waited for, and what no stage accounts for to none', () => {
  // by hand, back from 1000: generate from 940, model from 400, tools ended at 400 and began at 100, network 2 to 60
  const stages = [
    {s: 'network', at: 2, ms: 58},
    {s: 'retrieval', at: 70, ms: 130},
    {s: 'tools', at: 100, ms: 300},
    {s: 'model', at: 400, ms: 540},
    {s: 'generate', at: 940, ms: 2000},
  ];
  expect(pathOf({t: shown, stages})).toEqual({
    generate: 60,
    model: 540,
    tools: 300,
    retrieval: 30,
    network: 58,
    unattributed: 12,
  });
});

it('takes stages that do not say when they began to follow each other in what is left', () => {
  const header = [
    {s: 'retrieval', ms: 200},
    {s: 'tools', ms: 300},
  ];
  expect(pathOf({t: shown, stages: header})).toEqual({retrieval: 200, tools: 300, unattributed: 500});
  // 800 of 1000 are placed: 200 and 300 do not fit into 200, so each has two fifths of its length
  expect(pathOf({t: shown, stages: [...header, {s: 'model', at: 200, ms: 800}]})).toEqual({
    retrieval: 80,
    tools: 120,
    model: 800,
  });
});

it('leaves out what did not run, and an answer in the making of which only its length is known', () => {
  const stages: StageRecord[] = [
    {s: 'tools', at: 0, ms: 900, st: 'skipped'},
    {s: 'generate', ms: 900},
    {s: 'model', at: 100, ms: 800},
  ];
  expect(pathOf({t: shown, stages})).toEqual({model: 800, unattributed: 200});
});

it.each(['buffered', 'chunked'] as const)(
  'gives what follows the last work to the proxy where an answer came %s',
  (verdict) => {
    const stages = [
      {s: 'network', at: 2, ms: 58},
      {s: 'model', at: 60, ms: 240},
      {s: 'generate', at: 300, ms: 650},
    ];
    const held = pathOf({t: shown, stages, stream: {verdict}});
    expect(held).toEqual({network: 58, model: 240, 'buffering-proxy': 700, unattributed: 2});
    expect(pathOf({t: shown, stages: [{s: 'model', ms: 240}], stream: {verdict}})).toEqual({
      model: 240,
      'buffering-proxy': 760,
    });
    expect(pathOf({t: shown, stages, stream: {verdict: 'streamed'}})['buffering-proxy']).toBeUndefined();
  },
);

it('counts to the token where there was no paint, and has nothing to tell of what was never shown', () => {
  expect(pathOf({t: {token: 40, done: 90}})).toEqual({unattributed: 40});
  expect(pathOf({t: {paint: 0, done: 90}})).toEqual({unattributed: 0});
  expect(turnPath(turnOf(1, {t: {sent: 2}}), (name) => name)).toEqual([]);
});

it('stores a stage under the name that it is given', () => {
  const stages = [
    {s: 'a', at: 0, ms: 400},
    {s: 'b', at: 400, ms: 600},
  ];
  expect(turnPath(turnOf(1, {t: shown, stages}), () => 'other')).toEqual([{stage: 'other', ms: 1000}]);
});

it('divides any wait without remainder', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const draw = createDraw(seed * 7919);
    const tenths = (most: number) => Math.round(draw() * most * 10) / 10;
    const totalMs = tenths(3000);
    const stages = Array.from({length: Math.floor(draw() * 13)}, () => ({
      s: ['network', 'retrieval', 'tools', 'model', 'generate', 'unattributed'][Math.floor(draw() * 6)] ?? '',
      ms: tenths(1500),
      ...(draw() < 0.7 ? {at: tenths(3500) - 200} : {}),
    }));
    const stream = {verdict: draw() < 0.3 ? ('buffered' as const) : ('streamed' as const)};
    const path = turnPath(turnOf(1, {t: {paint: totalMs, done: 9000}, stages, stream}), (name) => name);
    const sumMs = path.reduce((sum, {ms}) => sum + ms, 0);
    expect(sumMs, `seed ${seed}`).toBeCloseTo(totalMs, 9);
    expect(Math.min(...path.map(({ms}) => ms)), `seed ${seed}`).toBeGreaterThanOrEqual(0);
    expect(new Set(path.map(({stage}) => stage)).size, `seed ${seed}`).toBe(path.length);
  }
});

import {describe, expect, test} from 'vitest';
import {createVerdict} from '../../src/latency/verdict.ts';
import {createRandom} from './random.ts';
import {HELD, type Scenario, STREAMS, type Still, watch} from './simulated-streams.ts';

/** Judges reads, each an instant and the server's times in it. */
function judge(reads: [atMs: number, stamps: (number | undefined)[]][], busy: Still[] = []) {
  const verdict = createVerdict();
  for (const [atMs, stamps] of reads) {
    verdict.read(atMs);
    for (const e of stamps) verdict.event(e);
  }
  for (const {fromMs, toMs} of busy) verdict.busy(fromMs, toMs);
  return verdict.judge();
}

/** Times from a start on, one each step. */
const every = (stepMs: number, {from = 0, count}: {from?: number; count: number}) =>
  Array.from({length: count}, (_, at) => from + at * stepMs);

const one = (e: number): [number, number[]] => [1000 + e, [e]];

describe('with the server’s times', () => {
  test('tokens that come one by one streamed', () => {
    expect(judge(every(40, {count: 20}).map(one))).toBe('streamed');
  });

  test('an answer that comes when all of it is made was buffered', () => {
    expect(judge([[1800, every(40, {count: 20})]])).toBe('buffered');
  });

  test('so it was when reads of one go follow each other', () => {
    const reads = [0, 1, 2, 3].map((at): [number, number[]] => [
      5000 + 30 * at,
      every(5, {from: 1000 * at, count: 200}),
    ]);
    expect(judge(reads)).toBe('buffered');
  });

  test('so it was when only the beginning came at once', () => {
    expect(judge([one(0), one(5), [5000, every(20, {from: 900, count: 100})]])).toBe('buffered');
  });

  test('an answer that comes in parts was chunked', () => {
    const reads = [1, 2, 3, 4].map((at): [number, number[]] => [
      1000 + 400 * at,
      every(40, {from: 400 * (at - 1), count: 10}),
    ]);
    expect(judge(reads)).toBe('chunked');
  });

  test('tokens that are made at once and come at once streamed', () => {
    const bursts = every(500, {count: 6}).map((e): [number, number[]] => [1000 + e, Array(10).fill(e)]);
    expect(judge(bursts)).toBe('streamed');
  });

  test('few tokens together are how networks are', () => {
    const pairs = every(80, {count: 10}).map((e): [number, number[]] => [1000 + e, [e, e + 40, e + 79]]);
    expect(judge(pairs)).toBe('streamed');
  });

  test('a long thought before the first token hides nothing that was held', () => {
    const held = [1, 2, 3, 4].map((at): [number, number[]] => [
      9000 + 400 * at,
      every(40, {from: 8000 + 400 * at, count: 10}),
    ]);
    expect(judge([one(2), ...held])).toBe('chunked');
    expect(judge([one(2), ...every(40, {from: 8000, count: 20}).map(one)])).toBe('streamed');
  });

  test('a page that could not read is no proxy', () => {
    const held: [number, number[]][] = [0, 1, 2].map((at) => [1400 + 400 * at, every(40, {from: 400 * at, count: 10})]);
    const busy = [0, 1, 2].map((at) => ({fromMs: 1020 + 400 * at, toMs: 1399 + 400 * at}));
    expect(judge(held)).toBe('chunked');
    expect(judge(held, busy)).toBe('unknown');
    const more = every(40, {from: 1200, count: 20}).map(one);
    expect(judge([...held, ...more], busy)).toBe('streamed');
  });

  test('a page that was busy for a while does not hide a proxy', () => {
    const busy = [{fromMs: 1100, toMs: 1700}];
    expect(judge([[2600, every(40, {count: 40})]], busy)).toBe('buffered');
  });

  test('few events, or events that were all made at once, are not judged', () => {
    expect(judge([[1700, every(100, {count: 7})]])).toBe('single');
    expect(judge([[1700, every(100, {count: 8})]])).toBe('buffered');
    expect(judge([[1700, every(10, {count: 30})]])).toBe('single');
    expect(judge(every(10, {count: 30}).map((e): [number, number[]] => [1000 + 20 * e, [e]]))).toBe('unknown');
  });

  test('times that go back, as after a second start, hold nothing', () => {
    const again = every(40, {count: 20}).map((e): [number, number[]] => [3000 + e, [e]]);
    expect(judge([...every(40, {count: 20}).map(one), ...again])).toBe('streamed');
  });

  test('an answer without an end is judged by its beginning', () => {
    const verdict = createVerdict();
    for (const e of every(40, {count: 5000})) {
      verdict.read(1000 + e);
      verdict.event(e);
    }
    verdict.read(10_000_000);
    for (const e of every(40, {from: 200_000, count: 100_000})) verdict.event(e);
    expect(verdict.judge()).toBe('streamed');
  });
});

describe('without the server’s times', () => {
  const plain = (count: number) => Array<undefined>(count).fill(undefined);

  test('nothing is said before anything has come', () => {
    expect(createVerdict().judge()).toBeUndefined();
    expect(judge([[5, []]])).toBeUndefined();
  });

  test('what comes at once is single, however it was made', () => {
    expect(judge([[5000, plain(200)]])).toBe('single');
    expect(
      judge([
        [5000, plain(200)],
        [5040, plain(100)],
      ]),
    ).toBe('single');
    expect(judge([[5, plain(1)]])).toBe('single');
  });

  test('what comes one by one streamed', () => {
    expect(judge(every(40, {count: 20}).map((atMs) => [atMs, plain(1)]))).toBe('streamed');
    expect(judge(every(40, {count: 7}).map((atMs) => [atMs, plain(1)]))).toBe('unknown');
    expect(judge(every(10, {count: 20}).map((atMs) => [atMs, plain(1)]))).toBe('unknown');
  });

  test('what comes in bursts may be how the model answers', () => {
    expect(judge(every(400, {count: 6}).map((atMs) => [atMs, plain(10)]))).toBe('unknown');
  });
});

describe('simulated ways from model to page', () => {
  const RUNS = 1000;

  /** Counts the verdicts of runs over these ways in turn. */
  function count(scenarios: readonly Scenario[], {seed, stamped}: {seed: number; stamped: 'stamped' | 'plain'}) {
    const random = createRandom(seed);
    const alarms: Record<string, number> = {};
    let alarmCount = 0;
    for (let run = 0; run < RUNS; run++) {
      const scenario = scenarios[run % scenarios.length];
      if (!scenario) throw new RangeError('no scenario');
      const verdict = createVerdict();
      watch(verdict, scenario.play(random), stamped);
      const judged = verdict.judge();
      if (judged !== 'buffered' && judged !== 'chunked') continue;
      alarmCount++;
      alarms[scenario.name] = (alarms[scenario.name] ?? 0) + 1;
    }
    return {alarms, alarmCount};
  }

  test.each([1, 2, 3])('at most one true stream in a hundred is called held (seed %i)', (seed) => {
    const {alarms, alarmCount} = count(STREAMS, {seed, stamped: 'stamped'});
    expect(alarmCount, JSON.stringify(alarms)).toBeLessThanOrEqual(0.01 * RUNS);
  });

  test.each([1, 2, 3])('at least 95 of a hundred held ones are found (seed %i)', (seed) => {
    const {alarms, alarmCount} = count(HELD, {seed, stamped: 'stamped'});
    expect(alarmCount, JSON.stringify(alarms)).toBeGreaterThanOrEqual(0.95 * RUNS);
  });

  test('whatever comes without times is never called held', () => {
    const {alarmCount} = count([...STREAMS, ...HELD], {seed: 4, stamped: 'plain'});
    expect(alarmCount).toBe(0);
  });

  test('without word of the busy page there would be false alarms', () => {
    const deaf = STREAMS.filter(({name}) => name.includes('busy page')).map((scenario) => ({
      ...scenario,
      play: (random: () => number) => ({...scenario.play(random), busy: []}),
    }));
    expect(count(deaf, {seed: 5, stamped: 'stamped'}).alarmCount).toBeGreaterThan(0.02 * RUNS);
  });
});

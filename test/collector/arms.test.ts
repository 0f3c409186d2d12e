import {describe, expect, it} from 'vitest';
import {decisionOf, splitOf, verdictOf} from '../../src/collector/arm-plan.ts';
import type {ArmKind, ExperimentPlan, TaskKind} from '../../src/collector/index.ts';
import {type ArmsInput, armsOf} from '../../src/collector/report-arms.ts';
import type {ExperimentReport} from '../../src/protocol/index.ts';
import {type Chance, columnsOf, createChance, type Row} from './simulated.ts';

const NOW_AT = 1_800_000_000_000;
const PLAN: ExperimentPlan = {fromAt: 0, end: {kind: 'turns', turnCount: 100}};

type Turn = Row<ArmKind>;
type Task = Row<TaskKind>;

/** Turns of pages in two arms: each with tasks of one or two turns, whose times an arm makes longer. */
function simulate(chance: Chance, options: {pageCount: number; slower?: number; twice?: number}) {
  const {pageCount, slower = 1, twice = 0} = options;
  const turns: Turn[] = [];
  const tasks: Task[] = [];
  for (let page = 0; page < pageCount; page++) {
    const isOn = chance.share() < 0.5;
    const arms = `model=${isOn ? 'small' : 'large'}`;
    const ofPage = chance.time(1, 0.5); // turns of a page resemble each other
    for (let need = 0; need < 2; need++) {
      const attemptCount = isOn && chance.share() < twice ? 2 : 1;
      let taskMs = 0;
      for (let attempt = 0; attempt < attemptCount; attempt++) {
        const ms = chance.time(700, 0.4) * ofPage * (isOn ? slower : 1);
        const patienceMs = 1500 - 20_000 * Math.log(chance.share());
        const shown = ms <= patienceMs;
        const over = Math.min(ms, patienceMs) > 1500;
        turns.push({
          page,
          ms: Math.min(ms, patienceMs),
          shown,
          kind: {arms, over, fate: shown ? 'stayed' : 'left-first'},
        });
        taskMs += ms + 500 + (attempt > 0 ? chance.time(8000, 0.3) : 0);
      }
      const kind: TaskKind = {route: null, arms, turn_count: attemptCount, repeated: attemptCount > 1};
      tasks.push({page, ms: taskMs, kind});
    }
  }
  return {turns, tasks};
}

function compare(rows: {turns: readonly Turn[]; tasks?: readonly Task[]}, change: Partial<ArmsInput> = {}) {
  const reading = {turns: columnsOf(rows.turns), tasks: columnsOf(rows.tasks ?? [])};
  const input = {reading, fromAt: 0, untilAt: NOW_AT, nowAt: NOW_AT, isNarrowed: false};
  return armsOf([{...input, planned: {name: 'model', plan: PLAN}, drawCount: 400, ...change}]).experiments;
}

/** The one comparison of an experiment with two arms. */
function onlyOf(experiments: readonly ExperimentReport[]) {
  const comparison = experiments[0]?.comparisons[0];
  if (!comparison) throw new Error('there is no comparison');
  return comparison;
}

describe('an experiment', () => {
  it('is told arm by arm, by hand', () => {
    // eight pages with a turn each: 100 to 400 ms in off, 200 to 500 in on, one of which is left before its word
    const turn = (page: number, ms: number, arm: string, more: Partial<ArmKind> = {}): Turn => ({
      page,
      ms,
      shown: more.fate !== 'left-first',
      kind: {arms: `prefetch=${arm} other=x`, over: ms > 350, fate: 'stayed', ...more},
    });
    const turns = [
      ...[100, 200, 300, 400].map((ms, page) => turn(page, ms, 'off')),
      ...[200, 300, 400].map((ms, page) => turn(4 + page, ms, 'on')),
      turn(7, 500, 'on', {over: null, fate: 'left-first'}),
    ];
    const [other, prefetch] = compare({turns}, {planned: undefined});
    expect(other).toMatchObject({name: 'other', reference: 'x', comparisons: [], arms: [{arm: 'x', pageCount: 8}]});
    expect(prefetch).toMatchObject({
      name: 'prefetch',
      reference: 'off',
      decision: {state: 'undecided'},
      arms: [
        {arm: 'off', pageCount: 4, turnCount: 4, over: {share: 0.25, count: 4}, leftBeforeFirst: {share: 0}},
        {
          arm: 'on',
          pageCount: 4,
          over: {share: 1 / 3, count: 3},
          leftBeforeFirst: {share: 0.25},
          leftBeforeEnd: {share: 0.25},
        },
      ],
    });
    expect(prefetch?.comparisons[0]?.firstToken[0]).toMatchObject({
      state: 'hidden',
      words: 'n too small (4 pages, needs 6)',
    });
    // of four pages each a draw now and then has none
    expect(prefetch?.comparisons[0]?.over).toEqual({state: 'none'});
    // 5 % for two measures, looked at 14 times
    expect(prefetch?.levelShare).toBeCloseTo(1 - 0.05 / 2 / 14, 10);
  });

  it('weighs sampled turns: the smallest time with its share of the weight, and fewer effective turns', () => {
    const turn = (page: number, ms: number, weight: number): Turn => ({
      page,
      ms,
      weight,
      kind: {arms: 'model=large', over: false, fate: 'stayed'},
    });
    // 10 pages of weight 9 at 100 ms, 30 of weight 1 at 500 ms: 120 in all, 60 is reached by the seventh
    const turns = [
      ...Array.from({length: 10}, (_, page) => turn(page, 100 + page, 9)),
      ...Array.from({length: 30}, (_, page) => turn(10 + page, 500, 1)),
    ];
    const [experiment] = compare({turns});
    // 120 * 120 / (10 * 81 + 30) = 17.1
    expect(experiment?.arms[0]?.firstToken[0]).toMatchObject({state: 'grey', valueMs: 106, count: 17});
    expect(experiment?.split).toMatchObject({state: 'unknown', words: expect.stringContaining('sampled')});
  });

  it('of which nothing is different is found different at most in 5 of 100', () => {
    const repeats = 200;
    let alarms = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const {verdict} = onlyOf(compare(simulate(createChance(1 + repeat), {pageCount: 500}), {drawCount: 200}));
      if (verdict?.overall !== 'unclear') alarms += 1;
    }
    expect(alarms / repeats).toBeLessThanOrEqual(0.05);
  });

  it('with an arm a fifth slower shows it', () => {
    const rows = simulate(createChance(4), {pageCount: 6000, slower: 1.2});
    const [experiment] = compare(rows);
    const {verdict, firstToken} = onlyOf(compare(rows));
    expect(experiment?.decision.state).toBe('decided');
    expect(experiment?.split.state).toBe('fits');
    expect(verdict).toMatchObject({firstToken: 'slower', overall: 'worse'});
    for (const difference of firstToken) {
      if (difference.state === 'hidden') throw new Error(difference.words);
      expect(difference.lowMs).toBeGreaterThan(0);
      expect(difference.lowMs).toBeLessThan(difference.differenceMs);
      expect(difference.highMs).toBeGreaterThan(difference.differenceMs);
    }
    // the same data, the same answer
    expect(onlyOf(compare({turns: rows.turns.toReversed(), tasks: rows.tasks}))).toEqual(onlyOf(compare(rows)));
  });

  it('with a faster model that two in five have to ask twice shows that it takes longer to help', () => {
    const rows = simulate(createChance(8), {pageCount: 3000, slower: 0.7, twice: 0.4});
    const [experiment] = compare(rows);
    const {verdict, task} = onlyOf(compare(rows));
    expect(verdict).toMatchObject({firstToken: 'faster', task: 'slower', overall: 'mixed'});
    expect(verdict?.words).toBe('not better: faster to the first word, slower to the end of a task');
    expect(task[1]).toMatchObject({state: 'known', share: 0.95});
    expect(experiment?.arms.map(({arm}) => arm)).toEqual(['large', 'small']);
    const [large, small] = experiment?.arms.map(({tasks}) => tasks) ?? [];
    expect(large).toMatchObject({turnsPerTask: 1, once: {share: 1}, repeated: {share: 0}});
    expect(small?.turnsPerTask).toBeCloseTo(1.4, 1);
  });

  it('encloses the true difference of shares, whatever pages make of it', () => {
    // pages are wholly over budget or not at all: 4,000 turns tell no more than 1,000 pages
    const chance = createChance(15);
    const turns = Array.from({length: 1000}, (_, page) => {
      const over = chance.share() < 0.3;
      const kind: ArmKind = {arms: `model=${page % 2 ? 'small' : 'large'}`, over, fate: 'stayed'};
      return Array.from({length: 4}, (): Turn => ({page, ms: 100, kind}));
    }).flat();
    const [experiment] = compare({turns});
    for (const {over} of experiment?.arms ?? []) {
      if (over.state === 'none') throw new Error('no turn could be judged');
      expect(over.count).toBeGreaterThan(490);
      expect(over.count).toBeLessThan(510);
    }
    const {over} = onlyOf(compare({turns}));
    if (over.state === 'none') throw new Error('no turn could be judged');
    // by the formula for two proportions of 500 pages each: 2.24 standard errors to each side at 97.5 %
    const half = 2.2414 * Math.sqrt((2 * 0.3 * 0.7) / 500);
    expect((over.highShare - over.lowShare) / 2).toBeGreaterThan(0.85 * half);
    expect((over.highShare - over.lowShare) / 2).toBeLessThan(1.25 * half);
  });
});

describe('what was planned', () => {
  const split = {state: 'fits', against: 'equal', words: ''} as const;
  const base = {plan: PLAN, turnCount: 100, nowAt: NOW_AT, isNarrowed: false, armCount: 2, split};

  it.each([
    ['nothing', {plan: undefined}, /^not decided yet: the collector was not told/],
    ['more turns than came', {turnCount: 99}, /^not decided yet: 99 of 100 planned turns$/],
    [
      'a time that has not come',
      {plan: {fromAt: 0, end: {kind: 'time', at: NOW_AT + 1}}},
      /^not decided yet: planned until 2027-01-15T08:00:00/,
    ],
    ['all turns, where some are looked at', {isNarrowed: true}, /^not decided yet: this is only a part/],
    ['two arms, where one has turns', {armCount: 1}, /^not decided yet: there is one arm$/],
  ] as const)('is waited for: %s', (_, change, words) => {
    expect(decisionOf({...base, ...change})).toMatchObject({state: 'undecided', words: expect.stringMatching(words)});
  });

  it('decides once it is there, but not with a broken split', () => {
    expect(decisionOf(base)).toMatchObject({state: 'decided'});
    expect(decisionOf({...base, plan: {fromAt: 0, end: {kind: 'time', at: NOW_AT}}})).toMatchObject({state: 'decided'});
    const broken = {state: 'broken', against: 'equal', words: 'assignment broken: x'} as const;
    expect(decisionOf({...base, split: broken})).toEqual({state: 'broken', words: 'no verdict: assignment broken: x'});
  });
});

describe('the split of pages', () => {
  const arms = (on: number, off: number) => [
    {arm: 'on', pageCount: on},
    {arm: 'off', pageCount: off},
  ];
  const check = (on: number, off: number, plan?: Partial<ExperimentPlan>) =>
    splitOf({arms: arms(on, off), plan: plan ? {...PLAN, ...plan} : undefined, isSampled: false});

  it('is held against equal shares, by hand', () => {
    // (560 - 500)² / 500 twice is 14.4, which chance gives in 0.015 %
    const broken = check(560, 440);
    expect(broken).toMatchObject({
      state: 'broken',
      against: 'equal',
      words: expect.stringMatching(/^assignment broken/),
    });
    expect(broken.chance).toBeCloseTo(0.0001479, 6);
    // 6.4: 1.14 %
    expect(check(540, 460)).toMatchObject({state: 'fits', against: 'equal'});
    expect(check(540, 460).chance).toBeCloseTo(0.011412, 5);
  });

  it('is held against declared shares, where there are any', () => {
    const declared = {arms: {on: 0.95, off: 0.05}};
    expect(check(950, 50, declared)).toMatchObject({state: 'fits', against: 'declared', chance: 1});
    expect(check(500, 500, declared).words).toBe('assignment broken: too far from declared shares');
    expect(check(500, 500, {arms: {on: 1}}).words).toBe('assignment broken: off was not declared');
    expect(check(960, 40, {arms: {on: 0.9, off: 0.05, never: 0.05}}).state).toBe('broken');
  });

  it('tells nothing of few pages or of one arm', () => {
    expect(check(4, 5).state).toBe('unknown');
    expect(splitOf({arms: arms(5, 5).slice(1), plan: undefined, isSampled: false}).words).toBe('there is one arm');
  });
});

describe('a verdict', () => {
  const measured = (differenceMs: number, half: number, referenceMs = 1000, isFirm = true) => ({
    difference: {
      state: 'known',
      share: 0.95,
      differenceMs,
      lowMs: differenceMs - half,
      highMs: differenceMs + half,
    } as const,
    referenceMs,
    isFirm,
  });
  it.each([
    ['slower and faster are no winner', measured(-200, 50), measured(300, 50), 'mixed'],
    ['faster, and as fast as before', measured(-200, 50), measured(10, 50), 'better'],
    ['slower in one', measured(0, 50), measured(300, 50), 'worse'],
    ['an interval that holds 0', measured(-200, 201), measured(0, 50), 'unclear'],
    ['neither over 5 % nor over 50 ms', measured(-49, 10), measured(-49, 10), 'unclear'],
    ['under 50 ms but over 5 %', measured(-49, 10, 900), measured(0, 10), 'better'],
    ['over 50 ms, though under 5 %', measured(-51, 10, 9000), measured(0, 10), 'better'],
    ['of too few pages', measured(-500, 10, 1000, false), measured(-500, 10, 1000, false), 'unclear'],
  ] as const)('%s', (_, firstToken, task, overall) => {
    expect(verdictOf({firstToken, task}).overall).toBe(overall);
  });
});

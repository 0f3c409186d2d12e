import {describe, expect, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {type Culprit, findCulprit} from '../../src/widget/culprit.ts';
import {listMilestones, nameTurn, sayCulprit, sayFix, writeReport} from '../../src/widget/glass-words.ts';

const RECORD: TurnRecord = {
  id: 'ab'.repeat(16),
  rev: 1,
  final: true,
  n: 3,
  age: 5000,
  outcome: 'complete',
  t: {sent: 2, echo: 12, token: 400, paint: 410, last: 4000, done: 4001},
  budget: {token: 3000, done: 8000},
  source: 'model',
};

const turn = (more: Partial<TurnRecord>): TurnRecord => ({...RECORD, ...more});

describe('what a wait is owed to', () => {
  test.each<[string, Partial<TurnRecord>, Culprit]>([
    ['nothing, within the budgets', {}, {kind: 'within', ms: 410}],
    [
      'the stage that is furthest over its budget',
      {
        t: {paint: 3100, done: 4001},
        stages: [
          {s: 'retrieval', ms: 600, b: 400},
          {s: 'model', ms: 2300, b: 1500},
          {s: 'generate', ms: 3000},
        ],
        over: ['first-token', 'retrieval', 'model'],
      },
      {kind: 'over', stage: 'model', ms: 2300, ofMs: 3100, overMs: 800},
    ],
    [
      'generate over its budget, of the whole wait',
      {stages: [{s: 'generate', ms: 3000, b: 1000}], over: ['generate']},
      {kind: 'over', stage: 'generate', ms: 3000, ofMs: 4001, overMs: 2000},
    ],
    [
      'a proxy, whatever else is late',
      {t: {paint: 3500}, stream: {verdict: 'buffered'}, over: ['first-token']},
      {kind: 'held', ms: 3500},
    ],
    ['a failure', {outcome: 'error', error: 'http-5xx', t: {done: 900}}, {kind: 'failed', error: 'http-5xx', ms: 900}],
    [
      'a page that was busy',
      {t: {sent: 1500, token: 2000, paint: 3400, done: 3500}, over: ['first-token']},
      {kind: 'page', ms: 2900, ofMs: 3400},
    ],
    [
      'what nobody timed',
      {t: {token: 3390, paint: 3400}, stages: [{s: 'network', ms: 100}], over: ['first-token']},
      {kind: 'untold', ms: 3300, ofMs: 3400},
    ],
    [
      'the longest stage where none is over its budget, but for what comes after the first word',
      {
        t: {token: 3390, paint: 3400, done: 9000},
        stages: [
          {s: 'network', ms: 2000},
          {s: 'model', ms: 1200, b: 1500},
          {s: 'generate', ms: 5600},
        ],
        over: ['first-token', 'complete'],
      },
      {kind: 'longest', stage: 'network', ms: 2000, ofMs: 3400},
    ],
    [
      'the longest stage of the whole where that alone is late',
      {
        t: {paint: 400, done: 9000},
        stages: [
          {s: 'model', ms: 300},
          {s: 'generate', ms: 8600},
        ],
        over: ['complete'],
      },
      {kind: 'longest', stage: 'generate', ms: 8600, ofMs: 9000},
    ],
    ['nothing yet', {outcome: 'open', final: false, age: 700, t: {sent: 2}}, {kind: 'open', ms: 700}],
  ])('%s', (_, more, culprit) => {
    expect(findCulprit(turn(more))).toEqual(culprit);
  });
});

describe('what is said of it', () => {
  test('is one sentence, with the numbers', () => {
    const culprit = {kind: 'over', stage: 'model', ms: 2300, ofMs: 3100, overMs: 800} as const;
    expect(sayCulprit(RECORD, culprit)).toBe('model took 2,300 ms of 3,100 ms: 800 ms over its budget.');
    expect(sayCulprit(RECORD, findCulprit(RECORD))).toBe('Within its budgets: 410 ms of 3,000 ms to the first word.');
  });

  test('has something to try for every stage and every cause, and nothing where all is well', () => {
    const over = (stage: string) => ({kind: 'over', stage, ms: 2, ofMs: 3, overMs: 1}) as const;
    const stages = ['network', 'retrieval', 'tools', 'model', 'generate', 'overhead', 'queue', 'rerank', 'constructor'];
    const fixes = stages.map((stage) => sayFix({}, over(stage)));
    expect(fixes.every((fix) => typeof fix === 'string')).toBe(true);
    expect(new Set(fixes).size).toBe(stages.length - 1);
    expect(sayFix({}, {kind: 'held', ms: 3})).toContain('proxy_buffering off');
    expect(sayFix({cold: true}, over('model'))).toContain('warm');
    expect(sayFix({cold: true}, over('tools'))).not.toContain('warm');
    expect(sayFix({}, {kind: 'within', ms: 3})).toBeUndefined();
    expect(sayFix({}, {kind: 'open', ms: 3})).toBeUndefined();
  });

  test('names a turn by what answered it', () => {
    expect(nameTurn(RECORD)).toBe('Turn 3 · complete');
    expect(nameTurn(turn({source: 'faq', outcome: 'open'}))).toBe('Turn 3 · on its way · faq');
    expect(nameTurn(turn({hedge: {won: 'hedge'}}))).toBe('Turn 3 · complete · second attempt won');
  });

  test('lists the instants in their order', () => {
    expect(listMilestones(RECORD).map(({name, ms}) => [name, ms])).toEqual([
      ['sent', 2],
      ['question shown', 12],
      ['first token', 400],
      ['first word shown', 410],
      ['last word shown', 4000],
      ['done', 4001],
    ]);
  });
});

test('a report holds the records with what is said of them', () => {
  const report = JSON.parse(writeReport([turn({over: ['complete'], t: {done: 9000}})], '1.2.3'));
  expect(report).toMatchObject({
    firstword: '1.2.3',
    turns: [{id: RECORD.id, fix: expect.any(String), t: {done: 9000}}],
  });
});

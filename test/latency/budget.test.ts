import {describe, expect, test} from 'vitest';
import {
  type Budget,
  CHAT_BUDGET,
  criticalMs,
  DEFAULT_BUDGET,
  DEFAULT_SHARE,
  highest,
  readBudget,
  readCritical,
  STAGE_SHARES,
} from '../../src/latency/index.ts';

function read(text: string): Budget {
  const budget = readBudget(text);
  if (typeof budget === 'string') throw new Error(budget);
  return budget;
}

const times = ({stages}: Budget) => Object.fromEntries(Object.entries(stages).map(([name, {ms}]) => [name, ms]));

test('the defaults hold their own rules', () => {
  const budget = read(DEFAULT_BUDGET);
  expect(budget.firstToken).toEqual([{ms: 3000, share: 0.95}]);
  expect(budget.complete).toEqual([{ms: 8000, share: 0.95}]);
  expect(times(budget)).toEqual({retrieval: 400, model: 1500, tools: 800, overhead: 300});
  expect(times(read('first-token=3s')), 'the shares of the default').toEqual(times(budget));
  expect(Object.values(STAGE_SHARES).reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
});

test('the chat preset is the fast budget', () => {
  const budget = read(CHAT_BUDGET);
  expect([highest(budget.firstToken).ms, highest(budget.complete).ms]).toEqual([800, 4000]);
  expect(times(budget)).toEqual({retrieval: 150, tools: 150, model: 400, overhead: 100});
});

test('a stage that was not named has its share of the first token', () => {
  expect(times(read('first-token=1500ms'))).toEqual({retrieval: 200, model: 750, tools: 400, overhead: 150});
  expect(times(read('first-token=900ms model=700ms')), 'defaults clash with nobody').toEqual({
    retrieval: 120,
    model: 700,
    tools: 240,
    overhead: 90,
  });
});

test('milestones that were not named have their defaults', () => {
  const {firstToken, complete} = read('retrieval=100ms');
  expect([firstToken, complete]).toEqual([[{ms: 3000, share: 0.95}], [{ms: 8000, share: 0.95}]]);
});

test('several percentiles stand in ascending order, and the highest is the one that counts', () => {
  const {complete} = read('complete=5s@p95,3s@p80,7000@p99.9');
  expect(complete).toEqual([
    {ms: 3000, share: 0.8},
    {ms: 5000, share: 0.95},
    {ms: 7000, share: 0.999},
  ]);
  expect(highest(complete)).toEqual({ms: 7000, share: 0.999});
  expect(read('retrieval=100ms@p50,200ms@p99').stages['retrieval']).toEqual({ms: 200, share: 0.99});
});

test('any stage name may be declared, also one that objects have by birth', () => {
  const budget = read('rerank=50ms constructor=20ms generate=4s');
  expect(budget.stages['rerank']).toEqual({ms: 50, share: DEFAULT_SHARE});
  expect(Object.hasOwn(budget.stages, 'constructor')).toBe(true);
  expect(budget.stages['generate']).toEqual({ms: 4000, share: DEFAULT_SHARE});
});

test('white space of any kind separates', () => {
  expect(read('  first-token=1s\n\tcomplete=2s  ')).toMatchObject({firstToken: [{ms: 1000}], complete: [{ms: 2000}]});
});

test('declared stages that do not fit the first token are refused with both sums', () => {
  const words = readBudget('first-token=800ms retrieval=400ms model=500ms');
  expect(words).toContain('900 ms');
  expect(words).toContain('800 ms');
  expect(readBudget('first-token=900ms retrieval=400ms model=500ms'), 'just fits').toBeTypeOf('object');
  expect(readBudget('first-token=800ms model=700ms generate=20s complete=30s'), 'generate comes later').toBeTypeOf(
    'object',
  );
});

test.each([
  [
    'first-token=3s retrieval=400ms model=3s',
    undefined,
    'retrieval 400 + model 3000 = 3400 ms on the critical path, more than the 3000 ms of first-token',
  ],
  [
    'first-token=1s retrieval=400ms tools=800ms model=700ms',
    [['retrieval', 'tools'], 'model'],
    'max(retrieval 400, tools 800) + model 700 = 1500 ms on the critical path, more than the 1000 ms of first-token',
  ],
  [
    'first-token=1s retrieval=400ms tools=1200ms',
    [['retrieval', 'tools'], 'model'],
    'max(retrieval 400, tools 1200) = 1200 ms on the critical path, more than the 1000 ms of first-token',
  ],
  ['first-token=1s model=2s', [], 'model 2000 ms on the critical path, more than the 1000 ms of first-token'],
  [
    'first-token=1s model=800ms rerank=300ms',
    [['retrieval', 'tools'], 'model'],
    'rerank 300 + model 800 = 1100 ms on the critical path, more than the 1000 ms of first-token',
  ],
  [
    'first-token=0.3 a=0.2 b=0.2',
    [],
    'a 0.2 + b 0.2 = 0.4 ms on the critical path, more than the 0.3 ms of first-token',
  ],
])('%j in the order %j clashes in words that name stages and numbers', (text, critical, words) => {
  expect(readBudget(text, critical)).toBe(words);
});

test('stages that run in parallel fit where they would not one after the other', () => {
  const text = 'first-token=1500ms retrieval=700ms tools=800ms model=700ms generate=9s';
  expect(readBudget(text)).toContain('2200 ms');
  expect(readBudget(text, [['retrieval', 'tools', 'generate'], 'model'])).toBeTypeOf('object');
});

describe('the critical path', () => {
  const stages = {retrieval: 400, tools: 800, model: 1500, generate: 9000};

  test.each([
    [undefined, 2700],
    [[], 2700],
    [['retrieval', 'tools', 'model', 'generate'], 2700],
    [[['retrieval', 'tools'], 'model'], 2300],
    [[['retrieval', 'tools', 'model']], 1500],
    [[['retrieval', 'generate'], 'model'], 2700],
    [['model', 'tools', 'model'], 4200],
    [['rerank', ['guard', 'model']], 2700],
  ])('of stages in the order %j takes %d ms', (critical, ms) => {
    expect(criticalMs(stages, critical)).toBe(ms);
  });

  test('of nothing takes nothing', () => {
    expect([criticalMs({}), criticalMs({}, ['model']), criticalMs({generate: 5})]).toEqual([0, 0, 0]);
  });

  test.each([[undefined], [[]], [[['retrieval', 'rerank'], 'model', 'network', 'generate']]])(
    'is read from %j',
    (given) => {
      expect(readCritical(given, ['rerank'])).toEqual(given ?? []);
    },
  );

  test.each([['model'], [null], [{}], [[7]], [[[]]], [['model', ['tools', ['retrieval']]]]])(
    'is refused in words where it is %j',
    (given) => {
      expect(readCritical(given, [])).toBe('"critical" is no list of stage names and of lists of stage names');
    },
  );

  test('is refused when it names no stage', () => {
    expect(readCritical([['rerank', 'model']], [])).toBe('"critical" names "rerank", which is no declared stage');
    expect(readCritical(['x'.repeat(99)], [])).toContain(`"${'x'.repeat(40)}"`);
  });
});

test('an end before the first token is refused', () => {
  expect(readBudget('first-token=4s complete=2s')).toBe('complete is shorter than first-token');
});

test.each([
  '',
  '   ',
  'first-token',
  'first-token=',
  '=3s',
  'fast=',
  'First-Token=3s',
  '9=3s',
  '-x=3s',
  `${'x'.repeat(33)}=1s`,
  '__proto__=1s',
])('%j is refused as no name=time', (text) => {
  expect(readBudget(text)).toContain('is not name=time');
});

test.each([
  'complete=soon',
  'complete=3s@95',
  'complete=3s@p0',
  'complete=3s@p100',
  'complete=3s,',
  'complete=-3s',
  'complete=11m',
  'complete=700s',
  'complete=3s@',
])('%j is refused for its time', (text) => {
  expect(readBudget(text)).toContain('has no such time');
});

test('what was wrong is quoted, cut short', () => {
  expect(readBudget(`first-token=3s complete=${'9'.repeat(500)}`)).toMatch(/^"complete=9{31}" has no such time$/);
});

test('no limits at all is a fault of the caller', () => {
  expect(() => highest([])).toThrow(RangeError);
});

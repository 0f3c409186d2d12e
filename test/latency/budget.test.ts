import {expect, test} from 'vitest';
import {
  type Budget,
  CHAT_BUDGET,
  DEFAULT_BUDGET,
  DEFAULT_SHARE,
  highest,
  readBudget,
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

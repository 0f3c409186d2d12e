import {expect, test} from 'vitest';
import {measureAsking, measureMatcher, measureOpening, measureSteps} from '../bench/faq/speed.ts';
import {isOver, type Row} from '../bench/render/figures.ts';

// guards, with one draw and three times the room of `npm run bench:faq`, which proves the figures
const slowOf = (rows: readonly Row[]) =>
  rows.filter((row) => isOver(row, 3)).map(({name, value, limit}) => `${name}: ${value} ms, limit ${limit}`);

test('a question costs less than it costs a full-text search of the same questions', () => {
  const rows = measureAsking(1_000, 1);
  expect(slowOf(rows)).toEqual([]);
  const costOf = (name: string) => rows.find((row) => row.name.startsWith(`${name},`))?.value ?? Number.NaN;
  expect(costOf('match')).toBeLessThan(costOf('MiniSearch'));
});

test('a compiled pack of a thousand entries opens at once', () => {
  expect(slowOf([...measureOpening(1, 1), ...measureOpening(4, 1)])).toEqual([]);
});

test('a plain pack is made into a matcher in short steps, however large, and answers quickly', () => {
  expect(slowOf([measureSteps(100, 20, 1)])).toEqual([]);
  const {matcher, ...row} = measureSteps(10_000, 1, 1);
  expect(slowOf([row, ...measureMatcher(matcher, 10_000, 1)])).toEqual([]);
}, 60_000);

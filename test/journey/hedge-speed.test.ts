import {expect, test} from 'vitest';
import {measureHedging, PROMISED} from '../bench/hedge/measures.ts';
import {isOver} from '../bench/render/figures.ts';

/** The figures are proven by `npm run bench:hedge`; with fewer turns a third of the gain must be there. */
const SLACK = 3;

test('second attempts shorten the slow end for few requests more, and bring none to a backend that is out', async () => {
  const rows = await measureHedging({repeatCount: 1, turnCount: 1_000, outageCount: 200, slowCount: 80});
  const [p99, ...rest] = rows;
  expect(p99?.value, p99?.detail).toBeLessThanOrEqual(1 - (1 - PROMISED.p99Times) / SLACK);
  expect(rest.length).toBeGreaterThan(4);
  // counts do not depend on how fast the machine is
  expect(rest.filter((row) => isOver(row, 1))).toEqual([]);
});

import {expect, test} from 'vitest';
import {measurePipeline} from '../bench/pipeline/measures.ts';
import {isOver, type Row} from '../bench/render/figures.ts';

/** The figures are proven by `npm run bench:pipeline`; a third of what a lever takes off must be there with fewer turns. */
const SLACK = 3;

const isMissed = ({value, limit, unit}: Row) =>
  unit === '%' ? !(100 - value >= (100 - limit) / SLACK) : isOver({value, limit}, SLACK);

test('each lever takes off what it promises, and streams go on side by side without holding a token back', async () => {
  const levers = {repeatCount: 1, turnCount: 30, isEven: true};
  const rows = await measurePipeline({
    ...{levers, tools: levers, shares: {turnCount: 40}},
    load: {streamCount: 40, roundCount: 1, turnCount: 400},
  });
  const promised = rows.filter(({limit}) => Number.isFinite(limit));
  expect(promised.length).toBeGreaterThanOrEqual(8);
  expect(promised.filter(isMissed)).toEqual([]);
});

import type {Row} from '../render/figures.ts';
import {type CostDraws, measureCost} from './cost.ts';
import {measurePaint, type PaintDraws} from './paint.ts';
import {ALL_QUESTIONS, measureTopics} from './topics.ts';

/** How much is measured of the work ahead of questions. */
export interface PrefetchDraws {
  topics: {questionCount: number};
  cost: CostDraws;
  paint: PaintDraws;
}

/** What `npm run bench:prefetch` measures; the test suite takes fewer. */
export const ALL_DRAWS: PrefetchDraws = {
  topics: {questionCount: ALL_QUESTIONS},
  cost: {questionCount: 1_000, pageQuestionCount: 300, pairCount: 40},
  paint: {pairCount: 120, visitorCount: 8},
};

/** Measures what is looked up ahead of questions: whether it is right and early, what it costs, and what it is worth. */
export async function measurePrefetch({topics, cost, paint}: PrefetchDraws): Promise<Row[]> {
  return [...(await measureTopics(topics)), ...(await measureCost(cost)), ...(await measurePaint(paint))];
}

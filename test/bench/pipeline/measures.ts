import type {Row} from '../render/figures.ts';
import {type LeverDraws, measureLevers, measureTools} from './levers.ts';
import {type LoadDraws, measureMemory, measureStreams, measureWire} from './load.ts';
import {measureShares} from './shares.ts';

/** How much is measured of the pipeline. */
export interface PipelineDraws {
  levers: LeverDraws;
  tools: LeverDraws;
  shares: {turnCount: number};
  load: LoadDraws;
}

/** What `npm run bench:pipeline` measures; the test suite takes fewer. */
export const ALL_DRAWS: PipelineDraws = {
  levers: {repeatCount: 5, turnCount: 200, isEven: false},
  tools: {repeatCount: 5, turnCount: 100, isEven: false},
  shares: {turnCount: 800},
  load: {streamCount: 200, roundCount: 5, turnCount: 5_000},
};

/** Measures the pipeline behind an answer: what each lever brings, and what it holds. */
export async function measurePipeline({levers, tools, shares, load}: PipelineDraws): Promise<Row[]> {
  return [
    ...(await measureLevers(levers)),
    ...(await measureTools(tools)),
    ...(await measureShares(shares)),
    await measureWire(),
    ...(await measureStreams(load)),
    await measureMemory(load),
  ];
}

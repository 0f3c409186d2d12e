import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Chromium, startChromium} from '../bench/render/chromium.ts';
import {isOver, type Row} from '../bench/render/figures.ts';
import {
  type Bench,
  measureBurst,
  measureFirstToken,
  measureGrowth,
  measureShapes,
  measureStream,
} from '../bench/render/measures.ts';
import {openSite, type Site} from '../bench/render/site.ts';
import {SHAPES} from '../markdown/suite/shapes.ts';
import {findEngines} from './drive/index.ts';

/** The figures themselves are proven by `npm run bench:render`; this finds what is far off, on a busy machine too. */
const SLACK = 3;

const missing = findEngines().find(({engine}) => engine === 'chromium')?.missing;

describe.skipIf(missing)(`drawing an answer costs at most ${SLACK} times what is promised`, () => {
  let chromium: Chromium;
  let site: Site;
  let bench: Bench;
  beforeAll(async () => {
    chromium = await startChromium();
    site = await openSite();
    bench = {
      chromium,
      site,
      draws: {
        repeatCount: 2,
        firstTokenCount: 7,
        streamTokenCount: 1000,
        growthKinds: ['rich text', 'paragraph'],
        tokensPerFrame: 64,
        shapes: SHAPES.filter((_, at) => at % 3 === 0),
      },
    };
  });
  afterAll(async () => {
    await site.close();
    await chromium.close();
  });

  const MEASURES: readonly {what: string; measure: (bench: Bench) => Promise<Row[]>}[] = [
    // when a frame is over says nothing on a busy machine, so of the first token only the DOM is looked at
    {what: 'for the first token', measure: async (bench) => (await measureFirstToken(bench)).slice(0, 1)},
    {what: 'while it streams', measure: measureStream},
    {what: 'when it comes at once', measure: measureBurst},
    {what: 'when it is made to be slow', measure: measureShapes},
    {what: 'when it is long', measure: measureGrowth},
  ];

  test.each(MEASURES)('$what', async ({measure}) => {
    const rows = await measure(bench);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => isOver(row, SLACK))).toEqual([]);
  });
});

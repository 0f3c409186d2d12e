import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {measureGlass} from '../bench/paint/glass.ts';
import {measurePaint} from '../bench/paint/turns.ts';
import {type Chromium, startChromium} from '../bench/render/chromium.ts';
import {isOver} from '../bench/render/figures.ts';
import {findEngines} from './drive/index.ts';

/** The figures themselves are proven by `npm run bench:paint`; this finds what is far off, on a busy machine too. */
const SLACK = 3;

const missing = findEngines().find(({engine}) => engine === 'chromium')?.missing;

describe.skipIf(missing)('the instant of the first words in a record', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await startChromium();
  });
  afterAll(() => chromium.close());

  test(`is at most ${SLACK} times as far from the screen as is promised`, async () => {
    const rows = await measurePaint({chromium, turnCount: 10});
    expect(rows).toHaveLength(4);
    expect(rows.filter((row) => isOver(row, SLACK))).toEqual([]);
  });

  test('is not moved by the latency glass', async () => {
    const [effect] = await measureGlass({chromium, turnCount: 10});
    expect(effect && !isOver(effect, SLACK), effect?.detail).toBe(true);
  });
});

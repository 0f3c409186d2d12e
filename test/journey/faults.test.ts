import {afterAll, beforeAll, describe, test} from 'vitest';
import {type Browser, type FoundEngine, findEngines, openBrowser} from './drive/index.ts';
import {playRow, warmUp} from './faults/play.ts';
import {AROUND_ROWS} from './faults/rows-around.ts';
import {ENDPOINT_ROWS} from './faults/rows-endpoint.ts';
import {FALLBACK_ROWS} from './faults/rows-fallback.ts';

const ROWS = Object.entries({...FALLBACK_ROWS, ...AROUND_ROWS, ...ENDPOINT_ROWS});

/** Who plays which rows, beside one another: most of a row is waiting. Each engine plays them in two browsers. */
const LANES = findEngines().flatMap((found): (FoundEngine & {rows: typeof ROWS})[] => {
  const rows = ROWS.filter(([, {once}]) => !once || found.engine === 'chromium');
  return [0, 1].map((half) => ({
    ...found,
    title: `${found.title}, browser ${half + 1}`,
    rows: rows.filter((_, at) => at % 2 === half),
  }));
});

describe.concurrent.each(LANES)('$title', ({engine, missing, rows}) => {
  describe.skipIf(missing)('a question that meets', {concurrent: false}, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser(engine);
      await warmUp(browser);
    });
    afterAll(() => browser.close());

    for (const [name, row] of rows) {
      const reason = row.unless?.[engine];
      if (reason) console.log(`skipped: ${name} in ${engine}: ${reason}`);
      test.skipIf(reason)(reason ? `${name} is skipped: ${reason}` : name, async ({expect, onTestFinished}) => {
        await playRow({browser, row, expect, onEnd: onTestFinished});
      });
    }
  });
});

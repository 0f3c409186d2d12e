import {afterAll, beforeAll, describe, test} from 'vitest';
import {type Browser, findEngines, openBrowser} from './drive/index.ts';
import {playRow, warmUp} from './faults/play.ts';
import {AROUND_ROWS} from './faults/rows-around.ts';
import {ENDPOINT_ROWS} from './faults/rows-endpoint.ts';
import {FALLBACK_ROWS} from './faults/rows-fallback.ts';

const ROWS = Object.entries({...FALLBACK_ROWS, ...AROUND_ROWS, ...ENDPOINT_ROWS});

// the engines play beside one another: most of a row is waiting
describe.concurrent.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('a question that meets', {concurrent: false}, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser(engine);
      await warmUp(browser);
    });
    afterAll(() => browser.close());

    for (const [name, row] of ROWS.filter(([, {once}]) => !once || engine === 'chromium')) {
      const reason = row.unless?.[engine];
      if (reason) console.log(`skipped: ${name} in ${engine}: ${reason}`);
      test.skipIf(reason)(reason ? `${name} is skipped: ${reason}` : name, async ({expect, onTestFinished}) => {
        await playRow({browser, row, expect, onEnd: onTestFinished});
      });
    }
  });
});

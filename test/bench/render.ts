// npm run bench:render: proves what drawing an answer costs, most of it against a bare appender in the same run.
import {startChromium} from './render/chromium.ts';
import {type Row, report} from './render/figures.ts';
import {
  ALL_DRAWS,
  type Bench,
  calibrate,
  measureBurst,
  measureFirstToken,
  measureGrowth,
  measureShapes,
  measureStream,
} from './render/measures.ts';
import {openSite} from './render/site.ts';
import {measureWidget} from './widget.ts';

const site = await openSite();
const chromium = await startChromium();
console.log(`Chromium ${chromium.version}; CPU is that of the main thread`);
const bench: Bench = {chromium, site, draws: ALL_DRAWS};
const rows: Row[] = [];
let steady = true;
try {
  for (const measure of [measureFirstToken, measureStream, measureBurst, measureShapes, measureWidget, measureGrowth]) {
    steady = (await calibrate(bench)) <= 1.3 && steady;
    rows.push(...(await measure(bench)));
  }
} finally {
  await chromium.close();
  await site.close();
}
const over = report(rows);
if (!steady) console.error('The machine did not keep still: these figures prove nothing.');
process.exitCode = over.length > 0 || !steady ? 1 : 0;

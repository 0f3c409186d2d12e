// npm run bench:host: proves what the script tag does to a page and to who uses it, on a slow phone with a slow connection.
// With --planted the script carries a task that must be found, so that the command fails.
import {measureBeforeIntent, measureLoading} from './host/loading.ts';
import {measureInteractions, measureOpening, measureTyping} from './host/using.ts';
import {closeStreet, openStreet} from './host/visit.ts';
import {type Row, report} from './render/figures.ts';
import {calibrate} from './render/measures.ts';
import {openSite} from './render/site.ts';

const REPEAT_COUNT = 9;
const tag = process.argv.includes('--planted') ? 'planted' : 'idle';

const site = await openSite();
const street = await openStreet();
const {chromium, cpuSlowdown} = street;
console.log(`Chromium ${chromium.version}, ${cpuSlowdown} times slowed, at 1.6 Mbit/s with round trips of 150 ms`);
const parts: readonly (() => Promise<Row[]>)[] = [
  () => measureLoading(street, {repeatCount: REPEAT_COUNT, tag}),
  () => measureBeforeIntent(street, {repeatCount: REPEAT_COUNT, tag}),
  () => measureBeforeIntent(street, {repeatCount: 1, tag: 'intent'}),
  () => measureOpening(street, REPEAT_COUNT),
  () => measureTyping(street, {repeatCount: REPEAT_COUNT, tag: 'intent'}),
  () => measureTyping(street, {repeatCount: REPEAT_COUNT, tag: 'idle'}),
  () => measureInteractions(street, 200),
];
const rows: Row[] = [];
let steady = true;
try {
  for (const measure of parts) {
    steady = (await calibrate({chromium, site})) <= 1.3 && steady;
    rows.push(...(await measure()));
  }
} finally {
  await closeStreet(street);
  await site.close();
}
const over = report(rows);
if (!steady) console.error('The machine did not keep still: these figures prove nothing.');
process.exitCode = over.length > 0 || !steady ? 1 : 0;

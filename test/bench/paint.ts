// npm run bench:paint: holds the instant at which a record says that an answer's first words were painted against the
// screen, and says whether the latency glass moves it.
import {measureGlass} from './paint/glass.ts';
import {measurePaint} from './paint/turns.ts';
import {startChromium} from './render/chromium.ts';
import {report} from './render/figures.ts';
import {calibrate} from './render/measures.ts';
import {openSite} from './render/site.ts';

const site = await openSite();
const chromium = await startChromium();
console.log(`Chromium ${chromium.version}`);
try {
  const steady = (await calibrate({chromium, site})) <= 1.3;
  const bench = {chromium, turnCount: 30};
  const over = report([...(await measurePaint(bench)), ...(await measureGlass(bench))]);
  if (!steady) console.error('The machine did not keep still: these figures prove nothing.');
  process.exitCode = over.length > 0 || !steady ? 1 : 0;
} finally {
  await chromium.close();
  await site.close();
}

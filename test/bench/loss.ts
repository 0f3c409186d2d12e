// npm run bench:loss: ends pages in the middle of turns in three engines, in every way that can be performed there, and
// counts what never came to the collector, and what it has twice.
// Less of it: node test/bench/loss.ts --ends 60 --seed 2 --engine firefox --variant cross-origin
import {parseArgs} from 'node:util';
import {findEngines} from '../journey/drive/index.ts';
import {KILL_COUNT, KILL_SHARE, WAY_WORDS, WAYS} from './loss/plan.ts';
import {runShares} from './loss/run.ts';
import {VARIANTS} from './loss/site.ts';
import {describe, killCount} from './loss/tally.ts';

/** How long a collector is down, in ms. */
const DOWN_MS = 60_000;

const {values} = parseArgs({
  options: {
    ends: {type: 'string', default: '300'},
    seed: {type: 'string', default: '1'},
    engine: {type: 'string'},
    variant: {type: 'string'},
  },
});
const count = Number(values.ends);
const seed = Number(values.seed);

console.log(`Seed ${seed}, ${count} ends an engine and variant.`);
for (const [way, words] of Object.entries(WAY_WORDS)) console.log(`${way.padEnd(9)} ${words}`);
let isBad = false;
for (const {engine, missing} of findEngines().filter((each) => (values.engine ?? each.engine) === each.engine)) {
  if (missing) {
    console.error(`${engine} is missing: ${missing}`);
    isBad = true;
    continue;
  }
  const {ways, remarks = []} = WAYS[engine];
  console.log(`\n${engine}: ${ways.join(', ')}`);
  for (const remark of remarks) console.log(`  ${remark}`);
  for (const variant of VARIANTS.filter((each) => (values.variant ?? each) === each)) {
    const result = (await runShares(engine, [{variant, count}], {seed, killShare: KILL_SHARE, downMs: DOWN_MS})).get(
      variant,
    );
    if (!result) continue;
    console.log(describe(engine, variant, result));
    if (variant === 'plain') {
      for (const [place, times] of result.spread) {
        const early = result.early.get(place) ?? 0;
        console.log(`  ${String(times).padStart(4)}  ${place}${early ? `, ${early} before they counted` : ''}`);
      }
      const killed = killCount(result);
      console.log(`  ${String(killed).padStart(4)}  by kill${killed < KILL_COUNT ? `, fewer than ${KILL_COUNT}` : ''}`);
    }
    isBad ||= result.lost.length > 0 || result.doubledCount !== 0 || result.countedCount === 0;
  }
}
process.exitCode = isBad ? 1 : 0;

import {createCollector, createDuckDbStore} from '../../src/collector/index.ts';
import {beaconOf, postOf, turnOf} from './fixtures.ts';

// stores turns until it is killed, and names each on a line once the collector has acknowledged it
const [path = ''] = process.argv.slice(2);
const store = await createDuckDbStore({path, commitWaitMs: 20});
const collector = createCollector({store, clock: () => 1_800_000_000_000});
const first = (await store.totals()).turns.reduce((sum, {count}) => sum + count, 0);

async function sendOn(next: () => number): Promise<never> {
  for (;;) {
    const number = next();
    const response = await collector.handle(postOf(beaconOf([turnOf(number, {route: `r-${number}`})])));
    if (response.status === 200) process.stdout.write(`${number}\n`);
  }
}

let number = first;
await Promise.all(Array.from({length: 8}, () => sendOn(() => number++)));

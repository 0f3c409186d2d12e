import {once} from 'node:events';
import {createCollector, createDuckDbStore, StoreError} from '../../src/collector/index.ts';
import {beaconOf, postOf, turnOf} from './fixtures.ts';

// once it is told to on its input, stores turns until it is killed, and names each on a line once the collector has acknowledged it: 8 senders at a time,
// posts of one to six turns, every third of which is sent twice at once as a browser does that heard no answer
const [path = ''] = process.argv.slice(2);
await once(process.stdin, 'data');
process.stdin.destroy();
const store = await createDuckDbStore({path, commitWaitMs: 20});
const collector = createCollector({
  store,
  clock: () => 1_800_000_000_000,
  observe(event) {
    const {error} = event.kind === 'failed' ? event : {error: undefined};
    if (error instanceof StoreError) console.error(`${error.kind}: ${error.message}`);
  },
});
let next = (await store.totals()).turns.reduce((sum, {count}) => sum + count, 0);

async function sendOn(): Promise<never> {
  for (;;) {
    const numbers = Array.from({length: 1 + (next % 6)}, () => next++);
    const body = beaconOf(numbers.map((number) => turnOf(number)));
    const tries = next % 3 === 0 ? [body, body] : [body];
    const answers = await Promise.all(tries.map((each) => collector.handle(postOf(each))));
    if (answers.some(({status}) => status === 200)) process.stdout.write(`${numbers.join('\n')}\n`);
  }
}

await Promise.all(Array.from({length: 8}, sendOn));

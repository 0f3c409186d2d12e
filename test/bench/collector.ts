// npm run bench:collector: what the collector takes in beside the raw appender, how long a batch is waited for, and what
// each reading of a million turns takes. `--turns 100000 --repeats 1` measures less.
import {parseArgs} from 'node:util';
import {keepsStill} from './calibrate.ts';
import {measureIngest} from './collector/ingest.ts';
import {measureReading} from './collector/reading.ts';
import {report} from './render/figures.ts';

const {values} = parseArgs({
  options: {turns: {type: 'string', default: '1000000'}, repeats: {type: 'string', default: '5'}},
});
const repeatCount = Number(values.repeats);
const isSteady = keepsStill();
const ingest = await measureIngest({repeatCount, turnCount: 40_000});
const reading = await measureReading({repeatCount, turnCount: Number(values.turns)});
const over = report([...ingest, ...reading]);
if (!isSteady) console.error('The machine did not keep still: these figures prove nothing.');
process.exitCode = over.length > 0 || !isSteady ? 1 : 0;

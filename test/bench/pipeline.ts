// npm run bench:pipeline: what each lever of the server kit takes off the same turns, and what the kit holds under load.
import {keepsStill} from './calibrate.ts';
import {SCALE} from './pipeline/draws.ts';
import {ALL_DRAWS, measurePipeline} from './pipeline/measures.ts';
import {report} from './render/figures.ts';

const isSteady = keepsStill();
const {repeatCount, turnCount} = ALL_DRAWS.levers;
console.log(
  `simulated stages, log-normal, at ${SCALE} of their documented medians and 99th percentiles; figures in documented ms, ` +
    "in which the kit's own time counts ten times. Each lever on the same turns, through the handler in this process: " +
    `${repeatCount} times ${turnCount}, the network apart.`,
);
const over = report(await measurePipeline(ALL_DRAWS));
if (!isSteady) console.error('The machine did not keep still: these figures prove nothing.');
process.exitCode = over.length > 0 || !isSteady ? 1 : 0;

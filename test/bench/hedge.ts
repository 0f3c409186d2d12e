// npm run bench:hedge: what second attempts gain at the slow end, what they cost a backend, and what they do to an ill one.
import {keepsStill} from './calibrate.ts';
import {FIRST_TOKEN} from './hedge/backend.ts';
import {ALL_DRAWS, measureHedging} from './hedge/measures.ts';
import {report} from './render/figures.ts';

const isSteady = keepsStill();
const {medianMs, tailRatio} = FIRST_TOKEN;
const {repeatCount, turnCount} = ALL_DRAWS;
console.log(
  `first tokens: log-normal, median ${medianMs} ms, P99 ${tailRatio} times that; ${repeatCount} times ${turnCount} turns, ` +
    'without second attempts and with them, 40 at a time; the delay is the P95 that the backend tells, without the ' +
    "kit's floor of 400 ms, which is above most of these times",
);
const over = report(await measureHedging(ALL_DRAWS));
if (!isSteady) console.error('The machine did not keep still: these figures prove nothing.');
process.exitCode = over.length > 0 || !isSteady ? 1 : 0;

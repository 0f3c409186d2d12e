// npm run bench:prefetch: whether what is looked up ahead of a question is right and early, what that costs, and what it
// is worth.
import {keepsStill} from './calibrate.ts';
import {ALL_DRAWS, measurePrefetch} from './prefetch/measures.ts';
import {report} from './render/figures.ts';

const isSteady = keepsStill();
console.log(
  'questions of the development pack that nobody put into it, typed at published speeds; first words in a real page, with ' +
    `simulated retrieval and model, ${ALL_DRAWS.paint.pairCount} pairs.`,
);
const over = report(await measurePrefetch(ALL_DRAWS));
if (!isSteady) console.error('The machine did not keep still: the times prove nothing.');
process.exitCode = over.length > 0 || !isSteady ? 1 : 0;

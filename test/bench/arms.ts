// npm run bench:arms [-- turns repeats]: how long comparisons of a million turns take, with 1,000 draws of their pages.
import {measureArms} from './arms/measures.ts';
import {keepsStill} from './calibrate.ts';
import {report} from './render/figures.ts';

const [turnCount = 1_000_000, repeatCount = 5] = process.argv.slice(2).map(Number);
const isSteady = keepsStill();
const over = report(await measureArms({turnCount, repeatCount}));
if (!isSteady) console.error('The machine did not keep still: these figures prove nothing.');
process.exitCode = over.length > 0 || !isSteady ? 1 : 0;

// npm run bench:plan [turns]: how long a plan with every lever takes, alone and with all that is said of it.
import {finishPlan, reportOn, simulateOnce, TURN_COUNT} from '../../src/planner/index.ts';
import {RICH} from '../planner/plans.ts';
import {keepsStill} from './calibrate.ts';
import {describeSpread, median, type Row, report} from './render/figures.ts';

/** How long 200,000 turns may take, in ms. */
const PROMISED_MS = 5_000;
const REPEAT_COUNT = 5;

const turnCount = Number(process.argv[2] ?? TURN_COUNT);
const isSteady = keepsStill();

/** Times work as often as it takes to see how much it varies; every time another seed, so that nothing is known yet. */
function time(name: string, work: (seed: number) => void): Row {
  const costs = Array.from({length: REPEAT_COUNT}, (_, seed) => {
    const before = process.cpuUsage();
    work(seed);
    const {user, system} = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  const turns = Math.round(turnCount / (median(costs) / 1_000)).toLocaleString('en');
  return {
    name,
    ...{value: median(costs), limit: (PROMISED_MS * turnCount) / TURN_COUNT, unit: 'ms'},
    detail: `of a core for ${turnCount.toLocaleString('en')} turns: ${describeSpread(costs)}; ${turns} turns/s`,
  };
}

const rows = [
  time('one simulation', (seed) => simulateOnce(RICH, {turnCount, seed})),
  time('a whole report', (seed) => finishPlan(reportOn(RICH, {turnCount, seed}))),
];
const over = report(rows);
if (!isSteady) console.error('The machine did not keep still: these figures prove nothing.');
process.exitCode = over.length > 0 || !isSteady ? 1 : 0;

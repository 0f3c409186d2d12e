import {describeSpread} from './render/figures.ts';

/** How many times the shortest the longest of some rounds of the same work may take on a machine that keeps still. */
const STEADY_TIMES = 1.3;

/** Times the same work up to six times, and says whether the machine kept still. */
export function keepsStill(): boolean {
  for (let round = 0; round < 6; round++) if (calibrate() <= STEADY_TIMES) return true;
  return false;
}

/** Times the same work some rounds; how many times the longest is the shortest. */
function calibrate(): number {
  const costs = Array.from({length: 6}, () => {
    const startedMs = performance.now();
    let sum = 0;
    for (let at = 0; at < 4e6; at++) sum = (sum + at * at) % 1_000_003;
    return performance.now() - startedMs + sum * 0;
  }).slice(1); // the first one also compiles
  const spread = Math.max(...costs) / Math.min(...costs);
  console.log(`calibration: ${describeSpread(costs)} ms, varies ${spread.toFixed(2)} times`);
  return spread;
}

import type {LeavingBin, LeavingReport} from '../protocol/index.ts';
import {proportionOf} from './figures.ts';
import {LEAVING_EDGES_MS, type LeavingReading} from './readings.ts';

/** Tells when visitors stop to wait. */
export function leavingOf({bins, beforeFirst, beforeEnd, stopped}: LeavingReading): LeavingReport {
  return {
    beforeFirstToken: proportionOf(beforeFirst),
    beforeEnd: proportionOf(beforeEnd),
    stopped: proportionOf(stopped),
    firstToken: binsOf(bins.filter(({until}) => until === 'first-token')),
    complete: binsOf(bins.filter(({until}) => until === 'complete')),
  };
}

/** Makes the bins up to the last one in which anybody still waited. */
function binsOf(read: LeavingReading['bins']): LeavingBin[] {
  let stayedShare = 1;
  return LEAVING_EDGES_MS.flatMap((fromMs, bin) => {
    const atRisk = read.filter((each) => each.bin >= bin);
    if (atRisk.length === 0) return [];
    const left = read.filter((each) => each.bin === bin && each.fate === 'left');
    const sum = (rows: typeof read, key: 'weight' | 'squaredWeight' | 'count') =>
      rows.reduce((total, row) => total + row[key], 0);
    const partWeight = sum(left, 'weight');
    const wholeWeight = sum(atRisk, 'weight');
    const hazard = proportionOf({partWeight, wholeWeight, squaredWeight: sum(atRisk, 'squaredWeight')});
    stayedShare *= 1 - partWeight / wholeWeight;
    const untilMs = LEAVING_EDGES_MS[bin + 1];
    const ends = untilMs === undefined ? {} : {untilMs};
    return [{fromMs, ...ends, hazard, goneShare: 1 - stayedShare, leftCount: sum(left, 'count')}];
  });
}

import {readHistogram} from '../latency/index.ts';
import {normalQuantile, normalShare} from './normal.ts';
import type {Quantile, Times} from './plan.ts';

/** The 99th percentile of the standard normal distribution. */
const Z99 = normalQuantile(0.99);

/** Shorter times count as this, in ms: there is a logarithm of it. */
const SHORTEST_MS = 1e-3;

/** How a recorded distribution is tabulated: so far from its middle, and in so fine steps, of the normal quantile. */
const TABLE = {end: 4, stepCount: 400};

/** Makes the times of which half are below a median, and 99 of 100 below a multiple of it. */
export function logNormal(medianMs: number, tailRatio: number): Times {
  if (!(medianMs > 0 && tailRatio > 1)) return {kind: 'constant', ms: medianMs};
  return spread([
    {share: 0.5, ms: medianMs},
    {share: 0.99, ms: medianMs * tailRatio},
  ]);
}

/** Makes the log-normal times that have a mean, and a ratio of the 99th percentile to the median. */
export function logNormalOfMean(meanMs: number, tailRatio: number): Times {
  const deviation = Math.log(tailRatio) / Z99;
  return logNormal(meanMs * Math.exp(-(deviation ** 2) / 2), tailRatio);
}

/** Makes the log-normal times of which one percentile is known, with an assumed ratio of the 99th percentile to the median. */
export function logNormalAt({share, ms}: Quantile, tailRatio: number): Times {
  return logNormal(ms * tailRatio ** (-normalQuantile(share) / Z99), tailRatio);
}

/** Makes times with some percentiles; a single one, or several that are the same, is a constant. */
export function spread(quantiles: readonly Quantile[]): Times {
  const [first, ...rest] = quantiles.toSorted((a, b) => a.share - b.share);
  if (!first) throw new RangeError('there are no times without a percentile');
  if (rest.every(({ms}) => ms === first.ms)) return {kind: 'constant', ms: first.ms};
  return {kind: 'spread', quantiles: [first, ...rest]};
}

/** Makes times that are so many times as long. */
export function scaleTimes(times: Times, factor: number): Times {
  switch (times.kind) {
    case 'constant':
      return {kind: 'constant', ms: times.ms * factor};
    case 'spread':
      return {kind: 'spread', quantiles: times.quantiles.map(({share, ms}) => ({share, ms: ms * factor}))};
    case 'recorded':
      return {...times, factor: (times.factor ?? 1) * factor};
  }
}

/** Gives the function that makes a time in ms of normal luck: that of 0 is the median. */
export function curveOf(times: Times): (luck: number) => number {
  switch (times.kind) {
    case 'constant':
      return () => times.ms;
    case 'spread':
      return lineThrough(times.quantiles.map(({share, ms}) => ({z: normalQuantile(share), log: logOf(ms)})));
    case 'recorded':
      return tableOf((share) => (readHistogram(times.histogram)?.percentile(share) ?? 0) * (times.factor ?? 1));
  }
}

/** Reads a percentile of times, in ms. */
export function timeAt(times: Times, share: number): number {
  return curveOf(times)(normalQuantile(share));
}

const logOf = (ms: number) => Math.log(Math.max(SHORTEST_MS, ms));

function lineThrough(points: readonly {z: number; log: number}[]): (luck: number) => number {
  const lines = points.slice(1).map((next, at) => {
    const from = points[at] ?? next;
    const slope = (next.log - from.log) / (next.z - from.z);
    return {slope, start: from.log - slope * from.z, untilZ: next.z};
  });
  const last = lines.pop();
  if (!last) throw new RangeError('a spread has at least two percentiles');
  if (lines.length === 0) return (luck) => Math.exp(last.start + last.slope * luck);
  return (luck) => {
    const line = lines.find(({untilZ}) => luck < untilZ) ?? last;
    return Math.exp(line.start + line.slope * luck);
  };
}

/** Tabulates what was recorded; nothing is shorter or longer than that. */
function tableOf(read: (share: number) => number): (luck: number) => number {
  const {end, stepCount} = TABLE;
  const step = (2 * end) / stepCount;
  const times = Array.from({length: stepCount + 1}, (_, at) => {
    const share = at === 0 ? 0 : at === stepCount ? 1 : normalShare(at * step - end);
    return read(share);
  });
  return (luck) => {
    const place = Math.min(stepCount, Math.max(0, (luck + end) / step));
    const low = times[Math.floor(place)] ?? 0;
    return low + ((times[Math.ceil(place)] ?? low) - low) * (place % 1);
  };
}

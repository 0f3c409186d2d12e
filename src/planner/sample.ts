import {percentile} from '../latency/index.ts';

/** Times of turns, of which single ranks are asked for: much less work than to sort them all. */
export interface Sample {
  /** By turn. */
  readonly ms: Float64Array;
  /** Finds the time that so many, 1 to all, are not above. */
  at(rank: number): number;
}

/** As many bits of a number in single precision tell its bucket: neighbours differ by less than 1 %. */
const BUCKET_BITS = 16;

/** Counts times into buckets; a rank is looked for in its bucket alone. */
export function sampleOf(ms: Float64Array): Sample {
  // numbers above 0 are in the order of their bits, and rounding changes no order
  const bits = new Uint32Array(new Float32Array(ms).buffer);
  const counts = new Uint32Array(1 << BUCKET_BITS);
  for (const each of bits) counts[each >>> BUCKET_BITS] = (counts[each >>> BUCKET_BITS] ?? 0) + 1;
  const sorted = new Map<number, Float64Array>();
  function open(bucket: number): Float64Array {
    const values = new Float64Array(counts[bucket] ?? 0);
    let count = 0;
    for (let turn = 0; turn < ms.length; turn++) {
      if ((bits[turn] ?? 0) >>> BUCKET_BITS === bucket) values[count++] = ms[turn] ?? 0;
    }
    return values.sort();
  }
  return {
    ms,
    at(rank) {
      let left = rank - 1;
      for (let bucket = 0; bucket < counts.length; bucket++) {
        const count = counts[bucket] ?? 0;
        if (left >= count) {
          left -= count;
          continue;
        }
        const values = sorted.get(bucket) ?? open(bucket);
        sorted.set(bucket, values);
        return values[left] ?? 0;
      }
      return Number.NaN;
    },
  };
}

/** Reads a percentile of times (type 7), in ms; 0 of none. */
export function percentileOf({ms, at}: Sample, share: number): number {
  const place = (ms.length - 1) * share;
  if (place < 0) return 0;
  return percentile([at(Math.floor(place) + 1), at(Math.ceil(place) + 1)], place % 1) ?? 0;
}

/** Picks the times of some turns. */
export function pick(ms: Float64Array, isWanted: (turn: number) => unknown): Float64Array {
  const picked = new Float64Array(ms.length);
  let count = 0;
  for (let turn = 0; turn < ms.length; turn++) if (isWanted(turn)) picked[count++] = ms[turn] ?? 0;
  return picked.slice(0, count);
}

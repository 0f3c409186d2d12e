import type {Rows} from './rows.ts';

/** How often the pages are drawn again, unless it is said otherwise. */
export const DRAW_COUNT = 1000;

/** Something that is read of every draw, as one or several numbers. */
export interface Statistic {
  /** How many numbers. */
  width: number;
  /**
   * Reads LANE_COUNT draws.
   *
   * @param times - How often each page is drawn: a byte for each draw.
   * @param options.into - A column for each number; NaN stays where it cannot be told.
   * @param options.draw - Where the first of these draws stands in them.
   */
  read(times: Uint32Array, options: {into: readonly Float64Array[]; draw: number}): void;
}

/** Draws are made four at a time: a number of 32 bits holds as many counts. */
const LANE_COUNT = 4;

/**
 * Draws the pages again and again, each as often as chance has it (Poisson with mean 1: the cluster bootstrap of Field and
 * Welsh, "Bootstrapping clustered data", 2007, in the form of Chamandy and others, "Estimating uncertainty for massive
 * data streams", 2012). Pages are what is independent: turns of one page are drawn together, in all statistics.
 *
 * @param options.pageCount - Pages are numbered from 0 to below it.
 * @param options.seed - The same gives the same draws.
 * @param options.drawCount - Default: DRAW_COUNT.
 * @returns For each statistic and each of its numbers one value a draw.
 */
export function resample(options: {
  statistics: readonly Statistic[];
  pageCount: number;
  seed: number;
  drawCount?: number | undefined;
}): Float64Array[][] {
  const {statistics, pageCount, seed, drawCount = DRAW_COUNT} = options;
  const drawn = statistics.map(({width}) =>
    Array.from({length: width}, () => new Float64Array(drawCount).fill(Number.NaN)),
  );
  const times = new Uint32Array(pageCount);
  const fill = createPoisson(seed);
  for (let draw = 0; draw < drawCount; draw += LANE_COUNT) {
    fill(times);
    statistics.forEach(({read}, at) => {
      read(times, {into: drawn[at] ?? [], draw});
    });
  }
  return drawn;
}

/** Reads a sum over the pages, of which each has its value. */
export function sumOf(values: Float64Array): Statistic {
  const pages = Int32Array.from(values.keys()).filter((page) => values[page] !== 0);
  const own = Float64Array.from(pages, (page) => values[page] as number); // they come from its keys
  return {
    width: 1,
    read(times, {into: [column], draw}) {
      // a loop over the lanes would take four times as long
      let [first, second, third, fourth] = [0, 0, 0, 0];
      for (let at = 0; at < pages.length; at++) {
        const packed = times[pages[at] as number] as number; // within both
        const value = own[at] as number;
        first += value * (packed & 0xff);
        second += value * ((packed >>> 8) & 0xff);
        third += value * ((packed >>> 16) & 0xff);
        fourth += value * (packed >>> 24);
      }
      column?.set([first, second, third, fourth].slice(0, column.length - draw), draw);
    },
  };
}

/**
 * Reads percentiles of the waiting time, those who left counted as still waiting (Kaplan and Meier).
 *
 * @param rows - In the order of `sortedRows`.
 * @param shares - Percentiles, 0 to 1, ascending.
 */
export function quantilesOf(rows: Rows, shares: readonly number[]): Statistic {
  const {pages, shown, weights} = rows;
  const ends = blocksOf(shown);
  const isWeighted = weights.some((weight) => weight !== 1);
  const packed = new Uint32Array(ends.length);
  const sums = new Float64Array(ends.length);

  function sumBlocks(times: Uint32Array): void {
    let from = 0;
    for (let block = 0; block < ends.length; block++) {
      const until = ends[block] as number; // within, here and below
      let sum = 0;
      for (let at = from; at < until; at++) sum = (sum + (times[pages[at] as number] as number)) | 0;
      packed[block] = sum;
      from = until;
    }
  }

  function sumLane(times: Uint32Array, lane: number): void {
    if (!isWeighted) {
      for (let block = 0; block < ends.length; block++) sums[block] = laneOf(packed[block] as number, lane);
      return;
    }
    let from = 0;
    for (let block = 0; block < ends.length; block++) {
      const until = ends[block] as number; // within, here and below
      let sum = 0;
      for (let at = from; at < until; at++) {
        sum += (weights[at] as number) * laneOf(times[pages[at] as number] as number, lane);
      }
      sums[block] = sum;
      from = until;
    }
  }

  return {
    width: shares.length,
    read(times, {into, draw}) {
      if (!isWeighted) sumBlocks(times);
      for (let lane = 0; lane < LANE_COUNT; lane++) {
        sumLane(times, lane);
        const weightOf = (at: number) => (weights[at] as number) * laneOf(times[pages[at] as number] as number, lane);
        walk({rows, shares, ends, sums, weightOf}, (place, waitMs) => {
          const column = into[place];
          if (column) column[draw + lane] = waitMs;
        });
      }
    },
  };
}

/** Walks one draw, block by block, and tells each percentile with its time. */
function walk(
  drawn: {
    rows: Rows;
    shares: readonly number[];
    ends: Uint32Array;
    /** What each block weighs, and each row, in this draw. */
    sums: Float64Array;
    weightOf: (at: number) => number;
  },
  onFound: (place: number, waitMs: number) => void,
): void {
  const {rows, shares, ends, sums, weightOf} = drawn;
  const {waitsMs, shown} = rows;
  let atRisk = 0;
  for (let block = 0; block < sums.length; block++) atRisk += sums[block] as number; // within, here and below
  // while nobody leaves, the share that still waits falls with the weight alone: `perWeight` is how much
  let perWeight = 1 / atRisk;
  let place = 0;
  let level = levelOf(shares[place], perWeight);
  let from = 0;
  for (let block = 0; block < ends.length; block++) {
    const until = ends[block] as number;
    const before = atRisk;
    atRisk -= sums[block] as number;
    if (shown[from] === 0) {
      if (atRisk < LEAST_WEIGHT) return;
      perWeight *= before / atRisk;
      level = levelOf(shares[place], perWeight);
    } else if (atRisk <= level) {
      let left = before;
      for (let at = from; at < until; at++) {
        left -= weightOf(at);
        while (left <= level) {
          onFound(place, waitsMs[at] as number);
          place += 1;
          level = levelOf(shares[place], perWeight);
        }
      }
      if (place === shares.length) return;
    }
    from = until;
  }
}

/** No weight is as small: what is less is what sums in floating point leave of nothing. */
const LEAST_WEIGHT = 1e-6;

/** Tells with how much weight still waiting a percentile is reached. */
function levelOf(share: number | undefined, perWeight: number): number {
  return share === undefined ? Number.NEGATIVE_INFINITY : (1 - share) / perWeight + LEAST_WEIGHT;
}

/** Reads one of the counts that a number holds. */
function laneOf(packed: number, lane: number): number {
  return (packed >>> (8 * lane)) & 0xff;
}

/** Counts of a Poisson variable with mean 1, as often as they are among 65,536. */
const POISSON_TABLE = poissonTable();

function poissonTable(): Uint8Array {
  const table = new Uint8Array(65_536);
  let mass = Math.exp(-1);
  let upto = mass;
  let count = 0;
  for (let at = 0; at < table.length; at++) {
    while ((at + 0.5) / table.length > upto) {
      count += 1;
      mass /= count;
      upto += mass;
    }
    table[at] = count;
  }
  return table;
}

/** Rows that are summed up together, unless a percentile lies among them: four sums of a byte each fit a number. */
const BLOCK_ROW_COUNT = Math.floor(255 / Math.max(...POISSON_TABLE.subarray(-1)));

/** Finds the ends of the blocks of rows: those of visitors who left stand apart. */
function blocksOf(shown: Uint8Array): Uint32Array {
  const ends = new Uint32Array(shown.length);
  let count = 0;
  let start = 0;
  for (let next = 1; next <= shown.length; next++) {
    if (next < shown.length && shown[next] === shown[start] && next - start < BLOCK_ROW_COUNT) continue;
    ends[count++] = next;
    start = next;
  }
  return ends.slice(0, count);
}

/** Makes what fills an array with four counts of that variable each (random numbers by Marsaglia's xorshift128, 2003). */
function createPoisson(seed: number): (times: Uint32Array) => void {
  let [w, x, y, z] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 0xb7e15162 | 0];
  const fill = (times: Uint32Array) => {
    let [a, b, c, d] = [w, x, y, z];
    for (let page = 0; page < times.length; page++) {
      let mixed = a ^ (a << 11);
      const low = d ^ (d >>> 19) ^ mixed ^ (mixed >>> 8);
      mixed = b ^ (b << 11);
      const high = low ^ (low >>> 19) ^ mixed ^ (mixed >>> 8);
      a = c;
      b = d;
      c = low;
      d = high;
      // the table has a count for every 16 bits
      times[page] =
        (POISSON_TABLE[low & 0xffff] as number) |
        ((POISSON_TABLE[low >>> 16] as number) << 8) |
        ((POISSON_TABLE[high & 0xffff] as number) << 16) |
        ((POISSON_TABLE[high >>> 16] as number) << 24);
    }
    [w, x, y, z] = [a, b, c, d];
  };
  fill(new Uint32Array(64)); // the first numbers still resemble the seed
  return fill;
}

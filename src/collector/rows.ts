import type {ReadRows} from './readings.ts';

/** Turns or tasks in columns of the same length, by waiting time; at equal times those whose wait ended come first. */
export interface Rows {
  pages: Int32Array;
  waitsMs: Float64Array;
  shown: Uint8Array;
  weights: Float64Array;
}

/** All that was read, with the kind of each. */
export interface KindRows extends Rows {
  kindIndexes: Int32Array;
}

/** Puts what was read in the order of the waiting time, once for all that is made of it; waits that nobody knows are left out. */
export function sortedRows(read: ReadRows): KindRows {
  const {pages, waitsMs, shown} = read;
  const places = Uint32Array.from(pages.keys()).filter((at) => (waitsMs[at] as number) >= 0);
  places.sort((a, b) => {
    // places of the columns
    const later = (waitsMs[a] as number) - (waitsMs[b] as number) || (shown[b] as number) - (shown[a] as number);
    return later || (pages[a] as number) - (pages[b] as number);
  });
  return take(read, places);
}

/**
 * Picks the rows of some kinds, in their order.
 *
 * @param isWanted - Of each kind.
 */
export function pickRows(rows: KindRows, isWanted: readonly boolean[]): KindRows {
  const {kindIndexes} = rows;
  const places = new Uint32Array(kindIndexes.length);
  let count = 0;
  kindIndexes.forEach((kind, at) => {
    if (isWanted[kind]) places[count++] = at;
  });
  return take(rows, places.subarray(0, count));
}

/** Counts the pages that rows belong to. */
export function pageCountOf({pages}: Pick<Rows, 'pages'>): number {
  const seen = new Uint8Array(1 + pages.reduce((most, page) => Math.max(most, page), -1));
  for (const page of pages) seen[page] = 1;
  return seen.reduce((sum, each) => sum + each, 0);
}

function take(rows: KindRows, places: Uint32Array): KindRows {
  const {length} = places;
  return {
    pages: fill(new Int32Array(length), rows.pages, places),
    waitsMs: fill(new Float64Array(length), rows.waitsMs, places),
    shown: fill(new Uint8Array(length), rows.shown, places),
    weights: fill(new Float64Array(length), rows.weights, places),
    kindIndexes: fill(new Int32Array(length), rows.kindIndexes, places),
  };
}

function fill<Column extends Int32Array | Float64Array | Uint8Array>(
  column: Column,
  from: Column,
  places: Uint32Array,
): Column {
  for (let at = 0; at < places.length; at++) column[at] = from[places[at] as number] as number; // places of `from`
  return column;
}

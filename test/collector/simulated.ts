import type {ReadRows} from '../../src/collector/index.ts';
import {createDraw} from './fixtures.ts';

/** Turns drawn by chance, the same each time. */
export interface Chance {
  /** A number from 0 to below 1. */
  share(): number;
  /** A log-normal time in ms, to a tenth: its median, and its spread in powers of e. */
  time(medianMs: number, spread: number): number;
}

/** Makes such a source. */
export function createChance(seed: number): Chance {
  const share = createDraw(seed);
  return {
    share,
    time(medianMs, spread) {
      const normal = Math.sqrt(-2 * Math.log(share())) * Math.cos(2 * Math.PI * share());
      return Math.round(10 * medianMs * Math.exp(spread * normal)) / 10;
    },
  };
}

/** One row as a test writes it. */
export interface Row<Kind> {
  page: number;
  ms: number;
  kind: Kind;
  /** Default: true. */
  shown?: boolean;
  /** Default: 1. */
  weight?: number;
}

/** Lays rows out as a store reads them. */
export function columnsOf<Kind>(rows: readonly Row<Kind>[]): ReadRows<Kind> {
  const kinds = new Map(rows.map(({kind}) => [JSON.stringify(kind), kind]));
  const names = [...kinds.keys()];
  const places = new Map(names.map((name, place) => [name, place]));
  return {
    pageCount: 1 + rows.reduce((most, {page}) => Math.max(most, page), -1),
    pages: Int32Array.from(rows, ({page}) => page),
    waitsMs: Float64Array.from(rows, ({ms}) => ms),
    shown: Uint8Array.from(rows, ({shown = true}) => (shown ? 1 : 0)),
    weights: Float64Array.from(rows, ({weight = 1}) => weight),
    kindIndexes: Int32Array.from(rows, ({kind}) => places.get(JSON.stringify(kind)) ?? -1),
    kinds: [...kinds.values()],
  };
}

/** The percentile as the definition has it: of each row as many as it weighs, those who left still waiting; by hand. */
export function slowQuantile(rows: readonly {ms: number; shown?: boolean; weight?: number}[], share: number): number {
  const sorted = rows.toSorted((a, b) => a.ms - b.ms || Number(b.shown ?? true) - Number(a.shown ?? true));
  let waiting = 1;
  for (const row of sorted) {
    const {ms, shown = true, weight = 1} = row;
    const atRisk = sorted.slice(sorted.indexOf(row)).reduce((sum, each) => sum + (each.weight ?? 1), 0);
    if (!shown || weight === 0) continue;
    waiting *= 1 - weight / atRisk;
    if (waiting <= 1 - share + 1e-9) return ms;
  }
  return Number.NaN;
}

import type {Figure} from './summary.ts';

/**
 * Turns that had something to warm up against those that had not, by the time to the first visible answer:
 * the first turn of a page, the first of a server's process, those for which a server's cache had nothing, and those of
 * which the provider had kept nothing. All but `cache` leave out what a cache or the FAQ answered.
 */
export interface ColdRow {
  by: 'page' | 'process' | 'cache' | 'prompt';
  /** Turns on each side, as records received. */
  coldCount: number;
  warmCount: number;
  /** At P50 and P95. */
  ratios: ColdRatio[];
}

/** How many times as long the cold ones take (`ratio`); the interval is of 95 %, by pages. `hidden` with words where too few tell. */
export interface ColdRatio {
  share: number;
  cold: Figure;
  warm: Figure;
  ratio: {state: 'hidden'; words: string} | {state: 'known'; times: number; lowTimes: number; highTimes: number};
}

/** What a cold start costs; only of what records tell. */
export interface ColdReport {
  rows: ColdRow[];
}

import {HONEST_COUNT} from '../latency/index.ts';
import type {ColdRatio, ColdReport, ColdRow} from '../protocol/index.ts';
import {type Resampled, resampledOf, spreadOf} from './differences.ts';
import type {ColdKind, ReadRows} from './readings.ts';
import {pickRows, sortedRows} from './rows.ts';

/** Percentiles at which cold turns are held against warm ones. */
const COMPARED_SHARES = [0.5, 0.95] as const;

/** What tells cold turns from warm ones; undefined for turns that are neither. */
const SIDES: Readonly<Record<ColdRow['by'], (kind: ColdKind) => 'cold' | 'warm' | undefined>> = {
  page: ({first, hit}) => (hit || first === null ? undefined : first ? 'cold' : 'warm'),
  process: ({cold, hit}) => (hit ? undefined : cold ? 'cold' : 'warm'),
  cache: ({cache}) => (cache === null ? undefined : cache === 'none' ? 'cold' : 'warm'),
  prompt: ({kept, hit}) => (hit || kept === null ? undefined : kept ? 'warm' : 'cold'),
};

/**
 * Holds cold turns against warm ones, in each way in which there are both.
 *
 * @param options.drawCount - Default: DRAW_COUNT.
 */
export function coldOf(options: {rows: ReadRows<ColdKind>; drawCount?: number}): ColdReport {
  const {rows: read, drawCount} = options;
  const {kinds, pageCount} = read;
  const sorted = sortedRows(read);
  const ways = Object.entries(SIDES).flatMap(([by, sideOf]) => {
    const rowsOf = (side: 'cold' | 'warm') =>
      pickRows(
        sorted,
        kinds.map((kind) => sideOf(kind) === side),
      );
    const sides = [rowsOf('cold'), rowsOf('warm')] as const;
    return sides.some(({pages}) => pages.length === 0) ? [] : [{by: by as ColdRow['by'], sides}]; // a key of SIDES
  });
  const groups = ways.flatMap(({sides}) => sides);
  const drawn = resampledOf({groups, pageCount, shares: COMPARED_SHARES, drawCount}).groups;
  const rows = ways.map(({by, sides: [cold, warm]}, way): ColdRow => {
    const ratios = COMPARED_SHARES.map((share, at) =>
      ratioOf({cold: drawn[2 * way], warm: drawn[2 * way + 1], at, share}),
    );
    return {by, coldCount: cold.pages.length, warmCount: warm.pages.length, ratios};
  });
  return {rows};
}

function ratioOf(options: {
  cold: Resampled | undefined;
  warm: Resampled | undefined;
  at: number;
  share: number;
}): ColdRatio {
  const {cold: of, warm: than, at, share} = options;
  const [cold, warm] = [of?.figures[at], than?.figures[at]];
  if (!of || !than || !cold || !warm) throw new Error('each side has a figure for each percentile');
  const hidden = (words: string): ColdRatio => ({share, cold, warm, ratio: {state: 'hidden', words}});
  const pageCount = Math.min(of.pageCount, than.pageCount);
  const needsCount = HONEST_COUNT.get(share)?.shown ?? Number.POSITIVE_INFINITY;
  if (pageCount < needsCount) return hidden(`n too small (${pageCount} pages, needs ${needsCount})`);
  if (!('valueMs' in cold)) return hidden('words' in cold ? cold.words : '');
  if (!('valueMs' in warm)) return hidden('words' in warm ? warm.words : '');
  // as many times as long in one direction as in the other: what is symmetric is the logarithm
  const value = Math.log(cold.valueMs / warm.valueMs);
  const draws = (of.draws[at] ?? new Float64Array()).map((draw, number) =>
    Math.log(draw / (than.draws[at]?.[number] ?? Number.NaN)),
  );
  const spread = Number.isFinite(value) ? spreadOf(draws, {value, alpha: 0.05}) : undefined;
  if (!spread) return hidden('no ratio: too many left before it, or it took no time');
  const ratio = {times: Math.exp(value), lowTimes: Math.exp(spread.low), highTimes: Math.exp(spread.high)};
  return {share, cold, warm, ratio: {state: 'known', ...ratio}};
}

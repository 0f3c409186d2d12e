import {
  COMPARISONS,
  FILTER_VALUES,
  FILTERS,
  type Filters,
  type LookedAt,
  OUTCOMES,
  SUMMARY_WINDOW_MS,
  SUMMARY_WINDOWS,
} from '../protocol/index.ts';
import type {ReadWindow} from './store.ts';

const TIME = /^\d{1,15}$/;

/** A window as it was asked for: what names it, and the times that it means now. */
export interface AskedWindow {
  /** The same for whoever asks for the same: with `since` it moves with the clock. */
  key: string;
  /** The turns that it means at a moment, epoch ms. */
  at(nowAt: number): LookedAt;
  /** What single reports are asked for besides. */
  more: Pick<ReadWindow, 'listed' | 'compare'>;
}

/**
 * Reads a window from an address: `since` up to now or `until`, or `from` and `until` (epoch ms), and the filters;
 * besides, `outcome` and `over=1` for lists of turns and `compare` for what it is held against.
 *
 * @param params - Without any of them it is the last 24 hours of everything.
 * @returns Undefined where a value is none.
 */
export function readWindow(params: URLSearchParams): AskedWindow | undefined {
  const filters: Filters = {};
  for (const name of FILTERS) {
    const value = params.get(name) || undefined;
    if (value !== undefined && !FILTER_VALUES[name].test(value)) return undefined;
    if (value !== undefined) filters[name] = value;
  }
  const more = readMore(params);
  if (!more) return undefined;
  const [from, until] = ['from', 'until'].map((name) => params.get(name) || undefined);
  if ([from, until].some((time) => time !== undefined && !TIME.test(time))) return undefined;
  const untilAt = until === undefined ? undefined : Number(until);
  if (from !== undefined) {
    if (untilAt !== undefined && untilAt <= Number(from)) return undefined;
    const key = JSON.stringify([from, until, filters, more]);
    return {key, more, at: (nowAt) => ({fromAt: Number(from), untilAt: untilAt ?? nowAt, ...filters})};
  }
  const since = SUMMARY_WINDOWS.find((name) => name === (params.get('since') ?? '24h'));
  if (!since) return undefined;
  return {
    key: JSON.stringify([since, until, filters, more]),
    more,
    at(nowAt) {
      const endAt = untilAt ?? nowAt;
      return {since, fromAt: endAt - SUMMARY_WINDOW_MS[since], untilAt: endAt, ...filters};
    },
  };
}

function readMore(params: URLSearchParams): AskedWindow['more'] | undefined {
  const [outcome, over, compare] = ['outcome', 'over', 'compare'].map((name) => params.get(name) || undefined);
  const knownOutcome = OUTCOMES.find((name) => name === outcome);
  const knownCompare = COMPARISONS.find((name) => name === compare);
  if (outcome !== knownOutcome || compare !== knownCompare || (over !== undefined && over !== '1')) return undefined;
  return {
    ...(knownOutcome || over
      ? {listed: {...(knownOutcome ? {outcome: knownOutcome} : {}), ...(over ? {over: true} : {})}}
      : {}),
    ...(knownCompare ? {compare: knownCompare} : {}),
  };
}

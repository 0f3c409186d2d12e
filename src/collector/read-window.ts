import {FILTERS, type Filters, type LookedAt, SUMMARY_WINDOWS, type SummaryWindow} from '../protocol/index.ts';

const WINDOW_MS: Record<SummaryWindow, number> = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
};
const TIME = /^\d{1,15}$/;
const VALUES: Record<keyof Filters, RegExp> = {
  site: /^[a-z0-9][a-z0-9._-]{0,252}$/,
  route: /^(?:\/[A-Za-z0-9/_:.~-]{0,63}|[a-z0-9][a-z0-9._-]{0,31})$/,
  class: /^[a-z0-9][a-z0-9._-]{0,31}$/,
  device: /^(?:mobile|tablet|desktop)$/,
  net: /^(?:slow-2g|2g|3g|4g|unknown)$/,
};

/** A window as it was asked for: what names it, and the times that it means now. */
export interface AskedWindow {
  /** The same for whoever asks for the same: with `since` it moves with the clock. */
  key: string;
  /** The turns that it means at a moment, epoch ms. */
  at(nowAt: number): LookedAt;
}

/**
 * Reads a window from an address: `since` up to now or `until`, or `from` and `until` (epoch ms), and the filters.
 *
 * @param params - Without any of them it is the last 24 hours of everything.
 * @returns Undefined where a value is none.
 */
export function readWindow(params: URLSearchParams): AskedWindow | undefined {
  const filters: Filters = {};
  for (const name of FILTERS) {
    const value = params.get(name) || undefined;
    if (value !== undefined && !VALUES[name].test(value)) return undefined;
    if (value !== undefined) filters[name] = value;
  }
  const [from, until] = ['from', 'until'].map((name) => params.get(name) || undefined);
  if ([from, until].some((time) => time !== undefined && !TIME.test(time))) return undefined;
  const untilAt = until === undefined ? undefined : Number(until);
  if (from !== undefined) {
    if (untilAt !== undefined && untilAt <= Number(from)) return undefined;
    const key = JSON.stringify([from, until, filters]);
    return {key, at: (nowAt) => ({fromAt: Number(from), untilAt: untilAt ?? nowAt, ...filters})};
  }
  const since = SUMMARY_WINDOWS.find((name) => name === (params.get('since') ?? '24h'));
  if (!since) return undefined;
  return {
    key: JSON.stringify([since, until, filters]),
    at(nowAt) {
      const endAt = untilAt ?? nowAt;
      return {since, fromAt: endAt - WINDOW_MS[since], untilAt: endAt, ...filters};
    },
  };
}

import {
  COMPARISONS,
  type Comparison,
  FILTER_VALUES,
  FILTERS,
  type Filters,
  OUTCOMES,
  SUMMARY_WINDOW_MS,
  SUMMARY_WINDOWS,
  type SummaryWindow,
  type TurnsAsked,
} from '../protocol/index.ts';

/** What the dashboard looks at; a filter is absent when all are meant. */
export interface Query extends Filters, TurnsAsked {
  since: SummaryWindow;
  /** The beginning of the time that is looked at, epoch ms; then `since` says nothing. */
  from?: number | undefined;
  /** The end of the time that is looked at, epoch ms; absent for now. */
  until?: number | undefined;
  /** What it is held against; absent for nothing. */
  compare?: Comparison | undefined;
}

/**
 * Reads a query from an address, so that a view can be shared by its link.
 *
 * @param search - The address' part from `?`; what it does not say, or says wrong, is the last 24 hours of everything.
 */
export function readQuery(search: string): Query {
  const params = new URLSearchParams(search);
  const query: Query = {since: SUMMARY_WINDOWS.find((name) => name === params.get('since')) ?? '24h'};
  const [from, until] = ['from', 'until'].map((name) => readInstant(params.get(name)));
  if (until !== undefined) query.until = until;
  if (from !== undefined && from < (until ?? Number.POSITIVE_INFINITY)) query.from = from;
  for (const name of FILTERS) {
    const value = params.get(name) ?? '';
    if (FILTER_VALUES[name].test(value)) query[name] = value;
  }
  const compare = COMPARISONS.find((name) => name === params.get('compare'));
  const outcome = OUTCOMES.find((name) => name === params.get('outcome'));
  return {
    ...query,
    ...(compare ? {compare} : {}),
    ...(outcome ? {outcome} : {}),
    ...(params.get('over') === '1' ? {over: true} : {}),
  };
}

/** Writes the turns of a query the way the collector reads them. */
export function writeQuery(query: Query): string {
  return `?${windowParams(query)}`;
}

/** Writes which turns of a query are listed the way the collector reads it. */
export function writeListed(query: Query): string {
  return `?${listedParams(query)}`;
}

/** Writes all of a query the way `readQuery` reads it. */
export function writeView(query: Query): string {
  const params = listedParams(query);
  if (query.compare) params.set('compare', query.compare);
  return `?${params}`;
}

/** Gives the times that a query means, epoch ms. */
export function timesOf(query: Query, nowAt: number): {fromAt: number; untilAt: number} {
  const untilAt = query.until ?? nowAt;
  return {fromAt: query.from ?? untilAt - SUMMARY_WINDOW_MS[query.since], untilAt};
}

/** What would end so close before now, as a share of its length, ends now. */
const NEAR_SHARE = 0.1;

/** Moves a query by its own length, earlier or later; what would end about now or after it ends now, and goes with the clock. */
export function moveQuery(query: Query, to: {by: 'earlier' | 'later'; nowAt: number}): Query {
  const {fromAt, untilAt} = timesOf(query, to.nowAt);
  const stepMs = (untilAt - fromAt) * (to.by === 'earlier' ? -1 : 1);
  const {until: _, from, ...rest} = query;
  const isNow = untilAt + stepMs >= to.nowAt - NEAR_SHARE * Math.abs(stepMs);
  if (isNow) return from === undefined ? rest : {...rest, from: to.nowAt - Math.abs(stepMs)};
  return {...rest, until: untilAt + stepMs, ...(from === undefined ? {} : {from: fromAt + stepMs})};
}

function readInstant(text: string | null): number | undefined {
  return text && /^\d{1,15}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

function windowParams(query: Query): URLSearchParams {
  const params = new URLSearchParams(query.from === undefined ? {since: query.since} : {from: `${query.from}`});
  if (query.until !== undefined) params.set('until', String(query.until));
  for (const name of FILTERS) if (query[name]) params.set(name, query[name]);
  return params;
}

function listedParams(query: Query): URLSearchParams {
  const params = windowParams(query);
  if (query.outcome) params.set('outcome', query.outcome);
  if (query.over) params.set('over', '1');
  return params;
}

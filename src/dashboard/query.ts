import {FILTERS, type Filters, SUMMARY_WINDOWS, type SummaryWindow} from '../protocol/index.ts';

/** What the dashboard looks at; a filter is absent when all are meant. */
export interface Query extends Filters {
  since: SummaryWindow;
  /** The end of the time that is looked at, epoch ms; absent for now. */
  until?: number | undefined;
}

/**
 * Reads a query from an address, so that a view can be shared by its link.
 *
 * @param search - The address' part from `?`; what it does not say, or says wrong, is the last 24 hours of everything.
 */
export function readQuery(search: string): Query {
  const params = new URLSearchParams(search);
  const query: Query = {since: SUMMARY_WINDOWS.find((name) => name === params.get('since')) ?? '24h'};
  const until = Number(params.get('until'));
  if (Number.isSafeInteger(until) && until > 0) query.until = until;
  for (const name of FILTERS) {
    const value = params.get(name);
    if (value) query[name] = value;
  }
  return query;
}

/** Writes a query the way `readQuery` and the collector read it. */
export function writeQuery(query: Query): string {
  const params = new URLSearchParams({since: query.since});
  if (query.until !== undefined) params.set('until', String(query.until));
  for (const name of FILTERS) if (query[name]) params.set(name, query[name]);
  return `?${params}`;
}

import {SUMMARY_WINDOWS, type SummaryWindow} from '../protocol/index.ts';

/** What the dashboard looks at; `site` and `route` are absent when all are meant. */
export interface Query {
  since: SummaryWindow;
  site?: string;
  route?: string;
}

/**
 * Reads a query from an address, so that a view can be shared by its link.
 *
 * @param search - The address' part from `?`; what it does not say, or says wrong, is the last 24 hours of everything.
 */
export function readQuery(search: string): Query {
  const params = new URLSearchParams(search);
  const since = SUMMARY_WINDOWS.find((name) => name === params.get('since')) ?? '24h';
  const site = params.get('site');
  const route = params.get('route');
  return {since, ...(site ? {site} : {}), ...(route ? {route} : {})};
}

/** Writes a query the way `readQuery` and the collector read it. */
export function writeQuery(query: Query): string {
  const params = new URLSearchParams({since: query.since});
  if (query.site) params.set('site', query.site);
  if (query.route) params.set('route', query.route);
  return `?${params}`;
}

import {type Cell, isSimulated} from '../protocol/index.ts';
import type {TurnsReading} from './turns-reading.ts';

type Row = TurnsReading['rows'][number];

/** The columns of a turn in a file, each with what it holds: one value, times in ms but for `turnAt`. */
const COLUMNS = {
  id: ({id}) => id,
  simulated: ({site}) => isSimulated(site),
  turnAt: ({turnAt}) => new Date(turnAt).toISOString(),
  site: ({site}) => site,
  pageId: ({pageId}) => pageId,
  pageRoute: ({pageRoute}) => pageRoute,
  device: ({device}) => device,
  net: ({net}) => net,
  class: ({record}) => record.class,
  model: ({record}) => record.model,
  route: ({record}) => record.route,
  language: ({record}) => record.lang,
  outcome: ({outcome}) => outcome,
  source: ({record}) => record.source,
  isFinal: ({record}) => record.final,
  ordinal: ({record}) => record.n,
  task: ({record}) => record.task,
  again: ({record}) => record.again,
  feedback: ({record}) => record.fb,
  weight: ({record}) => record.w ?? 1,
  sentMs: ({record}) => record.t.sent,
  headersMs: ({record}) => record.t.headers,
  byteMs: ({record}) => record.t.byte,
  statusMs: ({record}) => record.t.status,
  tokenMs: ({record}) => record.t.token,
  paintMs: ({record}) => record.t.paint,
  lastMs: ({record}) => record.t.last,
  doneMs: ({record}) => record.t.done,
  waitedMs: ({record}) => record.waited,
  hiddenMs: ({record}) => record.hidden,
  hiddenFromMs: ({record}) => record.hid,
  left: ({record}) => record.left,
  budgetFirstTokenMs: ({record}) => record.budget?.token,
  budgetCompleteMs: ({record}) => record.budget?.done,
  over: ({record}) => (record.over ?? []).join(' '),
  stages: ({record}) => (record.stages ?? []).map(({s, ms}) => `${s}=${ms}`).join(' '),
  cacheHit: ({record}) => record.cache?.hit,
  cacheAt: ({record}) => record.cache?.at,
  prefetch: ({record}) => record.prefetch?.r,
  prefetchLeadMs: ({record}) => record.prefetch?.lead,
  hedgeWon: ({record}) => record.hedge?.won,
  hedgeAtMs: ({record}) => record.hedge?.at,
  fallbackWhy: ({record}) => record.fallback?.why,
  fallbackKind: ({record}) => record.fallback?.kind,
  fallbackAtMs: ({record}) => record.fallback?.at,
  error: ({record}) => record.error,
  retryCount: ({record}) => record.retries,
  streamVerdict: ({record}) => record.stream?.verdict,
  tokenCount: ({record}) => record.stream?.tokens,
  stallCount: ({record}) => record.stream?.stalls,
  longestGapMs: ({record}) => record.stream?.gap,
  silenceMs: ({record}) => record.silence,
  speedIndexMs: ({record}) => record.speed,
  pageBusyMs: ({record}) => record.busy,
  interactionMs: ({record}) => record.inp,
  cold: ({record}) => record.cold,
  arms: ({record}) =>
    Object.entries(record.arms ?? {})
      .map(([name, arm]) => `${name}=${arm}`)
      .join(' '),
} as const satisfies Record<string, (row: Row) => Cell>;

/** Names of the columns, in their order. */
export const FLAT_COLUMNS: readonly string[] = Object.keys(COLUMNS);

/** Gives the values of a turn in the order of the columns; what is absent is undefined. */
export function flatTurn(row: Row): Cell[] {
  return Object.values(COLUMNS).map((read) => read(row));
}

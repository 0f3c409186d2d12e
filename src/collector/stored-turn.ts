import type {TurnRecord} from '../latency/index.ts';
import type {BeaconBatch} from '../protocol/index.ts';
import type {StoredTurn} from './store.ts';

/** The most new values that a dimension takes in a day; further ones are stored as `other`. */
export const DIMENSION_LIMIT_COUNT = 200;

const DAY_MS = 86_400_000;

/**
 * Bounds the values of dimensions, so that a client inventing names cannot fill the tables of a report.
 *
 * @returns A function that gives a value back, or `other` (`/other` for a path) once its dimension has had
 *   DIMENSION_LIMIT_COUNT values in the current UTC day.
 */
export function createDimensionLimit(): (dimension: string, value: string, nowAt: number) => string {
  const seen = new Map<string, Set<string>>();
  let day = Number.NEGATIVE_INFINITY;
  return (dimension, value, nowAt) => {
    if (Math.floor(nowAt / DAY_MS) !== day) {
      day = Math.floor(nowAt / DAY_MS);
      seen.clear();
    }
    const values = seen.get(dimension) ?? new Set();
    seen.set(dimension, values);
    if (!values.has(value) && values.size >= DIMENSION_LIMIT_COUNT) return value.startsWith('/') ? '/other' : 'other';
    values.add(value);
    return value;
  };
}

/**
 * Places a record on the collector's clock and lays it out for storing.
 *
 * @param options.receivedAt - Epoch ms.
 * @param options.limit - Bounds the dimensions.
 */
export function toStoredTurn(options: {
  turn: TurnRecord;
  batch: BeaconBatch;
  receivedAt: number;
  limit: ReturnType<typeof createDimensionLimit>;
}): StoredTurn {
  const {turn, batch, receivedAt, limit} = options;
  const bounded = (dimension: string, value: string | undefined) =>
    value === undefined ? undefined : limit(dimension, value, receivedAt);
  return {
    id: turn.id,
    rev: turn.rev,
    final: turn.final,
    receivedAt,
    turnAt: receivedAt - turn.age,
    site: limit('site', batch.site, receivedAt),
    pageId: batch.page.id,
    pageRoute: bounded('page-route', batch.page.route),
    device: batch.page.device,
    net: batch.page.net,
    class: bounded('class', turn.class),
    model: bounded('model', turn.model),
    route: bounded('route', turn.route),
    outcome: turn.outcome,
    source: turn.source,
    firstMs: turn.t.paint ?? turn.t.token,
    doneMs: turn.t.done,
    waitedMs: turn.waited,
    hiddenMs: turn.hidden,
    hidMs: turn.hid,
    budgetTokenMs: turn.budget?.token,
    budgetDoneMs: turn.budget?.done,
    weight: turn.w ?? 1,
    ordinal: turn.n,
    again: turn.again,
    verdict: turn.fb,
    cacheHit: turn.cache?.hit,
    cacheAt: turn.cache?.at,
    prefetch: turn.prefetch,
    prefetchArm: bounded('arm', turn.arms?.['prefetch']),
    hedgeWon: turn.hedge?.won,
    over: (turn.over ?? []).map((name) => limit('stage', name, receivedAt)),
    stages: stagesOf(turn, (name) => limit('stage', name, receivedAt)),
    record: turn,
  };
}

/** A stage that ran more than once in a turn counts once, with the sum of its times; one that was skipped did not run. */
function stagesOf(turn: TurnRecord, bounded: (name: string) => string): StoredTurn['stages'] {
  const stages = new Map<string, StoredTurn['stages'][number]>();
  for (const {s, ms, b, st} of turn.stages ?? []) {
    if (st === 'skipped') continue;
    const name = bounded(s);
    const before = stages.get(name);
    const budgetMs = Math.max(before?.budgetMs ?? 0, b ?? 0) || undefined;
    const state = before?.state === 'timeout' ? 'timeout' : (st ?? before?.state);
    stages.set(name, {name, ms: ms + (before?.ms ?? 0), budgetMs, state});
  }
  return [...stages.values()];
}

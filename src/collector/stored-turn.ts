import type {TurnRecord} from '../latency/index.ts';
import {type BeaconBatch, isSimulated, SIMULATED_PREFIX} from '../protocol/index.ts';
import type {StoredTurn} from './store.ts';
import {turnPath} from './turn-path.ts';

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
  const {batch, receivedAt, limit} = options;
  const bounded = (dimension: string, value: string) => limit(dimension, value, receivedAt);
  const turn = boundNames(options.turn, bounded);
  const {route} = batch.page;
  return {
    id: turn.id,
    rev: turn.rev,
    final: turn.final,
    receivedAt,
    turnAt: receivedAt - turn.age,
    site: siteOf(bounded('site', batch.site), batch.site),
    pageId: batch.page.id,
    pageRoute: route === undefined ? undefined : bounded('page-route', route),
    device: batch.page.device,
    net: batch.page.net,
    class: turn.class,
    model: turn.model,
    route: turn.route,
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
    prefetchArm: turn.arms?.['prefetch'],
    hedgeWon: turn.hedge?.won,
    streamVerdict: turn.stream?.verdict,
    fallbackWhy: turn.fallback?.why,
    retries: turn.retries,
    task: turn.task,
    arms: Object.entries(turn.arms ?? {}).map(([name, arm]) => `${name}=${arm}`),
    cachedTokenCount: turn.cached_tokens,
    over: turn.over ?? [],
    stages: stagesOf(turn),
    cold: turn.cold ?? false,
    path: turnPath(turn, (name) => name),
    record: turn,
  };
}

/** Every name in a record that reports may group by, bounded; all else is as it came. */
function boundNames(turn: TurnRecord, bounded: (dimension: string, value: string) => string): TurnRecord {
  const {class: class_, model, route, stages, over, arms} = turn;
  const arm = ([name, value]: [string, string]) => [bounded('experiment', name), bounded('arm', value)];
  return {
    ...turn,
    ...(class_ === undefined ? {} : {class: bounded('class', class_)}),
    ...(model === undefined ? {} : {model: bounded('model', model)}),
    ...(route === undefined ? {} : {route: bounded('route', route)}),
    ...(stages === undefined ? {} : {stages: stages.map((stage) => ({...stage, s: bounded('stage', stage.s)}))}),
    // two names beyond the bound are one: a budget is exceeded once
    ...(over === undefined ? {} : {over: [...new Set(over.map((name) => bounded('stage', name)))]}),
    ...(arms === undefined ? {} : {arms: Object.fromEntries(Object.entries(arms).map(arm))}),
  };
}

/** However many sites there are, none of those whose turns are simulated becomes one of those whose turns are not. */
function siteOf(bounded: string, site: string): string {
  return isSimulated(site) && !isSimulated(bounded) ? `${SIMULATED_PREFIX}${bounded}` : bounded;
}

/**
 * A stage that ran more than once in a turn counts once, with the sum of its times and the state of its last run, unless
 * one ran out of time; one that was skipped did not run.
 */
function stagesOf(turn: TurnRecord): StoredTurn['stages'] {
  const stages = new Map<string, StoredTurn['stages'][number]>();
  const failed = new Set<string>();
  for (const {s: name, ms, b, st} of turn.stages ?? []) {
    if (st === 'skipped') continue;
    const before = stages.get(name);
    const budgetMs = Math.max(before?.budgetMs ?? 0, b ?? 0);
    stages.set(name, {
      name,
      ms: ms + (before?.ms ?? 0),
      ...(budgetMs > 0 ? {budgetMs} : {}),
      state: before?.state === 'timeout' ? 'timeout' : st,
      retryCount: (before?.retryCount ?? 0) + (failed.has(name) ? 1 : 0),
    });
    if (st === 'error' || st === 'timeout') failed.add(name);
    else failed.delete(name);
  }
  return [...stages.values()];
}

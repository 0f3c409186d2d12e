import type {Losses, Summary} from '../protocol/index.ts';
import {SUMMARY_WINDOWS, type SummaryWindow} from '../protocol/index.ts';
import {metricsText} from './metrics-text.ts';
import {createOriginJudge} from './origin.ts';
import {createBeaconReader, readBody} from './read-beacon.ts';
import {type RefusalCode, refuse} from './refusal.ts';
import type {Store} from './store.ts';
import {createDimensionLimit, toStoredTurn} from './stored-turn.ts';
import {summarize} from './summary.ts';

/** A store that takes longer than this for a batch counts as failing. */
export const STORE_PATIENCE_MS = 5000;

/** A summary that took longer than SUMMARY_CHEAP_MS is kept for so many times what it took: watching costs little. */
export const SUMMARY_REST_RATIO = 4;

/** A summary that takes no longer is computed each time it is asked for. */
export const SUMMARY_CHEAP_MS = 250;

/** What the collector did, for logs: codes and counts, never what a client sent. */
export type CollectorEvent =
  | {kind: 'accepted'; acceptedCount: number; refusedCount: number; strippedCount: number}
  | {kind: 'refused'; code: RefusalCode}
  | {kind: 'failed'; error: unknown};

/** A collector of turns. */
export interface Collector {
  /**
   * Answers `POST /v1/turns`, `GET /v1/summary` and `GET /metrics`; other paths get 404. It does not throw.
   *
   * @returns With 200 to a post once its turns are durable.
   */
  handle(request: Request): Promise<Response>;
  /** Closes the store after what it was given is durable. */
  close(): Promise<void>;
}

/** Refusals that lose no turn are not counted among the losses. */
const ASKED_WRONG: ReadonlySet<RefusalCode> = new Set(['path', 'method', 'query']);
const WINDOW_MS: Record<SummaryWindow, number> = {'1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000};
const SITE = /^[a-z0-9][a-z0-9._-]{0,252}$/;
const ROUTE = /^(?:\/[A-Za-z0-9/_:.~-]{0,63}|[a-z0-9][a-z0-9._-]{0,31})$/;

/**
 * Makes a collector: web-standard requests in, responses out. It reads no address and no cookie, and has no
 * authentication of its own: whoever can reach it can read the summary.
 *
 * @param options.store - Where turns are kept; the collector closes it.
 * @param options.sites - Sites whose turns are taken. Default: any.
 * @param options.origins - Origins of pages that may send and read, besides the collector's own. Default: none.
 * @param options.clock - Wall clock, epoch ms. Default: `Date.now`.
 * @param options.summaryRestRatio - How long a costly summary is kept, in times of what it took; 0 computes each anew.
 *   Default: SUMMARY_REST_RATIO.
 * @param options.observe - Runs after each post or failure. Default: nothing.
 */
export function createCollector(options: {
  store: Store;
  sites?: readonly string[];
  origins?: readonly string[];
  clock?: () => number;
  summaryRestRatio?: number;
  observe?: (event: CollectorEvent) => void;
}): Collector {
  const {store, clock = Date.now, observe = () => undefined} = options;
  const sites = options.sites && new Set(options.sites);
  const judgeOrigin = createOriginJudge(options.origins ?? []);
  const readBeacon = createBeaconReader();
  const limit = createDimensionLimit();
  const refused = new Map<RefusalCode, number>();
  const startedAt = clock();
  let strippedCount = 0;

  function count(code: RefusalCode, times: number): void {
    if (times > 0) refused.set(code, (refused.get(code) ?? 0) + times);
  }

  function refusal(code: Exclude<RefusalCode, 'turn'>): Response {
    if (!ASKED_WRONG.has(code)) count(code, 1);
    observe({kind: 'refused', code});
    return refuse(code);
  }

  function losses(): Omit<Losses, 'droppedCount'> {
    return {startedAt, strippedCount, refused: [...refused].map(([code, times]) => ({code, count: times}))};
  }

  async function takeTurns(request: Request): Promise<Response> {
    const type = (request.headers.get('content-type') ?? 'text/plain').split(';')[0]?.trim().toLowerCase();
    if (type !== 'text/plain' && type !== 'application/json') return refusal('media-type');
    const body = await readBody(request);
    if ('code' in body) return refusal(body.code);
    const reading = readBeacon(body.text);
    if (reading.kind === 'refused') return refusal(reading.code);
    const {batch, refusedCount} = reading;
    if (sites && !sites.has(batch.site)) return refusal('site');
    const receivedAt = clock();
    const turns = batch.turns.map((turn) => toStoredTurn({turn, batch, receivedAt, limit}));
    const site = turns[0]?.site ?? batch.site;
    await inTime(store.append({site, receivedAt, droppedCount: batch.dropped ?? 0, turns}), STORE_PATIENCE_MS);
    count('turn', refusedCount);
    strippedCount += reading.strippedCount;
    observe({kind: 'accepted', acceptedCount: turns.length, refusedCount, strippedCount: reading.strippedCount});
    return Response.json({accepted: turns.length, refused: refusedCount}, {headers: {'cache-control': 'no-store'}});
  }

  async function computeSummary(since: SummaryWindow, site?: string, route?: string): Promise<Summary> {
    const nowAt = clock();
    const fromAt = nowAt - WINDOW_MS[since];
    const reading = await store.read({fromAt, nowAt, site, route});
    const window = {since, fromAt, ...(site ? {site} : {}), ...(route ? {route} : {})};
    return summarize({reading, computedAt: nowAt, window, losses: losses()});
  }

  const recently = createRest(computeSummary, options.summaryRestRatio ?? SUMMARY_REST_RATIO);

  async function tellSummary(url: URL): Promise<Response> {
    const since = SUMMARY_WINDOWS.find((name) => name === (url.searchParams.get('since') ?? '24h'));
    const site = url.searchParams.get('site') || undefined;
    const route = url.searchParams.get('route') || undefined;
    if (!since || (site && !SITE.test(site)) || (route && !ROUTE.test(route))) return refusal('query');
    return Response.json(await recently(since, site, route), {headers: {'cache-control': 'no-store'}});
  }

  async function tellMetrics(): Promise<Response> {
    const [totals, lastHour] = await Promise.all([store.totals(), recently('1h')]);
    const {firstToken, instant} = lastHour;
    const figures = {all: firstToken.all.figures, misses: firstToken.misses.figures};
    const headers = {'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store'};
    return new Response(metricsText({totals, losses: losses(), figures, instant}), {headers});
  }

  async function answer(request: Request, url: URL): Promise<Response> {
    const {method} = request;
    if (url.pathname === '/v1/turns') {
      if (method === 'OPTIONS') return new Response(null, {status: 204, headers: PREFLIGHT});
      return method === 'POST' ? takeTurns(request) : refusal('method');
    }
    if (url.pathname === '/v1/summary') return method === 'GET' ? tellSummary(url) : refusal('method');
    if (url.pathname === '/metrics') return method === 'GET' ? tellMetrics() : refusal('method');
    return refusal('path');
  }

  return {
    async handle(request) {
      const origin = judgeOrigin(request);
      if (origin.kind === 'unknown') return refusal('origin');
      const response = await answer(request, new URL(request.url)).catch((error: unknown) => {
        observe({kind: 'failed', error});
        return refusal('store');
      });
      response.headers.set('vary', 'Origin');
      if (origin.kind === 'known') response.headers.set('access-control-allow-origin', origin.origin);
      return response;
    },
    close: () => store.close(),
  };
}

const PREFLIGHT = {
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '7200',
};

/** Fails when a promise takes longer than `patienceMs`; what it does afterwards is ignored. */
async function inTime(work: Promise<void>, patienceMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the store took over ${patienceMs} ms`)), patienceMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Shares one computation among askers, and lets a costly one rest for a multiple of what it took. */
function createRest(compute: (since: SummaryWindow, site?: string, route?: string) => Promise<Summary>, ratio: number) {
  const kept = new Map<string, {answer: Promise<Summary>; restsUntilMs: number}>();
  return (since: SummaryWindow, site?: string, route?: string): Promise<Summary> => {
    const startedMs = performance.now();
    for (const [key, {restsUntilMs}] of kept) if (restsUntilMs <= startedMs) kept.delete(key);
    const key = JSON.stringify([since, site, route]);
    const known = kept.get(key);
    if (known) return known.answer;
    const entry = {answer: compute(since, site, route), restsUntilMs: Number.POSITIVE_INFINITY};
    kept.set(key, entry);
    entry.answer.then(
      () => {
        const nowMs = performance.now();
        const tookMs = nowMs - startedMs;
        entry.restsUntilMs = tookMs > SUMMARY_CHEAP_MS ? nowMs + ratio * tookMs : nowMs;
      },
      () => kept.delete(key), // the askers hear why; the next one tries again
    );
    return entry.answer;
  };
}

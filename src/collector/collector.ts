import {type Losses, REPORT_VERSION, type ReportAnswer, type Reports, type Summary} from '../protocol/index.ts';
import {metricsText} from './metrics-text.ts';
import {createOriginJudge} from './origin.ts';
import {createBeaconReader, readBody} from './read-beacon.ts';
import {type AskedWindow, readWindow} from './read-window.ts';
import {type RefusalCode, refuse} from './refusal.ts';
import {isReport, REPORTS} from './reports.ts';
import {createRest, SUMMARY_REST_RATIO} from './rest.ts';
import type {Store} from './store.ts';
import {createDimensionLimit, toStoredTurn} from './stored-turn.ts';
import {summarize} from './summary.ts';

/** A store that takes longer than this for a batch counts as failing. */
export const STORE_PATIENCE_MS = 5000;

/** What the collector did, for logs: codes and counts, never what a client sent. */
export type CollectorEvent =
  | {kind: 'accepted'; acceptedCount: number; refusedCount: number; strippedCount: number}
  | {kind: 'refused'; code: RefusalCode}
  | {kind: 'failed'; error: unknown};

/** A collector of turns. */
export interface Collector {
  /**
   * Answers `POST /v1/turns`, `GET /v1/summary`, `GET /v1/reports/<name>` and `GET /metrics`; other paths get 404. It does not throw.
   *
   * @returns With 200 to a post once its turns are durable.
   */
  handle(request: Request): Promise<Response>;
  /** Closes the store after what it was given is durable. */
  close(): Promise<void>;
}

/** Refusals that lose no turn are not counted among the losses. */
/** What alerts and metrics look at. */
const LAST_HOUR: AskedWindow = {key: '1h', at: (nowAt) => ({since: '1h', fromAt: nowAt - 3_600_000, untilAt: nowAt})};
const ASKED_WRONG: ReadonlySet<RefusalCode> = new Set(['path', 'method', 'query']);

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

  const rest = createRest(options.summaryRestRatio ?? SUMMARY_REST_RATIO);

  function summaryOf(asked: AskedWindow): Promise<Summary> {
    return rest(`summary ${asked.key}`, async () => {
      const nowAt = clock();
      const window = asked.at(nowAt);
      const reading = await store.read('summary', {...window, nowAt});
      return summarize({reading, computedAt: nowAt, window, losses: losses()});
    });
  }

  function reportOf<Name extends keyof Reports>(name: Name, asked: AskedWindow): Promise<ReportAnswer<Name>> {
    return rest(`${name} ${asked.key}`, async () => {
      const nowAt = clock();
      const window = asked.at(nowAt);
      const report = await REPORTS[name](store, {...window, nowAt});
      return {v: REPORT_VERSION, name, computedAt: nowAt, window, report};
    });
  }

  async function tell(name: string, url: URL): Promise<Response> {
    if (name !== 'summary' && !isReport(name)) return refusal('path');
    const asked = readWindow(url.searchParams);
    if (!asked) return refusal('query');
    const answer = await (name === 'summary' ? summaryOf(asked) : reportOf(name, asked));
    return Response.json(answer, {headers: {'cache-control': 'no-store'}});
  }

  async function tellMetrics(): Promise<Response> {
    const [totals, lastHour] = await Promise.all([store.totals(), summaryOf(LAST_HOUR)]);
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
    const told = /^\/v1\/(?:reports\/)?(?<name>[a-z-]+)$/.exec(url.pathname)?.groups?.['name'];
    if (told && (told === 'summary') !== url.pathname.includes('reports')) {
      return method === 'GET' ? tell(told, url) : refusal('method');
    }
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

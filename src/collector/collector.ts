import type {BudgetFile} from '../latency/index.ts';
import {type Losses, REPORT_VERSION, type ReportAnswer, type Reports, type Summary} from '../protocol/index.ts';
import {type AlertEvent, type Alerts, createAlerts} from './alerts.ts';
import {createApart} from './apart.ts';
import {createBackground} from './background.ts';
import {type ExportForm, exportTurns} from './export-turns.ts';
import {type ExperimentPlans, GATHER} from './gather.ts';
import {inTime} from './in-time.ts';
import {metricsText} from './metrics-text.ts';
import {createOriginJudge} from './origin.ts';
import {preflight} from './preflight.ts';
import {createRateLimit, RATES, type Rates} from './rate.ts';
import {createBeaconReader, readBody} from './read-beacon.ts';
import {createReadGate} from './read-gate.ts';
import {readLimits} from './read-limits.ts';
import {type AskedWindow, readWindow} from './read-window.ts';
import {readableAt} from './readable.ts';
import {type RefusalCode, refuse} from './refusal.ts';
import {type Compared, isCompared, REPORTS} from './reports.ts';
import {createRest, SUMMARY_REST_RATIO} from './rest.ts';
import {createPruner, RETENTION, type Retention} from './retention.ts';
import type {Store} from './store.ts';
import {createDimensionLimit, toStoredTurn} from './stored-turn.ts';
import {summarize} from './summary.ts';
import {readWebhook} from './webhook.ts';

/** A store that takes longer than this for a batch counts as failing. */
export const STORE_PATIENCE_MS = 5000;

/** What the collector did, for logs: codes and counts, never what a client sent. */
export type CollectorEvent =
  | {kind: 'accepted'; acceptedCount: number; refusedCount: number; strippedCount: number}
  | {kind: 'refused'; code: RefusalCode}
  | AlertEvent;

/** A collector of turns. */
export interface Collector {
  /**
   * Answers `POST /v1/turns`, `GET /v1/summary`, `GET /v1/reports/<name>`, the turns of a window as a file at
   * `GET /v1/reports/turns.csv` and `.json`, and `GET /metrics`; other paths get 404. It does not throw.
   *
   * @returns With 200 to a post once its turns are durable; with 202 to whoever asks for a report that takes long and has
   *   not been computed before: ask again.
   */
  handle(request: Request): Promise<Response>;
  /** Looks for alerts now instead of at the next minute; nothing where it does not look for any. */
  lookForAlerts(): Promise<void>;
  /** Ends looking for alerts, and closes the store after what it was given is durable. */
  close(): Promise<void>;
}

/** What metrics look at: nobody is woken for what is simulated. */
const LAST_HOUR: AskedWindow = {
  key: '1h real',
  more: {},
  at: (nowAt) => ({since: '1h', fromAt: nowAt - 3_600_000, untilAt: nowAt, simulated: 'no'}),
};
/** Refusals that lose no turn are not counted among the losses. */
const ASKED_WRONG: ReadonlySet<RefusalCode> = new Set([
  ...(['path', 'method', 'query'] as const),
  ...(['no-token', 'wrong-token', 'not-local'] as const),
]);

/** How a collector looks for alerts. */
export interface AlertOptions {
  /**
   * Address that is posted each firing and each clearing, as an AlertNotice in JSON. It is a secret: it is never told.
   * Default: alerts are seen on the dashboard and in the metrics only.
   */
  webhook?: string | undefined;
  /** Default: the global `fetch`. */
  fetchUrl?: typeof fetch;
}

/**
 * Makes a collector: web-standard requests in, responses out. It reads no address by itself and no cookie. Known
 * origins may post; to read, a token is needed, or, where none is set, to be on the same machine.
 *
 * @param options.store - Where turns are kept; the collector closes it.
 * @param options.sites - Sites whose turns are taken. Default: any.
 * @param options.origins - Origins of pages that may send and read, besides the collector's own. Default: none.
 * @param options.readTokens - Secrets of which a reader must send one, at least 16 characters each. Default: none, and
 *   only requests to a loopback address are told anything. A server that other machines reach at all sets one: whoever
 *   speaks to it can claim to have meant `localhost`.
 * @param options.isLocal - Where no token is set, whether a request came from this machine, as far as the server knows.
 *   Default: as its address says.
 * @param options.budget - The text of `data-budget`, or the parsed `firstword.budget.json`. Default: each turn is held
 *   against the budget in its own record.
 * @param options.alerts - Looks every minute for budgets that burn. Default: it does not.
 * @param options.clock - Wall clock, epoch ms. Default: `Date.now`.
 * @param options.summaryRestRatio - How long a costly summary is kept, in times of what it took; 0 computes each anew.
 *   Default: SUMMARY_REST_RATIO.
 * @param options.rates - How fast posts are taken; what comes faster is told when to come again. Default: RATES.
 * @param options.addressOf - Tells who sends a request, for the rate of each address; it is kept in memory alone, and
 *   only until 10,000 others came. Default: nobody is told apart.
 * @param options.retention - How long turns and what is rolled up of them are kept; looked after once an hour from the
 *   first post on. `off` keeps everything. Default: RETENTION.
 * @param options.experiments - What was planned for experiments, by name; without a plan there is no verdict.
 * @param options.observe - Runs after each post or failure, and of alerts. Default: nothing.
 * @throws TypeError when a token, the budget or the webhook is none.
 */
export function createCollector(options: {
  store: Store;
  sites?: readonly string[];
  origins?: readonly string[];
  readTokens?: readonly string[];
  isLocal?: (request: Request) => boolean;
  budget?: string | BudgetFile | undefined;
  alerts?: AlertOptions;
  clock?: () => number;
  summaryRestRatio?: number;
  rates?: Rates;
  addressOf?: (request: Request) => string | undefined;
  retention?: Retention | 'off';
  experiments?: ExperimentPlans;
  observe?: (event: CollectorEvent) => void;
}): Collector {
  const {store, clock = Date.now, observe = () => undefined, rates = RATES, addressOf = () => undefined} = options;
  const sites = options.sites && new Set(options.sites);
  const judgeOrigin = createOriginJudge(options.origins ?? []);
  const judgeReader = createReadGate({tokens: options.readTokens ?? [], isLocal: options.isLocal});
  const limits = readLimits(options.budget);
  const alerts = options.alerts && watch(options.alerts);
  const readBeacon = createBeaconReader();
  const limit = createDimensionLimit();
  const rateOfAll = createRateLimit(rates.all);
  const rateOfSite = createRateLimit(rates.site);
  const rateOfAddress = createRateLimit(rates.address);
  const pruner = createPruner({
    store,
    retention: options.retention ?? RETENTION,
    clock,
    onFailed: (error) => observe({kind: 'failed', error}),
  });
  const refused = new Map<RefusalCode, number>();
  const apart = createApart();
  const startedAt = clock();
  let strippedCount = 0;

  function watch({webhook, fetchUrl = fetch}: AlertOptions): Alerts {
    const url = webhook === undefined ? undefined : readWebhook(webhook);
    return createAlerts({store, limits, clock, observe, fetchUrl, webhook: url});
  }

  function count(code: RefusalCode, times: number): void {
    if (times > 0) refused.set(code, (refused.get(code) ?? 0) + times);
  }

  function refusal(code: Exclude<RefusalCode, 'turn'>, retryAfterSeconds?: number): Response {
    if (!ASKED_WRONG.has(code)) count(code, 1);
    observe({kind: 'refused', code});
    return refuse(code, retryAfterSeconds);
  }

  /** Of one who came too fast nothing is read. */
  function waitOf(request: Request): number {
    const address = addressOf(request);
    const nowAt = clock();
    return (address === undefined ? 0 : rateOfAddress(address, nowAt)) || rateOfAll('', nowAt);
  }

  function losses(): Omit<Losses, 'droppedCount'> {
    return {startedAt, strippedCount, refused: [...refused].map(([code, times]) => ({code, count: times}))};
  }

  async function takeTurns(request: Request): Promise<Response> {
    const type = (request.headers.get('content-type') ?? 'text/plain').split(';')[0]?.trim().toLowerCase();
    if (type !== 'text/plain' && type !== 'application/json') return refusal('media-type');
    const waitSeconds = waitOf(request);
    if (waitSeconds > 0) return refusal('rate', waitSeconds);
    const body = await readBody(request);
    if ('code' in body) return refusal(body.code);
    const reading = readBeacon(body.text);
    if (reading.kind === 'refused') return refusal(reading.code);
    const {batch, refusedCount} = reading;
    if (sites && !sites.has(batch.site)) return refusal('site');
    const receivedAt = clock();
    const siteWaitSeconds = rateOfSite(batch.site, receivedAt);
    if (siteWaitSeconds > 0) return refusal('rate', siteWaitSeconds);
    const turns = batch.turns.map((turn) => toStoredTurn({turn, batch, receivedAt, limit}));
    const site = turns[0]?.site ?? batch.site;
    await inTime(store.append({site, receivedAt, droppedCount: batch.dropped ?? 0, turns}), STORE_PATIENCE_MS);
    pruner.begin();
    count('turn', refusedCount);
    strippedCount += reading.strippedCount;
    observe({kind: 'accepted', acceptedCount: turns.length, refusedCount, strippedCount: reading.strippedCount});
    return Response.json({accepted: turns.length, refused: refusedCount}, {headers: {'cache-control': 'no-store'}});
  }

  const restRatio = options.summaryRestRatio ?? SUMMARY_REST_RATIO;
  const rest = createRest(restRatio);
  const background = createBackground({restRatio, onFailed: (error) => observe({kind: 'failed', error})});

  function summaryOf(asked: AskedWindow): Promise<Summary> {
    return rest(`summary ${asked.key}`, async () => {
      const nowAt = clock();
      const window = asked.at(nowAt);
      const reading = await store.read('summary', {...window, nowAt});
      return summarize({reading, computedAt: nowAt, window, losses: losses()});
    });
  }

  function reportOf<Name extends keyof typeof REPORTS>(name: Name, asked: AskedWindow): Promise<ReportAnswer<Name>> {
    return rest(`${name} ${asked.key}`, async () => {
      const nowAt = clock();
      const window = asked.at(nowAt);
      const read = {...window, ...asked.more, nowAt};
      const {turnCount, simulatedCount} = await store.read('counts', read);
      const report = await REPORTS[name](store, {...read, limits, watched: alerts !== undefined});
      return {v: REPORT_VERSION, name, computedAt: nowAt, window, turns: {count: turnCount, simulatedCount}, report};
    });
  }

  function comparisonOf<Name extends Compared>(
    name: Name,
    asked: AskedWindow,
  ): Promise<ReportAnswer<Name> | undefined> {
    return background.ask(`${name} ${asked.key}`, async () => {
      const nowAt = clock();
      const window = asked.at(nowAt);
      const read = {...window, nowAt};
      const {turnCount, simulatedCount} = await store.read('counts', read);
      const input = await GATHER[name]({store, window: read, plans: options.experiments ?? {}});
      const report = await apart.compute(name, input);
      return {v: REPORT_VERSION, name, computedAt: nowAt, window, turns: {count: turnCount, simulatedCount}, report};
    });
  }

  async function tell(name: keyof Reports | 'summary', url: URL): Promise<Response> {
    const asked = readWindow(url.searchParams);
    if (!asked) return refusal('query');
    const headers = {'cache-control': 'no-store'};
    if (!isCompared(name)) {
      return Response.json(await (name === 'summary' ? summaryOf(asked) : reportOf(name, asked)), {headers});
    }
    const answer = await comparisonOf(name, asked);
    if (answer) return Response.json(answer, {headers});
    return Response.json({v: REPORT_VERSION, name, state: 'computing'}, {status: 202, headers});
  }

  async function handOut(form: ExportForm, url: URL): Promise<Response> {
    const asked = readWindow(url.searchParams);
    if (!asked) return refusal('query');
    const nowAt = clock();
    return exportTurns({store, form, window: {...asked.at(nowAt), ...asked.more, nowAt}});
  }

  async function tellMetrics(): Promise<Response> {
    const [totals, lastHour, burn] = await Promise.all([
      store.totals(),
      summaryOf(LAST_HOUR),
      reportOf('burn', LAST_HOUR),
    ]);
    const {firstToken, instant} = lastHour;
    const figures = {all: firstToken.all.figures, misses: firstToken.misses.figures};
    const headers = {'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store'};
    const {budgets} = burn.report;
    return new Response(metricsText({totals, losses: losses(), figures, instant, budgets, alerts: alerts?.health()}), {
      headers,
    });
  }

  async function answer(request: Request, url: URL): Promise<Response> {
    const {method} = request;
    if (url.pathname === '/v1/turns') {
      if (method === 'OPTIONS') return preflight('POST, OPTIONS', 'content-type');
      return method === 'POST' ? takeTurns(request) : refusal('method');
    }
    const wanted = readableAt(url.pathname);
    if (!wanted) return refusal('path');
    // a page of another origin asks first whether it may send its token; this tells it nothing else
    if (method === 'OPTIONS') return preflight('GET, OPTIONS', 'authorization');
    if (method !== 'GET') return refusal('method');
    const closed = await judgeReader(request);
    if (closed) return refusal(closed);
    if (wanted.kind === 'metrics') return tellMetrics();
    return wanted.kind === 'turns' ? handOut(wanted.form, url) : tell(wanted.name, url);
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
    lookForAlerts: async () => alerts?.look(),
    async close() {
      pruner.stop();
      await alerts?.close();
      await apart.close();
      await store.close();
    },
  };
}

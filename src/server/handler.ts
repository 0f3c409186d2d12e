import {type Hello, UI_STREAM_HEADER} from '../protocol/index.ts';
import {createAnswerCache} from './answer-cache.ts';
import {createBreakers} from './breakers.ts';
import {createBuckets} from './buckets.ts';
import {readBudgetOption, readStageLimits, writeBudget} from './budget-option.ts';
import {createClassifier, createClassifyStep} from './classify.ts';
import {CONTEXT_TTL_MS, createContexts} from './contexts.ts';
import {readDropper} from './drop-answers.ts';
import {readFaqOption} from './faq-option.ts';
import {createGuard} from './guard.ts';
import {createHealth, type Health} from './health.ts';
import {createHedging} from './hedging.ts';
import {readLimits} from './limits.ts';
import {readModels, readProblem} from './model.ts';
import {createWarner, type TurnSpan} from './observe.ts';
import type {AnswerOptions} from './options.ts';
import {readOrigins} from './origins.ts';
import {readBody} from './read-body.ts';
import {readWish} from './read-question.ts';
import {createReception} from './reception.ts';
import {quote, Refusal, writeRefusal} from './refusal.ts';
import {readRetriesOption} from './retries.ts';
import {createSlots} from './slots.ts';
import {createSpeculation} from './speculation.ts';
import {createStageHedge, readHedgeRetrievalOption} from './stage-hedge.ts';
import {createMemoryStore} from './store.ts';
import {readTools} from './tools.ts';
import {createTurns, type Started} from './turns.ts';
import {isResponse, readAuthorize} from './visitor.ts';
import {createWarming, readWarmOption} from './warming.ts';

/** Says that a server speaks Firstword; on every response. */
const MARK = {'x-firstword': '1'} as const;

const ALLOW = 'GET, POST, OPTIONS';

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no', // nginx holds a whole answer back without it
  [UI_STREAM_HEADER]: 'v1',
} as const;

type Headers = Readonly<Record<string, string>>;

/**
 * Creates a chat endpoint in front of a language model: a function from Request to Response for any runtime that has
 * both.
 *
 * It answers POST (a question, resume, stop, context), `GET ?fw=hello`, `GET …/health`, `GET …/{conversation}/stream`
 * (replay), `DELETE ?tag=…` where a cache says who may, and OPTIONS, and refuses the rest with a status and
 * `{"error": {"code", "message", "retryable"}}`. It never rejects. The native protocol is its answer's form, which AI SDK
 * clients read as well.
 *
 * An answer goes on when its reader leaves, for a minute, and can be read again for a minute after its end: its events
 * are kept in this process. With `fw.deadlineMs` it is ended at that time.
 *
 * @param options - Only `model` is required; a setting that is wrong falls back to its default with one console line.
 * @throws TypeError when `model` is missing or no language model object.
 */
export function createAnswerHandler(options: AnswerOptions): (request: Request) => Promise<Response> {
  const warn = createWarner();
  const choose = readModels(options.model);
  const budget = readBudgetOption(options.budget, warn);
  const limits = readLimits(options.limits, warn);
  const judge = readOrigins(options.origins, warn);
  const identify = readAuthorize(options.authorize, warn);
  const clock = options.clock ?? (() => performance.now());
  const health = createHealth();
  const tools = readTools(options.tools, warn);
  const mayHedge = readHedgeOption(options.hedge, warn) && !tools.some(({sideEffects}) => sideEffects);
  const hedging = createHedging({isAllowed: mayHedge});
  const note = (span: TurnSpan) => {
    health.note(span);
    hedging.note(span);
  };
  const {runCount} = limits;
  const {store = createMemoryStore(), address} = options;
  const guard = createGuard({buckets: createBuckets({store, warn}), limits, address, warn});
  const slots = createSlots(limits);
  const pack = readFaqOption(options.faq, warn);
  const local = createClassifier({...options.routing, ...(pack ? {pack} : {})});
  const classify = createClassifyStep({own: options.classify, local});
  const breakers = createBreakers(warn);
  const caching = {pack, embedding: options.embedding, breakers, warn};
  const cache = options.cache && createAnswerCache({...caching, cache: options.cache});
  const drop = readDropper({authorize: options.cache?.authorize, cache});
  const allow = drop ? `${ALLOW}, DELETE` : ALLOW;
  const {takeAside} = slots;
  const retrievalHedge = createStageHedge(readHedgeRetrievalOption(options.hedgeRetrievalMs, warn));
  const retryCount = readRetriesOption(options.retries, warn);
  const turns = createTurns({
    ...{answering: options, tools, mayHedge, budget, cache, takeAside, choose, hedging, runCount, warn, note},
    ...{breakers, retryCount, retrievalHedge, stageLimits: readStageLimits(options.budget)},
  });
  const retrieves = options.retrieve !== undefined; // else topics say nothing to it
  const speculation = createSpeculation({ttlMs: CONTEXT_TTL_MS, now: clock});
  const topics = new Set(pack?.entries.map(({topic}) => topic));
  const isTopic = (word: string) => topics.has(word);
  const contexts = createContexts({store, guard, slots, answering: options, speculation, isTopic});
  const receive = createReception({guard, slots, contexts, classify, turns, isTopic});
  const warm = createWarming(readWarmOption({answering: options, choose, tools}));
  const hello = (asked: {request: Request; visitor: string | undefined; topics: readonly string[]}): Hello => {
    warm();
    return {
      contextId: contexts.open(asked),
      ttlMs: CONTEXT_TTL_MS,
      hedge: hedging.report(),
      budget: writeBudget(budget),
      speculate: retrieves && speculation.isWelcome(),
    };
  };
  /** Hello is for everybody: who asks only says whether something may be looked up for them. */
  const greet = async (request: Request, {open, headers}: Arrival): Promise<Response> => {
    const visitor = open && options.context ? await identify(request).catch(() => undefined) : undefined;
    return json(hello({request, visitor: typeof visitor === 'string' ? visitor : undefined, topics: []}), headers);
  };

  const post = async (request: Request, arrival: Arrival): Promise<Response> => {
    const {headers, sinceMs} = arrival;
    const {signal} = request;
    const visitor = await identify(request);
    if (typeof visitor !== 'string') return withHeaders(visitor, headers);
    const body = await readBody(request, limits.bodyBytes);
    const wish = readWish(body, {limits, lastEventId: request.headers.get('last-event-id')});
    switch (wish.kind) {
      case 'context':
        return json(hello({request, visitor, topics: wish.topics}), headers);
      case 'stop':
        return json({stopped: turns.stop({visitor, key: wish.key})}, headers);
      case 'resume':
        return stream({events: turns.resume({...wish, visitor, signal}), endedStages: []}, arrival);
      case 'question':
        return stream(await receive({visitor, request, question: wish.question, sinceMs}), arrival);
    }
  };

  const replay = async (request: Request, arrival: Arrival & {conversationId: string}): Promise<Response> => {
    const {headers, conversationId} = arrival;
    const visitor = await identify(request);
    if (typeof visitor !== 'string') return withHeaders(visitor, headers);
    const events = turns.replay({visitor, conversationId, signal: request.signal});
    if (events) return stream({events, endedStages: []}, arrival);
    return new Response(null, {status: 204, headers: {...headers, 'cache-control': 'no-store'}});
  };

  const get = async (request: Request, arrival: Arrival): Promise<Response> => {
    const {headers, open} = arrival;
    const url = new URL(request.url);
    if (url.searchParams.get('fw') === 'hello') return greet(request, arrival);
    if (url.pathname.endsWith('/health')) {
      const ok = readProblem(choose(undefined).model) === undefined;
      const contexts = retrieves ? {contexts: speculation.report()} : {};
      return json({...health.report({ok}), ...contexts} satisfies Health, headers);
    }
    const [, conversation] = /\/([^/]+)\/stream$/.exec(url.pathname) ?? [];
    if (conversation === undefined) {
      throw new Refusal('not-found', 'questions are asked with POST; GET answers ?fw=hello, /health and replays');
    }
    if (!open) throw new Refusal('origin', 'this origin may not ask here');
    return replay(request, {...arrival, conversationId: readSegment(conversation)});
  };

  return async (request) => {
    const startedMs = clock();
    const sinceMs = () => clock() - startedMs;
    const door = judge(request);
    const headers = {...MARK, ...door.headers};
    const arrival = {sinceMs, headers, open: door.open};
    try {
      if (request.method === 'GET') return await get(request, arrival);
      if (request.method === 'DELETE' && drop) {
        if (!door.open) throw new Refusal('origin', 'this origin may not ask here');
        const dropped = await drop(request);
        return isResponse(dropped) ? withHeaders(dropped, headers) : json(dropped, headers);
      }
      if (request.method !== 'POST' && request.method !== 'OPTIONS') {
        throw new Refusal('method', `this endpoint answers ${allow}`, {allow});
      }
      if (!door.open) throw new Refusal('origin', 'this origin may not ask here');
      if (request.method === 'POST') return await post(request, arrival);
      return new Response(null, {status: 204, headers: {...headers, allow}});
    } catch (error) {
      if (error instanceof Refusal) return writeRefusal(error, headers);
      console.error(`[firstword] a request failed unexpectedly: ${describe(error)}`);
      return writeRefusal(new Refusal('server', 'something went wrong'), headers);
    }
  };
}

/** Where an error was thrown: its message may quote what the client sent. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return [error.name, ...frames].join('\n');
}

/**
 * What is known of a request before it is read: its own stopwatch in ms, the headers of every response to it, and whether
 * its origin may ask.
 */
interface Arrival {
  sinceMs: () => number;
  headers: Headers;
  open: boolean;
}

function stream({events, endedStages}: Started, {sinceMs, headers}: Arrival): Response {
  const ended = endedStages.length > 0 ? endedStages : [{stage: 'overhead', ms: sinceMs()}];
  const times = new Map<string, number>();
  for (const {stage, ms} of ended) times.set(stage, (times.get(stage) ?? 0) + ms);
  const serverTiming = [...times].map(([stage, ms]) => `${stage};dur=${ms.toFixed(1)}`).join(', ');
  return new Response(events, {headers: {...headers, ...STREAM_HEADERS, 'server-timing': serverTiming}});
}

function readSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal('bad-request', `the conversation ${quote(segment)} is not percent-encoded text`); // the error says no more
  }
}

function json(value: object, headers: Headers): Response {
  return Response.json(value, {headers: {...headers, 'cache-control': 'no-store'}});
}

function withHeaders(response: Response, headers: Headers): Response {
  const merged = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) merged.set(name, value);
  return new Response(response.body, {status: response.status, statusText: response.statusText, headers: merged});
}

function readHedgeOption(given: unknown, warn: (line: string) => void): boolean {
  if (given !== undefined && typeof given !== 'boolean') warn('hedge is neither true nor false; it is true');
  return given !== false;
}

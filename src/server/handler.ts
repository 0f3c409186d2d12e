import type {Budget} from '../latency/index.ts';
import {type Hello, UI_STREAM_HEADER} from '../protocol/index.ts';
import {readBudgetOption, writeBudget} from './budget-option.ts';
import {createHealth} from './health.ts';
import {readLimits} from './limits.ts';
import {readModels, readProblem} from './model.ts';
import {createWarner} from './observe.ts';
import type {AnswerOptions} from './options.ts';
import {readOrigins} from './origins.ts';
import {readBody} from './read-body.ts';
import {readWish} from './read-question.ts';
import {Refusal, writeRefusal} from './refusal.ts';
import {createTurns} from './turns.ts';

/** How long the context id of hello is good for, in ms. */
export const CONTEXT_TTL_MS = 120_000;

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
 * It answers POST (a question, stop, context), `GET ?fw=hello`, `GET …/health` and OPTIONS, and refuses the rest with
 * a status and `{"error": {"code", "message", "retryable"}}`. It never rejects. The native protocol is its answer's
 * form, which AI SDK clients read as well.
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
  const clock = options.clock ?? (() => performance.now());
  const health = createHealth();
  const turns = createTurns({answering: options, budget, choose, warn, note: health.note});

  const post = async (request: Request, {sinceMs, headers}: Arrival): Promise<Response> => {
    const refused = await authorize(options, request);
    if (refused) return withHeaders(refused, headers);
    if (request.headers.has('last-event-id')) throw new Refusal('gone', 'this answer cannot be resumed');
    const wish = readWish(await readBody(request, limits.bodyBytes), limits);
    if (wish.kind === 'context') return json(writeHello(budget), headers);
    if (wish.kind === 'stop') return json({stopped: turns.stop(wish.key)}, headers);
    const serverTiming = {'server-timing': `overhead;dur=${sinceMs().toFixed(1)}`};
    const {body} = turns.start({question: wish.question, request, sinceMs});
    return new Response(body, {headers: {...headers, ...STREAM_HEADERS, ...serverTiming}});
  };

  const get = (request: Request, headers: Headers): Response => {
    const url = new URL(request.url);
    if (url.searchParams.get('fw') === 'hello') return json(writeHello(budget), headers);
    if (url.pathname.endsWith('/health')) {
      return json(health.report({ok: readProblem(choose(undefined).model) === undefined}), headers);
    }
    // what an AI SDK client asks for on resume: nothing is running for it
    if (url.pathname.endsWith('/stream')) return new Response(null, {status: 204, headers});
    throw new Refusal('not-found', 'questions are asked with POST; GET answers ?fw=hello and /health');
  };

  return async (request) => {
    const startedMs = clock();
    const sinceMs = () => clock() - startedMs;
    const door = judge(request);
    const headers = {...MARK, ...door.headers};
    try {
      if (request.method === 'GET') return get(request, headers);
      if (request.method !== 'POST' && request.method !== 'OPTIONS') {
        throw new Refusal('method', 'this endpoint answers GET, POST and OPTIONS', {allow: ALLOW});
      }
      if (!door.open) throw new Refusal('origin', 'this origin may not ask here');
      if (request.method === 'POST') return await post(request, {sinceMs, headers});
      return new Response(null, {status: 204, headers: {...headers, allow: ALLOW}});
    } catch (error) {
      if (error instanceof Refusal) return writeRefusal(error, headers);
      console.error('[firstword] a request failed unexpectedly:', error);
      return writeRefusal(new Refusal('server', 'something went wrong'), headers);
    }
  };
}

/** What is known of a request before it is read: its own stopwatch in ms, and the headers of every response to it. */
interface Arrival {
  sinceMs: () => number;
  headers: Headers;
}

async function authorize(options: AnswerOptions, request: Request): Promise<Response | undefined> {
  if (!options.authorize) return undefined;
  const visitor = await Promise.resolve(request)
    .then(options.authorize)
    .catch(() => {
      // its words are the shop's own and may name what it checked
      throw new Refusal('unavailable', 'who asks could not be checked', {'retry-after': '1'});
    });
  if (isResponse(visitor)) return visitor;
  if (visitor === null) throw new Refusal('unauthorized', 'this endpoint needs a visitor who is known');
  return undefined;
}

/** By its tag: a Node adapter replaces the global class, so that instanceof misses a Response of the other one. */
function isResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === '[object Response]';
}

function writeHello(budget: Budget): Hello {
  return {
    contextId: crypto.randomUUID(),
    ttlMs: CONTEXT_TTL_MS,
    hedge: {allowed: false},
    budget: writeBudget(budget),
    speculate: false,
  };
}

function json(value: object, headers: Headers): Response {
  return Response.json(value, {headers: {...headers, 'cache-control': 'no-store'}});
}

function withHeaders(response: Response, headers: Headers): Response {
  const merged = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) merged.set(name, value);
  return new Response(response.body, {status: response.status, statusText: response.statusText, headers: merged});
}

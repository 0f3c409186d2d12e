import {
  type AnswerEvent,
  type DeclaredProtocol,
  needsVendors,
  openReader,
  type Resume,
  type StageEvent,
} from '../protocol/index.ts';
import {type Endpoint, getRest, pause, type Rest, readAnswer, StreamError} from '../stream/index.ts';
import type {MeasuredTurn} from './measured-turn.ts';
import type {AnswerSource, Doing, Words} from './state.ts';
import type {Vendors} from './vendors.ts';

/** How a question is posted another time. */
export interface Again {
  /** Which attempt at the turn it is. */
  attempt: number;
  /** The last event that was read, where the rest is asked for. */
  lastEventId?: string;
  /** In the form that every backend reads. */
  json: boolean;
  /** The route that is wanted, where it is not the backend's to choose. */
  route?: string;
  /** Where to, if not to the endpoint. */
  url?: string | undefined;
  /** Ends the request; by default when nobody wants the first attempt any more. */
  signal?: AbortSignal;
}

/** Where goes what comes of an attempt. */
export interface Sink {
  onText(text: string, nowMs: number): void;
  /** Is given, after each event, how to ask for what follows it. */
  onRest(rest: Rest): void;
  /** Is told what the backend began to do, while there is no word of an answer yet. */
  onDoing(doing: Words): void;
  onSource(source: AnswerSource): void;
  /** Is told on which terms the answer may be given again. */
  onTerms(terms: unknown): void;
}

/** How an answer came to its end: its own, or the server stopped it. */
export type Finished = 'finish' | 'abort';

/** A question that has been posted, and where what comes goes. */
export interface TurnRun {
  turn: MeasuredTurn;
  sink: Sink;
  protocol: DeclaredProtocol;
  endpoint: Endpoint;
  conversationId: string;
  /** The response, already on its way; absent where the answer is `begun`. */
  response: Promise<Response> | undefined;
  /** How to ask for the rest of an answer that began on the page before this one. */
  begun: Resume | undefined;
  /** Posts the question another time. */
  post: (again: Again) => Promise<Response>;
  /** Which attempt at the turn it is, from 0, and what it asks for. */
  again: Omit<Again, 'json' | 'lastEventId'>;
  /** Whether the question went in the form that needs no preflight. */
  preflightFree: boolean;
  /** The answer's text so far. */
  text: () => string;
  /** The first word has come; throws where another attempt had it before. */
  claim: () => void;
  signal: AbortSignal;
  /** Waits while the page may be going: requests that break then were broken by the browser. */
  stay: () => Promise<void>;
  /** Finds out more about why an attempt failed. */
  explain: (cause: unknown) => Promise<unknown>;
  /** Loads what talks to other vendors' backends. */
  loadVendors: () => Promise<Vendors>;
  /** How long to wait before the question is asked again, in ms; undefined where it is not. */
  retryMs: (cause: unknown, retries: number) => Promise<number | undefined>;
  now: () => number;
}

/**
 * Reads the answer to a question to its end and notes in the turn what happened when.
 *
 * A question that got no word is asked again as `retryMs` says, a form that is refused once in the plain form, and the
 * rest of an answer that was cut once: nothing else is ever sent a second time.
 *
 * @throws StreamError when there is no answer or not a whole one; the signal's reason when aborted.
 */
export async function runTurn(run: TurnRun): Promise<Finished> {
  const {turn, sink, signal, endpoint, begun} = run;
  let how: Finished = 'abort';
  let wordless = !begun;
  let {protocol, again} = run;
  let reader: ReturnType<typeof openReader>;
  let json = !run.preflightFree;
  let retries = 0;
  let resumes = 0;

  function onEvent(event: AnswerEvent, {nowMs, rest}: {nowMs: number; rest: Rest}): void {
    const {kind} = event;
    sink.onRest(rest);
    const spoken = reader?.protocol();
    if (spoken && spoken !== protocol) {
      protocol = spoken;
      turn.note({proto: spoken});
    }
    if (kind === 'text' && !event.text) return;
    if (kind === 'text' && wordless) {
      run.claim();
      wordless = false;
    }
    turn.event(event, nowMs);
    if (kind === 'text') sink.onText(event.text, nowMs);
    else if (kind === 'stage') {
      const doing = readDoing(event);
      if (wordless && doing) sink.onDoing(doing);
    } else if (kind === 'source') sink.onSource(event);
    else if (kind === 'cacheable') sink.onTerms(event.terms);
    else if (kind === 'error') throw new StreamError('server', {value: event.code, retryAfterMs: event.retryAfterMs});
    else if (kind === 'end') {
      if (event.how === 'error') throw new StreamError('server');
      if (wordless && event.how === 'finish') throw new StreamError('empty');
      how = event.how;
    }
  }

  const loadAdapters = async () => {
    const {adapters} = await run.loadVendors().catch((cause: unknown) => {
      throw new StreamError('unreadable', {value: 'its reader did not load', cause});
    });
    return adapters;
  };

  async function resume(rest: Resume): Promise<Response> {
    await run.stay();
    turn.note({resumes: ++resumes});
    return rest.kind === 'get'
      ? getRest({...endpoint, rest, signal})
      : run.post({...again, json, lastEventId: rest.lastEventId});
  }

  /** Waits as long as a retry should, and says whether there is one. */
  async function waitToRetry(cause: unknown): Promise<boolean> {
    if (!wordless) return false;
    await run.stay();
    const delayMs = await run.retryMs(cause, retries);
    if (delayMs === undefined) return false;
    await pause(delayMs, signal);
    signal.throwIfAborted();
    turn.note({retries: ++retries});
    again = {...again, attempt: again.attempt + 1};
    return true;
  }

  let response = begun ? resume(begun) : (run.response ?? run.post({...again, json}));
  for (;;) {
    response.catch(() => undefined); // whoever reads it judges it
    try {
      await readAnswer({
        ...run,
        response,
        begun,
        shown: run.text,
        async createReader(headers) {
          const head = {protocol, headers, endpoint: endpoint.endpoint, conversationId: run.conversationId};
          reader = openReader(needsVendors(head) ? {...head, vendors: await loadAdapters()} : head);
          return reader;
        },
        resume,
        onHead: (headers) => turn.head(headers),
        onChunk(nowMs) {
          turn.mark('byte', nowMs);
          turn.chunk(nowMs);
        },
        onEvent,
      });
      return how;
    } catch (failure) {
      const cause = await run.explain(failure);
      signal.throwIfAborted();
      if (!json && isWrongForm(cause)) json = true;
      else if (!(await waitToRetry(cause))) throw cause;
      response = run.post({...again, json});
    }
  }
}

/** Stages that there are words for. */
const TOLD: readonly (Doing | string)[] = ['retrieval', 'tools', 'model', 'generate'] satisfies Doing[];

/** The longest words of a backend's own about what it does, in characters. */
const LABEL_CHARS = 60;

/** Reads what a visitor can be told of a stage that begins. */
function readDoing({stage, state, label}: StageEvent): Words | undefined {
  if (state !== 'start' || !(label || TOLD.includes(stage))) return undefined;
  return {stage: stage as Doing, label: label?.slice(0, LABEL_CHARS)}; // one of those, or never looked at beside its label
}

/** Whether a refusal was about the form of the request and not about what was asked. */
const isWrongForm = (cause: unknown) => cause instanceof StreamError && [400, 415, 422].includes(cause.status ?? 0);

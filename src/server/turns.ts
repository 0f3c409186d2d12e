import type {Budget, Span} from '../latency/index.ts';
import {refusedMs} from './admit-route.ts';
import {startAnswer} from './answer.ts';
import type {AnswerCache} from './answer-cache.ts';
import type {AnswerJob} from './answer-job.ts';
import type {Breakers} from './breakers.ts';
import type {Hedging} from './hedging.ts';
import {type ChosenModel, readProblem} from './model.ts';
import {logTurn, type TurnSpan} from './observe.ts';
import type {AnswerOptions} from './options.ts';
import type {ResumeWish} from './read-question.ts';
import {Refusal} from './refusal.ts';
import {createRuns, type Run} from './runs.ts';
import type {StageHedge} from './stage-hedge.ts';
import type {ReadTool} from './tools.ts';
import {createTurnMemory} from './turn-memory.ts';

/** An answer's events, for one reader. */
export type Events = ReadableStream<Uint8Array<ArrayBuffer>>;

interface StartFacts {
  visitor: string;
  /** Runs when the answer has ended; never when it is refused. */
  onEnd: () => void;
}

/** An answer that has begun. */
export interface Started {
  events: Events;
  /** The stages that have ended by now. */
  endedStages: readonly Span[];
}

/** The turns that a handler is answering, and those that it answered a moment ago. */
export interface Turns {
  /**
   * Starts an answer, whose route is what the page named, or else what the question was classified as.
   *
   * Where an attempt under the same key is being made and read it is a second one, a hedge. The one that its reader
   * leaves first has lost and is ended.
   *
   * @throws Refusal 503 when the model is not configured, or each one is left alone since it failed; 409 when the key stands
   *   for another question; 429 for a hedge that is not admitted, or the second of a turn.
   */
  start(
    job: Pick<AnswerJob, 'question' | 'request' | 'sinceMs' | 'prepared' | 'queued' | 'classified'> & StartFacts,
  ): Started;
  /**
   * Goes on with an answer after an event.
   *
   * @param wanted.deadlineMs - How much longer its reader waits; an answer that has a deadline may take as long.
   * @param wanted.signal - Ends this reader.
   * @throws Refusal 410 when the key has no such run, or what follows the event is no longer held.
   */
  resume(wanted: ResumeWish & {visitor: string; signal: AbortSignal}): Events;
  /** Gives the newest run of a conversation from its beginning; undefined when that is no longer held. */
  replay(wanted: {visitor: string; conversationId: string; signal: AbortSignal}): Events | undefined;
  /** Stops every attempt under a key; whether one was being made. */
  stop(wanted: {visitor: string; key: string}): boolean;
}

/** A turn whose answer was stale. */
type RenewedJob = Pick<AnswerJob, 'question' | 'request' | 'classified' | 'chosen'>;

/**
 * Creates the book of turns: which key stands for what, which turn was the first, and who is told of the end. A visitor
 * finds nobody else's.
 *
 * @param options.tools - What the models may call.
 * @param options.mayHedge - Whether any second attempt may be made.
 * @param options.breakers - Say which models are left alone.
 * @param options.retryCount - How often a call of a model may be made again.
 * @param options.takeAside - Takes a place for an answer that nobody waits for; undefined when there is none.
 * @param options.hedging - Says which second attempts may be made.
 * @param options.runCount - How many runs are kept at most.
 * @param options.note - Is given each turn's span before the observer is.
 * @param options.warn - Says a line once.
 */
export function createTurns(options: {
  answering: AnswerOptions;
  tools: readonly ReadTool[];
  mayHedge: boolean;
  budget: Budget;
  /** How long stages may take that the budget names, in ms. */
  stageLimits: AnswerJob['stageLimits'];
  choose: (wanted: string | undefined) => ChosenModel;
  /** The answers that are kept; undefined where none are. */
  cache: AnswerCache | undefined;
  breakers: Breakers;
  retryCount: number;
  retrievalHedge: StageHedge;
  takeAside: () => (() => void) | undefined;
  hedging: Hedging;
  runCount: number;
  note: (span: TurnSpan) => void;
  warn: (line: string) => void;
}): Turns {
  const {answering, tools, mayHedge, budget, stageLimits, choose, cache, takeAside, hedging, note, warn} = options;
  const {breakers, retryCount, retrievalHedge} = options;
  const {observe = logTurn} = answering;
  const runs = createRuns(options);
  const memory = createTurnMemory({store: answering.store});
  const now = answering.clock ?? (() => performance.now());
  let cold = true;

  const tell = (span: TurnSpan) => {
    note(span);
    try {
      observe(span);
    } catch {
      warn('observe threw; what it was told is lost'); // an observer must not cost a visitor the answer
    }
  };

  /** Whether a question is a second attempt beside one that is read; it is counted, or refused. */
  const admit = (attempts: readonly Run[]): boolean => {
    const beside = attempts.filter(({end, log}) => end && log.readerCount() > 0);
    if (beside.length === 0) {
      hedging.begin();
      return false;
    }
    if (beside.length === 1 && hedging.admit()) return true;
    throw new Refusal('hedge-denied', 'this turn is being answered; no second attempt now', {'retry-after': '1'});
  };

  /** The model that a chosen one may hand over to: the powerful one, unless the page named the route. */
  const findStronger = (chosen: ChosenModel, named: string | undefined): ChosenModel | undefined => {
    if (named !== undefined || answering.routing?.escalate === false || chosen.route !== 'fast') return undefined;
    const stronger = choose('powerful');
    return stronger.route === 'powerful' && readProblem(stronger.model) === undefined ? stronger : undefined;
  };
  /** The route that is taken where a chosen one's model is left alone. */
  const findOther = (chosen: ChosenModel): ChosenModel | undefined => {
    const other = choose(chosen.route === 'fast' ? 'powerful' : 'fast');
    return other.model !== chosen.model && readProblem(other.model) === undefined ? other : undefined;
  };
  /** Makes a stale answer anew, for nobody: without the visitor's facts, deadline, history and key, and changing nothing. */
  const renew = (text: string, {question, request, classified, chosen}: RenewedJob) => {
    const other = findOther(chosen);
    if (refusedMs({chosen, other, breakers}) > 0) return; // as below
    const leave = takeAside();
    if (!leave) return; // the next who gets the stale answer tries again
    const {topics, language, page} = question;
    const bornMs = now();
    const {ended} = startAnswer({
      question: {
        ...{conversationId: '', attempt: 0, text, history: [], topics},
        ...(language === undefined ? {} : {language}),
        ...(page === undefined ? {} : {page}),
      },
      ...{request, chosen, other, stronger: findStronger(chosen, undefined), breakers, retryCount, retrievalHedge},
      ...{cache, budget, stageLimits, options: answering},
      ...(classified ? {classified: {...classified, fromMs: 0, toMs: 0}} : {}),
      ...{tools: tools.filter(({sideEffects}) => !sideEffects), memory, turn: undefined},
      ...{cold: false, hedge: false, mayHedge, isRenewal: true},
      openRun: (ways) => runs.open({turn: undefined, names: [], question: text, ...ways}),
      sinceMs: () => now() - bornMs,
    });
    ended.then(tell).finally(leave);
  };

  return {
    start({visitor, onEnd, ...job}) {
      const {key, text, route, conversationId} = job.question;
      const chosen = choose(route ?? job.classified?.route);
      const problem = readProblem(chosen.model);
      if (problem !== undefined) {
        warn(problem);
        throw new Refusal('not-configured', problem);
      }
      const turn = key === undefined ? undefined : nameKey(visitor, key);
      const attempts = turn === undefined ? [] : runs.find(turn);
      if (attempts.some(({question}) => question !== text)) {
        throw new Refusal('key-reused', 'fw.key already stands for another question');
      }
      const other = findOther(chosen);
      const waitMs = cache ? 0 : refusedMs({chosen, other, breakers}); // what is kept needs no model
      if (waitMs > 0) {
        const after = {'retry-after': String(Math.ceil(waitMs / 1000))};
        throw new Refusal('busy', 'the model has failed and is left alone for a moment', after);
      }
      const hedge = admit(attempts);
      const names = conversationId === '' ? [] : [nameConversation(visitor, conversationId)];
      const openRun: AnswerJob['openRun'] = (ways) => runs.open({turn, names, question: text, ...ways});
      const stronger = findStronger(chosen, route);
      const {run, ended, endedStages} = startAnswer({
        ...{...job, openRun, turn, chosen, other, stronger, breakers, cache, cold, hedge, mayHedge},
        ...{retryCount, retrievalHedge, budget, stageLimits, tools, memory, options: answering},
        renew: (asked) => renew(asked, {...job, chosen}),
      });
      cold = false;
      ended.then(tell).finally(onEnd);
      const events = run.log.read({signal: job.request.signal});
      if (!events) throw new TypeError('a run without its beginning'); // nothing can have been dropped yet
      return {events, endedStages};
    },
    resume({visitor, key, lastEventId, deadlineMs, signal}) {
      for (const {log, prolong} of runs.find(nameKey(visitor, key))) {
        const events = log.read({afterId: lastEventId, signal});
        if (!events) continue;
        if (deadlineMs !== undefined) prolong?.(deadlineMs);
        return events;
      }
      throw new Refusal('gone', 'this answer can no longer be resumed');
    },
    replay({visitor, conversationId, signal}) {
      return runs.find(nameConversation(visitor, conversationId)).at(-1)?.log.read({signal});
    },
    stop({visitor, key}) {
      const ends = runs.find(nameKey(visitor, key)).flatMap(({end}) => end ?? []);
      for (const end of ends) end('stopped');
      return ends.length > 0;
    },
  };
}

function nameKey(visitor: string, key: string): string {
  return JSON.stringify(['key', visitor, key]);
}

function nameConversation(visitor: string, conversationId: string): string {
  return JSON.stringify(['conversation', visitor, conversationId]);
}

import {roundMs, type Span} from '../latency/index.ts';
import {type Ended, settleAs, some, writeEnd, writeEscalated, writeOutcome} from './answer-end.ts';
import type {AnswerJob} from './answer-job.ts';
import {createDeadline} from './deadline.ts';
import type {EventWriter, Part} from './event-log.ts';
import {readFailure} from './failure.ts';
import {createGatherer} from './gather.ts';
import {keepAnswer, lookUp, type Made, makeAnswer, noteClassified, type Pipeline, replay} from './make-answer.ts';
import type {TurnSpan} from './observe.ts';
import {createRelay} from './relay.ts';
import {createRetries} from './retries.ts';
import type {Run} from './runs.ts';
import type {CacheFound} from './semantic-cache.ts';
import {createStages} from './stages.ts';
import {createToolRunner} from './tool-runner.ts';
import {continueTrace, type TurnTrace} from './trace.ts';

/** The end of an answer that had not begun at its deadline. */
const MISSED = {outcome: 'error', code: 'deadline', retryable: true} as const;

/** An answer that is being made. */
export interface Answer {
  readonly run: Run;
  /** The stages that ended before anything was waited for. */
  readonly endedStages: readonly Span[];
  /** Resolves with what is told of the turn when it ended, however it did. */
  readonly ended: Promise<TurnSpan>;
}

/**
 * Starts an answer: a kept one, or else retrieval, facts and tools that will be wanted, prompt, model with tools. Its events
 * begin at once, before any of that, and go on whether or not somebody reads them.
 */
export function startAnswer(job: AnswerJob): Answer {
  const {sinceMs} = job;
  const model = job.chosen.model.modelId.slice(0, 64);
  const control = new AbortController();
  const {signal} = control;
  let early: Ended = {outcome: 'abandoned'};
  const endEarly = (how: Ended) => {
    if (signal.aborted) return;
    early = how;
    control.abort();
  };
  const deadline = createDeadline(() => {
    // an answer that has begun is its reader's to stop, and to go on with
    if (relay.firstTokenMs() === undefined) endEarly(MISSED);
  });
  const {deadlineMs} = job.question;
  if (deadlineMs !== undefined) deadline.put(deadlineMs - sinceMs());
  const run = job.openRun({
    end: (outcome) => endEarly({outcome}),
    ...(deadlineMs === undefined ? {} : {prolong: deadline.put}),
  });
  const {id, log} = run;
  let endMs: number | undefined; // what is written at the end is emitted at one instant, that of `totalMs`
  let waiting: Part[] | undefined = []; // `start` comes first
  const events: EventWriter = {
    write(part) {
      if (waiting) waiting.push(part);
      else log.write({...part, e: roundMs(endMs ?? sinceMs())});
    },
    ready: log.ready,
  };
  const stages = createStages({
    budget: job.budget,
    tell: (data) => events.write({type: 'data-fw-stage', id: data.stage, transient: true, data}),
  });
  const relay = createRelay({events, stages, sinceMs, signal});
  const failed: string[] = [];
  const trace = continueTrace(job.question.traceparent ?? job.request.headers.get('traceparent'));
  let found: CacheFound | undefined;
  const turn = job.turn ?? `run ${id}`;
  // an answer that has begun has no deadline any more
  const leftMs = () => (relay.firstTokenMs() === undefined ? deadline.leftMs() : Number.POSITIVE_INFINITY);
  const tools = createToolRunner({
    ...{tools: job.tools, memory: job.memory, breakers: job.breakers, turn, attempt: id},
    ...{stages, sinceMs, signal, leftMs},
  });
  const retries = createRetries({
    mostCount: job.retryCount,
    hasBegun: () => relay.firstTokenMs() !== undefined,
    leftMs,
    onWait: relay.beginRetry,
  });
  const {promptClass} = job.classified ?? {};
  const cacheTurn = job.cache?.open({...job, promptClass: promptClass ?? 'other'});
  const isForAll = cacheTurn !== undefined;
  let retrievalHedge: TurnSpan['retrievalHedge'];
  const gatherer = createGatherer({
    ...{job, turn, stages, tools, signal, leftMs, isForAll, failed, trace},
    onHedge: (won) => {
      retrievalHedge = won;
    },
  });
  const pipeline: Pipeline = {job, stages, relay, tools, gatherer, retries, signal, failed};

  const start = () => {
    if (!waiting) return;
    const by = readMaker({job, found});
    const cache = found ? {hit: found.hit, ageS: Math.floor(found.ageMs / 1000)} : {hit: 'none'};
    const {fits = false, isForAll: servesAll = false} = job.prepared ?? {};
    const contextHit = fits && !found && (!isForAll || servesAll);
    const fw = {run: id, ...by, promptClass, cold: job.cold, contextHit, cache};
    const parts = waiting;
    waiting = undefined;
    events.write({type: 'start', messageId: `a-${id}`, messageMetadata: {fw}});
    if (!job.mayHedge) {
      events.write({type: 'data-fw-hedge', transient: true, data: {allowed: false}});
    }
    for (const part of parts) events.write(part);
  };

  let made: Made | undefined;
  const make = async (): Promise<Ended> => {
    try {
      if (job.queued) stages.begin('queue', job.queued.fromMs)(job.queued.toMs);
      if (job.classified) noteClassified(job.classified, pipeline);
      if (cacheTurn) {
        const looked = lookUp(cacheTurn, pipeline);
        found = looked instanceof Promise ? await looked : looked;
      }
      start();
      if (found?.hit === 'stale' && cacheTurn?.isRenewable(found)) job.renew?.(found.entry.identity.text);
      if (found) return {outcome: 'complete', relayed: await replay(found.entry.answer, pipeline)};
      if (leftMs() <= 0) return MISSED; // who classed or looked took all of it
      made = await makeAnswer(cacheTurn, pipeline);
      return {outcome: 'complete', relayed: made.relayed};
    } catch (error) {
      if (signal.aborted) return early;
      return {outcome: 'error', ...readFailure(error, {begun: relay.firstTokenMs() !== undefined})};
    }
  };

  const conclude = (ended: Ended): TurnSpan => {
    deadline.stop();
    start();
    const firstMs = relay.firstTokenMs();
    const totalMs = sinceMs();
    endMs = totalMs;
    const settled = settleAs(ended);
    const called = tools.end(settled === 'timeout' ? 'timeout' : 'skipped');
    if (called && called.timeoutCount + called.errorCount > 0 && ended.outcome === 'complete') failed.push('tools');
    relay.closeText(settled === 'timeout' ? totalMs : undefined);
    stages.settle(totalMs, settled);
    const times = {totalMs: roundMs(totalMs), ...stages.divide(totalMs)};
    const handedOver = relay.handedOver();
    const fellBack = relay.fellBack();
    const by = {...readMaker({job, found, isHandedOver: handedOver !== undefined}), ...fellBack};
    const terms = found ? cacheTurn?.termsOf(found) : keepAnswer({made, turn: cacheTurn, by}, pipeline);
    const route = handedOver || fellBack ? by.route : undefined;
    for (const part of writeEnd(ended, {...times, route, terms})) events.write(part);
    const unread = log.readerCount() === 0;
    if (ended.outcome === 'complete' && !unread) run.isWhole = true;
    log.end();
    return {
      kind: 'turn',
      ...{run: id, ...by, attempt: job.question.attempt, cold: job.cold},
      ...(promptClass === undefined ? {} : {promptClass}),
      ...(trace ? writeTrace(trace) : {}),
      ...times,
      timeline: stages.ended(),
      ...some('firstTokenMs', firstMs === undefined ? undefined : roundMs(firstMs)),
      ...(cacheTurn && !job.isRenewal ? {cache: found?.hit ?? 'none'} : {}),
      ...(made?.isShared ? {shared: true as const} : {}),
      ...(job.isRenewal ? {renewal: true as const} : {}),
      ...(handedOver && !made?.isShared ? {escalated: writeEscalated(model, handedOver)} : {}),
      ...(fellBack ? {fallback: {why: 'breaker' as const, kind: 'route' as const, from: model}} : {}),
      ...some('retryCount', retries.count() || undefined),
      ...(retrievalHedge === undefined ? {} : {retrievalHedge}),
      ...(called ? {tools: called} : {}),
      ...(failed.length > 0 ? {failed} : {}),
      ...(unread ? {unread} : {}),
      ...(job.hedge ? {hedge: true as const} : {}),
      ...writeOutcome(ended),
    };
  };

  const making = make();
  return {run, endedStages: stages.ended(), ended: making.then(conclude)};
}

function writeTrace({traceId, spanId, parentSpanId, isSampled}: TurnTrace): Partial<TurnSpan> {
  return {traceId, spanId, parentSpanId, sampled: isSampled};
}

/** Says which route and model an answer is by. */
function readMaker(options: {job: AnswerJob; found: CacheFound | undefined; isHandedOver?: boolean}): {
  route: string;
  model: string;
} {
  const {job, found, isHandedOver} = options;
  if (found) return {route: found.entry.answer.route, model: found.entry.answer.model};
  const {route, model} = (isHandedOver && job.stronger) || job.chosen;
  return {route, model: model.modelId.slice(0, 64)};
}

import {type Budget, roundMs} from '../latency/index.ts';
import {createDeadline} from './deadline.ts';
import type {EventWriter} from './event-log.ts';
import {FAILURE_WORDS, type Failure, readFailure} from './failure.ts';
import {type Chunk, DEFAULT_INSTRUCTIONS, writePrompt} from './instructions.ts';
import type {ChosenModel} from './model.ts';
import type {TurnSpan} from './observe.ts';
import type {AnswerOptions} from './options.ts';
import {orAborted} from './or-aborted.ts';
import type {Question} from './read-question.ts';
import {createRelay, type Relayed} from './relay.ts';
import type {Run} from './runs.ts';
import {createStages} from './stages.ts';
import {createToolRunner, type ToolRunner} from './tool-runner.ts';
import type {ReadTool} from './tools.ts';
import type {TurnMemory} from './turn-memory.ts';

/** What an answer is made from. */
export interface AnswerJob {
  question: Question;
  request: Request;
  chosen: ChosenModel;
  cold: boolean;
  /** Whether it is a second attempt beside one that is read. */
  hedge: boolean;
  /** Whether pages may make a second attempt. */
  mayHedge: boolean;
  /** What all attempts at its turn have in common; absent where the turn has no key. */
  turn: string | undefined;
  /** What the attempts at a turn share. */
  memory: TurnMemory;
  tools: readonly ReadTool[];
  budget: Budget;
  options: AnswerOptions;
  /** Opens the run that its events go to; `end` ends it, and the model with it, before it is complete. */
  openRun: (ways: Pick<Run, 'end' | 'prolong'>) => Run;
  /** Reads the time since the request was got, in ms. */
  sinceMs: () => number;
}

/** An answer that is being made. */
export interface Answer {
  readonly run: Run;
  /** Resolves with what is told of the turn when it ended, however it did. */
  readonly ended: Promise<TurnSpan>;
}

type Ended =
  | {outcome: 'complete'; relayed: Relayed}
  | {outcome: 'stopped' | 'abandoned'}
  | ({outcome: 'error'} & Failure);

/**
 * Starts an answer: retrieval and facts, prompt, model. Its events begin at once, before any of that, and go on whether
 * or not somebody reads them.
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
    if (relay.firstTokenMs() === undefined) endEarly({outcome: 'error', code: 'deadline', retryable: true});
  });
  const {deadlineMs} = job.question;
  if (deadlineMs !== undefined) deadline.put(deadlineMs - sinceMs());
  const run = job.openRun({
    end: (outcome) => endEarly({outcome}),
    ...(deadlineMs === undefined ? {} : {prolong: deadline.put}),
  });
  const {id, log} = run;
  let endMs: number | undefined; // what is written at the end is emitted at one instant, that of `totalMs`
  const events: EventWriter = {
    write: (part) => log.write({...part, e: roundMs(endMs ?? sinceMs())}),
    ready: log.ready,
  };
  const stages = createStages({
    budget: job.budget,
    tell: (data) => events.write({type: 'data-fw-stage', id: data.stage, transient: true, data}),
  });
  const relay = createRelay({events, stages, sinceMs, signal});
  const turn = job.turn ?? `run ${id}`;
  const tools = createToolRunner({
    ...{tools: job.tools, memory: job.memory, turn, attempt: id, stages, sinceMs, signal},
    // an answer that has begun has no deadline any more
    leftMs: () => (relay.firstTokenMs() === undefined ? deadline.leftMs() : Number.POSITIVE_INFINITY),
  });
  const failed: string[] = [];

  const make = async (): Promise<Ended> => {
    try {
      const found = await orAborted(gather({job, turn, stages, tools, signal, failed}), signal);
      for (const chunk of found.chunks) relay.source(chunk);
      const {question, options} = job;
      const {instructions: base = DEFAULT_INSTRUCTIONS} = options;
      const prompt = writePrompt({...found, question, base: typeof base === 'string' ? base : base(question)});
      return {
        outcome: 'complete',
        relayed: await relay.ask(job.chosen.model, {
          ...prompt,
          tools: tools.offer(found.facts),
          onRefused: tools.refuse,
        }),
      };
    } catch (error) {
      if (signal.aborted) return early;
      return {outcome: 'error', ...readFailure(error, {begun: relay.firstTokenMs() !== undefined})};
    }
  };

  const conclude = (ended: Ended): TurnSpan => {
    deadline.stop();
    const firstMs = relay.firstTokenMs();
    const totalMs = sinceMs();
    endMs = totalMs;
    const settled = settleAs(ended);
    const called = tools.end(settled === 'timeout' ? 'timeout' : 'skipped');
    if (called && called.timeoutCount + called.errorCount > 0 && ended.outcome === 'complete') failed.push('tools');
    relay.closeText(settled === 'timeout' ? totalMs : undefined);
    stages.settle(totalMs, settled);
    const times = {totalMs: roundMs(totalMs), ...stages.divide(totalMs)};
    for (const part of writeEnd(ended, times)) events.write(part);
    const unread = log.readerCount() === 0;
    if (ended.outcome === 'complete' && !unread) run.isWhole = true;
    log.end();
    return {
      kind: 'turn',
      ...{run: id, route: job.chosen.route, model, attempt: job.question.attempt, cold: job.cold},
      ...times,
      ...some('firstTokenMs', firstMs === undefined ? undefined : roundMs(firstMs)),
      ...(called ? {tools: called} : {}),
      ...(failed.length > 0 ? {failed} : {}),
      ...(unread ? {unread} : {}),
      ...(job.hedge ? {hedge: true as const} : {}),
      ...writeOutcome(ended),
    };
  };

  const {route} = job.chosen;
  const fw = {run: id, route, model, cold: job.cold, contextHit: false, cache: {hit: 'none'}};
  events.write({type: 'start', messageId: `a-${id}`, messageMetadata: {fw}});
  if (!job.mayHedge) {
    events.write({type: 'data-fw-hedge', transient: true, data: {allowed: false}});
  }
  return {run, ended: make().then(conclude)};
}

/**
 * Retrieves passages and reads facts side by side, and begins the tools that will be wanted; what fails is noted and done
 * without.
 */
async function gather(options: {
  job: AnswerJob;
  turn: string;
  stages: ReturnType<typeof createStages>;
  tools: ToolRunner;
  signal: AbortSignal;
  failed: string[];
}): Promise<{chunks: readonly Chunk[]; facts: unknown}> {
  const {job, turn, stages, tools, signal, failed} = options;
  const {retrieve, context} = job.options;
  const {text, topics, language, page} = job.question;
  const findChunks = async () => {
    if (!retrieve) return [];
    const end = stages.begin('retrieval', job.sinceMs());
    try {
      const work = (inner: AbortSignal) => retrieve(text, {topics, signal: inner});
      const chunks = [...(await job.memory.share({turn, name: 'retrieval', input: topics, signal, work}).result)];
      end(job.sinceMs());
      return chunks;
    } catch {
      // its words are the shop's own and go nowhere; the span says that it failed
      end(job.sinceMs(), 'error');
      failed.push('retrieval');
      return [];
    }
  };
  const readFacts = async () => {
    let facts: unknown;
    try {
      facts = await context?.(job.request);
    } catch {
      failed.push('context'); // as above
    }
    tools.speculate(text, {topics, page, visitor: facts, ...(language === undefined ? {} : {language})});
    return facts;
  };
  const [chunks, facts] = await Promise.all([findChunks(), readFacts()]);
  return {chunks, facts};
}

function settleAs(ended: Ended) {
  if (ended.outcome !== 'error') return 'skipped';
  return ended.code === 'deadline' ? 'timeout' : 'error';
}

function writeEnd(ended: Ended, {totalMs, stages}: {totalMs: number; stages: Record<string, number>}) {
  switch (ended.outcome) {
    case 'complete': {
      const {finishReason, usage} = ended.relayed;
      const {inputTokens, outputTokens, totalTokens} = usage;
      const cachedTokens = usage.inputTokenDetails.cacheReadTokens;
      const fw = {totalMs, stages, cachedTokens};
      return [{type: 'finish', finishReason, messageMetadata: {usage: {inputTokens, outputTokens, totalTokens}, fw}}];
    }
    case 'error': {
      const {code, retryable, retryAfterMs} = ended;
      return [
        {type: 'data-fw-error', data: {code, retryable, retryAfterMs}},
        {type: 'error', errorText: FAILURE_WORDS[code]},
      ];
    }
    default:
      return [{type: 'abort', reason: ended.outcome}];
  }
}

function writeOutcome(ended: Ended): Partial<TurnSpan> & Pick<TurnSpan, 'outcome'> {
  switch (ended.outcome) {
    case 'complete': {
      const {inputTokens, outputTokens, inputTokenDetails} = ended.relayed.usage;
      return {
        outcome: ended.outcome,
        ...some('inputTokenCount', inputTokens),
        ...some('outputTokenCount', outputTokens),
        ...some('cachedTokenCount', inputTokenDetails.cacheReadTokens),
      };
    }
    case 'error':
      return {outcome: ended.outcome, code: ended.code, ...some('providerStatus', ended.providerStatus)};
    default:
      return {outcome: ended.outcome};
  }
}

function some<K extends string>(key: K, value: number | undefined): {[P in K]?: number} {
  return (value === undefined ? {} : {[key]: value}) as {[P in K]?: number}; // computed keys lose their name in the type
}

import type {AnswerJob} from './answer-job.ts';
import type {Chunk} from './instructions.ts';
import {narrow} from './knowledge.ts';
import {createLimit, type Limit} from './limit.ts';
import {orAborted} from './or-aborted.ts';
import type {StageHedgeEnd} from './stage-hedge.ts';
import type {EndStage, Stages} from './stages.ts';
import type {ToolRunner} from './tool-runner.ts';
import type {TurnTrace} from './trace.ts';

/** What an answer is made from beside its question. */
export interface Gathered {
  chunks: readonly Chunk[];
  /** About the visitor; undefined or null when there are none. */
  facts: unknown;
}

/** Finds what an answer is made from; what fails is noted and done without. */
export interface Gatherer {
  /** Reads the facts about the visitor, once, when first asked. */
  readFacts(): Promise<unknown>;
  /** Retrieves passages and reads facts side by side, and begins the tools that will be wanted. */
  gather(): Promise<Gathered>;
}

/**
 * Creates the gatherer of an answer.
 *
 * @param options.turn - What the attempts that share passages have in common.
 * @param options.isForAll - Whether the answer may be given to everybody: then its own words alone say what it is made from,
 *   and topics that the server itself is sure of, not what one page expects.
 * @param options.leftMs - Reads how long the answer may still take before its deadline, in ms.
 * @param options.failed - Takes the names of what failed.
 * @param options.trace - What retrieval continues; undefined where there is none.
 * @param options.onHedge - Hears how it went where a second attempt at retrieval was due.
 */
export function createGatherer(options: {
  job: AnswerJob;
  turn: string;
  stages: Stages;
  tools: ToolRunner;
  signal: AbortSignal;
  leftMs: () => number;
  isForAll: boolean;
  failed: string[];
  trace: TurnTrace | undefined;
  onHedge: (won: StageHedgeEnd) => void;
}): Gatherer {
  const {job, turn, stages, tools, signal, leftMs, isForAll, failed, trace, onHedge} = options;
  const {retrieve, context} = job.options;
  const {text, language, page} = job.question;
  const topics = isForAll ? [] : job.question.topics;
  const ahead = job.prepared?.ahead;

  /** Does what an answer can do without, as a stage, for as long as that may take; undefined when it did not come about. */
  const tryStage = async <T>(stage: string, work: (step: Step) => Promise<T>): Promise<T | undefined> => {
    const end = stages.begin(stage, job.sinceMs());
    const ms = job.stageLimits[stage] ?? Number.POSITIVE_INFINITY;
    const limit = createLimit({ms, signal, reason: () => LATE}); // at the deadline the answer itself ends
    try {
      const done = await orAborted(work({limit, deadlineMs: Math.min(ms, leftMs()), end}), limit.signal);
      end(job.sinceMs());
      return done;
    } catch (error) {
      // its words are the shop's own and go nowhere; the span says that it failed
      end(job.sinceMs(), error === LATE ? 'timeout' : 'error');
      failed.push(stage);
      return undefined;
    } finally {
      limit.stop();
    }
  };
  const findChunks = async (): Promise<readonly Chunk[]> => {
    if (!retrieve) return [];
    const found = await tryStage('retrieval', async ({limit, deadlineMs, end}) => {
      const ready = (await ahead)?.passages;
      if (ready && (!isForAll || job.prepared?.isForAll)) {
        job.prepared?.use();
        end(job.sinceMs(), 'end', {hit: true});
        return narrow(ready, text);
      }
      const known = {
        ...(Number.isFinite(deadlineMs) ? {deadlineMs} : {}),
        ...(trace ? {traceparent: trace.traceparent} : {}),
      };
      const find = (lane: AbortSignal) => retrieve(text, {topics, signal: lane, ...known});
      const work = (inner: AbortSignal) => job.retrievalHedge.run(find, {signal: inner, onEnd: onHedge});
      const {signal} = limit;
      return [...(await job.memory.share({turn, name: 'retrieval', input: topics, signal, work}).result)];
    });
    return found ?? [];
  };
  const lookUpFacts = async (): Promise<unknown> => {
    if (!context || job.isRenewal) return undefined;
    return tryStage('context', async ({end}) => {
      const known = (await ahead)?.facts;
      if (!known) return context(job.request);
      end(job.sinceMs(), 'end', {hit: true});
      return known.known;
    });
  };
  let facts: Promise<unknown> | undefined;
  const readFacts = () => {
    facts ??= lookUpFacts();
    return facts;
  };
  const speculate = async () => {
    const visitor = await readFacts();
    tools.speculate(text, {topics, page, visitor, ...(language === undefined ? {} : {language})});
    return visitor;
  };

  return {
    readFacts,
    async gather() {
      const [chunks, visitor] = await Promise.all([findChunks(), speculate()]);
      return {chunks, facts: visitor};
    },
  };
}

/** What a step that may fail is done with. */
interface Step {
  limit: Limit;
  /** How long it may take from its beginning, in ms; Infinity where nothing says. */
  deadlineMs: number;
  /** Ends its stage before it ends itself. */
  end: EndStage;
}

const LATE = new Error('late');

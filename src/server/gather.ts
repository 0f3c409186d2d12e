import type {HedgeEnd} from '../latency/index.ts';
import type {AnswerJob} from './answer-job.ts';
import type {Chunk} from './instructions.ts';
import type {Stages} from './stages.ts';
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
 *   not what one page expects.
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
  isForAll: boolean;
  failed: string[];
  trace: TurnTrace | undefined;
  onHedge: (won: HedgeEnd['won']) => void;
}): Gatherer {
  const {job, turn, stages, tools, signal, isForAll, failed, trace, onHedge} = options;
  const {retrieve, context} = job.options;
  const {text, language, page} = job.question;
  const topics = isForAll ? [] : job.question.topics;
  const ahead = job.prepared?.ahead;

  const findChunks = async () => {
    if (!retrieve) return [];
    const end = stages.begin('retrieval', job.sinceMs());
    const ready = (await ahead)?.passages;
    if (ready && topics.length > 0 && topics.every((topic) => ready.topics.includes(topic))) {
      end(job.sinceMs(), 'end', {hit: true});
      return ready.chunks;
    }
    try {
      const traced = trace ? {traceparent: trace.traceparent} : {};
      const find = (lane: AbortSignal) => retrieve(text, {topics, signal: lane, ...traced});
      const work = (inner: AbortSignal) => job.retrievalHedge.run(find, {signal: inner, onEnd: onHedge});
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
  const lookUpFacts = async () => {
    const known = (await ahead)?.facts;
    if (known) return known.known;
    try {
      return job.isRenewal ? undefined : await context?.(job.request);
    } catch {
      failed.push('context'); // as above
      return undefined;
    }
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

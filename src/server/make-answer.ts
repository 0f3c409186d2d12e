import {admitRoute, findBreaker, refusedMs} from './admit-route.ts';
import type {CacheTurn, PublicTerms} from './answer-cache.ts';
import type {AnswerJob} from './answer-job.ts';
import type {ClassifyStage} from './classify.ts';
import {AnswerError} from './failure.ts';
import type {SharedReply} from './flights.ts';
import type {Gatherer} from './gather.ts';
import {guardModel} from './guarded-model.ts';
import {DEFAULT_INSTRUCTIONS, writePrompt} from './instructions.ts';
import type {ChosenModel} from './model.ts';
import {orAborted} from './or-aborted.ts';
import type {Relay, Relayed} from './relay.ts';
import {NO_USAGE, openReply, replayReply} from './reply.ts';
import type {Retries} from './retries.ts';
import type {CacheFound, StoredAnswer} from './semantic-cache.ts';
import type {Stages} from './stages.ts';
import type {ToolRunner} from './tool-runner.ts';

/** What the steps of one answer work with. */
export interface Pipeline {
  job: AnswerJob;
  stages: Stages;
  relay: Relay;
  tools: ToolRunner;
  gatherer: Gatherer;
  retries: Retries;
  signal: AbortSignal;
  /** Work whose failure the answer survived. */
  failed: string[];
}

/** An answer that was made. */
export interface Made {
  relayed: Relayed;
  /** Whether it says the same to everybody as far as we know: no facts about the visitor, nothing that failed. */
  isImpersonal: boolean;
  /** Whether another question's model call made it. */
  isShared: boolean;
}

/** Tells that the question was classified, before the answer began. */
export function noteClassified(classified: ClassifyStage, {stages, failed}: Pipeline): void {
  stages.note('classify', classified);
  if (classified.failed) failed.push('classify');
}

/** Looks for a kept answer: by the question's words at once, by its meaning where there is an embedding model. */
export function lookUp(
  turn: CacheTurn,
  {job, stages, signal, failed}: Pipeline,
): CacheFound | undefined | Promise<CacheFound | undefined> {
  const {sinceMs} = job;
  const fromMs = sinceMs();
  const found = turn.find();
  if (found || !turn.findByMeaning) {
    stages.note('cache', {fromMs, toMs: sinceMs(), hit: found !== undefined});
    return found;
  }
  const end = stages.begin('cache', fromMs);
  return turn.findByMeaning(signal).then(
    (near) => {
      end(sinceMs(), 'end', {hit: near !== undefined});
      return near;
    },
    () => {
      // its words are the provider's own and go nowhere; the span says that it failed
      end(sinceMs(), 'error');
      failed.push('embedding');
      signal.throwIfAborted();
      return undefined;
    },
  );
}

/** Gives a kept answer. */
export function replay(answer: StoredAnswer, {relay}: Pipeline): Promise<Relayed> {
  for (const source of answer.sources) relay.source(source);
  return relay.ask(replayReply(answer));
}

/**
 * Makes an answer: the first of several identical questions asks the model, the others wait for it (stage `shared`) and read
 * along. Whoever has facts about its visitor asks for itself, and whom the first left behind, by leaving or by having
 * facts, begins anew. With tools everybody asks: what a call did for one visitor, or came to in one's deadline, is not
 * told to another.
 */
export async function makeAnswer(turn: CacheTurn | undefined, pipeline: Pipeline): Promise<Made> {
  const {job, relay, stages, gatherer, signal} = pipeline;
  const {sinceMs} = job;
  const isAlone = job.tools.length > 0 && !job.isRenewal; // of renewals the seat says that there is one
  for (;;) {
    const seat = isAlone ? undefined : turn?.take();
    if (seat?.kind !== 'follow') return lead(seat, pipeline);
    const endWait = stages.begin('shared', sinceMs());
    const isPersonal = isThere(await orAborted(gatherer.readFacts(), signal));
    const shared: SharedReply | undefined = isPersonal ? undefined : await orAborted(seat.shared, signal);
    endWait(sinceMs());
    if (isPersonal) return lead(undefined, pipeline);
    const reply = shared?.join();
    if (!shared || !reply) continue;
    for (const chunk of shared.chunks) relay.source(chunk);
    const relayed = await relay.ask(reply, {stage: 'model'});
    return {relayed: {...relayed, usage: NO_USAGE}, isImpersonal: shared.isWhole, isShared: true};
  }
}

async function lead(
  seat: Extract<ReturnType<CacheTurn['take']>, {kind: 'lead'}> | undefined,
  pipeline: Pipeline,
): Promise<Made> {
  const {job, relay, tools, gatherer, signal, failed} = pipeline;
  const {question, options} = job;
  try {
    const waitMs = refusedMs(job);
    if (waitMs > 0) throw new AnswerError('model-overloaded', waitMs);
    const found = await orAborted(gatherer.gather(), signal);
    for (const chunk of found.chunks) relay.source(chunk);
    const {instructions: base = DEFAULT_INSTRUCTIONS} = options;
    const prompt = writePrompt({...found, question, base: typeof base === 'string' ? base : base(question)});
    const isWhole = failed.every((what) => what !== 'retrieval' && what !== 'context');
    const isPersonal = isThere(found.facts);
    if (isPersonal) seat?.withdraw();
    const offered = tools.offer(found.facts);
    const asking = {prompt, tools: offered, onCalled: relay.endMessage, onAskedOn: relay.beginCall};
    const own = openReply({...takeRoute(pipeline), ...asking});
    const reply = seat && !isPersonal && !offered ? seat.share(own, {chunks: found.chunks, isWhole}) : own;
    const relayed = await relay.ask(reply, {stage: 'model', onRefused: tools.refuse});
    return {relayed, isImpersonal: isWhole && !isPersonal, isShared: false};
  } finally {
    seat?.withdraw();
  }
}

/** Takes the route of an answer. On another one than was chosen nobody hands over, nor to a model that is left alone. */
function takeRoute({job, retries}: Pipeline): Pick<Parameters<typeof openReply>[0], 'model' | 'stronger' | 'fellBack'> {
  const {breakers, chosen, stronger} = job;
  const {asked, admitted} = admitRoute(job);
  const guard = (route: ChosenModel) => ({breaker: findBreaker(breakers, route), retries});
  const model = guardModel(asked.model, {...guard(asked), admitted});
  if (asked !== chosen) return {model, fellBack: {route: asked.route}};
  if (!stronger || findBreaker(breakers, stronger).refusedMs() > 0) return {model};
  return {model, stronger: {model: guardModel(stronger.model, guard(stronger))}};
}

/**
 * Keeps a complete answer where it may be given to everybody; its terms when it was kept. One that tells what a tool
 * changed is its visitor's own, and one that went on without a tool's result is nobody's twice.
 */
export function keepAnswer(
  options: {made: Made | undefined; turn: CacheTurn | undefined; by: {route: string; model: string}},
  {tools, failed}: Pipeline,
): PublicTerms | undefined {
  const {made, turn, by} = options;
  if (!made?.isImpersonal || made.relayed.finishReason !== 'stop') return undefined;
  if (tools.hasChanged() || failed.includes('tools')) return undefined;
  const {text, sources} = made.relayed;
  return turn?.keep({text, sources, ...by});
}

function isThere(facts: unknown): boolean {
  return facts !== undefined && facts !== null;
}

import {wrapLanguageModel} from 'ai';
import {type Breaker, type EndCall, endWhenLeft} from './breakers.ts';
import {AnswerError, isRejection} from './failure.ts';
import type {AnswerModel, LanguageModelV4} from './model.ts';
import type {Retries} from './retries.ts';

type Call = Parameters<LanguageModelV4['doStream']>[0];
type Result = Awaited<ReturnType<LanguageModelV4['doStream']>>;
type Part = Result['stream'] extends ReadableStream<infer P> ? P : never;

/** A model from which nothing came for so long has failed, whatever comes of it, in ms. */
export const MODEL_PATIENCE_MS = 30_000;

/** Who leaves sooner than this, in ms, has not waited long enough to say that the model failed. */
const MODEL_LEFT_MS = 5_000;

/** What stands between an answer and its model. */
export interface ModelGuard {
  breaker: Breaker;
  /** The place of its first call, where that was admitted already. */
  admitted?: EndCall;
  retries: Retries;
}

/** A call of the model that was let through. */
interface Attempt {
  result: Result;
  reader: ReadableStreamDefaultReader<Part>;
  end: EndCall;
}

/**
 * Puts a breaker before a model, and lets calls be made again that failed before anything came of them. What comes of one
 * is handed on as it comes.
 */
export function guardModel(model: AnswerModel, {breaker, admitted, retries}: ModelGuard): LanguageModelV4 {
  let place = admitted;
  const admit = (): EndCall => {
    const end = place ?? breaker.admit(MODEL_PATIENCE_MS);
    place = undefined;
    if (end) return end;
    throw new AnswerError('model-overloaded', breaker.refusedMs());
  };
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: 'v4',
      wrapStream: ({doStream, params}) => openStream({admit, call: doStream, params, breaker, retries}),
    },
  });
}

interface Opening extends Pick<ModelGuard, 'breaker' | 'retries'> {
  admit: () => EndCall;
  call: () => PromiseLike<Result>;
  params: Call;
}

async function openStream(opening: Opening): Promise<Result> {
  let attempt = await begin(opening);
  let hasBegun = false;
  let isAgain = false;
  const {params} = opening;
  /** Makes the call again after a failure; false: the failure is handed on. */
  const again = async (cause: unknown): Promise<boolean> => {
    if (hasBegun || params.abortSignal?.aborted) return false;
    await attempt.end(isRejection(cause) ? 'answered' : 'failed');
    if (!(await mayRetry(cause, opening))) return false;
    attempt.reader.cancel().catch(() => {}); // it has failed
    attempt = await begin(opening);
    isAgain = true;
    return true;
  };
  const note = (part: Part) => {
    if (part.type === 'finish' && /error|interrupted/.test(part.finishReason.unified)) attempt.end('failed');
    if (!isSign(part)) return;
    hasBegun = true;
    attempt.end('answered');
  };
  const stream = new ReadableStream<Part>(
    {
      async pull(controller) {
        for (;;) {
          const step = await takeStep(attempt.reader);
          if (step.kind === 'failed' && (await again(step.cause))) continue;
          if (step.kind === 'failed' && !step.part) throw step.cause;
          if (step.part?.type === 'stream-start' && isAgain) continue; // there is one to a stream
          if (step.part) {
            note(step.part);
            return controller.enqueue(step.part);
          }
          attempt.end('failed'); // it ended without its word; not heard where something had come
          return controller.close();
        }
      },
      cancel: (reason) => attempt.reader.cancel(reason),
    },
    {highWaterMark: 0}, // no part is taken before it is wanted
  );
  return {...attempt.result, stream};
}

/** What a provider's stream came to: a part, its end without one, or a failure, which may be a part as well. */
type Step = {kind: 'went'; part: Part | undefined} | {kind: 'failed'; cause: unknown; part?: Part};

async function takeStep(reader: ReadableStreamDefaultReader<Part>): Promise<Step> {
  try {
    const {value: part} = await reader.read();
    return part?.type === 'error' ? {kind: 'failed', cause: part.error, part} : {kind: 'went', part};
  } catch (cause) {
    return {kind: 'failed', cause};
  }
}

/** Makes a call until one comes about. */
async function begin(opening: Opening): Promise<Attempt> {
  const {admit, call, params} = opening;
  for (;;) {
    const end = endWhenLeft(admit(), {signal: params.abortSignal, shortMs: MODEL_LEFT_MS});
    try {
      const result = await call();
      return {result, reader: result.stream.getReader(), end};
    } catch (error) {
      if (params.abortSignal?.aborted) throw error;
      await end(isRejection(error) ? 'answered' : 'failed');
      if (!(await mayRetry(error, opening))) throw error;
    }
  }
}

/** Waits where a call may be made again; one that its breaker would refuse is not waited for. */
async function mayRetry(error: unknown, {breaker, retries, params}: Opening): Promise<boolean> {
  if (breaker.refusedMs() > 0) return false;
  return (await retries.wait(error, params.abortSignal)) && breaker.refusedMs() === 0;
}

/** Whether a part says that the model answers. */
function isSign({type}: Part): boolean {
  return !['stream-start', 'response-metadata', 'raw', 'error'].includes(type);
}

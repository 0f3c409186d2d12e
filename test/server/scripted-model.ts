import type {LanguageModelV4} from '../../src/server/index.ts';

type CallOptions = Parameters<LanguageModelV4['doStream']>[0];
type Step =
  | string
  | Error
  | {finish: 'stop' | 'length' | 'error' | 'interrupted'}
  | (() => Promise<unknown>)
  | {error: unknown};

/** A language model that does what a list says: texts are deltas, functions are awaited, errors are thrown. */
export function createScriptedModel(steps: readonly Step[]) {
  const calls: CallOptions[] = [];
  let taken = 0;
  const usage = {
    inputTokens: {total: 40, noCache: 10, cacheRead: 30, cacheWrite: 0},
    outputTokens: {total: 7, text: 7, reasoning: 0},
  };
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: 'scripted',
    modelId: 'scripted-1',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('only streams')),
    async doStream(call) {
      calls.push(call);
      const left = [...steps];
      const [first] = left;
      if (first instanceof Error) throw first;
      let begun = false;
      let finished = false;
      return {
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({type: 'stream-start', warnings: []});
            call.abortSignal?.addEventListener('abort', () => {
              if (!finished) controller.error(call.abortSignal?.reason);
            });
          },
          async pull(controller) {
            for (;;) {
              const step = left.shift();
              if (typeof step === 'function') {
                await step();
                continue;
              }
              if (typeof step === 'string') {
                if (!begun) controller.enqueue({type: 'text-start', id: 'x'});
                begun = true;
                taken++;
                controller.enqueue({type: 'text-delta', id: 'x', delta: step});
                return;
              }
              if (step instanceof Error) {
                finished = true;
                controller.error(step);
                return;
              }
              if (step && 'error' in step) {
                controller.enqueue({type: 'error', error: step.error});
                continue;
              }
              if (begun) controller.enqueue({type: 'text-end', id: 'x'});
              const unified = step?.finish ?? 'stop';
              controller.enqueue({type: 'finish', finishReason: {unified, raw: unified}, usage});
              finished = true;
              controller.close();
              return;
            }
          },
        }),
      };
    },
  };
  return {
    model,
    calls,
    /** How many texts were taken from the script. */
    taken: () => taken,
  };
}

import {MockLanguageModelV4} from 'ai/test';
import type {LanguageModelV4} from '../../src/server/index.ts';
import {toStream} from '../../src/server/to-stream.ts';

type StreamPart =
  Awaited<ReturnType<LanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never;

/** What a model does in a message: says a text, calls a tool, waits, gives parts as they are, ends otherwise than it would, or fails. */
export type MessageStep =
  | string
  | (() => Promise<unknown>)
  | {call: string; input?: unknown; id?: string}
  | {parts: StreamPart[]}
  | {finish: 'stop' | 'length' | 'tool-calls'}
  | Error;

const usage = {
  inputTokens: {total: 40, noCache: 10, cacheRead: 30, cacheWrite: 0},
  outputTokens: {total: 7, text: 7, reasoning: 0},
};

/** A language model whose messages are scripted: the first call of it gives the first one, and so on; the last repeats. */
export function createToolModel(...messages: readonly (readonly MessageStep[])[]) {
  let at = 0;
  const model = new MockLanguageModelV4({
    modelId: 'tools-1',
    doStream: async () => {
      const steps = messages[Math.min(at, messages.length - 1)] ?? [];
      return {stream: toStream(writeMessage(steps, `m${at++}`))};
    },
  });
  return {
    model: model as LanguageModelV4, // the mock's own types leave readonly out
    /** What the model was asked, message by message. */
    calls: model.doStreamCalls,
    /** The results that the model was given before a message, by tool name, as the SDK writes them. */
    results: (message: number) =>
      (model.doStreamCalls[message]?.prompt ?? []).flatMap(({role, content}) =>
        role === 'tool'
          ? content.flatMap((part) => (part.type === 'tool-result' ? [[part.toolName, part.output] as const] : []))
          : [],
      ),
  };
}

async function* writeMessage(steps: readonly MessageStep[], message: string): AsyncGenerator<StreamPart> {
  yield {type: 'stream-start', warnings: []};
  let unified: 'stop' | 'length' | 'tool-calls' = 'stop';
  for (const [at, step] of steps.entries()) {
    const id = `${message}-${at}`;
    if (typeof step === 'function') await step();
    else if (step instanceof Error) throw step;
    else if (typeof step === 'string') {
      yield {type: 'text-start', id};
      yield {type: 'text-delta', id, delta: step};
      yield {type: 'text-end', id};
    } else if ('call' in step) {
      unified = 'tool-calls';
      const input = typeof step.input === 'string' ? step.input : JSON.stringify(step.input ?? {});
      yield {type: 'tool-call', toolCallId: step.id ?? id, toolName: step.call, input};
    } else if ('parts' in step) yield* step.parts;
    else unified = step.finish;
  }
  yield {type: 'finish', finishReason: {unified, raw: unified}, usage};
}

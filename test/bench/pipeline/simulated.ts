import {jsonSchema, tool} from 'ai';
import type {AnswerTools, LanguageModelV4} from '../../../src/server/index.ts';
import {toStream} from '../../../src/server/to-stream.ts';
import {takeMs} from '../../server/take-ms.ts';
import {type Documented, type Speed, TOKEN_COUNT, type Turn, takeTime} from './draws.ts';

type CallOptions = Parameters<LanguageModelV4['doStream']>[0];
type StreamPart =
  Awaited<ReturnType<LanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never;

/** How an answer of a simulated model is made. */
export interface Manner {
  /** Whether text comes as it is made; otherwise all at the end. */
  isStreamed: boolean;
  /** Whether the message asks for all tools at once; otherwise one message for each. */
  isParallel: boolean;
}

/** How many pieces a streamed answer comes in. */
const PIECE_COUNT = 12;

/**
 * Creates a model that takes documented times. It asks for the tools that it is offered without waiting, as a program would:
 * its own time is that of one message.
 *
 * @param options.find - Finds the turn of a question.
 * @param options.connect - Is awaited before anything else.
 * @param options.handsOver - Whether the turn's question is handed over, where it can be, once the answer would be whole.
 * @param options.luckOf - Says what counts of a turn's luck.
 */
export function createTimedModel(options: {
  modelId: string;
  speed: Speed;
  manner: Manner;
  find: (question: string) => Turn;
  connect: () => Promise<void>;
  handsOver: (turn: Turn) => boolean;
  luckOf: (luck: number) => number;
}): LanguageModelV4 {
  const {modelId, speed, manner, find, connect, handsOver, luckOf} = options;

  const say = async function* ({prompt, tools = []}: CallOptions): AsyncGenerator<StreamPart> {
    const turn = find(readQuestion(prompt));
    yield {type: 'stream-start', warnings: []};
    await connect();
    const names = tools.map(({name}) => name).filter((name) => name.startsWith('tool'));
    const saidCount = prompt.filter(({role}) => role === 'tool').length;
    const wanted = manner.isParallel ? (saidCount === 0 ? names : []) : names.slice(saidCount, saidCount + 1);
    if (wanted.length > 0) {
      for (const name of wanted) yield writeCall(name, turn);
      yield writeFinish('tool-calls');
      return;
    }
    const firstMs = takeTime(speed.first, luckOf(turn.luck.first));
    const tokensMs = TOKEN_COUNT * takeTime(speed.token, luckOf(turn.luck.token));
    if (handsOver(turn) && tools.some(({name}) => name === 'escalate')) {
      await takeMs(firstMs + tokensMs);
      yield writeCall('escalate', turn);
      yield writeFinish('tool-calls');
      return;
    }
    yield* write({firstMs, tokensMs, pieceCount: manner.isStreamed ? PIECE_COUNT : 1});
    yield writeFinish('stop');
  };

  return {
    specificationVersion: 'v4',
    provider: 'bench',
    modelId,
    supportedUrls: {},
    doGenerate: () => Promise.reject(new TypeError('it only streams')),
    doStream: async (call) => ({stream: toStream(say(call))}),
  };
}

/** Creates tools that take documented times. */
export function createTimedTools(
  times: readonly Documented[],
  {find, luckOf}: {find: (question: string) => Turn; luckOf: (luck: number) => number},
): AnswerTools {
  const inputSchema = jsonSchema<{question: string}>({type: 'object'});
  return Object.fromEntries(
    times.map((time, at) => {
      const name = `tool${at}` as 'tool0'; // there are three, as their luck says
      const execute = async ({question}: {question: string}) => {
        await takeMs(takeTime(time, luckOf(find(question).luck[name])));
        return 'done';
      };
      return [name, {...tool({description: 'a tool', inputSchema, execute}), timeoutMs: 600_000}];
    }),
  );
}

async function* write(times: {firstMs: number; tokensMs: number; pieceCount: number}): AsyncGenerator<StreamPart> {
  const {firstMs, tokensMs, pieceCount} = times;
  const startedMs = performance.now();
  for (let at = 0; at < pieceCount; at++) {
    // what comes in one piece comes at the end
    const part = pieceCount === 1 ? 1 : at / (pieceCount - 1);
    await takeMs(Math.max(0, startedMs + firstMs + tokensMs * part - performance.now()));
    if (at === 0) yield {type: 'text-start', id: 't'};
    yield {type: 'text-delta', id: 't', delta: 'ten tokens of an answer '};
  }
  yield {type: 'text-end', id: 't'};
}

function writeCall(toolName: string, {question}: Turn): StreamPart {
  return {type: 'tool-call', toolCallId: toolName, toolName, input: JSON.stringify({question})};
}

function writeFinish(unified: 'stop' | 'tool-calls'): StreamPart {
  const usage = {
    inputTokens: {total: 500, noCache: 500, cacheRead: 0, cacheWrite: 0},
    outputTokens: {total: TOKEN_COUNT, text: TOKEN_COUNT, reasoning: 0},
  };
  return {type: 'finish', finishReason: {unified, raw: unified}, usage};
}

function readQuestion(prompt: CallOptions['prompt']): string {
  const content = prompt.findLast(({role}) => role === 'user')?.content;
  return Array.isArray(content) ? content.map((part) => (part.type === 'text' ? part.text : '')).join('') : '';
}

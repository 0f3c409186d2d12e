import type {KnowledgeEntry} from './knowledge.ts';
import type {LanguageModelV4} from './model.ts';
import {orAborted} from './or-aborted.ts';
import {pause} from './pause.ts';
import {createRandom} from './random.ts';
import {createSimulatedAnswers, type SimulatedAnswer} from './simulated-answer.ts';
import {toStream} from './to-stream.ts';

type CallOptions = Parameters<LanguageModelV4['doStream']>[0];
type StreamResult = Awaited<ReturnType<LanguageModelV4['doStream']>>;
type StreamPart = StreamResult['stream'] extends ReadableStream<infer Piece> ? Piece : never;
type GenerateResult = Awaited<ReturnType<LanguageModelV4['doGenerate']>>;

/** Median wait for the simulated model's first token in ms; the 99th percentile is six times that. */
export const SIMULATED_FIRST_TOKEN_MS = 350;

/** Median time between two simulated tokens in ms; the 99th percentile is four times that. */
export const SIMULATED_PER_TOKEN_MS = 18;

const FIRST_TOKEN_TAIL_RATIO = 6;
const PER_TOKEN_TAIL_RATIO = 4;

/** What a simulated model knows and how fast it is. */
export interface SimulatedModelOptions {
  /** What it can answer from. */
  knowledge: readonly KnowledgeEntry[];
  /** What it calls itself; default `simulated`. */
  modelId?: string;
  /**
   * Says which tool it calls for a question before it answers, when it is offered one of that name; undefined for none. A
   * text that the tool gives is its answer. Default: it calls none.
   */
  call?: (question: string) => {tool: string; input: object} | undefined;
  /** With the question it determines every wait; default 1. */
  seed?: number;
  /** Median wait for the first token in ms; default SIMULATED_FIRST_TOKEN_MS. */
  firstTokenMs?: number;
  /** Median wait for each further token in ms; default SIMULATED_PER_TOKEN_MS. */
  perTokenMs?: number;
  /** Waits; must reject when the signal aborts. Default a timer. */
  wait?: (waitMs: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Monotonic clock in ms that keeps late timers from adding up; default `performance.now`. */
  clock?: () => number;
  /** Is awaited before each token, from index 0, after its wait; default nothing. */
  gate?: (tokenIndex: number) => Promise<void>;
}

/**
 * Creates a language model that needs no provider: it answers from the knowledge it is given, with the waits of a
 * hosted model, and says that it is simulated (`modelId: 'simulated'`).
 *
 * The same seed and question give the same answer and the same waits. Abort ends it between tokens. It calls tools only
 * where `call` says so, and ignores sampling settings; usage counts four characters of prompt as one token.
 */
export function createSimulatedModel(options: SimulatedModelOptions): LanguageModelV4 {
  const {seed = 1, wait = pause, clock = () => performance.now(), gate} = options;
  const {firstTokenMs = SIMULATED_FIRST_TOKEN_MS, perTokenMs = SIMULATED_PER_TOKEN_MS} = options;
  const answer = createSimulatedAnswers(options.knowledge);

  const say = async function* ({prompt, tools = [], abortSignal}: CallOptions): AsyncGenerator<StreamPart> {
    const {question, instructions, given} = readPrompt(prompt);
    const random = createRandom(`${seed}\n${question}`);
    yield {type: 'stream-start', warnings: []};
    let dueMs = clock();
    const wanted = given === undefined ? options.call?.(question) : undefined;
    if (wanted && tools.some(({name}) => name === wanted.tool)) {
      await wait(random.logNormal(firstTokenMs, FIRST_TOKEN_TAIL_RATIO), abortSignal);
      const input = JSON.stringify(wanted.input);
      yield {type: 'tool-call', toolCallId: 't1', toolName: wanted.tool, input};
      yield {type: 'finish', finishReason: {unified: 'tool-calls', raw: 'tool-calls'}, usage: countUsage(prompt, 0)};
      return;
    }
    const {text, used} = given ? {text: given, used: []} : answer(question, instructions);
    const tokens = splitTokens(text);
    for (const [at, token] of tokens.entries()) {
      const first = at === 0;
      dueMs += first
        ? random.logNormal(firstTokenMs, FIRST_TOKEN_TAIL_RATIO)
        : random.logNormal(perTokenMs, PER_TOKEN_TAIL_RATIO);
      await wait(Math.max(0, dueMs - clock()), abortSignal);
      if (gate) {
        await (abortSignal ? orAborted(gate(at), abortSignal) : gate(at));
        dueMs = Math.max(dueMs, clock()); // what was held back is not made up for
      }
      abortSignal?.throwIfAborted();
      if (first) {
        yield* writeSources(used);
        yield {type: 'text-start', id: 't'};
      }
      yield {type: 'text-delta', id: 't', delta: token};
    }
    yield {type: 'text-end', id: 't'};
    yield {type: 'finish', finishReason: {unified: 'stop', raw: 'stop'}, usage: countUsage(prompt, tokens.length)};
  };

  return {
    specificationVersion: 'v4',
    provider: 'firstword',
    modelId: options.modelId ?? 'simulated',
    supportedUrls: {},
    async doGenerate(call) {
      let result: GenerateResult | undefined;
      let text = '';
      for await (const part of say(call)) {
        if (part.type === 'text-delta') text += part.delta;
        if (part.type !== 'finish') continue;
        const {finishReason, usage} = part;
        result = {content: [{type: 'text', text}], finishReason, usage, warnings: []};
      }
      if (!result) throw new TypeError('the simulated model ended without a finish');
      return result;
    },
    async doStream(call) {
      return {stream: toStream(say(call))};
    },
  };
}

function* writeSources(used: SimulatedAnswer['used']): Generator<StreamPart> {
  for (const {id, url, title} of used) {
    if (url !== undefined) yield {type: 'source', sourceType: 'url', id, url, title};
  }
}

/** Reads the last question, the instructions, and what tools gave to the question: undefined when none was called. */
function readPrompt(prompt: CallOptions['prompt']): {question: string; instructions: string; given?: string} {
  let question = '';
  let instructions = '';
  let given: string[] | undefined;
  for (const message of prompt) {
    if (message.role === 'system') instructions += `${message.content}\n`;
    if (message.role === 'user') {
      question = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
      given = undefined;
    }
    if (message.role !== 'tool') continue;
    given ??= [];
    for (const part of message.content) {
      if (part.type === 'tool-result' && part.output.type === 'text') given.push(part.output.value);
    }
  }
  return {question, instructions, ...(given ? {given: given.join(' ')} : {})};
}

/** Pieces as a tokenizer makes them: a word with the space before it, long words in several. */
function splitTokens(text: string): string[] {
  return text.match(/\s*\S{1,8}/g) ?? [];
}

function countUsage(prompt: CallOptions['prompt'], outputTokenCount: number) {
  const inputTokenCount = Math.ceil(JSON.stringify(prompt).length / 4);
  return {
    inputTokens: {total: inputTokenCount, noCache: inputTokenCount, cacheRead: 0, cacheWrite: 0},
    outputTokens: {total: outputTokenCount, text: outputTokenCount, reasoning: 0},
  };
}

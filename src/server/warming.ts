import {streamText, type ToolSet} from 'ai';
import {DEFAULT_INSTRUCTIONS, type Prompt, writePrompt} from './instructions.ts';
import {type AnswerModel, type ChosenModel, readWarm} from './model.ts';
import {offerTool} from './offer-tool.ts';
import type {AnswerOptions} from './options.ts';
import {createHandover, ESCALATE} from './reply.ts';
import {ToolFailure} from './tool-failure.ts';
import type {ReadTool} from './tools.ts';

/** Warming happens at most once in this time, in ms: providers keep connections and prompt prefixes for about five minutes. */
export const WARM_EVERY_MS = 240_000;

/** How long a warming may take, in ms. */
const WARM_MS = 10_000;

/**
 * Creates what warms a provider ahead of the first question.
 *
 * @param warm - Does it; what it throws is dropped, and it is tried again the next time. Undefined: nothing to warm.
 * @returns Warms unless it did within WARM_EVERY_MS; never waits.
 */
export function createWarming(warm: ((signal: AbortSignal) => Promise<unknown>) | undefined): () => void {
  let warmMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = performance.now();
    if (!warm || nowMs - warmMs < WARM_EVERY_MS) return;
    warmMs = nowMs;
    Promise.resolve(AbortSignal.timeout(WARM_MS))
      .then(warm)
      .catch(() => {
        warmMs = Number.NEGATIVE_INFINITY; // the next hello tries again; a question tells what is wrong
      });
  };
}

/**
 * Reads how a handler warms its providers.
 *
 * @param options.answering - `warm` says how; absent: as the fast model does by itself.
 * @param options.choose - Gives the model of a route.
 * @param options.tools - What prompts begin with beside the instructions.
 * @returns undefined when there is nothing to warm.
 */
export function readWarmOption(options: {
  answering: AnswerOptions;
  choose: (wanted: string | undefined) => ChosenModel;
  tools: readonly ReadTool[];
}): ((signal: AbortSignal) => Promise<unknown>) | undefined {
  const {answering, choose, tools} = options;
  const {warm, instructions: base = DEFAULT_INSTRUCTIONS, routing} = answering;
  if (warm !== 'prompt') return warm ?? readWarm(choose(undefined).model);
  const fast = choose('fast');
  const powerful = choose('powerful');
  const hasPowerful = powerful.route === 'powerful';
  const offered = offerAhead(tools);
  return async (signal) => {
    const prompt = writePrompt({
      question: {conversationId: '', attempt: 0, text: 'Hello', history: [], topics: []},
      ...{base: typeof base === 'string' ? base : base({}), chunks: [], facts: undefined},
    });
    const shared = {prompt, tools: offered, signal};
    const stronger = hasPowerful && routing?.escalate !== false ? powerful : undefined;
    await Promise.all([
      readAhead({...shared, model: fast.model, stronger}),
      ...(hasPowerful ? [readAhead({...shared, model: powerful.model, stronger: undefined})] : []),
    ]);
  };
}

/** Has a model read a prompt, so that its provider keeps what others begin with. Rejects where the provider does. */
async function readAhead(options: {
  model: AnswerModel;
  prompt: Prompt;
  tools: ToolSet;
  stronger: ChosenModel | undefined;
  signal: AbortSignal;
}): Promise<void> {
  const {model, prompt, tools, stronger, signal} = options;
  const offered = stronger && !Object.hasOwn(tools, ESCALATE) ? createHandover(tools).offered : tools;
  const {text} = streamText({
    model,
    ...prompt,
    ...(Object.keys(offered).length > 0 ? {tools: offered, toolChoice: 'none' as const} : {}),
    ...{maxOutputTokens: 1, maxRetries: 0, abortSignal: signal},
    onError() {}, // the default prints it with prompt and headers
  });
  await text;
}

/** Writes the tools as the model is offered them in answers, but does nothing that it may ask for. */
function offerAhead(tools: readonly ReadTool[]): ToolSet {
  const refuse = (name: string) => () => Promise.reject(new ToolFailure('failed', name));
  return Object.fromEntries(
    tools.map((tool) => [tool.name, offerTool(tool, {visitor: undefined, make: refuse(tool.name)})]),
  );
}

import {
  type Experimental_LanguageModelStreamPart as CallPart,
  isStepCount,
  jsonSchema,
  experimental_streamLanguageModelCall as streamCall,
  streamText,
  type TextStreamPart,
  type ToolSet,
  tool,
} from 'ai';
import type {Prompt} from './instructions.ts';
import type {AnswerModel, ChosenModel, RouteName} from './model.ts';
import type {StoredAnswer} from './semantic-cache.ts';
import {ToolFailure} from './tool-failure.ts';

/** What an attempt cost that was handed over; tokens are absent until the provider has said them. */
export interface Lost {
  inputTokenCount?: number | undefined;
  outputTokenCount?: number | undefined;
}

/**
 * A part of a reply: the AI SDK's, that another model goes on from here, or that it is by another one than was chosen,
 * which comes first.
 */
export type ReplyPart =
  | TextStreamPart<ToolSet>
  | CallPart
  | {type: 'handed-over'; lost: Lost}
  | {type: 'fell-back'; to: {route: RouteName; model: string}};

/** A reply that is being read, part by part. */
export interface Reply {
  read(): Promise<{done: true; value?: undefined} | {done: false; value: ReplyPart}>;
  /** Leaves it; what makes it is ended unless somebody else reads. */
  cancel(): void;
}

/** The tool by which a fast model hands a question over. */
export const ESCALATE = 'escalate';

/** How long a model that handed over may take to say what it cost, in ms. */
const COST_WAIT_MS = 2_000;

/** The most messages of a model in one reply; in the last it may not call tools. */
export const MAX_MESSAGE_COUNT = 5;

const HANDOVER_WORDS =
  'Hands the question to a stronger model. Call it at once, before writing anything, when the question needs ' +
  'several steps of reasoning, a comparison or a calculation that you may get wrong. Never call it for simple questions.';

/**
 * Asks a model. While it calls tools it is asked on with their results. Nothing is asked twice: retries would be hidden
 * time.
 *
 * @param options.tools - What the model may call, and after it the stronger one.
 * @param options.stronger - The model that the first one may hand over to with its first message, before any text; absent,
 *   or where a tool has that name: it may not.
 * @param options.fellBack - Whether the model is another one than was chosen, and on which route.
 * @param options.onCalled - Runs when a message with calls has ended, before they are waited for.
 * @param options.onAskedOn - Runs when they are there, before the model is asked on with them.
 */
export function openReply(options: {
  model: AnswerModel;
  prompt: Prompt;
  tools?: ToolSet | undefined;
  stronger?: Pick<ChosenModel, 'model'> | undefined;
  fellBack?: {route: RouteName} | undefined;
  onCalled?: () => void;
  onAskedOn?: () => void;
}): Reply {
  const {model, prompt, tools = {}, stronger, onCalled, onAskedOn} = options;
  let {fellBack} = options;
  const handover = stronger && !Object.hasOwn(tools, ESCALATE) ? createHandover(tools) : undefined;
  let current = askModel({
    ...{model, prompt, tools, offered: handover?.offered ?? tools, onAskedOn},
    onCalled: () => {
      if (!handover?.isCalled()) onCalled?.();
    },
  });
  let isFirst = handover !== undefined;
  return {
    async read() {
      if (fellBack) {
        const to = {...fellBack, model: model.modelId.slice(0, 64)};
        fellBack = undefined;
        return {done: false, value: {type: 'fell-back', to}};
      }
      const step = await current.read();
      if (step.done || !isFirst) return step;
      const part = step.value;
      if (part.type === 'text-delta' && part.text !== '') isFirst = false;
      if (!stronger || !isHandover(part)) return step;
      isFirst = false;
      const lost = readCost(current);
      current = askModel({model: stronger.model, prompt, tools, offered: tools, onCalled, onAskedOn});
      return {done: false, value: {type: 'handed-over', lost}};
    },
    cancel: () => current.cancel(),
  };
}

/** Writes the tools of a model that may hand over: the message that does so has nothing executed. */
export function createHandover(tools: ToolSet): {offered: ToolSet; isCalled: () => boolean} {
  let called = false;
  const note = () => {
    called = true;
  };
  const guard = ([name, own]: [string, ToolSet[string]]): [string, ToolSet[string]] => {
    const execute: NonNullable<typeof own.execute> = (...call) => {
      if (called) throw new ToolFailure('failed', name);
      return own.execute?.(...call);
    };
    return [name, {...own, execute} as typeof own]; // the spread of a union is none of its members to the compiler
  };
  const escalate: ToolSet[string] = tool({
    description: HANDOVER_WORDS,
    inputSchema: jsonSchema({type: 'object', properties: {}, additionalProperties: true}),
    onInputStart: note,
    onInputAvailable: note,
  });
  return {
    offered: {...Object.fromEntries(Object.entries(tools).map(guard)), [ESCALATE]: escalate},
    isCalled: () => called,
  };
}

/** Lets several read one reply, each at its own pace from its beginning; whoever is ahead pulls. */
export function shareReply(reply: Reply): () => Reply {
  type Step = Awaited<ReturnType<Reply['read']>>;
  const steps: Promise<Step>[] = [];
  let readerCount = 0;
  const stepAt = (at: number): Promise<Step> => {
    const step = steps[at] ?? reply.read();
    steps[at] = step;
    step.catch(() => {}); // each reader hears of it when it gets there
    return step;
  };
  return () => {
    let nextAt = 0;
    let open = true;
    readerCount++;
    return {
      async read() {
        const step = await stepAt(nextAt);
        if (!step.done) nextAt++;
        return step;
      },
      cancel() {
        if (!open) return;
        open = false;
        readerCount--;
        if (readerCount === 0) reply.cancel();
      },
    };
  };
}

/** Gives a stored answer as a reply: its text at once. */
export function replayReply({text}: StoredAnswer): Reply {
  const parts: ReplyPart[] = [
    {type: 'text-delta', id: 't', text},
    {type: 'finish', finishReason: 'stop', rawFinishReason: 'stop', totalUsage: NO_USAGE},
  ];
  return {
    async read() {
      const value = parts.shift();
      return value ? {done: false, value} : {done: true};
    },
    cancel() {},
  };
}

/** What an answer costs that no model was asked for. */
export const NO_USAGE = {
  inputTokens: undefined,
  outputTokens: undefined,
  totalTokens: undefined,
  inputTokenDetails: {noCacheTokens: undefined, cacheReadTokens: undefined, cacheWriteTokens: undefined},
  outputTokenDetails: {textTokens: undefined, reasoningTokens: undefined},
} as const;

/**
 * Asks a model that is offered no tools, so that one message is all: the AI SDK's own single call costs half of what its
 * loop of messages does for each token.
 */
function askOnce({model, prompt}: {model: AnswerModel; prompt: Prompt}): Reply {
  const control = new AbortController();
  const called = streamCall({model, ...prompt, abortSignal: control.signal});
  return readStream(
    called.then(({stream}) => stream),
    control,
  );
}

/** Reads what a model says; `control` ends the asking. */
function readStream(
  opening: Promise<ReadableStream<TextStreamPart<ToolSet> | CallPart>>,
  control: AbortController,
): Reply {
  const opened = opening.then((stream) => stream.getReader());
  opened.catch(() => {}); // whoever reads hears of it
  let reader: Awaited<typeof opened> | undefined;
  let isOver = false;
  return {
    async read() {
      reader ??= await opened;
      const {done, value} = await reader.read();
      const part = value?.type === 'model-call-end' ? writeFinish(value) : value;
      isOver ||= !part || part.type === 'finish' || part.type === 'error';
      return done || !part ? {done: true} : {done, value: part};
    },
    cancel() {
      if (!isOver) control.abort();
      opened.then((reader) => reader.cancel()).catch(() => {}); // already ended, or a provider that is left anyway
    },
  };
}

/** The end of a single call, as the loop of messages writes its own. */
function writeFinish(end: Extract<CallPart, {type: 'model-call-end'}>): ReplyPart {
  const {finishReason, rawFinishReason, usage: totalUsage} = end;
  return {type: 'finish', finishReason, rawFinishReason, totalUsage};
}

/** @param options.offered - The tools, and in the first message what else may be called. */
function askModel(options: {
  model: AnswerModel;
  prompt: Prompt;
  tools: ToolSet;
  offered: ToolSet;
  onCalled: (() => void) | undefined;
  onAskedOn: (() => void) | undefined;
}): Reply {
  const {model, prompt, tools, offered, onCalled, onAskedOn} = options;
  if (Object.keys(offered).length === 0) return askOnce(options);
  const control = new AbortController();
  const {stream} = streamText({
    model,
    ...prompt,
    tools: offered,
    ...(Object.keys(tools).length > 0 ? goOn(Object.keys(tools), {onCalled, onAskedOn}) : {}),
    maxRetries: 0,
    abortSignal: control.signal,
    onError() {}, // the failure comes as a part too; the default prints it with prompt and headers
  });
  return readStream(Promise.resolve(stream), control);
}

/** Writes what lets a model go on after it called some of its tools. */
function goOn(names: readonly string[], hooks: Pick<Parameters<typeof askModel>[0], 'onCalled' | 'onAskedOn'>) {
  const {onCalled, onAskedOn} = hooks;
  return {
    stopWhen: isStepCount(MAX_MESSAGE_COUNT),
    prepareStep({stepNumber}: {stepNumber: number}) {
      if (stepNumber === 0) return {};
      onAskedOn?.();
      return {
        activeTools: [...names],
        ...(stepNumber === MAX_MESSAGE_COUNT - 1 ? {toolChoice: 'none' as const} : {}),
      };
    },
    onLanguageModelCallEnd({content}: {content: readonly {type: string}[]}) {
      // the end of other messages is known by their texts, which may not have been taken yet
      if (content.some(({type}) => type === 'tool-call')) onCalled?.();
    },
  };
}

function isHandover(part: ReplyPart): boolean {
  return (part.type === 'tool-input-start' || part.type === 'tool-call') && part.toolName === ESCALATE;
}

/** Hears a model out that handed over, for a moment: only its end says what it cost. */
function readCost(reply: Reply): Lost {
  const lost: Lost = {};
  const timer = setTimeout(() => reply.cancel(), COST_WAIT_MS);
  timer.unref?.(); // where timers keep a process alive, this one need not
  const drain = async () => {
    for (;;) {
      const {done, value} = await reply.read();
      if (done) return;
      if (value.type !== 'finish') continue;
      lost.inputTokenCount = value.totalUsage.inputTokens;
      lost.outputTokenCount = value.totalUsage.outputTokens;
    }
  };
  drain()
    .catch(() => {}) // a cost that was never said
    .finally(() => {
      clearTimeout(timer);
      reply.cancel();
    });
  return lost;
}

import {asSchema, type ModelMessage, parsePartialJson, type ToolSet} from 'ai';
import {createClosing} from './closing.ts';
import type {ReadTool} from './tools.ts';

/** A call of a tool as the model made it. */
export interface ToolCall {
  input: unknown;
  messages: ModelMessage[];
  toolCallId: string;
}

/** Makes a call; it may be made before the SDK asks for it. */
export type MakeCall = (call: ToolCall) => Promise<unknown>;

type Offered = ToolSet[string];
type Callback<K extends 'onInputStart' | 'onInputDelta'> = NonNullable<Offered[K]>;

/**
 * Writes a tool as the AI SDK is given it.
 *
 * The SDK executes tools when the model's message has ended, and providers of the OpenAI family tell of a call only then.
 * So a repeatable call is made as soon as the object of its arguments is closed in the stream, and is only awaited where
 * the SDK executes it; should the arguments turn out otherwise, it is made again. Side effects wait for the SDK: a message
 * that breaks off asked for nothing.
 */
export function offerTool(tool: ReadTool, {visitor, make}: {visitor: unknown; make: MakeCall}): Offered {
  const {contextSchema: _, ...offered} = tool.tool; // the SDK would end the answer where the context does not fit
  const begun = new Map<string, Promise<unknown>>();
  const begin = (call: ToolCall): Promise<unknown> => {
    const name = nameCall(call);
    const made = begun.get(name) ?? make(call);
    made.catch(() => {}); // it is thrown where the SDK waits for it
    begun.set(name, made);
    return made;
  };
  const execute = (input: unknown, {toolCallId, messages}: Omit<ToolCall, 'input'>) => {
    const call = {input, toolCallId, messages};
    const made = begin(call);
    begun.delete(nameCall(call)); // a later message may give the same id again
    return made;
  };
  const early = tool.sideEffects ? {} : beginEarly(tool.tool, begin);
  const description = readDescription(tool.tool, visitor);
  return {...offered, description, ...early, execute} as Offered; // the spread of a union is none of its members to the compiler
}

/** A description may be written for the visitor; one that cannot be is left out. */
function readDescription({description}: Offered, visitor: unknown): string | undefined {
  if (typeof description !== 'function') return description;
  try {
    return description({context: visitor});
  } catch {
    return undefined; // the tool's own words may fail, and the answer not with them
  }
}

/** Writes the callbacks that begin a call while the message goes on. */
function beginEarly(tool: Offered, begin: (call: ToolCall) => void): Partial<Offered> {
  const closings = new Map<string, ReturnType<typeof createClosing>>();
  const onInputStart: Callback<'onInputStart'> = async (facts) => {
    closings.set(facts.toolCallId, createClosing());
    await tool.onInputStart?.(facts);
  };
  const onInputDelta: Callback<'onInputDelta'> = async (facts) => {
    const {toolCallId, messages, inputTextDelta} = facts;
    const closed = closings.get(toolCallId)?.read(inputTextDelta);
    const input = closed === undefined ? undefined : await readInput(tool, closed);
    if (input) begin({input: input.value, toolCallId, messages});
    await tool.onInputDelta?.(facts);
  };
  const onInputAvailable = async (facts: ToolCall & Parameters<Callback<'onInputStart'>>[0]) => {
    const {input, toolCallId, messages} = facts;
    closings.delete(toolCallId);
    begin({input, toolCallId, messages});
    await tool.onInputAvailable?.(facts);
  };
  return {onInputStart, onInputDelta, onInputAvailable};
}

/** Reads arguments as the SDK will; undefined where it will refuse them. */
async function readInput(tool: Offered, text: string): Promise<{value: unknown} | undefined> {
  const {value, state} = await parsePartialJson(text); // refuses what would reach for prototypes
  if (state !== 'successful-parse') return undefined;
  const {validate} = asSchema(tool.inputSchema);
  if (!validate) return {value};
  const checked = await validate(value);
  return checked.success ? {value: checked.value} : undefined;
}

/** With the input: models give two calls one id. */
function nameCall({toolCallId, input}: ToolCall): string {
  return JSON.stringify([toolCallId, input]);
}

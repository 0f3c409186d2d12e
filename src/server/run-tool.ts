import {asSchema, type ModelMessage} from 'ai';
import {type Breaker, endWhenLeft} from './breakers.ts';
import {ToolFailure} from './tool-failure.ts';
import type {ReadTool} from './tools.ts';

/** A call of a tool, with what it needs to be made. */
interface ToolRun {
  tool: ReadTool;
  breaker: Breaker;
  input: unknown;
  messages: ModelMessage[];
  toolCallId: string;
  visitor: unknown;
  signal: AbortSignal;
}

/**
 * Runs a tool to its end: of one that gives several outputs the last counts.
 *
 * @param run.breaker - Is told how it went, unless the call was left before its time was up.
 * @param run.visitor - What the server knows of the visitor; held against the tool's own `contextSchema`.
 * @throws What the tool throws, or what is wrong with its context; ToolFailure `left-alone` where the breaker refuses it.
 */
export async function runTool(run: ToolRun): Promise<unknown> {
  const {tool, breaker, visitor, signal} = run;
  const context = await readContext(tool, visitor);
  const place = breaker.admit(tool.timeoutMs);
  if (!place) throw new ToolFailure('left-alone', tool.name);
  // one that had less than its own time, since an answer has a deadline, has not failed
  const end = endWhenLeft(place, {signal, shortMs: SHORT_SHARE * tool.timeoutMs});
  try {
    const output = await execute(run, context);
    end('answered');
    return output;
  } catch (error) {
    end('failed'); // not heard where it was left
    throw error;
  }
}

/** What had less than this part of its time was cut short. */
const SHORT_SHARE = 0.9;

async function execute({tool, input, messages, toolCallId, signal}: ToolRun, context: unknown): Promise<unknown> {
  const output: unknown = await tool.tool.execute?.(input, {toolCallId, messages, abortSignal: signal, context});
  if (!isAsyncIterable(output)) return output;
  let last: unknown;
  for await (const part of output) last = part;
  return last;
}

async function readContext({tool}: ReadTool, visitor: unknown): Promise<unknown> {
  if (!tool.contextSchema) return visitor;
  const checked = await asSchema(tool.contextSchema).validate?.(visitor);
  if (!checked) return visitor;
  if (!checked.success) throw checked.error;
  return checked.value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

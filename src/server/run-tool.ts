import {asSchema, type ModelMessage} from 'ai';
import type {ReadTool} from './tools.ts';

/**
 * Runs a tool to its end: of one that gives several outputs the last counts.
 *
 * @param call.visitor - What the server knows of the visitor; held against the tool's own `contextSchema`.
 * @throws What the tool throws, or what is wrong with its context.
 */
export async function runTool(call: {
  tool: ReadTool;
  input: unknown;
  messages: ModelMessage[];
  toolCallId: string;
  visitor: unknown;
  signal: AbortSignal;
}): Promise<unknown> {
  const {tool, input, messages, toolCallId, visitor, signal} = call;
  const context = await readContext(tool, visitor);
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

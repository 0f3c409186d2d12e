import type {ToolSet} from 'ai';
import {createStageHedge, type StageHedge} from './stage-hedge.ts';

/** What a tool may look at to say its input before the model has. */
export interface SpeculationFacts {
  /** Topic ids that the page expects the question to be about. */
  topics: readonly string[];
  /** The page's language as a BCP 47 tag; absent when the page did not say. */
  language?: string;
  /** What the page says of itself: data from the browser. */
  page?: unknown;
  /** What the `context` option found of the visitor; undefined when nothing. */
  visitor?: unknown;
}

/** What the kit is told of a tool beside what the AI SDK knows. */
export interface ToolTerms {
  /**
   * The longest that a call may take, in ms, and never longer than the answer's deadline; then its signal aborts and the
   * model is told to go on without it. Default DEFAULT_TOOL_TIMEOUT_MS.
   */
  timeoutMs?: number;
  /** How long a call is meant to take, in ms: the span says of each whether it took longer. Default: not judged. */
  budgetMs?: number;
  /**
   * After how many ms without a result a call is made a second time beside the first, for one call in twenty at most: what
   * is there first counts, the other one's signal aborts. Never with side effects. Default never.
   */
  hedgeMs?: number;
  /**
   * Whether a call changes something. Such a tool runs once for each input of a turn, and for one attempt of a turn only;
   * it begins when the model's message has ended well, and goes on when the answer is left. With one such tool pages are
   * told that second attempts are not welcome. Default false.
   */
  sideEffects?: boolean;
  /**
   * Whether it may run before the model asks for it: with the question, beside retrieval, as soon as `context` has found
   * the visitor. Never with side effects. Default false.
   */
  speculative?: boolean;
  /**
   * Says the input that the model will probably give; undefined when that cannot be told, which a throw is taken for too.
   * The result is used when the model calls the tool with an equal input, which it is sure to do where the tool takes
   * none (a search for what the visitor asked finds that in its `messages`). Default: an empty object.
   */
  speculate?: (question: string, facts: SpeculationFacts) => unknown;
}

/**
 * A tool of the AI SDK with its terms. Its `execute` is given what the `context` option found of the visitor as `context`,
 * so that whom it acts for need not come from the model.
 *
 * One that threw, or used up its timeout, in more than half of its latest calls is left alone for a moment, whoever asks:
 * what is no failure of its own, such as an order that is not found, it had better return.
 */
export type AnswerTool = ToolSet[string] & ToolTerms;

/** Tools by the names that the model calls them by. */
export type AnswerTools = Readonly<Record<string, AnswerTool>>;

/** A tool as it is run. */
export interface ReadTool {
  name: string;
  tool: AnswerTool;
  timeoutMs: number;
  budgetMs: number | undefined;
  sideEffects: boolean;
  speculate: ToolTerms['speculate'];
  hedge: StageHedge;
}

/** How long a call of a tool that sets no timeout may take, in ms. */
export const DEFAULT_TOOL_TIMEOUT_MS = 5_000;

/**
 * Reads the tools that a handler was given. A tool that the kit cannot run (none at all, nothing to execute, one that a
 * person has to approve) is not offered to the model; a time that is none falls back to its default.
 *
 * @param given - Absent means none.
 * @param warn - Is told what was wrong.
 */
export function readTools(given: AnswerTools | undefined, warn: (line: string) => void): readonly ReadTool[] {
  return Object.entries(given ?? {}).flatMap(([name, tool]) => {
    const problem = findProblem(tool);
    if (problem !== undefined) {
      warn(`tools.${name} ${problem}; it is not offered`);
      return [];
    }
    const sideEffects = tool.sideEffects === true;
    const speculative = tool.speculative === true;
    if (sideEffects && speculative) warn(`tools.${name} has side effects; it waits for the model`);
    const hedgeMs = readTime(tool.hedgeMs, `tools.${name}.hedgeMs`, warn);
    if (sideEffects && hedgeMs !== undefined) warn(`tools.${name} has side effects; a call is made once`);
    return [
      {
        ...{name, tool, sideEffects},
        timeoutMs: readTime(tool.timeoutMs, `tools.${name}.timeoutMs`, warn) ?? DEFAULT_TOOL_TIMEOUT_MS,
        budgetMs: readTime(tool.budgetMs, `tools.${name}.budgetMs`, warn),
        hedge: createStageHedge(sideEffects ? undefined : hedgeMs),
        speculate: speculative && !sideEffects ? (tool.speculate ?? (() => ({}))) : undefined,
      },
    ];
  });
}

function findProblem(tool: unknown): string | undefined {
  if (typeof tool !== 'object' || tool === null || !('inputSchema' in tool)) return 'is no tool of the AI SDK';
  if (!('execute' in tool) || typeof tool.execute !== 'function') return 'has nothing to execute';
  return 'needsApproval' in tool && tool.needsApproval ? 'needs the approval of a person' : undefined;
}

function readTime(given: unknown, name: string, warn: (line: string) => void): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'number' && given > 0 && given <= MAX_TIME_MS) return given;
  warn(`${name} is not a time in ms from 1 to ${MAX_TIME_MS}; its default holds`);
  return undefined;
}

const MAX_TIME_MS = 600_000;

import type {ModelMessage, ToolSet} from 'ai';
import type {Breakers} from './breakers.ts';
import {createLimit} from './limit.ts';
import {offerTool, type ToolCall} from './offer-tool.ts';
import {orAborted} from './or-aborted.ts';
import {runTool} from './run-tool.ts';
import type {StageHedgeEnd} from './stage-hedge.ts';
import type {Stages} from './stages.ts';
import {ToolFailure} from './tool-failure.ts';
import {createToolStage} from './tool-stage.ts';
import {createToolTally, type ToolEnd, type ToolState, type ToolsSpan} from './tool-tally.ts';
import type {ReadTool, SpeculationFacts} from './tools.ts';
import type {TurnMemory} from './turn-memory.ts';

/** The tools of one answer. */
export interface ToolRunner {
  /** Begins what can be told to be wanted before the model asks. */
  speculate(question: string, facts: SpeculationFacts): void;
  /** Gives the tools as the AI SDK runs them; undefined where there are none. `visitor` is the context of each call. */
  offer(visitor: unknown): ToolSet | undefined;
  /** Counts a call that the model made wrongly, and that was not run. */
  refuse(name: string): void;
  /** Whether a call with side effects was made, whatever it came to. */
  hasChanged(): boolean;
  /** Ends what still runs, in the state given, and tells what there was; undefined when nothing. */
  end(state: ToolState): ToolsSpan | undefined;
}

/** The most calls of one answer; what a model wants beyond is refused to it. */
export const MAX_CALL_COUNT = 16;

interface Call extends ToolCall {
  tool: ReadTool;
  visitor: unknown;
}

/** A call that began before the model asked for it. */
interface Guess {
  state: 'open' | 'failed' | 'wanted';
}

/**
 * Creates the runner of an answer's tools. Calls run side by side, each from when its arguments are closed in the model's
 * stream and under a time of its own; one that fails or does not answer in time is told to the model and costs no other.
 * While any runs the answer is in the stage `tools`.
 *
 * @param options.breakers - Say which tools are left alone: a call of one fails at once.
 * @param options.turn - What all attempts at the turn have in common: they share results.
 * @param options.attempt - Names this attempt.
 * @param options.leftMs - Reads how long the answer may still take before its deadline, in ms.
 * @param options.signal - Ends what repeatable calls run; one with side effects goes on.
 */
export function createToolRunner(options: {
  tools: readonly ReadTool[];
  memory: TurnMemory;
  breakers: Breakers;
  stages: Stages;
  turn: string;
  attempt: string;
  sinceMs: () => number;
  leftMs: () => number;
  signal: AbortSignal;
}): ToolRunner {
  const {tools, memory, breakers, stages, turn, attempt, sinceMs, leftMs} = options;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const tally = createToolTally();
  const stage = createToolStage(stages);
  let changeCount = 0; // what is read after a side effect is not what was read before it
  const guesses = new Map<string, Guess>();

  const limit = (tool: ReadTool) =>
    createLimit({ms: Math.min(tool.timeoutMs, leftMs()), signal, reason: () => writeTimeout(tool)});

  const begin = (call: Call, waiting: AbortSignal, onHedge: (won: StageHedgeEnd) => void) => {
    const {tool, input} = call;
    const breaker = breakers.of(tool, `the tool ${tool.name}`);
    const make = (lane: AbortSignal) => runTool({...call, breaker, signal: lane});
    const work = (inner: AbortSignal) => tool.hedge.run(make, {signal: inner, onEnd: onHedge});
    const facts = {turn, input, signal: waiting};
    if (!tool.sideEffects) return memory.share({...facts, name: `tool ${tool.name} ${changeCount}`, work});
    changeCount++;
    const once = (inner: AbortSignal) => withTimeout(tool, inner, work);
    return memory.once({...facts, name: tool.name, attempt, work: once});
  };

  const run = async (call: Call): Promise<unknown> => {
    const {name} = call.tool;
    const atMs = sinceMs();
    if (tally.callCount() >= MAX_CALL_COUNT) {
      tally.begin(name, atMs)(atMs, {state: 'error'});
      throw new ToolFailure('too-many', name);
    }
    const endCall = note(call.tool, atMs);
    const own = limit(call.tool);
    let end: ToolEnd = {state: 'end'};
    try {
      const {key, isNew, result} = begin(call, own.signal, (hedge) => {
        end = {...end, hedge};
      });
      if (!isNew) end = {...end, ...readOrigin(guesses.get(key))};
      return await result;
    } catch (error) {
      const failure = error instanceof ToolFailure ? error : new ToolFailure('failed', name, error);
      end = {...end, state: isTimeout(failure) ? 'timeout' : 'error'};
      throw failure;
    } finally {
      own.stop();
      if (!signal.aborted) endCall(end); // else it ends as the answer does
    }
  };
  const note = ({name, budgetMs = Number.POSITIVE_INFINITY}: ReadTool, atMs: number) => {
    const endSpan = tally.begin(name, atMs);
    const endStage = stage.begin(atMs);
    return (end: ToolEnd) => {
      const endMs = sinceMs();
      endStage(endMs, end.state);
      endSpan(endMs, {...end, ...(endMs - atMs > budgetMs ? {over: true} : {})});
    };
  };

  const guess = (tool: ReadTool, question: string, facts: SpeculationFacts) => {
    const input = readGuess(tool, question, facts);
    if (input === undefined) return;
    const own = limit(tool);
    const toolCallId = `early-${tool.name}`;
    const messages: ModelMessage[] = [{role: 'user', content: question}];
    const {key, isNew, result} = begin(
      {tool, input, messages, toolCallId, visitor: facts.visitor},
      own.signal,
      () => {},
    );
    const guessed: Guess = {state: 'open'};
    if (isNew) guesses.set(key, guessed);
    result
      .catch(() => {
        if (guessed.state === 'open') guessed.state = 'failed'; // it is run again when it is wanted
      })
      .finally(own.stop);
  };

  return {
    speculate(question, facts) {
      for (const tool of tools) if (!signal.aborted) guess(tool, question, facts);
    },
    offer(visitor) {
      if (tools.length === 0) return undefined;
      return Object.fromEntries(
        tools.map((tool) => {
          const make = (call: ToolCall) => run({...call, tool, visitor});
          return [tool.name, offerTool(tool, {visitor, make})];
        }),
      );
    },
    refuse(name) {
      const known = tools.some((tool) => tool.name === name);
      tally.begin(known ? name : 'unknown', sinceMs())(sinceMs(), {state: 'error'});
    },
    hasChanged: () => changeCount > 0,
    end(state) {
      over.abort();
      const wantedCount = [...guesses.values()].filter((guessed) => guessed.state === 'wanted').length;
      return tally.tell({atMs: sinceMs(), state, speculatedCount: guesses.size, wantedCount});
    },
  };
}

/** What has side effects goes on when the answer is left, not beyond its own time: then nobody knows what it came to. */
async function withTimeout(tool: ReadTool, signal: AbortSignal, work: (signal: AbortSignal) => Promise<unknown>) {
  const own = createLimit({ms: tool.timeoutMs, signal, reason: () => writeTimeout(tool)});
  try {
    return await orAborted(work(own.signal), own.signal);
  } finally {
    own.stop();
  }
}

function readGuess(tool: ReadTool, question: string, facts: SpeculationFacts): unknown {
  try {
    return tool.speculate?.(question, facts);
  } catch {
    return undefined; // documented as not knowing; the tool runs when the model asks for it
  }
}

function writeTimeout({name, sideEffects}: ReadTool): ToolFailure {
  return new ToolFailure(sideEffects ? 'unsure' : 'timeout', name);
}

function isTimeout({kind}: ToolFailure): boolean {
  return kind === 'timeout' || kind === 'unsure';
}

/** Where the result of a call comes from that was begun before; what had been guessed was right. */
function readOrigin(guessed: Guess | undefined): Pick<ToolEnd, 'early' | 'shared'> {
  if (!guessed || guessed.state === 'failed') return {shared: true};
  guessed.state = 'wanted';
  return {early: true};
}

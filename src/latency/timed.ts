import type {Budget} from './budget.ts';
import type {Span} from './critical-path.ts';
import {STANDARD_STAGES} from './turn.ts';
import {roundMs} from './units.ts';

/** A span of work that was timed; `ok` says that it did not throw. */
export interface TimedSpan extends Span {
  ok: boolean;
}

/** Is thrown for a `stage` that is neither declared in the budget nor one that every record may carry. */
export class UnknownStageError extends Error {
  readonly stage: string;
  constructor(stage: string, known: readonly string[]) {
    super(`"${stage.slice(0, 40)}" is no stage of the budget; there are ${known.join(', ')}`);
    this.name = 'UnknownStageError';
    this.stage = stage;
  }
}

/** Runs work, sync or async, as a stage, and hands through what it returns or throws. */
export interface Timed {
  <T>(stage: string, work: () => PromiseLike<T>): Promise<T>;
  <T>(stage: string, work: () => T): T;
}

/** What stages are timed with. */
export interface TimedOptions {
  budget: Budget;
  /** Reads a monotonic clock in ms; default `performance.now`. */
  now?: () => number;
  /** Hears `[retrieval] over budget: 812 > 400 ms` each time; default: a line on the console. */
  warn?: (line: string) => void;
  /** Hears of each span at its end, also when the work threw. */
  onSpan?: (span: TimedSpan) => void;
}

/**
 * Creates what times the stages of one turn; spans count from now, so that `exclusiveTimes` can divide them.
 *
 * @returns A function that throws UnknownStageError before it runs the work of a stage that nobody declared.
 */
export function createTimed(options: TimedOptions): Timed {
  const {budget, onSpan} = options;
  const now = options.now ?? (() => performance.now());
  const warn = options.warn ?? ((line: string) => console.warn(`[firstword] ${line}`));
  const beganMs = now();

  function end(stage: string, {startedMs, ok}: {startedMs: number; ok: boolean}): void {
    const ms = roundMs(now() - startedMs);
    const limitMs = Object.hasOwn(budget.stages, stage) ? budget.stages[stage]?.ms : undefined;
    onSpan?.({stage, atMs: roundMs(startedMs - beganMs), ms, ok});
    if (limitMs !== undefined && ms > limitMs) warn(`[${stage}] over budget: ${ms} > ${limitMs} ms`);
  }

  async function wait<T>(stage: string, {startedMs, work}: {startedMs: number; work: PromiseLike<T>}): Promise<T> {
    let ok = false;
    try {
      const value = await work;
      ok = true;
      return value;
    } finally {
      end(stage, {startedMs, ok});
    }
  }

  function timed<T>(stage: string, work: () => PromiseLike<T>): Promise<T>;
  function timed<T>(stage: string, work: () => T): T;
  function timed<T>(stage: string, work: () => T | PromiseLike<T>): T | Promise<T> {
    const known = [...new Set([...Object.keys(budget.stages), ...STANDARD_STAGES])];
    if (!known.includes(stage)) throw new UnknownStageError(stage, known);
    const startedMs = now();
    let value: T | PromiseLike<T>;
    try {
      value = work();
    } catch (cause) {
      end(stage, {startedMs, ok: false});
      throw cause;
    }
    if (isPromise(value)) return wait(stage, {startedMs, work: value});
    end(stage, {startedMs, ok: true});
    return value;
  }

  return timed;
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
